use super::{assert_clean, assert_finds};

#[test]
fn a_code_that_no_test_names_is_a_problem() {
    let codes = (
        "crates/vinr-core/src/refusal.rs",
        "wire_enum! {\n    pub enum Code {\n        RateLimited = \"rate_limited\",\n    }\n}\n",
    );
    assert_finds(&[codes], "crates/vinr-core/src/refusal.rs:3:", "`rate_limited`");
    let inside = ("crates/vinr-server/src/http/rate.rs", "const A: &str = \"rate_limited\";\n");
    assert_finds(&[codes, inside], "crates/vinr-core/src/refusal.rs:3:", "write its scenario");
    for path in ["crates/vinr-server/tests/api/limits.rs", "crates/vinr/tests/keys.rs"] {
        assert_clean(&[codes, (path, "const A: &str = \"rate_limited\";\n")]);
    }
    assert_clean(&[codes, ("tests/checkout/buyer.mjs", "const a = 'rate_limited';\n")]);
}
