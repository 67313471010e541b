//! Who calls: finds the key of a request, the account behind it, and what it may do (spec/conventions.md, Keys).

pub(crate) mod store;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use vinr_core::accounts::Settings;
use vinr_core::ids::{AccountId, KeyId};
use vinr_core::keys::{Grant, KeyKind, KeyPrefix};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::{Span, WallTime};

use crate::app::App;
use crate::error::Result;

/// The other header that carries a key.
const API_KEY: &str = "x-api-key";
/// The headers' names as problems name them.
const AUTHORIZATION_NAME: &str = "Authorization";
const API_KEY_NAME: &str = "X-Api-Key";
/// How long a key that was found may be remembered; a key that was not found never is.
const REMEMBERED: Span = Span::seconds(1);
/// Remembered keys at most; beyond, all are forgotten and found again.
const REMEMBERED_MAX: usize = 10_000;

/// Who calls and what they may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account the key belongs to.
    pub account: AccountId,
    /// The key.
    pub key: KeyId,
    /// What it may do.
    pub grant: Arc<Grant>,
}

/// Keys found in the last second.
#[derive(Default)]
pub struct KeyCache(Mutex<HashMap<Digest, Seen>>);

type Digest = [u8; 32];
type Seen = (WallTime, Arc<store::Key>);

/// The digest under which a key's secret is stored: its text hashed once. A key carries at least 192 bits of
/// randomness, so a slow hash would protect nothing.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Finds the caller of a request.
///
/// # Errors
/// 401 without a valid key, 400 with two different ones.
pub(crate) async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Caller> {
    let Presented { secret, header } = presented(headers)?;
    find(app, &secret, header).await
}

/// Finds whose pages a public key stands in. A public key is the only one that may be in an address.
///
/// # Errors
/// 401 for what is no valid key, 403 for another kind of key.
pub(crate) async fn of_public_key(app: &App, key: &str) -> Result<Caller> {
    match KeyPrefix::parse(key).map(|prefix| prefix.kind) {
        Some(KeyKind::Secret | KeyKind::Restricted) => {
            let message = "a page holds the public key, pk_…, and no other: roll this one, it may have been read";
            Err(Refusal::new(Code::InsufficientScope, message).into())
        }
        Some(KeyKind::Public) | None => find(app, key, "key").await,
    }
}

/// Finds the caller of a key; `place` is where it was presented.
async fn find(app: &App, secret: &str, place: &'static str) -> Result<Caller> {
    let invalid = |message| invalid(place, message);
    let prefix = KeyPrefix::parse(secret).ok_or_else(|| invalid("this is not a VINR API key"))?;
    if prefix.environment != app.settings.environment {
        let message = format!(
            "this key belongs to the {} environment, and this is the {} host",
            prefix.environment.as_str(),
            app.settings.environment.as_str()
        );
        return Err(invalid(&message).into());
    }
    let digest = digest(secret);
    let now = app.env.wall();
    let key = if let Some(key) = app.keys.recall(&digest, now) {
        key
    } else {
        let found = store::by_digest(&app.db, &digest).await?;
        let key = Arc::new(found.ok_or_else(|| invalid("no such API key; check that it was copied whole"))?);
        app.keys.remember(digest, now, Arc::clone(&key));
        key
    };
    // The index found it; the comparison that decides takes the same time whatever the difference.
    if !bool::from(key.digest.ct_eq(&digest)) {
        return Err(invalid("no such API key; check that it was copied whole").into());
    }
    if key.expires.is_some_and(|expires| expires <= now) {
        return Err(invalid("this API key has expired; use the key that replaced it").into());
    }
    app.key_uses.note(&key, now);
    Ok(Caller { account: key.account.clone(), key: key.id.clone(), grant: Arc::new(key.grant.clone()) })
}

/// Checks an account's IP allow-list; an empty list allows all.
///
/// # Errors
/// 403 `ip_not_allowed` from an address that is not on it.
pub(crate) fn check_address(settings: &Settings, peer: Option<IpAddr>) -> Result<()> {
    if settings.ip_allow_list.is_empty() || peer.is_some_and(|peer| settings.allows_address(peer)) {
        return Ok(());
    }
    let from = peer.map_or_else(|| "this address".to_owned(), |peer| peer.to_string());
    Err(Refusal::new(Code::IpNotAllowed, format!("{from} is not on this account's IP allow-list")).into())
}

/// A key as it was sent.
struct Presented {
    secret: String,
    /// The header it came in.
    header: &'static str,
}

fn presented(headers: &HeaderMap) -> Result<Presented> {
    let carried = headers.get_all(AUTHORIZATION).iter().map(|value| value.to_str().ok().and_then(from_authorization));
    let carried = carried.map(|secret| (secret, AUTHORIZATION_NAME));
    let named = headers.get_all(API_KEY).iter().map(|value| value.to_str().ok().map(|text| text.trim().to_owned()));
    let named = named.map(|secret| (secret, API_KEY_NAME));
    let mut found: Option<Presented> = None;
    for (secret, header) in carried.chain(named) {
        let secret = secret
            .filter(|secret| !secret.is_empty())
            .ok_or_else(|| invalid(header, "the key could not be read; send it as `Authorization: Bearer KEY`"))?;
        if found.as_ref().is_some_and(|other| other.secret != secret) {
            let message = "the request carries two different API keys; send one";
            return Err(Refusal::new(Code::ParameterConflict, message).at(header).into());
        }
        found.get_or_insert(Presented { secret, header });
    }
    found.ok_or_else(|| {
        let message = "no API key; send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`";
        invalid(AUTHORIZATION_NAME, message).into()
    })
}

fn from_authorization(value: &str) -> Option<String> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        return Some(decoded.split(':').next().unwrap_or_default().to_owned());
    }
    None
}

fn invalid(header: &'static str, message: &str) -> Refusal {
    Refusal::new(Code::InvalidApiKey, message).at(header)
}

impl KeyCache {
    fn recall(&self, digest: &[u8; 32], now: WallTime) -> Option<Arc<store::Key>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(digest).filter(|(at, _)| *at <= now && now < at.plus(REMEMBERED)).map(|(_, key)| Arc::clone(key))
    }

    fn remember(&self, digest: [u8; 32], now: WallTime, key: Arc<store::Key>) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= REMEMBERED_MAX {
            keys.clear();
        }
        keys.insert(digest, (now, key));
    }
}
