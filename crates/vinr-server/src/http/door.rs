//! Whom an endpoint lets in beside secret and restricted keys (spec/conventions.md, Keys). All of it is settled before a
//! body is looked at; only whether a client secret is the right one is left to whoever knows what it opens.

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use vinr_core::accounts::AttestationStatus;
use vinr_core::keys::{KeyKind, Scope};
use vinr_core::refusal::{Code, Refusal};

use super::auth::store::hex;
use super::auth::{self, Caller, digest};
use super::endpoint::Effect;
use crate::app::App;
use crate::context::AccountContext;
use crate::error::{ApiError, Result};

/// The header that carries a client secret. It is never in an address: those are logged and remembered.
const CLIENT_SECRET: &str = "x-vinr-client-secret";
/// What browsers say of where a request comes from; no page can set it.
const FETCH_SITE: &str = "sec-fetch-site";

/// Whom an endpoint lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Secret and restricted keys.
    Keys,
    /// A public key as well, with the client secret of what the path names.
    ClientSecret,
    /// A public key from our own card fields, and other keys only with a SAQ D attestation on file: the body is a card.
    CardFields,
}

/// A request at a door.
pub(super) struct Knock<'a> {
    pub(super) caller: &'a Caller,
    pub(super) context: &'a AccountContext,
    pub(super) scope: Scope,
    pub(super) headers: &'a HeaderMap,
    pub(super) public_url: &'a str,
}

impl Knock<'_> {
    /// Whether it opens.
    ///
    /// # Errors
    /// `insufficient_scope`, `pci_attestation_required`.
    pub(super) fn at(&self, door: Door) -> Result<()> {
        let Knock { caller, context, scope, headers, public_url } = self;
        match (caller.grant.kind, door) {
            // What it opens is the handler's to see.
            (KeyKind::Public, Door::ClientSecret) => Ok(()),
            (KeyKind::Public, Door::CardFields) if is_from_a_page_of_ours(headers, public_url) => Ok(()),
            (KeyKind::Public, Door::CardFields) => {
                let message = "a public key tokenises cards from VINR's own card fields only: mount them with Elements";
                Err(Refusal::new(Code::InsufficientScope, message).into())
            }
            (KeyKind::Secret | KeyKind::Restricted, Door::CardFields) => {
                caller.grant.allows(*scope)?;
                check_attested(context.settings.pci_attestation)
            }
            (KeyKind::Public, Door::Keys)
            | (KeyKind::Secret | KeyKind::Restricted, Door::Keys | Door::ClientSecret) => {
                Ok(caller.grant.allows(*scope)?)
            }
        }
    }
}

fn check_attested(attestation: AttestationStatus) -> Result<()> {
    match attestation {
        AttestationStatus::Attested => Ok(()),
        AttestationStatus::Missing => {
            let message = "card numbers over the API need a PCI SAQ D attestation on file; let buyers type them on the hosted \
                           page or into Elements";
            Err(Refusal::new(Code::PciAttestationRequired, message).into())
        }
    }
}

/// Who a request of our own card fields is for: the account of its public key.
///
/// # Errors
/// 401, 403 for another kind of key or a request from elsewhere, 429.
pub(crate) async fn from_our_fields(app: &App, headers: &HeaderMap) -> Result<Caller> {
    let caller = auth::authenticate(app, headers).await?;
    let wait = app.rates.take(&caller.key, Effect::Writes, app.env.wall()).and_then(|allowance| allowance.wait_s);
    if let Some(wait) = wait {
        let message = format!("too many requests with this key; wait {wait} s");
        return Err(ApiError::from(Refusal::new(Code::RateLimited, message)).retry_after(wait));
    }
    if caller.grant.kind != KeyKind::Public || !is_from_a_page_of_ours(headers, &app.settings.public_url) {
        let message = "this is for VINR's own card fields, with a public key";
        return Err(Refusal::new(Code::InsufficientScope, message).into());
    }
    Ok(caller)
}

/// The client secret in a request's header.
pub(crate) fn client_secret(headers: &HeaderMap) -> Option<String> {
    headers.get(CLIENT_SECRET).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned())
}

/// Whose idempotency keys a browser's are: those who have the client secret that it presents, or else who has its public
/// key. Anybody may have that one, so what is done with it must neither be told what a secret key was answered nor use up
/// the keys of one. Nothing for a merchant's own program.
pub(super) fn realm(caller: &Caller, client_secret: Option<&str>) -> Option<String> {
    match caller.grant.kind {
        KeyKind::Public => Some(client_secret.map_or_else(|| caller.key.to_string(), |secret| hex(&digest(secret)))),
        KeyKind::Secret | KeyKind::Restricted => None,
    }
}

/// Whether a request was made by a page of this server. Browsers name the page's origin with every POST, and no page can
/// name another one than its own.
fn is_from_a_page_of_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(ORIGIN.as_str()).and_then(|origin| origin.parse::<Uri>().ok());
    let Some(authority) = origin.as_ref().and_then(Uri::authority) else { return false };
    let public = public_url.parse::<Uri>().ok();
    let ours = [text(HOST.as_str()), public.as_ref().and_then(Uri::authority).map(Authority::as_str)];
    let is_ours = ours.into_iter().flatten().any(|ours| ours.eq_ignore_ascii_case(authority.as_str()));
    is_ours && text(FETCH_SITE).is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_ours_by_its_origin() {
        let ours = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                let name = axum::http::HeaderName::from_static(name);
                (name, axum::http::HeaderValue::from_str(value).expect("a value"))
            });
            is_from_a_page_of_ours(&pairs.collect::<HeaderMap>(), "https://pay.example")
        };
        let host = ("host", "127.0.0.1:8080");
        assert!(ours(&[host, ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")]));
        assert!(ours(&[host, ("origin", "https://pay.example")]), "behind a proxy that has another name");
        assert!(!ours(&[host]), "whoever says nothing is no browser");
        assert!(!ours(&[host, ("origin", "null")]));
        assert!(!ours(&[host, ("origin", "https://shop.example")]));
        assert!(!ours(&[host, ("origin", "http://127.0.0.1:8080.shop.example")]));
        assert!(!ours(&[host, ("origin", "https://pay.example"), ("sec-fetch-site", "cross-site")]));
    }
}
