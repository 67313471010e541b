//! Secrets that must be read back are sealed before they are stored: AES-256-GCM under a key derived from the
//! installation's master key, bound to the row they belong to.
//!
//! A sealed secret is `format (1 byte) · nonce (12) · ciphertext and tag`. Which master key a card's data key is wrapped
//! with stands beside it; everything else stays under the installation's first one.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use crate::env::Entropy;
use crate::settings::MasterKey;

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

/// A sealed secret cannot be opened: it was made with another master key, for another row, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unopened;

impl std::fmt::Display for Unopened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a stored secret cannot be opened with this master key")
    }
}

impl std::error::Error for Unopened {}

/// Seals and opens the secrets of one purpose.
pub(crate) struct Sealer(Aes256Gcm);

impl Sealer {
    /// A sealer for webhook endpoints' secrets.
    pub(crate) fn of_webhooks(master: &MasterKey) -> Sealer {
        Sealer::of(master, "webhook secrets")
    }

    /// A sealer for the answers that idempotency keys replay: some of them show a secret once.
    pub(crate) fn of_replies(master: &MasterKey) -> Sealer {
        Sealer::of(master, "replies")
    }

    /// A sealer for the keys under which numbers of cards and accounts are sealed.
    pub(crate) fn of_card_keys(master: &MasterKey) -> Sealer {
        Sealer::of(master, "card vault keys")
    }

    /// A sealer with a key of its own.
    pub(crate) fn with(key: &[u8; 32]) -> Sealer {
        Sealer(Aes256Gcm::new(key.into()))
    }

    fn of(master: &MasterKey, purpose: &str) -> Sealer {
        Sealer::with(&master.derive(purpose))
    }

    /// Seals a secret; `place` names the row it belongs to, and nothing else opens it.
    pub(crate) fn seal(&self, secret: &[u8], place: &str, entropy: &Entropy) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = entropy.bytes();
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).expect("a secret is shorter than 64 GiB");
        [&[FORMAT], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Sealer::seal`] made.
    ///
    /// # Errors
    /// It was made with another key, for another place, or was changed.
    pub(crate) fn open(&self, sealed: &[u8], place: &str) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let rest = sealed.strip_prefix(&[FORMAT]).ok_or(Unopened)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unopened)?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        self.0.decrypt(&Nonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| Unopened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::of_webhooks(&MasterKey::new([byte; 32]))
    }

    #[test]
    fn a_sealed_secret_opens_with_its_key_in_its_place_only() {
        let sealed = sealer(1).seal(b"secret", "acct_1 we_1", &Entropy::seeded(1));
        assert_eq!(sealer(1).open(&sealed, "acct_1 we_1").expect("opens").as_slice(), b"secret");
        assert_eq!(sealer(2).open(&sealed, "acct_1 we_1"), Err(Unopened));
        assert_eq!(sealer(1).open(&sealed, "acct_1 we_2"), Err(Unopened));
    }

    #[test]
    fn a_changed_or_cut_secret_does_not_open() {
        let sealed = sealer(1).seal(b"secret", "place", &Entropy::seeded(1));
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(sealer(1).open(&changed, "place"), Err(Unopened), "byte {index}");
            assert_eq!(sealer(1).open(&sealed[..index], "place"), Err(Unopened), "cut at {index}");
        }
    }

    #[test]
    fn the_same_secret_never_seals_to_the_same_bytes() {
        let entropy = Entropy::seeded(1);
        assert_ne!(sealer(1).seal(b"secret", "place", &entropy), sealer(1).seal(b"secret", "place", &entropy));
    }
}
