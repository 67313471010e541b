//! What a delivery is signed with, and how a receiver checks it (spec/webhooks.md, Signature). Pure functions.
//!
//! `x-vinr-signature: t=<unix>,v1=<hex>[,v1=<hex>]` has one `v1` for every secret that may verify it: the endpoint's,
//! its previous one while a rotation overlaps, and one derived from each of the account's newest
//! [`KEY_SIGNATURES_MAX`] active secret keys. The Standard Webhooks headers carry the endpoint's secrets alone.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use vinr_core::time::WallTime;
use zeroize::Zeroizing;

use crate::http::auth::store::hex;

/// Most secret keys of an account that a delivery is signed for, the newest first. An account that keeps more of them
/// verifies with the endpoint's secret, or with one of these keys.
pub const KEY_SIGNATURES_MAX: usize = 16;
/// How far a signature's time may be from the verifier's clock, in seconds, in both directions.
pub const TOLERANCE_S: i64 = 300;
/// What an endpoint's secret begins with when it is shown.
pub const SECRET_PREFIX: &str = "whsec_";

const KEY_INFO: &[u8] = b"vinr webhook";

/// A secret that signs: the bytes themselves, not their text.
pub type Secret = Zeroizing<Vec<u8>>;

/// Everything that signs one delivery.
#[derive(Clone, Default)]
pub struct Signers {
    /// The endpoint's secret, and its previous one while both are good.
    pub endpoint: Vec<Secret>,
    /// Derived from the account's active secret keys, the newest first.
    pub keys: Vec<Secret>,
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// The header is not of the form `t=…,v1=…`.
    Malformed,
    /// The time is more than five minutes away.
    Stale,
    /// No signature was made with a known secret.
    Mismatch,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Rejected::Malformed => "the signature header is not of the form t=…,v1=…",
            Rejected::Stale => "the signature is more than five minutes old or from the future",
            Rejected::Mismatch => "no signature was made with a known secret",
        })
    }
}

impl std::error::Error for Rejected {}

/// The text of an endpoint's secret.
pub fn shown(secret: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(secret))
}

/// The bytes of a secret that is written as [`shown`] writes it.
pub fn read_secret(text: &str) -> Option<Secret> {
    STANDARD.decode(text.strip_prefix(SECRET_PREFIX)?).ok().map(Zeroizing::new)
}

/// The signing secret that belongs to a secret key, from the key's SHA-256 digest (which is all that is stored).
pub fn of_key_digest(digest: &[u8; 32]) -> Secret {
    let mut secret = Zeroizing::new(vec![0; 32]);
    Hkdf::<Sha256>::new(None, digest).expand(KEY_INFO, &mut secret).expect("32 bytes are not too many for HKDF-SHA256");
    secret
}

/// The signing secret that belongs to a secret key.
pub fn of_key(key: &str) -> Secret {
    of_key_digest(&Sha256::digest(key.as_bytes()).into())
}

/// The headers of a delivery: lower-case names and values.
pub fn headers(signers: &Signers, event_id: &str, body: &[u8], wall: WallTime) -> Vec<(&'static str, String)> {
    let seconds = wall.seconds();
    let mut standard = String::new();
    for secret in &signers.endpoint {
        let mac = mac(secret, &[event_id.as_bytes(), b".", seconds.to_string().as_bytes(), b".", body]);
        let separator = if standard.is_empty() { "" } else { " " };
        let _ = write!(standard, "{separator}v1,{}", STANDARD.encode(mac));
    }
    vec![
        ("x-vinr-signature", header(signers, body, seconds)),
        ("webhook-id", event_id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", standard),
    ]
}

/// The value of `x-vinr-signature`.
pub fn header(signers: &Signers, body: &[u8], seconds: i64) -> String {
    let mut value = format!("t={seconds}");
    let keys = signers.keys.iter().take(KEY_SIGNATURES_MAX);
    for secret in signers.endpoint.iter().chain(keys) {
        let _ = write!(value, ",v1={}", hex(&signature(secret, seconds, body)));
    }
    value
}

/// Checks an `x-vinr-signature` against a body and the secrets that may have signed it.
///
/// # Errors
/// It is malformed, out of its time, or of nobody known.
pub fn verify(header: &str, body: &[u8], secrets: &[Secret], now: WallTime) -> Result<(), Rejected> {
    let (seconds, signatures) = parse(header).ok_or(Rejected::Malformed)?;
    if seconds.abs_diff(now.seconds()) > TOLERANCE_S.unsigned_abs() {
        return Err(Rejected::Stale);
    }
    // Every pair is compared, so that the time taken tells nothing of which one matched.
    let mut matched = Choice::from(0);
    for secret in secrets {
        let expected = hex(&signature(secret, seconds, body));
        for given in &signatures {
            matched |= expected.as_bytes().ct_eq(given.as_bytes());
        }
    }
    if bool::from(matched) { Ok(()) } else { Err(Rejected::Mismatch) }
}

fn parse(header: &str) -> Option<(i64, Vec<&str>)> {
    let mut seconds = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", value) if seconds.is_none() => seconds = Some(value.parse().ok()?),
            ("t", _) => return None,
            ("v1", value) => signatures.push(value),
            // A scheme of a later version is for others.
            _ => {}
        }
    }
    (!signatures.is_empty()).then_some((seconds?, signatures))
}

fn signature(secret: &[u8], seconds: i64, body: &[u8]) -> [u8; 32] {
    mac(secret, &[seconds.to_string().as_bytes(), b".", body])
}

fn mac(secret: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
