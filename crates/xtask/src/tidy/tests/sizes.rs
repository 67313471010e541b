use std::fmt::Write as _;

use super::{assert_clean, assert_finds};

/// A function of this many lines, `fn` and closing brace counted.
fn function(lines: usize) -> String {
    let mut text = String::from("fn long() {\n");
    for _ in 2..lines {
        writeln!(text, "    step();").expect("a String takes all");
    }
    text + "}\n"
}

#[test]
fn a_function_of_seventy_lines_is_the_longest() {
    assert_clean(&[("crates/vinr/src/main.rs", &function(70))]);
    assert_finds(&[("crates/vinr/src/main.rs", &function(71))], "crates/vinr/src/main.rs:1:", "`long` has 71 lines");
}

#[test]
fn methods_and_default_methods_are_counted_and_tests_too() {
    for around in ["impl Thing", "trait Thing", "#[cfg(test)] mod tests"] {
        let text = format!("{around} {{\n{}}}\n", function(71));
        assert_finds(&[("crates/vinr/src/main.rs", &text)], "crates/vinr/src/main.rs:2:", "`long` has 71 lines");
    }
}

#[test]
fn a_file_of_five_hundred_lines_is_the_longest() {
    for path in
        ["crates/vinr/src/main.rs", "web/checkout.js", "web/styles/tokens.css", "crates/vinr/tests/vinr/main.rs"]
    {
        assert_clean(&[(path, &"\n".repeat(500))]);
        assert_finds(&[(path, &"\n".repeat(501))], &format!("{path}:501:"), "at most 500");
    }
    assert_clean(&[("package-lock.json", &"\n".repeat(501)), ("migrations/0001_foundation.sql", &"\n".repeat(501))]);
}

#[test]
fn a_name_that_would_fit_any_module_is_refused() {
    assert_finds(&[("crates/vinr/src/utils.rs", "")], "crates/vinr/src/utils.rs:1:", "`utils`");
    assert_finds(&[("crates/vinr/src/common/ids.rs", "")], "crates/vinr/src/common/ids.rs:1:", "`common`");
    assert_finds(&[("sdk/typescript/src/helpers.ts", "")], "sdk/typescript/src/helpers.ts:1:", "`helpers`");
    assert_finds(
        &[("crates/vinr/src/main.rs", "fn a() {}\n\nmod service {}\n")],
        "crates/vinr/src/main.rs:3:",
        "`service`",
    );
    assert_clean(&[("crates/vinr/src/services_of_banks.rs", ""), ("docs/manager.md", "")]);
}
