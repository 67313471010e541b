use alloc::string::ToString;

use super::{Embedders, Environment, Origin};
use crate::refusal::Code;

const SANDBOX: Environment = Environment::Sandbox;
const LIVE: Environment = Environment::Live;

fn origin(text: &str) -> Origin {
    Origin::parse(text, SANDBOX).expect(text)
}

#[test]
fn an_origin_is_kept_as_browsers_write_it() {
    for (text, expected) in [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example:443 ", "https://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://shop.localhost", "http://shop.localhost"),
    ] {
        assert_eq!(origin(text).to_string(), expected, "{text}");
    }
}

#[test]
fn what_is_no_exact_origin_is_refused() {
    let long = format!("https://{}.example", "a".repeat(64));
    for text in [
        "",
        "shop.example",
        "https://",
        "https://shop.example/",
        "https://shop.example/checkout",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://ada@shop.example",
        "https://*.shop.example",
        "https://*",
        "*",
        "https:",
        "null",
        "https://bücher.example",
        "https://shop_1.example",
        "https://-shop.example",
        "https://shop..example",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:+443",
        "https://shop.example:65536",
        "https://203.0.113.7",
        "https://[::1]",
        "https://shop.example; script-src *",
        "https://a https://b",
        "ftp://shop.example",
        "http://shop.example",
        "http://localhost.shop.example",
        &long,
    ] {
        let refusal = Origin::parse(text, SANDBOX).expect_err(text);
        assert_eq!(
            (refusal.code, refusal.param.as_deref()),
            (Code::ParameterInvalid, Some("allowedOrigins")),
            "{text}"
        );
    }
}

#[test]
fn in_live_every_page_comes_over_https() {
    assert!(Origin::parse("http://localhost:5173", LIVE).is_err());
    assert!(Origin::parse("https://localhost:5173", LIVE).is_ok());
}

#[test]
fn a_wildcard_is_told_apart_from_a_typing_error() {
    let refusal = Origin::parse("https://*.shop.example", SANDBOX).expect_err("a wildcard");
    assert!(refusal.message.contains("wildcards"), "{refusal}");
}

#[test]
fn who_names_nobody_lets_everybody_in_in_the_sandbox_and_nobody_in_live() {
    assert_eq!(Embedders::of(&[], SANDBOX), Embedders::Any);
    assert_eq!(Embedders::of(&[], LIVE), Embedders::Nobody);
    for text in ["https://shop.example", "https://203.0.113.7", "http://localhost:5173"] {
        assert_eq!(Embedders::Any.check(text), Ok(()), "{text}");
    }
    for text in ["http://shop.example", "null", "file://"] {
        assert_eq!(Embedders::Any.check(text).map_err(|refusal| refusal.code), Err(Code::OriginNotAllowed), "{text}");
    }
    let refusal = Embedders::Nobody.check("https://shop.example").expect_err("nobody was named");
    assert_eq!(refusal.code, Code::OriginNotAllowed);
    assert!(refusal.message.contains("allowedOrigins") && refusal.message.contains("https://shop.example"));
}

#[test]
fn only_the_very_origin_that_was_named_is_let_in() {
    let named = [origin("https://shop.example"), origin("http://localhost:5173")];
    let embedders = Embedders::of(&named, SANDBOX);
    for text in ["https://shop.example", "http://localhost:5173"] {
        assert_eq!(embedders.check(text), Ok(()), "{text}");
    }
    for text in [
        "http://shop.example",
        "https://shop.example:8443",
        "https://www.shop.example",
        "https://shop.example.evil.example",
        "http://localhost",
        "null",
    ] {
        assert_eq!(embedders.check(text).map_err(|refusal| refusal.code), Err(Code::OriginNotAllowed), "{text}");
    }
}
