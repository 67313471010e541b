use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use reqwest::dns::Resolve as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Answers every connection with these bytes, after the request has come.
async fn serve(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("binds");
    let port = listener.local_addr().expect("has an address").port();
    #[expect(clippy::disallowed_methods, reason = "a test's server, which ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(answer).await;
        }
    });
    port
}

fn post(url: String) -> Post {
    Post {
        url,
        headers: vec![("content-type", "application/json".into())],
        body: Bytes::from_static(b"{}"),
        timeout_ms: 2_000,
    }
}

/// Answers each lookup with the next of these, the last one again and again.
fn lookups(answers: Vec<Vec<IpAddr>>) -> (Lookup, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let lookup: Lookup = Arc::new(move |_| {
        let index = counted.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        let found = answers[index].clone();
        Box::pin(async move { Ok(found) })
    });
    (lookup, count)
}

fn client(private: PrivateWebhooks, lookup: Lookup) -> Client {
    Client::with_lookup(private, lookup).expect("builds")
}

#[tokio::test]
async fn an_answer_comes_with_its_status_and_wait() {
    let port = serve(b"HTTP/1.1 503 Busy\r\nretry-after: 17\r\ncontent-length: 4\r\n\r\nbusy").await;
    let client = Client::new(PrivateWebhooks::Loopback).expect("builds");
    let answer = client.post(post(format!("http://127.0.0.1:{port}/hook"))).await.expect("answers");
    assert_eq!((answer.status, answer.retry_after, answer.body.as_str()), (503, Some(RetryAfter::Seconds(17)), "busy"));
}

#[test]
fn a_wait_is_a_number_or_a_date() {
    let moment = Some(RetryAfter::At(WallTime::from_millis(784_111_777_000)));
    // The same moment in the form that servers write, and in the two that they wrote once.
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(read_retry_after(text), moment, "{text}");
    }
    assert_eq!(read_retry_after(" 0 "), Some(RetryAfter::Seconds(0)));
    assert_eq!(read_retry_after("4294967295"), Some(RetryAfter::Seconds(4_294_967_295)));
    for text in ["", "soon", "-1", "1.5", "1 s", "Sun, 06 Nov 1994", "2026-06-01T12:00:00Z", "99999999999999999999"] {
        assert_eq!(read_retry_after(text), None, "{text}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let port = serve(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    let client = Client::new(PrivateWebhooks::Loopback).expect("builds");
    assert_eq!(client.post(post(format!("http://127.0.0.1:{port}/"))).await.map(|answer| answer.status), Ok(302));
}

#[tokio::test]
async fn a_long_answer_is_cut() {
    static ANSWER: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        [b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".as_slice(), &[b'x'; 100_000]].concat()
    });
    let port = serve(&ANSWER).await;
    let client = Client::new(PrivateWebhooks::Loopback).expect("builds");
    let answer = client.post(post(format!("http://127.0.0.1:{port}/"))).await.expect("answers");
    assert_eq!(answer.body.len(), BODY_BYTES_MAX);
}

#[tokio::test]
async fn a_name_that_rebinds_to_this_machine_is_refused() {
    let (lookup, _) = lookups(vec![vec![IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1))], vec![LOOPBACK]]);
    let resolver = Resolver { lookup, private: PrivateWebhooks::Refused };
    let name = || "hooks.example".parse().expect("is a name");
    let first: Vec<_> = resolver.resolve(name()).await.expect("is public").collect();
    assert_eq!(first, [(Ipv4Addr::new(1, 1, 1, 1), 0).into()]);
    let second = resolver.resolve(name()).await.err().expect("is refused");
    assert_eq!(second.downcast_ref::<Failure>().map(|failure| failure.0), Some(Unreached::AddressRefused));
}

#[tokio::test]
async fn every_connection_resolves_and_checks_again() {
    let (lookup, count) = lookups(vec![vec![LOOPBACK], vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))]]);
    let port = serve(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    let client = client(PrivateWebhooks::Loopback, lookup);
    let url = format!("http://hooks.example:{port}/");
    assert_eq!(client.post(post(url.clone())).await.map(|answer| answer.status), Ok(200));
    let second = client.post(post(url)).await.map(|answer| answer.status);
    assert_eq!(second, Err(EgressError(Unreached::AddressRefused)));
    assert_eq!(count.load(Ordering::Relaxed), 2, "each connection asks again");
}

#[tokio::test]
async fn of_several_addresses_only_the_allowed_are_tried() {
    let (lookup, _) = lookups(vec![vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), LOOPBACK]]);
    let port = serve(b"HTTP/1.1 204 No Content\r\n\r\n").await;
    let client = client(PrivateWebhooks::Loopback, lookup);
    let answer = client.post(post(format!("http://hooks.example:{port}/"))).await;
    assert_eq!(answer.map(|answer| answer.status), Ok(204));
}

#[tokio::test]
async fn addresses_in_urls_are_checked_however_they_are_written() {
    let client = Client::new(PrivateWebhooks::Refused).expect("builds");
    let urls = [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://user:password@1.1.1.1/",
        "ftp://1.1.1.1/",
        "nonsense",
    ];
    for url in urls {
        let refused = client.post(post(url.into())).await.map(|answer| answer.status);
        assert_eq!(refused, Err(EgressError(Unreached::AddressRefused)), "{url}");
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let client = Client::new(PrivateWebhooks::Loopback).expect("builds");
    let silent = TcpListener::bind((LOOPBACK, 0)).await.expect("binds");
    let silent_port = silent.local_addr().expect("has an address").port();
    let garbage = serve(b"this is not HTTP at all\r\n\r\n").await;
    let closed = {
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("binds");
        listener.local_addr().expect("has an address").port()
    };
    let cases = [
        (format!("http://127.0.0.1:{silent_port}/"), Unreached::Timeout),
        (format!("http://127.0.0.1:{garbage}/"), Unreached::AnswerInvalid),
        (format!("http://127.0.0.1:{closed}/"), Unreached::ConnectionFailed),
        (format!("https://127.0.0.1:{garbage}/"), Unreached::TlsFailed),
        ("http://nobody.invalid/".into(), Unreached::NameUnresolved),
    ];
    for (url, expected) in cases {
        let failed = client.post(Post { timeout_ms: 500, ..post(url.clone()) }).await.map(|answer| answer.status);
        assert_eq!(failed, Err(EgressError(expected)), "{url}");
    }
}

#[test]
fn live_wants_https_on_its_own_port() {
    for url in ["https://ada.example/hooks", "https://ada.example:443/"] {
        assert_eq!(check_url(url, Environment::Live), Ok(()), "{url}");
    }
    for url in
        ["http://ada.example/", "https://ada.example:8443/", "https://a:b@ada.example/", "ftp://ada.example/", "x"]
    {
        assert!(check_url(url, Environment::Live).is_err(), "{url}");
    }
    for url in ["http://127.0.0.1:9000/hooks", "https://ada.example:8443/"] {
        assert_eq!(check_url(url, Environment::Sandbox), Ok(()), "{url}");
    }
    assert!(check_url("http://a@ada.example/", Environment::Sandbox).is_err());
}
