//! What makes two requests the same: a keyed digest of method, route and body, in which a card's number and code have no
//! part (traps §15).

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::http::auth::store::hex;
use crate::http::fields::Fields;
use crate::settings::MasterKey;

/// Fields of a card that never go into a fingerprint.
const CARD_FIELDS: [&str; 2] = ["number", "cvc"];

/// The fingerprint of a POST to this path; `fields` are those of its body.
pub(super) fn fingerprint(master: &MasterKey, path: &str, body: &Value, fields: Option<&Fields>) -> String {
    let mut canonical = String::with_capacity(256);
    let _ = writeln!(canonical, "POST {path}");
    write_canonical(&mut canonical, body, fields);
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&*master.derive("idempotency")).expect("HMAC takes keys of any length");
    mac.update(canonical.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// Whether these are the fields of a card.
fn are_of_card(fields: &Fields) -> bool {
    CARD_FIELDS.iter().all(|name| fields.knows(name))
}

/// The same text for the same value, in whatever order its names came. What has the name of a card's field elsewhere, in
/// metadata say, is a value as any other.
fn write_canonical(text: &mut String, value: &Value, fields: Option<&Fields>) {
    match value {
        Value::Object(object) => {
            let is_card = fields.is_some_and(are_of_card);
            let is_kept = |name: &&String| !(is_card && CARD_FIELDS.contains(&name.as_str()));
            let mut names: Vec<&String> = object.keys().filter(is_kept).collect();
            names.sort_unstable();
            text.push('{');
            for name in names {
                let _ = write!(text, "{}:", Value::String(name.clone()));
                write_canonical(text, &object[name], fields.and_then(|fields| fields.below(name)));
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(text, item, None);
                text.push(',');
            }
            text.push(']');
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            let _ = write!(text, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(body: &Value) -> String {
        let card = json!({"properties": {"number": {}, "cvc": {}, "expMonth": {}}});
        let schema = json!({"properties": {"amount": {}, "metadata": {}, "card": {"anyOf": [card, {"type": "null"}]}}});
        fingerprint(&MasterKey::new([7; 32]), "/v1/payments", body, Some(&Fields::of(&schema)))
    }

    #[test]
    fn a_fingerprint_knows_neither_order_nor_card_numbers() {
        let one = json!({"amount": 1, "card": {"number": "4242", "expMonth": 1}});
        assert_eq!(of(&one), of(&json!({"card": {"expMonth": 1, "number": "0002", "cvc": "123"}, "amount": 1})));
        assert_ne!(of(&one), of(&json!({"amount": 1, "card": {"number": "4242", "expMonth": 2}})));
        assert_ne!(of(&json!({"amount": 1})), of(&json!({"amount": 2})));
    }

    #[test]
    fn a_fingerprint_knows_what_only_has_a_card_fields_name() {
        for name in CARD_FIELDS {
            assert_ne!(of(&json!({"metadata": {name: "1"}})), of(&json!({"metadata": {name: "2"}})), "{name}");
            assert_ne!(of(&json!({name: "1"})), of(&json!({name: "2"})), "{name}");
        }
    }

    #[test]
    fn a_fingerprint_is_of_one_route_and_one_installation() {
        let (body, master) = (json!({"amount": 1}), MasterKey::new([7; 32]));
        let one = fingerprint(&master, "/v1/payments", &body, None);
        assert_ne!(one, fingerprint(&master, "/v1/refunds", &body, None));
        assert_ne!(one, fingerprint(&MasterKey::new([8; 32]), "/v1/payments", &body, None));
    }

    #[test]
    fn every_card_of_the_table_is_found() {
        fn cards(fields: &Fields) -> usize {
            let below: usize = fields.names().filter_map(|(name, _)| fields.below(name)).map(cards).sum();
            usize::from(are_of_card(fields)) + below
        }
        let mut found = 0;
        for schema in crate::endpoints().iter().filter_map(|endpoint| endpoint.body) {
            let schema = schema().to_value();
            let named = schema.to_string().matches("\"cvc\":").count();
            assert_eq!(cards(&Fields::of(&schema)), named, "a card stands where the walk does not come: {schema}");
            found += named;
        }
        assert!(found >= 2, "{found} endpoints take a card");
    }
}
