//! The colours of pages: whatever stands on whatever can be read (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../../../web/styles/tokens.css");
/// What text needs.
const TEXT: f64 = 4.5;

/// The colours of `:root` by name, light and dark.
fn schemes() -> [(&'static str, BTreeMap<&'static str, [f64; 3]>); 2] {
    let (light, dark) = TOKENS.split_once("@media (prefers-color-scheme: dark)").expect("two schemes");
    [("light", colours(light)), ("dark", colours(dark))]
}

fn colours(css: &'static str) -> BTreeMap<&'static str, [f64; 3]> {
    let declarations = css.split([';', '{', '}']).filter_map(|one| one.trim().strip_prefix("--")?.split_once(": #"));
    let channel = |hex: &str, place: usize| {
        let value = u8::from_str_radix(&hex[place..place + 2], 16).expect("hexadecimal");
        f64::from(value) / 255.0
    };
    declarations.map(|(name, hex)| (name, [channel(hex, 0), channel(hex, 2), channel(hex, 4)])).collect()
}

/// Relative luminance of an sRGB colour.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear =
        |channel: f64| if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn black_on_white_has_the_contrast_that_the_standard_gives_it() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([1.0, 0.0, 0.0], [1.0; 3]) - 3.998).abs() < 1e-3);
}

#[test]
fn every_colour_can_be_read_on_everything_it_stands_on() {
    const WORDS: [&str; 6] = ["ink", "ink-soft", "accent", "positive", "warning", "negative"];
    for (scheme, colours) in schemes() {
        let named = |name| *colours.get(name).unwrap_or_else(|| panic!("{scheme} has {name}: {colours:?}"));
        let on_grounds = WORDS.iter().flat_map(|word| [(*word, "surface"), (*word, "canvas")]);
        // The button, and the ribbon of the sandbox.
        for (word, ground) in on_grounds.chain([("accent-ink", "accent"), ("surface", "warning")]) {
            let found = contrast(named(word), named(ground));
            assert!(found >= TEXT, "{scheme}: {word} on {ground} has {found:.2}");
        }
    }
}

#[test]
fn every_colour_is_a_token() {
    let names: Vec<&str> = schemes()[0].1.keys().copied().collect();
    let known =
        ["accent", "accent-ink", "canvas", "ink", "ink-soft", "line", "negative", "positive", "surface", "warning"];
    assert_eq!(names, known, "a new token needs its pairs above");
    let folder = format!("{}/../../web/styles", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).expect("style sheets") {
        let path = entry.expect("a file").path();
        let css = std::fs::read_to_string(&path).expect("text");
        if path.ends_with("tokens.css") || path.extension().is_none_or(|extension| extension != "css") {
            continue;
        }
        assert!(!css.contains('#') && !css.contains("rgb"), "{} takes its colours from the tokens", path.display());
    }
}
