//! Origins of web pages (RFC 6454), for an account's list of those that may show its card fields.
//!
//! An origin is named exactly: scheme, host, port. There are no wildcards, because one forgotten subdomain that somebody
//! else can fill would be enough to put a page of theirs around the fields.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::keys::Environment;
use crate::refusal::{Code, Refusal};

/// Longest host (RFC 1035, 2.3.4).
const HOST_LENGTH_MAX: usize = 253;
/// Longest part of a host (RFC 1035, 2.3.4).
const LABEL_LENGTH_MAX: usize = 63;

/// How a page came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    /// Nobody on the way could change it.
    Https,
    /// For programs that are being written, on the machine that they are written on.
    Http,
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        [Self::Https, Self::Http].into_iter().find(|scheme| scheme.as_str() == text)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

/// The origin of a web page, as browsers write it: `https://shop.example`, `http://localhost:5173`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    /// `None` for the scheme's own.
    port: Option<u16>,
}

impl Origin {
    /// Reads an origin that an account of this environment may name, in any case. The scheme's own port is left out.
    ///
    /// # Errors
    /// `parameter_invalid`: a path or wildcard, a scheme but https, http for another host than this machine's or in live,
    /// an address that no policy of a browser can hold.
    pub fn parse(text: &str, environment: Environment) -> Result<Self, Refusal> {
        let lower = text.trim().to_ascii_lowercase();
        if lower.contains('*') {
            return Err(refused(
                "name each origin; wildcards are not taken: a subdomain that is forgotten could be another's",
            ));
        }
        let origin = Self::read(&lower).ok_or_else(|| {
            let message = format!(
                "{text:?} is no origin such as https://shop.example: a scheme, a host in ASCII (xn--… for others) and a port \
                 if it is not the usual one; no path, no address of digits"
            );
            Refusal::new(Code::ParameterInvalid, message).at(PARAM)
        })?;
        match (origin.scheme, environment) {
            (Scheme::Https, _) => Ok(origin),
            (Scheme::Http, Environment::Sandbox) if origin.is_on_this_machine() => Ok(origin),
            (Scheme::Http, Environment::Sandbox) => Err(refused("expected https: http is for localhost only")),
            (Scheme::Http, Environment::Live) => Err(refused("expected https: in live every page comes over it")),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = Scheme::parse(scheme)?;
        let (host, port) = match rest.split_once(':') {
            // `parse` would take a sign.
            Some((host, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, Some(digits.parse().ok().filter(|port| *port > 0)?))
            }
            Some(_) => return None,
            None => (rest, None),
        };
        let port = port.filter(|port| *port != scheme.default_port());
        is_host(host).then(|| Self { scheme, host: host.into(), port })
    }

    fn is_on_this_machine(&self) -> bool {
        self.host == "localhost" || self.host == LOOPBACK || self.host.ends_with(".localhost")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Whose pages may put an account's card fields into a frame, beside this server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Embedders<'a> {
    /// Everybody's, that come over https or from the buyer's own machine: a sandbox where nobody was named.
    Any,
    /// Those of these origins.
    Named(&'a [Origin]),
    /// Nobody's: live, until somebody is named.
    Nobody,
}

impl<'a> Embedders<'a> {
    /// Those of an account of this environment that named these.
    pub fn of(named: &'a [Origin], environment: Environment) -> Self {
        match (named, environment) {
            ([], Environment::Sandbox) => Self::Any,
            ([], Environment::Live) => Self::Nobody,
            _ => Self::Named(named),
        }
    }

    /// Checks the origin of a page as its browser writes it.
    ///
    /// # Errors
    /// `origin_not_allowed`, with what to do about it.
    pub fn check(self, origin: &str) -> Result<(), Refusal> {
        let refused = |message| Err(Refusal::new(Code::OriginNotAllowed, message));
        match self {
            Self::Any if origin.starts_with("https://") => Ok(()),
            Self::Any if Origin::parse(origin, Environment::Sandbox).is_ok() => Ok(()),
            Self::Any => {
                refused(format!("{origin} may not show card fields: serve the page over https, or from localhost"))
            }
            Self::Named(named) if named.iter().any(|one| is_written(one, origin)) => Ok(()),
            Self::Named(_) => refused(format!(
                "{origin} may not show this account's card fields: add it to `allowedOrigins` (PATCH /v1/account)"
            )),
            Self::Nobody => refused(format!(
                "no page may show this account's card fields yet: name its origin, {origin}, in `allowedOrigins` \
                 (PATCH /v1/account)"
            )),
        }
    }
}

const PARAM: &str = "allowedOrigins";
/// The one address of digits that a browser's policy can hold (CSP Level 3, 6.7.2.7).
const LOOPBACK: &str = "127.0.0.1";

/// Whether this is how a browser writes the origin.
fn is_written(origin: &Origin, text: &str) -> bool {
    Origin::read(text).as_ref() == Some(origin)
}

/// Whether a browser's policy can hold it: letters, digits and hyphens (CSP Level 3, host-source), no address but one.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_LENGTH_MAX).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // Browsers read a host that ends in a number as an address (URL Standard, 3.5).
    let is_address = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    host.len() <= HOST_LENGTH_MAX && host.split('.').all(is_label) && (!is_address || host == LOOPBACK)
}

fn refused(message: &str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at(PARAM)
}

#[cfg(test)]
mod tests;
