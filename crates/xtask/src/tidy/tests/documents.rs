use super::{assert_clean, assert_finds};

const CODE: (&str, &str) = ("crates/vinr-server/src/http/server.rs", "struct Listener;\nfn serve() {}\n");

#[test]
fn a_path_in_backticks_exists() {
    for path in ["`crates/vinr-server/src/http/server.rs`", "`http/server.rs`", "`http/`", "`server.rs`", "`http`"] {
        assert_clean(&[CODE, ("ARCHITECTURE.md", path)]);
    }
    for path in ["`http/client.rs`", "`scripts/test unit`", "`crates/vinr-x`", "`client.rs`"] {
        assert_finds(
            &[CODE, ("ARCHITECTURE.md", &format!("One.\n\nSee {path}."))],
            "ARCHITECTURE.md:3:",
            "is not in the tree",
        );
    }
}

#[test]
fn a_name_in_backticks_is_in_the_code() {
    assert_clean(&[CODE, ("ARCHITECTURE.md", "`Listener`, `server::serve`, `serve()`")].map(with_module));
    for name in ["`Waiter`", "`Listener::accept`", "`accept()`"] {
        assert_finds(&[CODE, ("ARCHITECTURE.md", name)], "ARCHITECTURE.md:1:", "is not in the code");
    }
}

/// The same files, the code with a line that names its module.
fn with_module((path, text): (&'static str, &'static str)) -> (&'static str, &'static str) {
    if path == CODE.0 { (path, "mod server { struct Listener; fn serve() {} }") } else { (path, text) }
}

#[test]
fn what_is_no_path_of_the_tree_is_left_alone() {
    let text = "`POST /v1/payments` `/docs` `cargo run --release` `sqlite:./vinr-data` `vinr.toml` `a/b` in\n```\nx/y.rs\n```\n";
    assert_finds(&[("README.md", text)], "README.md:1:", "`a/b`");
    assert_clean(&[("CHANGELOG.md", "`gone/file.rs`")]);
}

#[test]
fn a_link_leads_somewhere() {
    let there =
        [("docs/decisions/0001-pure-core.md", "[up](../../README.md#first)"), ("README.md", "[on](docs/decisions/)")];
    assert_clean(&there);
    assert_finds(&[("docs/one.md", "\n[on](two.md)")], "docs/one.md:2:", "`two.md` leads nowhere");
    assert_clean(&[("docs/one.md", "[out](https://vinr.com/docs) [here](#there)")]);
}

#[test]
fn a_promise_names_tests_that_are_there() {
    let rust = ("crates/vinr/tests/pay.rs", "#[test]\nfn money_adds_up() {}\n");
    let script = ("tests/checkout/pay.test.mjs", "test('a buyer pays', () => {});\n");
    let table = |tests: &str| format!("| promise | test |\n| --- | --- |\n| `x` holds | {tests} |\n");
    for tests in ["`money_adds_up`", "`a buyer pays`", "`a buyer pays`, `money_adds_up`"] {
        assert_clean(&[rust, script, ("docs/conformance.md", &table(tests))]);
    }
    for (tests, says) in
        [("", "names no test"), ("`money_adds`", "no test `money_adds`"), ("`a buyer`", "no test `a b")]
    {
        assert_finds(&[rust, script, ("docs/conformance.md", &table(tests))], "docs/conformance.md:3:", says);
    }
}
