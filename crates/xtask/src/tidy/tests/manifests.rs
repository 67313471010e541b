use super::{assert_clean, assert_finds};

const CORE: &str = "crates/vinr-core/Cargo.toml";

fn manifest(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = \"{name}\"\n\n[dependencies]\n{dependencies}")
}

#[test]
fn the_core_depends_on_nothing_that_could_do_more_than_compute() {
    assert_clean(&[(CORE, &manifest("vinr-core", "jiff = { version = \"0.2\", features = [\"alloc\"] }\n"))]);
    let text = manifest("vinr-core", "zeroize.workspace = true\nserde.workspace = true\n");
    assert_finds(&[(CORE, &text)], "crates/vinr-core/Cargo.toml:6:", "`serde` is not on the core's list");
}

#[test]
fn a_feature_that_brings_the_clock_is_found_in_the_workspace_too() {
    let own = manifest("vinr-core", "jiff = { version = \"0.2\", features = [\"std\"] }\n");
    assert_finds(&[(CORE, &own)], "crates/vinr-core/Cargo.toml:5:", "`jiff` with `std`");
    let shared = "[workspace.dependencies]\njiff = { version = \"0.2\", features = [\"std\"] }\n";
    let own = manifest("vinr-core", "jiff.workspace = true\n");
    assert_finds(&[("Cargo.toml", shared), (CORE, &own)], "crates/vinr-core/Cargo.toml:5:", "`jiff` with `std`");
}

#[test]
fn the_core_is_built_without_the_standard_library() {
    let path = "crates/vinr-core/src/lib.rs";
    assert_clean(&[(path, "#![no_std]\n")]);
    assert_finds(&[(path, "//! Rules.\n")], "crates/vinr-core/src/lib.rs:1:", "keep `#![no_std]`");
}

#[test]
fn arrows_between_crates_point_down() {
    for (name, dependency) in [("vinr-core", "vinr-store"), ("vinr-store", "vinr-core"), ("vinr-server", "vinr")] {
        let path = format!("crates/{name}/Cargo.toml");
        let text = manifest(name, &format!("{dependency}.workspace = true\n"));
        let says = format!("`{name}` may not depend on `{dependency}`");
        let found = super::problems(&[(&path, &text)]);
        assert!(found.iter().any(|problem| problem.contains(&says)), "{found:?} does not say: {says}");
    }
    assert_clean(&[("crates/vinr/Cargo.toml", &manifest("vinr", "vinr-server.workspace = true\n"))]);
}

#[test]
fn a_new_crate_needs_a_place() {
    assert_finds(
        &[("crates/vinr-x/Cargo.toml", &manifest("vinr-x", ""))],
        "crates/vinr-x/Cargo.toml:1:",
        "has no place",
    );
}
