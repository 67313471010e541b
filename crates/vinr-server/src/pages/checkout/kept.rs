//! What a buyer need not type again after a decline or a challenge that was refused. Their own browser carries it, for as
//! long as a challenge may take; neither number nor security code is among it.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// The cookie's name.
const NAME: &str = "kept";
/// How long it lives: as long as a challenge stays open.
const LIVES_S: u32 = 15 * 60;
/// Longest cookie that browsers are sure to keep (RFC 6265, 6.1), less its attributes.
const VALUE_BYTES_MAX: usize = 3_800;

/// What is shown again as it was typed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Kept {
    /// The saved method that was chosen, if one was; no cookie holds it.
    pub(in crate::pages) method: Option<String>,
    pub(in crate::pages) email: String,
    pub(in crate::pages) expiry: String,
    pub(in crate::pages) name: String,
}

impl Kept {
    /// What the browser brings back.
    pub(in crate::pages) fn of(headers: &HeaderMap) -> Kept {
        let mut kept = Kept::default();
        let Some(value) = cookie(headers) else { return kept };
        for (name, value) in form_urlencoded::parse(value.as_bytes()) {
            match &*name {
                "email" => kept.email = value.into_owned(),
                "expiry" => kept.expiry = value.into_owned(),
                "name" => kept.name = value.into_owned(),
                _ => {}
            }
        }
        kept
    }

    /// The cookie that carries it back to the pages under this path; nothing if it is too long.
    pub(in crate::pages) fn cookie(&self, path: &str, secure: bool) -> Option<HeaderValue> {
        let pairs = [("email", &self.email), ("expiry", &self.expiry), ("name", &self.name)];
        let value = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        (value.len() <= VALUE_BYTES_MAX).then(|| header(&value, LIVES_S, path, secure))
    }

    /// What ends the cookie, if the browser has one.
    pub(in crate::pages) fn end(headers: &HeaderMap, path: &str, secure: bool) -> Option<HeaderValue> {
        cookie(headers).map(|_| header("", 0, path, secure))
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| value)
}

fn header(value: &str, lives_s: u32, path: &str, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; Path={path}; Max-Age={lives_s}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("a form's encoding and our own paths are plain")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    #[test]
    fn what_was_typed_comes_back_as_it_was() {
        let kept = Kept {
            method: None,
            email: "ada@example.com".into(),
            expiry: "12 / 39".into(),
            name: "Ада; Byron=Lovelace & \"Co\"\n".into(),
        };
        let set = kept.cookie("/checkout/a/b/c", true).expect("a cookie");
        let set = set.to_str().unwrap();
        assert!(set.ends_with("; Path=/checkout/a/b/c; Max-Age=900; HttpOnly; SameSite=Strict; Secure"), "{set}");
        let pair = set.split_once(';').expect("attributes").0;
        assert_eq!(Kept::of(&brought(&format!("theme=dark; {pair}; x=y"))), kept);
        assert_eq!(Kept::of(&HeaderMap::new()), Kept::default());
        assert!(Kept::end(&brought(pair), "/", false).is_some() && Kept::end(&brought("a=b"), "/", false).is_none());
    }

    #[test]
    fn what_no_browser_would_keep_is_not_sent() {
        let kept = Kept { name: "л".repeat(1_000), ..Kept::default() };
        assert_eq!(kept.cookie("/", false), None);
    }
}
