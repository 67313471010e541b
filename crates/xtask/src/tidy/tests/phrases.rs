use super::{assert_clean, assert_finds};

#[test]
fn a_place_on_one_machine_is_refused() {
    for path in
        [concat!("/wo", "rk/vinr"), concat!("/tm", "p/data"), concat!("/ho", "me/anna"), concat!("/ro", "ot/.cargo")]
    {
        let text = format!("one\ndata=\"{path}\"\n");
        assert_finds(&[("scripts/test", &text)], "scripts/test:2:", "a place on one machine");
    }
    let url = concat!("https://shop.example/ho", "me/page ../net", "/tm", "p/x");
    assert_clean(&[("docs/one.md", url)]);
}

#[test]
fn hosts_of_registries_are_left_to_package_managers() {
    let text = concat!("registry=https://registry.", "npmjs.org/");
    assert_finds(&[(".npmrc", text)], ".npmrc:1:", "package manager's own settings");
}

#[test]
fn work_left_for_later_is_found() {
    for word in [concat!("TO", "DO"), concat!("FIX", "ME: x"), concat!("#[igno", "re]")] {
        assert_finds(&[("web/checkout.js", &format!("// {word}\n"))], "web/checkout.js:1:", "leaves work in the tree");
    }
    assert_clean(&[("web/checkout.js", concat!("const MAS", "TO", "DO", "N = 1"))]);
}

#[test]
fn lock_files_name_the_public_registries() {
    let good = concat!("  \"resolved\": \"https://registry.", "npmjs.org/a/-/a-1.tgz\",\n");
    assert_clean(&[("tests/receiver/package-lock.json", good)]);
    let bad = "\n      \"resolved\": \"http://mirror.example/a/-/a-1.tgz\",\n";
    assert_finds(&[("tests/receiver/package-lock.json", bad)], "tests/receiver/package-lock.json:2:", "cannot reach");
    let bad = "name = \"a\"\nsource = \"sparse+http://mirror.example/\"\n";
    assert_finds(&[("Cargo.lock", bad)], "Cargo.lock:2:", "cannot reach");
}
