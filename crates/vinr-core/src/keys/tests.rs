use alloc::collections::BTreeSet;
use alloc::string::ToString;

use proptest::prelude::*;

use super::{Access, Environment, Family, Grant, KeyKind, KeyPrefix, Scope};
use crate::refusal::Code;

#[test]
fn a_key_says_what_it_is_and_where_it_works() {
    let parse = |key| KeyPrefix::parse(key).map(|prefix| (prefix.kind, prefix.environment));
    assert_eq!(parse("sk_test_abc123"), Some((KeyKind::Secret, Environment::Sandbox)));
    assert_eq!(parse("sk_live_abc123"), Some((KeyKind::Secret, Environment::Live)));
    assert_eq!(parse("rk_test_abc123"), Some((KeyKind::Restricted, Environment::Sandbox)));
    assert_eq!(parse("pk_live_abc123"), Some((KeyKind::Public, Environment::Live)));
}

#[test]
fn what_does_not_have_the_form_of_a_key_is_none() {
    for text in ["", "sk_test_", "sk_test", "sk_prod_abc", "SK_TEST_abc", "sk_test_a b", "sk_test_é"] {
        assert_eq!(KeyPrefix::parse(text), None, "{text}");
    }
    assert_eq!(KeyPrefix::parse(&format!("sk_test_{}", "a".repeat(248))), None);
    assert!(KeyPrefix::parse(&format!("sk_test_{}", "a".repeat(247))).is_some());
}

#[test]
#[should_panic(expected = "192 random bits")]
fn a_key_that_could_be_guessed_is_never_made() {
    let prefix = KeyPrefix { kind: KeyKind::Secret, environment: Environment::Live };
    let _ = prefix.key(&[7; 23]);
}

#[test]
fn a_secret_key_may_do_everything() {
    assert!(Scope::all().all(|scope| Grant::secret().allows(scope).is_ok()));
}

#[test]
fn a_restricted_key_may_do_what_its_scopes_name_and_nothing_else() {
    let reads = Scope::read(Family::Payments);
    let grant = Grant::restricted(BTreeSet::from([reads]));
    for scope in Scope::all() {
        assert_eq!(grant.allows(scope).is_ok(), scope == reads, "{scope}");
    }
    let refusal = grant.allows(Scope::write(Family::Payments)).expect_err("a refusal");
    assert_eq!(refusal.code, Code::InsufficientScope);
    assert!(refusal.message.contains("payments:write"), "{}", refusal.message);
}

#[test]
fn a_public_key_has_no_scope() {
    assert!(Scope::all().all(|scope| Grant::public().allows(scope).is_err()));
}

#[test]
fn every_scope_is_read_back_and_an_unknown_one_is_refused_with_a_hint() {
    for scope in Scope::all() {
        assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
    }
    for text in ["", "payments", "payments:", ":read", "payments:delete", "payments:read:write"] {
        assert_eq!(Scope::parse(text).map_err(|refusal| refusal.code), Err(Code::ParameterInvalid));
    }
    let refusal = Scope::parse("payment:read").expect_err("a refusal");
    assert!(refusal.message.ends_with("did you mean payments:read?"), "{}", refusal.message);
}

#[test]
fn a_grant_is_read_back_from_its_kind_and_scopes() {
    let scopes = BTreeSet::from([Scope::write(Family::Webhooks), Scope::read(Family::Events)]);
    let grant = Grant::restricted(scopes.clone());
    assert_eq!(grant.scopes(), &scopes);
    assert_eq!(grant.scopes_text(), "events:read webhooks:write");
    for grant in [grant, Grant::secret(), Grant::public(), Grant::restricted(BTreeSet::new())] {
        assert_eq!(Grant::parse(grant.kind, &grant.scopes_text()), Ok(grant));
    }
    assert!(Grant::parse(KeyKind::Restricted, "events:read nonsense").is_err());
}

#[test]
fn each_family_has_a_pair_of_scopes() {
    assert_eq!(Scope::all().count(), Family::ALL.len() * Access::ALL.len());
}

proptest! {
    #[test]
    fn a_new_key_is_recognised_and_another_for_other_bytes(
        bytes in prop::collection::vec(any::<u8>(), 24..64),
        other in prop::collection::vec(any::<u8>(), 24..64),
        prefix in prop::sample::select(KeyPrefix::ALL.as_slice())
    ) {
        let key = prefix.key(&bytes);
        prop_assert_eq!(KeyPrefix::parse(&key), Some(prefix));
        prop_assert!(key.len() >= "sk_test_".len() + 39);
        if bytes.len() == other.len() {
            prop_assert_eq!(key == prefix.key(&other), bytes == other);
        }
    }
}
