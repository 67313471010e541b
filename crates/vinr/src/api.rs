//! The API of a server that runs, asked as a merchant's program asks it.

use std::io;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::cli::ServerOptions;
use crate::{Failure, address};

/// A server and the key of an account.
pub(crate) struct Api {
    http: reqwest::Client,
    /// Where the server is, without a slash at its end.
    pub(crate) url: String,
    key: String,
}

/// Why a question has no answer.
pub(crate) enum Trouble {
    /// It was understood and refused.
    Refused(String),
    /// There is no such thing, or no such server: the address may lead elsewhere.
    Missing(String),
    /// Asked again later it may have one.
    Away(String),
}

impl Api {
    /// The way to a server; nothing is asked yet. An answer may take as long as `timeout`.
    ///
    /// # Errors
    /// No key, or one that is none; no address.
    pub(crate) fn new(options: &ServerOptions, timeout: Duration) -> Result<Api, Failure> {
        let key = checked_key(options.key.as_deref().unwrap_or_default())?;
        let url = address::read("--url", &options.url, "http://127.0.0.1:8080")?;
        let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout);
        if address::is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(Failure::refused)?;
        let url = url.as_str().trim_end_matches('/').trim_end_matches("/v1").to_owned();
        Ok(Api { http, url, key })
    }

    /// Asks, and gives the body of the answer.
    ///
    /// # Errors
    /// There is no answer, or it is a refusal.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<String, Trouble> {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.map_err(|error| Trouble::Away(reason(&error)))?;
        let status = response.status();
        let body = response.text().await.map_err(|error| Trouble::Away(reason(&error)))?;
        if status.is_success() {
            return Ok(body);
        }
        let said = said(&body).ok_or_else(|| status.to_string());
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Trouble::Away(said.unwrap_or_else(|status| status)));
        }
        Err(match said {
            Ok(said) if status == StatusCode::NOT_FOUND => Trouble::Missing(said),
            Ok(said) => Trouble::Refused(said),
            Err(status) => Trouble::Refused(self.stranger(&status)),
        })
    }

    /// What is said of a server that is not there.
    pub(crate) fn away(&self, what: &str, why: &str) -> Failure {
        let url = &self.url;
        Failure::Refused(format!("{what} {url} ({why}); start it with `vinr serve`, or name another place with --url"))
    }

    /// What is said of a server that is not VINR's.
    pub(crate) fn stranger(&self, answer: &str) -> String {
        format!("{} does not answer as VINR does ({answer}); name the place where it serves with --url", self.url)
    }
}

fn checked_key(text: &str) -> Result<String, Failure> {
    // Files and variables bring line ends along.
    let key = text.trim();
    if key.is_empty() {
        let message = "which account? give a secret key with --key or VINR_SECRET_KEY; `vinr keys create` makes one";
        return Err(Failure::Usage(message.to_owned()));
    }
    // It goes into a header.
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "--key is no key: it has characters that no key has; `vinr keys create` makes one";
        return Err(Failure::Usage(message.to_owned()));
    }
    Ok(key.to_owned())
}

/// What an error's body says to people.
fn said(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    value["error"]["message"].as_str().map(str::to_owned)
}

/// The innermost reason in plain words, which is the one that says what to do: `connection refused`.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    match reason.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(kind @ (io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)) => kind.to_string(),
        _ => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_bring_its_line_end_along() {
        assert!(matches!(checked_key("sk_test_1\r\n").as_deref(), Ok("sk_test_1")));
        for wrong in ["", "\n", "sk_test_1\nsk_test_2", "sk_test_ü"] {
            assert!(matches!(checked_key(wrong), Err(Failure::Usage(_))), "{wrong:?}");
        }
    }
}
