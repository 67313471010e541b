//! The way out: the one HTTP client that reaches addresses which merchants chose.
//!
//! Every connection is checked when it is made: names are resolved by our own resolver, which drops what
//! [`addresses::is_allowed`] refuses, and an address written into a URL is checked before every request. So a name
//! that resolved to a public address a moment ago gains nothing by resolving to a private one now. No proxy, no
//! redirects, no credentials in URLs.

mod addresses;
mod resolver;

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use reqwest::Url;
use reqwest::redirect::Policy;
use vinr_core::keys::Environment;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::WallTime;
use vinr_core::webhooks::Unreached;

pub use resolver::Lookup;
use resolver::{Failure, Resolver};

use crate::env::{Answer, Post, RetryAfter};
use crate::settings::PrivateWebhooks;

/// How much of an answer's body is kept.
const BODY_BYTES_MAX: usize = 4_096;
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Unused connections kept for one host.
const IDLE_MAX: usize = 8;

/// What deliveries call their sender.
pub const USER_AGENT: &str = concat!("vinr/", env!("CARGO_PKG_VERSION"));

/// Why a request got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EgressError(pub Unreached);

impl std::fmt::Display for EgressError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl std::error::Error for EgressError {}

/// The outgoing client; a handle that is cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    private: PrivateWebhooks,
}

impl Client {
    /// A client that resolves names with the system's resolver.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(private: PrivateWebhooks) -> Result<Client, reqwest::Error> {
        Client::with_lookup(private, resolver::system())
    }

    /// A client that resolves names with this function.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn with_lookup(private: PrivateWebhooks, lookup: Lookup) -> Result<Client, reqwest::Error> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Resolver { lookup, private })
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Client { http, private })
    }

    /// Posts a body and reads the beginning of the answer, all within the request's time limit.
    ///
    /// # Errors
    /// The address is refused, or nobody answered in time.
    pub async fn post(&self, request: Post) -> Result<Answer, EgressError> {
        let url = Url::parse(&request.url).map_err(|_| EgressError(Unreached::AddressRefused))?;
        self.check_literal(&url)?;
        let limit = Duration::from_millis(request.timeout_ms);
        let exchange = self.exchange(url, request);
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(EgressError(Unreached::Timeout)))
    }

    /// An address in a URL passes by the resolver, so it is checked here.
    fn check_literal(&self, url: &Url) -> Result<(), EgressError> {
        let allowed = match host_address(url) {
            Some(address) => addresses::is_allowed(address, self.private),
            None => url.host_str().is_some(),
        };
        let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        if allowed && plain { Ok(()) } else { Err(EgressError(Unreached::AddressRefused)) }
    }

    async fn exchange(&self, url: Url, request: Post) -> Result<Answer, EgressError> {
        let mut builder = self.http.post(url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let mut response = builder.body(request.body).send().await.map_err(|error| classify(&error))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(reqwest::header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| read_retry_after(value.to_str().ok()?));
        let mut body = Vec::new();
        // The status decides; a body that breaks off is kept as far as it came.
        while body.len() < BODY_BYTES_MAX
            && let Ok(Some(chunk)) = response.chunk().await
        {
            body.extend_from_slice(&chunk[..chunk.len().min(BODY_BYTES_MAX - body.len())]);
        }
        // PostgreSQL keeps no NUL in text.
        let body = String::from_utf8_lossy(&body).replace('\0', "\u{fffd}");
        Ok(Answer { status, retry_after, body })
    }
}

/// Checks a URL that a merchant wants deliveries at (spec/webhooks.md, Where it may go).
///
/// # Errors
/// `parameter_invalid` at `url`: not absolute, with credentials, or in live not https on port 443.
pub(crate) fn check_url(text: &str, environment: Environment) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::new(Code::ParameterInvalid, message).at("url"));
    let Ok(url) = Url::parse(text) else {
        return refuse("`url` must be an absolute http or https URL");
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return refuse("`url` must be an absolute http or https URL");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("`url` must not contain credentials; deliveries are signed instead");
    }
    if environment == Environment::Live && url.scheme() != "https" {
        return refuse("`url` must be https in live");
    }
    if environment == Environment::Live && url.port_or_known_default() != Some(443) {
        return refuse("`url` must use port 443 in live");
    }
    Ok(())
}

/// A number of seconds, or a date in any of the three forms that servers write (RFC 9110, 5.6.7).
fn read_retry_after(text: &str) -> Option<RetryAfter> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(RetryAfter::Seconds(i64::from(seconds)));
    }
    let since_1970 = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(RetryAfter::At(WallTime::from_millis(i64::try_from(since_1970.as_millis()).ok()?)))
}

fn host_address(url: &Url) -> Option<IpAddr> {
    // The parser has turned every spelling of an IPv4 address (octal, one number) into dots already.
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// What a failure of the client means, from the chain of its causes.
fn classify(error: &reqwest::Error) -> EgressError {
    if error.is_timeout() {
        return EgressError(Unreached::Timeout);
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(failure) = inner.downcast_ref::<Failure>() {
            return EgressError(failure.0);
        }
        if inner.is::<rustls::Error>() {
            return EgressError(Unreached::TlsFailed);
        }
        if let Some(failed) = inner.downcast_ref::<hyper::Error>()
            && failed.is_parse()
        {
            return EgressError(Unreached::AnswerInvalid);
        }
        // An I/O error hides its cause from `source` (it answers that of the error inside).
        cause = match inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(hidden) => Some(hidden),
            None => inner.source(),
        };
    }
    EgressError(Unreached::ConnectionFailed)
}

#[cfg(test)]
mod tests;
