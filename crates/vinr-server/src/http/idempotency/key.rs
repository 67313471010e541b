//! The idempotency key of a request: in its header, or in the body of a POST (spec/conventions.md, Idempotency).

use http::HeaderMap;
use serde_json::{Map, Value};
use vinr_core::refusal::{Code, Refusal};

/// Longest idempotency key, in characters.
const KEY_LENGTH_MAX: usize = 255;
/// Its name where it is a header.
const HEADER: &str = "Idempotency-Key";
/// Its names in a body.
const SPELLINGS: [&str; 2] = ["idempotencyKey", "idempotency_key"];

/// Takes the key of a request, out of its body too: there it is no field of the object. Only a POST is remembered.
///
/// # Errors
/// A key that is none, or two that differ.
pub(crate) fn take(
    method: &str,
    headers: &HeaderMap,
    body: &mut Map<String, Value>,
) -> Result<Option<String>, Refusal> {
    let is_remembered = method == "POST";
    let mut found = Vec::new();
    if is_remembered {
        // Each is taken out, whatever the other is.
        let given = SPELLINGS.map(|spelling| body.shift_remove(spelling));
        for value in given.into_iter().flatten().filter(|value| !value.is_null()) {
            let Value::String(key) = value else {
                let message = "`idempotencyKey` must be of type string";
                return Err(Refusal::new(Code::ParameterInvalid, message).at(SPELLINGS[0]));
            };
            found.push(key);
        }
    }
    for value in headers.get_all(HEADER) {
        found.push(std::str::from_utf8(value.as_bytes()).map_err(|_| bad())?.to_owned());
    }
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [key] if !is_key(key) => Err(bad()),
        [_] if !is_remembered => Ok(None),
        [key] => Ok(Some(key.clone())),
        [_, _, ..] => {
            let message = "the request carries two different idempotency keys; send one";
            Err(Refusal::new(Code::ParameterConflict, message).at(HEADER))
        }
    }
}

fn is_key(text: &str) -> bool {
    (1..=KEY_LENGTH_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn bad() -> Refusal {
    let message = format!("an idempotency key has 1 to {KEY_LENGTH_MAX} printable characters");
    Refusal::new(Code::ParameterInvalid, message).at(HEADER)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn taken(header: &[&str], body: Value) -> Result<Option<String>, (Code, String)> {
        let mut headers = HeaderMap::new();
        for value in header {
            headers.append(HEADER, HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        }
        let Value::Object(mut body) = body else { panic!("an object") };
        let taken = take("POST", &headers, &mut body);
        assert!(body.keys().all(|name| !SPELLINGS.contains(&name.as_str())) || taken.is_err());
        taken.map_err(|refusal| (refusal.code, refusal.param.unwrap_or_default().into_owned()))
    }

    #[test]
    fn a_key_comes_in_either_place_and_is_one() {
        let key = Ok(Some("k".to_owned()));
        assert_eq!(taken(&["k"], json!({})), key);
        assert_eq!(taken(&[], json!({"idempotencyKey": "k"})), key);
        assert_eq!(taken(&["k", "k"], json!({"idempotencyKey": "k", "idempotency_key": "k"})), key);
        assert_eq!(taken(&[], json!({"idempotencyKey": null})), Ok(None));
        let two = Err((Code::ParameterConflict, HEADER.to_owned()));
        assert_eq!(taken(&["k", "l"], json!({})), two);
        assert_eq!(taken(&["k"], json!({"idempotency_key": "l"})), two);
    }

    #[test]
    fn a_key_is_as_long_as_it_has_characters() {
        let bad = Err((Code::ParameterInvalid, HEADER.to_owned()));
        for letter in ["k", "\u{e9}", "\u{1f4b3}"] {
            let longest = letter.repeat(KEY_LENGTH_MAX);
            assert_eq!(taken(&[&longest], json!({})), Ok(Some(longest.clone())), "{letter}");
            assert_eq!(taken(&[], json!({"idempotencyKey": longest})), Ok(Some(longest.clone())), "{letter}");
            let longer = letter.repeat(KEY_LENGTH_MAX + 1);
            assert_eq!(taken(&[&longer], json!({})), bad, "{letter}");
            assert_eq!(taken(&[], json!({"idempotencyKey": longer})), bad, "{letter}");
        }
        assert_eq!(taken(&[""], json!({})), bad);
        assert_eq!(taken(&[], json!({"idempotencyKey": "a\nb"})), bad);
        assert_eq!(taken(&[], json!({"idempotencyKey": 7})), Err((Code::ParameterInvalid, SPELLINGS[0].to_owned())));
    }

    #[test]
    fn only_a_post_is_remembered() {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_static("k"));
        assert_eq!(take("PATCH", &headers, &mut Map::new()), Ok(None));
    }
}
