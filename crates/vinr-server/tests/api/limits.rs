//! What a key may not do: too much, from elsewhere, beyond its scopes, before the business is verified.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;
use vinr_core::ip_ranges::IpRange;
use vinr_server::env::{Env, WallClock};
use vinr_server::settings::Settings;
use vinr_server::{App, Listener, RateLimit};

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    each_key_has_a_burst_of_reads_and_one_of_writes,
    every_answer_to_a_key_tells_what_is_left,
    without_a_limit_no_answer_tells_of_one,
    only_listed_addresses_may_use_the_accounts_keys,
    behind_a_trusted_proxy_the_address_is_the_one_it_names,
    one_address_uses_up_no_other_ones_share_of_a_public_key,
    a_link_makes_only_so_many_payments_at_once,
    a_restricted_key_is_told_which_scope_it_lacks,
);

const LIMIT: RateLimit = RateLimit { per_second: 2, burst: 3 };
/// Longer than a server remembers an account.
const PATIENCE: Duration = Duration::from_secs(20);

/// Another server on the same database, with other settings; its wall clock stands still for an hour.
async fn beside(server: &Server, settings: Settings) -> String {
    let env = &server.app.env;
    let still = WallClock::Simulated { epoch_ms: env.wall().millis(), start: Instant::now() + Duration::from_hours(1) };
    served(server, Env::new(still, env.entropy.clone(), env.net.clone()), settings).await
}

/// Another server on the same database.
async fn served(server: &Server, env: Env, settings: Settings) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    let app = App::new(env, server.app.db.clone(), settings);
    #[expect(clippy::disallowed_methods, reason = "the server of a test ends with its runtime")]
    tokio::spawn(vinr_server::serve(Listener { socket, app }, std::future::pending()));
    url
}

async fn limited(server: &Server) -> String {
    beside(server, Settings { rate_limit: Some(LIMIT), ..Settings::clone(&server.app.settings) }).await
}

/// What an answer tells of a limit: the burst, what is left, seconds until it is whole, seconds to wait.
fn told(answer: &Answer) -> [Option<i64>; 4] {
    let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
    names.map(|name| answer.headers.get(name).map(|value| value.to_str().expect("text").parse().expect("a number")))
}

async fn ask(server: &Server, url: &str, key: &str, method: Method, path: &str, body: Value) -> Answer {
    let mut request = server.http.request(method, format!("{url}{path}")).bearer_auth(key);
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, bytes: answer.bytes().await.expect("a body").to_vec() }
}

async fn each_key_has_a_burst_of_reads_and_one_of_writes(engine: Engine) {
    let server = Server::start(engine).await;
    let url = limited(&server).await;
    let read = |key: String| {
        let (server, url) = (&server, &url);
        async move { ask(server, url, &key, Method::GET, "/v1/payments", Value::Null).await }
    };
    let body = || json!({"amount": 1000, "currency": "EUR"});
    for left in [2, 1, 0] {
        let answer = read(server.secret_key.clone()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(told(&answer), [Some(3), Some(left), Some((4 - left) / 2), None]);
    }
    for _ in 0..2 {
        let refused = read(server.secret_key.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
        assert_eq!(refused.json()["error"]["type"], "rate_limit_error");
        assert_eq!(told(&refused), [Some(3), Some(0), Some(2), Some(1)]);
    }

    // Writes have a bucket of their own, and so has every other key.
    for left in [2, 1, 0] {
        let answer = ask(&server, &url, &server.secret_key, Method::POST, "/v1/payments", body()).await;
        assert_eq!((answer.status, told(&answer)[1]), (200, Some(left)));
    }
    let refused = ask(&server, &url, &server.secret_key, Method::POST, "/v1/payments", body()).await;
    assert_eq!((refused.status, told(&refused)[3]), (429, Some(1)));
    let other = server.restricted_key(&["payments:read".to_owned()]).await;
    assert_eq!((read(other.clone()).await.status, told(&read(other).await)[1]), (200, Some(1)));
    assert_eq!(read(server.another_account().await).await.status, 200);
    let paid = server.get("/v1/payments").await.ok();
    assert_eq!(paid["data"].as_array().map(Vec::len), Some(3), "what was refused was not done");
}

async fn every_answer_to_a_key_tells_what_is_left(engine: Engine) {
    let server = Server::start(engine).await;
    let missing = "/v1/payments/pay_01h455vb4pex5vsknk084sn02q";
    let restricted = server.restricted_key(&["events:read".to_owned()]).await;
    for (key, method, path, body, status) in [
        (&server.secret_key, Method::GET, "/v1/account", Value::Null, 200),
        (&server.secret_key, Method::GET, missing, Value::Null, 404),
        (&server.secret_key, Method::GET, "/v1/payments?limit=0", Value::Null, 400),
        (&server.secret_key, Method::POST, "/v1/payments", json!({"amount": 0}), 400),
        (&server.secret_key, Method::POST, "/v1/payments", json!([]), 400),
        (&restricted, Method::GET, "/v1/payments", Value::Null, 403),
        (&server.public_key, Method::POST, "/v1/payments", json!({}), 403),
    ] {
        // A fresh server each time, whose buckets are full.
        let url = limited(&server).await;
        let answer = ask(&server, &url, key, method, path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(told(&answer), [Some(3), Some(2), Some(1), None], "{path}");
    }
    let url = limited(&server).await;
    let stranger = ask(&server, &url, "sk_test_nobody", Method::GET, "/v1/payments", Value::Null).await;
    assert_eq!((stranger.status, told(&stranger)), (401, [None; 4]), "there is no key to count for");
}

async fn without_a_limit_no_answer_tells_of_one(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..5 {
        let answer = server.get("/v1/payments").await;
        assert_eq!((answer.status, told(&answer)), (200, [None; 4]));
    }
}

async fn only_listed_addresses_may_use_the_accounts_keys(engine: Engine) {
    let server = Server::start(engine).await;
    let from = |last: u8| {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        reqwest::Client::builder().no_proxy().local_address(address).build().expect("a client")
    };
    let (home, office) = (from(1), from(2));
    let list = |client: reqwest::Client, ranges: Value| {
        let request = client.patch(format!("{}/v1/account", server.url)).bearer_auth(&server.secret_key);
        request.header("content-type", "application/json").body(json!({ "ipAllowList": ranges }).to_string()).send()
    };
    let read = |client: reqwest::Client| {
        let request = client.get(format!("{}/v1/payments", server.url)).bearer_auth(&server.secret_key);
        async move {
            let answer = request.send().await.expect("an answer");
            let status = answer.status().as_u16();
            (status, serde_json::from_slice::<Value>(&answer.bytes().await.expect("a body")).expect("JSON"))
        }
    };
    let until = |client: reqwest::Client, status: u16| {
        let read = &read;
        async move {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let answer = read(client.clone()).await;
                if answer.0 == status {
                    return answer.1;
                }
                assert!(Instant::now() < deadline, "{answer:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    assert_eq!(read(office.clone()).await.0, 200);
    let shut_out = list(home.clone(), json!(["127.0.0.2", "2001:db8::/32"])).await.expect("an answer");
    assert_eq!(shut_out.status(), 400);
    let why: Value = serde_json::from_slice(&shut_out.bytes().await.expect("a body")).expect("JSON");
    assert_eq!((&why["error"]["code"], &why["error"]["param"]), (&json!("parameter_invalid"), &json!("ipAllowList")));
    assert!(why["error"]["message"].as_str().is_some_and(|text| text.contains("127.0.0.1")), "{why}");
    assert_eq!(list(office.clone(), json!(["127.0.0.2", "2001:db8::/32"])).await.expect("an answer").status(), 200);
    // What an account's requests are decided by is remembered for a second.
    let refused = until(home.clone(), 403).await;
    assert_eq!(
        (&refused["error"]["code"], &refused["error"]["type"]),
        (&json!("ip_not_allowed"), &json!("permission_error"))
    );
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("127.0.0.1")), "{refused}");
    assert_eq!(read(office.clone()).await.0, 200);
    assert_eq!(list(home.clone(), json!([])).await.expect("an answer").status(), 403, "nor may it open the list");

    assert_eq!(list(office.clone(), json!(["127.0.0.0/30"])).await.expect("an answer").status(), 200);
    until(home.clone(), 200).await;
    assert_eq!(list(home.clone(), json!(["127.0.0.0/31"])).await.expect("an answer").status(), 200);
    until(office.clone(), 403).await;
    assert_eq!(list(home, json!([])).await.expect("an answer").status(), 200);
    until(office, 200).await;
}

async fn behind_a_trusted_proxy_the_address_is_the_one_it_names(engine: Engine) {
    let server = Server::start(engine).await;
    let trusted_proxies = vec![IpRange::parse("127.0.0.1").expect("an address")];
    let settings = Settings { trusted_proxies, ..Settings::clone(&server.app.settings) };
    let url = served(&server, server.app.env.clone(), settings).await;
    let ask = |url: &str, from: &[&str], list: Option<Value>| {
        let (method, path) =
            if list.is_some() { (Method::PATCH, "/v1/account") } else { (Method::GET, "/v1/payments") };
        let mut request = server.http.request(method, format!("{url}{path}")).bearer_auth(&server.secret_key);
        for line in from {
            request = request.header("x-forwarded-for", *line);
        }
        if let Some(list) = list {
            request = request.header("content-type", "application/json").body(json!({"ipAllowList": list}).to_string());
        }
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    let list = json!(["203.0.113.0/24"]);
    assert_eq!(ask(&server.url, &["203.0.113.7"], Some(list.clone())).await, 400, "nobody is believed unasked");
    assert_eq!(ask(&url, &["203.0.113.7"], Some(list)).await, 200);
    let deadline = Instant::now() + PATIENCE;
    while ask(&server.url, &["203.0.113.7"], None).await != 403 || ask(&url, &[], None).await != 403 {
        assert!(Instant::now() < deadline, "the list is closed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let cases: [(&[&str], u16); 7] = [
        (&["203.0.113.7"], 200),
        (&["198.51.100.1, 203.0.113.7"], 200),
        (&["198.51.100.1", "203.0.113.7, 127.0.0.1"], 200),
        (&["203.0.113.7, 198.51.100.1"], 403),
        (&["203.0.113.7", "198.51.100.1"], 403),
        (&["unknown"], 403),
        (&[], 403),
    ];
    for (from, status) in cases {
        assert_eq!(ask(&url, from, None).await, status, "{from:?}");
    }
}

/// The key is in every buyer's browser, so that a bucket for all of them would be anybody's to empty.
async fn one_address_uses_up_no_other_ones_share_of_a_public_key(engine: Engine) {
    let server = Server::start(engine).await;
    let url = limited(&server).await;
    let (_, secret) = server.session(json!({})).await;
    let session = |last: u8, origin: &str| {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        let client = reqwest::Client::builder().no_proxy().local_address(address).build().expect("a client");
        let request = client.post(format!("{url}/elements/v1/session")).bearer_auth(&server.public_key);
        let request = request.header("origin", origin).header("x-vinr-client-secret", &secret);
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    for _ in 0..5 {
        assert_eq!(session(1, "https://evil.example").await, 403, "and counts for nothing");
    }
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(session(1, &url).await);
    }
    assert_eq!(answers, [200, 200, 200, 429]);
    assert_eq!(session(2, &url).await, 200, "somebody else's browser");
}

async fn a_link_makes_only_so_many_payments_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let url = limited(&server).await;
    let link = json!({"amount": 1000, "currency": "EUR", "reusable": true});
    let link = server.post("/v1/payment-links", link).await.ok();
    let page = |url: &str| link["url"].as_str().expect("a page").replace(&server.url, url);
    let limited = page(&url);
    for _ in 0..20 {
        assert_eq!(press(&limited, 1).await.status().as_u16(), 303);
    }
    let refused = press(&limited, 1).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().ok()), (429, Some("1")));
    assert!(refused.text().await.expect("a page").contains("<html lang=\"en\">"));
    // The link itself has 50, whoever presses.
    for last in [2, 3] {
        for _ in 0..15 {
            assert_eq!(press(&limited, last).await.status().as_u16(), 303);
        }
    }
    assert_eq!(press(&limited, 4).await.status().as_u16(), 429);
    let made = async || server.app.db.query("SELECT COUNT(*) FROM payments", &[]).await.expect("a count")[0].int(0);
    assert_eq!(made().await, 50);

    // An operator who wants no limits has none here either.
    let unlimited = Settings { rate_limit: None, ..Settings::clone(&server.app.settings) };
    let unlimited = page(&beside(&server, unlimited).await);
    for _ in 0..51 {
        assert_eq!(press(&unlimited, 1).await.status().as_u16(), 303);
    }
    assert_eq!(made().await, 101);
}

/// A buyer at this address of the machine presses the button of a link's page.
async fn press(page: &str, last: u8) -> reqwest::Response {
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
    let client = reqwest::Client::builder().no_proxy().local_address(address);
    let client = client.redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    client.post(page).send().await.expect("an answer")
}

async fn a_restricted_key_is_told_which_scope_it_lacks(engine: Engine) {
    let server = Server::start(engine).await;
    let key = server.restricted_key(&["payments:read".to_owned(), "webhooks:write".to_owned()]).await;
    assert_eq!(server.call(Method::GET, "/v1/payments", Some(&key), &[], None).await.status, 200);
    for (method, path, scope) in [
        (Method::POST, "/v1/payments", "payments:write"),
        (Method::GET, "/v1/webhooks", "webhooks:read"),
        (Method::GET, "/v1/customers", "customers:read"),
        (Method::GET, "/v1/events", "events:read"),
        (Method::GET, "/v1/balance", "balance:read"),
        (Method::PATCH, "/v1/account", "account:write"),
        (Method::POST, "/v1/test/clock/advance", "test:write"),
    ] {
        let body = (method != Method::GET).then(|| "{}".to_owned());
        let refused = server.call(method, path, Some(&key), &[], body).await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "insufficient_scope"), "{path}");
        let message = refused.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.ends_with(&format!(" {scope}")), "{path}: {message}");
    }
}
