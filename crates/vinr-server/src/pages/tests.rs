//! The colours of pages: whatever stands on whatever can be read (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

use vinr_core::colours::{Colour, TEXT_CONTRAST};

use super::brand::{DARK, LIGHT};

const TOKENS: &str = include_str!("../../../../web/styles/tokens.css");
const CHECKOUT: &str = include_str!("../../../../web/styles/checkout.css");
/// What the edge of a field needs, in thousandths.
const EDGE_CONTRAST: u32 = 3_000;
/// What a line needs that divides and bounds nothing, to be seen at all.
const DIVIDER_CONTRAST: u32 = 1_150;

type Colours = BTreeMap<&'static str, Colour>;

/// The colours of `:root` by name, light and dark.
fn schemes() -> [(&'static str, Colours); 2] {
    let (light, dark) = TOKENS.split_once("@media (prefers-color-scheme: dark)").expect("two schemes");
    [("light", colours(light)), ("dark", colours(dark))]
}

fn colours(css: &'static str) -> Colours {
    let declarations = css.split([';', '{', '}']).filter_map(|one| one.trim().strip_prefix("--")?.split_once(": "));
    declarations.filter_map(|(name, value)| Some((name, Colour::parse(value)?))).collect()
}

fn contrast(colours: &Colours, word: &str, ground: &str) -> u32 {
    let named = |name| *colours.get(name).unwrap_or_else(|| panic!("there is {name}: {colours:?}"));
    named(word).contrast(named(ground))
}

/// The token that a rule of the style sheet gives to a property.
fn token(selector: &str, property: &str) -> &'static str {
    let rule = CHECKOUT.lines().find_map(|line| line.strip_prefix(selector)?.strip_prefix(" { "));
    let rule = rule.unwrap_or_else(|| panic!("the style sheet has a rule for {selector}"));
    let value = rule.split("; ").find_map(|one| one.strip_prefix(property)?.strip_prefix(": "));
    let value = value.unwrap_or_else(|| panic!("{selector} has {property}: {rule}"));
    value.split_once("var(--").and_then(|(_, rest)| rest.split_once(')')).expect("a token").0
}

#[test]
fn every_colour_can_be_read_on_everything_it_stands_on() {
    const WORDS: [&str; 6] = ["ink", "ink-soft", "accent", "positive", "warning", "negative"];
    for (scheme, colours) in schemes() {
        let on_grounds = WORDS.iter().flat_map(|word| [(*word, "surface"), (*word, "canvas")]);
        let placeholder = (token("input::placeholder", "color"), token("input", "background"));
        // The button, and the ribbon of the sandbox.
        let others = [("accent-ink", "accent"), ("surface", "warning"), placeholder];
        for (word, ground) in on_grounds.chain(others) {
            let found = contrast(&colours, word, ground);
            assert!(found >= TEXT_CONTRAST, "{scheme}: {word} on {ground} has {found}");
        }
    }
}

#[test]
fn what_can_be_used_has_an_edge_that_is_seen() {
    for (scheme, colours) in schemes() {
        for selector in ["input", ".choice", ".choice input"] {
            let edge = token(selector, "border");
            for ground in ["surface", "canvas"] {
                let found = contrast(&colours, edge, ground);
                assert!(found >= EDGE_CONTRAST, "{scheme}: {selector} with {edge} on {ground} has {found}");
            }
        }
        // Nothing that can be used is bounded by it, so less will do.
        for ground in ["surface", "canvas"] {
            let found = contrast(&colours, "line", ground);
            assert!(found >= DIVIDER_CONTRAST, "{scheme}: line on {ground} has {found}");
        }
    }
    let ruled = CHECKOUT.lines().filter(|line| line.contains("var(--line)"));
    let selectors: Vec<&str> = ruled.filter_map(|line| Some(line.split_once(" {")?.0)).collect();
    assert_eq!(selectors, [".amount", ".bank"], "what a line bounds is nothing to be used");
}

#[test]
fn an_accent_is_corrected_for_the_grounds_that_pages_have() {
    for ((scheme, colours), grounds) in schemes().into_iter().zip([LIGHT, DARK]) {
        let known = [("surface", grounds.surface), ("canvas", grounds.canvas), ("ink", grounds.ink)];
        for (name, colour) in known {
            assert_eq!(colours.get(name), Some(&colour), "{scheme}: {name}");
        }
    }
}

#[test]
fn every_colour_is_a_token() {
    let names: Vec<&str> = schemes()[0].1.keys().copied().collect();
    let known = [
        "accent",
        "accent-ink",
        "canvas",
        "ink",
        "ink-soft",
        "line",
        "negative",
        "plate",
        "positive",
        "surface",
        "warning",
    ];
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
