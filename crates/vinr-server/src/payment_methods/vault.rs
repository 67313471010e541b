//! Numbers of saved cards and bank accounts. Each is sealed under a data key of its own, and that key is wrapped with
//! the newest master key: replacing a master key re-wraps small keys and touches no number. The security code is never
//! here.
//!
//! Ciphers and digests work on the stack, which no allocator wipes: whatever touches a number or its key is done
//! [`on_wiped_stack`].

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use vinr_core::cards::CardNumber;
use vinr_core::ibans::Iban;
use vinr_core::ids::{AccountId, PaymentMethodId};
use vinr_core::refusal::Refusal;
use zeroize::{Zeroizing, zeroize_stack};

use crate::env::Entropy;
use crate::error::{ApiError, Result};
use crate::keyring::Keyring;
use crate::sealing::Sealer;

/// How many hexadecimal digits a fingerprint has: 96 bits.
const FINGERPRINT_LENGTH: usize = 24;

/// How far down the stack is overwritten; sealing reaches some 10 kB deep in a build without optimisation.
const STACK_BYTES: usize = 64 * 1024;

/// A number to be kept.
#[derive(Clone, Copy)]
pub(crate) enum Number<'a> {
    /// Of a card.
    Card(&'a CardNumber),
    /// Of a bank account.
    Account(&'a Iban),
}

impl Number<'_> {
    fn expose(&self) -> &str {
        match self {
            Number::Card(number) => number.expose(),
            Number::Account(iban) => iban.expose(),
        }
    }

    /// What its fingerprints' key is for.
    fn fingerprints(self) -> &'static str {
        match self {
            Number::Card(_) => "card fingerprints",
            Number::Account(_) => "account fingerprints",
        }
    }
}

/// A sealed number as its row holds it.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// The master key that wraps the data key.
    pub(super) key_id: i64,
    /// The data key.
    pub(super) wrapped_key: Vec<u8>,
    /// The number.
    pub(super) sealed: Vec<u8>,
}

/// Seals a number; nothing but its own row opens it again.
pub(super) fn seal(keyring: &Keyring, entropy: &Entropy, place: &str, number: Number<'_>) -> Envelope {
    on_wiped_stack(|| {
        let (key_id, master) = keyring.newest();
        let data_key = Zeroizing::new(entropy.bytes::<32>());
        Envelope {
            key_id,
            wrapped_key: Sealer::of_card_keys(&master).seal(&*data_key, place, entropy),
            sealed: Sealer::with(&data_key).seal(number.expose().as_bytes(), place, entropy),
        }
    })
}

/// Opens a number, which is read as what it is of.
///
/// # Errors
/// The master key is gone, the row was changed or moved, or the number is of something else.
pub(super) fn open<T>(
    keyring: &Keyring,
    place: &str,
    envelope: &Envelope,
    read: fn(&str) -> std::result::Result<T, Refusal>,
) -> Result<T> {
    on_wiped_stack(|| {
        let data_key = unwrapped(keyring, place, envelope)?;
        let digits = Sealer::with(&data_key).open(&envelope.sealed, place).map_err(ApiError::internal)?;
        let digits = std::str::from_utf8(&digits).map_err(ApiError::internal)?;
        read(digits).map_err(ApiError::internal)
    })
}

/// The same number with its data key wrapped with the newest master key; `None` if it is already.
///
/// # Errors
/// As [`open`].
pub(super) fn rewrapped(
    keyring: &Keyring,
    entropy: &Entropy,
    place: &str,
    envelope: Envelope,
) -> Result<Option<Envelope>> {
    let (key_id, master) = keyring.newest();
    if envelope.key_id == key_id {
        return Ok(None);
    }
    let wrapped_key = on_wiped_stack(|| {
        let data_key = unwrapped(keyring, place, &envelope)?;
        Ok::<_, ApiError>(Sealer::of_card_keys(&master).seal(&*data_key, place, entropy))
    })?;
    Ok(Some(Envelope { key_id, wrapped_key, sealed: envelope.sealed }))
}

/// What a number is bound to.
pub(super) fn place(account: &AccountId, id: &PaymentMethodId) -> String {
    format!("{account} {id}")
}

/// The same for the same number in one account. Keyed, since there are few enough numbers to try them all.
pub(super) fn fingerprint(keyring: &Keyring, account: &AccountId, number: Number<'_>) -> String {
    on_wiped_stack(|| {
        let key = keyring.first().derive(number.fingerprints());
        let mut mac = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes keys of any length");
        mac.update(account.as_str().as_bytes());
        mac.update(b" ");
        mac.update(number.expose().as_bytes());
        let mut text = crate::http::auth::store::hex(&mac.finalize().into_bytes());
        text.truncate(FINGERPRINT_LENGTH);
        text
    })
}

/// Does it, and overwrites what it left on the stack.
fn on_wiped_stack<T>(work: impl FnOnce() -> T) -> T {
    /// A frame of its own: inlined, it would lie above what is wiped.
    #[inline(never)]
    fn apart<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let result = apart(work);
    zeroize_stack::<STACK_BYTES>();
    result
}

fn unwrapped(keyring: &Keyring, place: &str, envelope: &Envelope) -> Result<Zeroizing<[u8; 32]>> {
    let master = keyring
        .get(envelope.key_id)
        .ok_or_else(|| ApiError::internal(format!("master key {} is not in the key file", envelope.key_id)))?;
    let key = Sealer::of_card_keys(&master).open(&envelope.wrapped_key, place).map_err(ApiError::internal)?;
    <[u8; 32]>::try_from(key.as_slice()).map(Zeroizing::new).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::MasterKey;

    fn ring(keys: &[u8]) -> Keyring {
        let keys: Vec<MasterKey> = keys.iter().map(|byte| MasterKey::new([*byte; 32])).collect();
        Keyring::following(keys, Box::new(|| None))
    }

    fn number() -> CardNumber {
        CardNumber::parse("4242 4242 4242 4242").expect("a number")
    }

    #[test]
    fn a_number_opens_in_its_place_only_and_stays_when_the_master_key_changes() {
        let entropy = Entropy::seeded(1);
        let open = |ring: &Keyring, place: &str, envelope: &Envelope| open(ring, place, envelope, CardNumber::parse);
        let envelope = seal(&ring(&[1]), &entropy, "acct_1 pm_1", Number::Card(&number()));
        assert_eq!(open(&ring(&[1]), "acct_1 pm_1", &envelope).expect("opens").expose(), "4242424242424242");
        assert!(open(&ring(&[1]), "acct_1 pm_2", &envelope).is_err());
        assert!(open(&ring(&[2]), "acct_1 pm_1", &envelope).is_err());
        let before = envelope.sealed.clone();
        let after = rewrapped(&ring(&[1, 2]), &entropy, "acct_1 pm_1", envelope).expect("opens").expect("re-wrapped");
        assert_eq!((after.key_id, &after.sealed), (2, &before));
        assert!(open(&ring(&[9, 2]), "acct_1 pm_1", &after).is_ok(), "the old master key is not needed any more");
        assert!(open(&ring(&[1]), "acct_1 pm_1", &after).is_err(), "nor does it open anything");
        assert!(rewrapped(&ring(&[1, 2]), &entropy, "acct_1 pm_1", after).expect("opens").is_none());
    }

    #[test]
    fn a_fingerprint_is_the_same_in_one_account_and_says_nothing_elsewhere() {
        let [one, other] = ["acct_1", "acct_2"].map(|id| AccountId::parse(id).expect("an id"));
        let number = number();
        let number = Number::Card(&number);
        let first = fingerprint(&ring(&[1]), &one, number);
        assert_eq!(first, fingerprint(&ring(&[1, 2]), &one, number));
        assert_ne!(first, fingerprint(&ring(&[1]), &other, number));
        assert_ne!(first, fingerprint(&ring(&[2]), &one, number));
        assert_eq!(first.len(), FINGERPRINT_LENGTH);
    }
    #[test]
    fn an_accounts_number_is_kept_as_a_cards_is() {
        let (entropy, one) = (Entropy::seeded(1), AccountId::parse("acct_1").expect("an id"));
        let iban = Iban::parse("FR14 2004 1010 0505 0001 3M02 606").expect("a number");
        let envelope = seal(&ring(&[1]), &entropy, "acct_1 pm_1", Number::Account(&iban));
        assert!(!envelope.sealed.windows(6).any(|bytes| bytes == b"200410"), "sealed");
        let opened = open(&ring(&[1]), "acct_1 pm_1", &envelope, Iban::parse).expect("opens");
        assert_eq!(opened.expose(), "FR1420041010050500013M02606");
        assert!(open(&ring(&[1]), "acct_1 pm_1", &envelope, CardNumber::parse).is_err(), "it is no card");
        let other = Iban::parse("BG80 BNBG 9661 1020 3456 78").expect("a number");
        let print = |iban| fingerprint(&ring(&[1]), &one, Number::Account(iban));
        assert_eq!((print(&iban), print(&iban).len()), (print(&opened), FINGERPRINT_LENGTH));
        assert_ne!(print(&iban), print(&other));
    }
}
