//! Where a request comes from: whoever is connected, or, where that is a proxy that the operator trusts, whom it says it
//! asks for.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use vinr_core::ip_ranges::IpRange;

use crate::app::App;

/// To which every proxy appends the address that is connected to it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Peer, Infallible> {
        Ok(Peer(of(app, parts)))
    }
}

/// Where a request comes from; nothing where that is not known.
pub(super) fn of(app: &App, parts: &Parts) -> Option<IpAddr> {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    behind(connected, &parts.headers, &app.settings.trusted_proxies)
}

/// Who is behind the proxies: the last address that no trusted proxy has, because everything before it was written by
/// whoever has that one. Nothing if a trusted proxy wrote what is no address.
fn behind(connected: IpAddr, headers: &HeaderMap, trusted: &[IpRange]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
    let mut last = connected;
    for line in headers.get_all(FORWARDED_FOR).iter().rev() {
        for entry in line.as_bytes().rsplit(|byte| *byte == b',') {
            if !is_trusted(last) {
                return Some(last);
            }
            last = read(std::str::from_utf8(entry).ok()?.trim())?;
        }
    }
    Some(last)
}

/// An address, which some proxies write with its port.
fn read(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn whoever_stands_before_the_last_stranger_is_not_believed() {
        let trusted = [IpRange::parse("10.0.0.0/8").expect("a network"), IpRange::parse("::1").expect("an address")];
        let behind = |connected: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_str(line).expect("a value"));
            }
            let found = behind(connected.parse().expect("an address"), &headers, &trusted);
            found.map(|address| address.to_string()).unwrap_or_default()
        };
        assert_eq!(behind("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(behind("192.0.2.1", &["203.0.113.7"]), "192.0.2.1", "a stranger says what it likes");
        assert_eq!(behind("10.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(behind("10.0.0.1", &["198.51.100.1, 203.0.113.7, 10.1.1.1"]), "203.0.113.7");
        assert_eq!(behind("10.0.0.1", &["198.51.100.1", "203.0.113.7 ,10.1.1.1"]), "203.0.113.7");
        assert_eq!(behind("::1", &["203.0.113.7:4711"]), "203.0.113.7");
        assert_eq!(behind("::1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(behind("::1", &["::ffff:203.0.113.7"]), "203.0.113.7");
        assert_eq!(behind("10.0.0.1", &["10.2.2.2, 10.1.1.1"]), "10.2.2.2", "nobody else is there");
        assert_eq!(behind("10.0.0.1", &[]), "10.0.0.1");
        for nothing in ["unknown", "203.0.113.7, ", "203.0.113.7, _hidden"] {
            assert_eq!(behind("10.0.0.1", &[nothing]), "", "{nothing}");
        }
    }
}
