//! Addresses as people type them.

use std::net::IpAddr;

use reqwest::Url;

use crate::Failure;

/// Reads the address that a flag names; `localhost:3000/webhooks` is one too.
///
/// # Errors
/// It is no http or https address, or has credentials in it, which would be sent as a header that nobody asked for.
pub(crate) fn read(flag: &str, text: &str, example: &str) -> Result<Url, Failure> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let wrong = |why: &str| Failure::Usage(format!("{flag} {why}, such as {example}"));
    let url = Url::parse(&full).map_err(|error| wrong(&format!("`{text}` is no address ({error}); give one")))?;
    if !url.has_host() || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(&format!("`{text}` is no address; give one that begins with http:// or https://")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has credentials in its address; give it without"));
    }
    Ok(url)
}

/// Whether an address is this machine's, where no proxy leads to.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost" || host.ends_with(".localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_leave_out_its_scheme() {
        let read = |text: &str| read("--url", text, "http://localhost").map(String::from);
        assert!(matches!(read("localhost:3000/hook").as_deref(), Ok("http://localhost:3000/hook")));
        assert!(matches!(read("https://shop.example/hook").as_deref(), Ok("https://shop.example/hook")));
        for wrong in ["ftp://shop.example", "http://", "a b", "", "http://me:secret@shop.example"] {
            assert!(matches!(read(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        let local = |text: &str| is_loopback(&Url::parse(text).unwrap());
        for here in ["http://localhost:1", "http://127.3.2.1", "http://[::1]:8080/hook", "http://shop.localhost"] {
            assert!(local(here), "{here}");
        }
        for elsewhere in ["http://192.168.0.1", "https://shop.example", "http://localhost.example"] {
            assert!(!local(elsewhere), "{elsewhere}");
        }
    }
}
