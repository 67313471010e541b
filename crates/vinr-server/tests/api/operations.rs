//! What an operator watches: whether a server is ready, and what it counts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;
use vinr_server::env::{Entropy, Env, WallClock};
use vinr_server::settings::Settings;
use vinr_server::{App, Listener, bootstrap};
use vinr_store::{Config, Db, Value as Cell};

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Merchant, until};

on_both_engines!(
    requests_are_counted_by_method_route_and_status,
    attempts_to_deliver_are_counted_by_what_they_came_to,
    what_is_to_be_done_is_told,
    a_server_whose_schema_is_older_than_its_program_is_not_ready,
    a_server_that_commits_nothing_any_more_is_not_ready,
);

/// A page of `/metrics`: each sample's value by its name with its labels. Every family has its help and its type.
async fn samples(server: &Server, url: &str) -> BTreeMap<String, String> {
    let answer = server.http.get(format!("{url}/metrics")).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text().await.expect("text");
    let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# HELP ")).collect();
    let mut samples = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').expect("a sample");
        let family = families.iter().find(|family| name.starts_with(family.split(' ').next().expect("a name")));
        assert!(family.is_some(), "{name} has no help");
        assert!(samples.insert(name.to_owned(), value.to_owned()).is_none(), "{name} stands twice");
    }
    samples
}

async fn requests_are_counted_by_method_route_and_status(engine: Engine) {
    let server = Server::start(engine).await;
    let payment = server.paid(1000, "pm_test_4242").await;
    let id = payment["id"].as_str().expect("an id");
    for _ in 0..3 {
        server.get(&format!("/v1/payments/{id}")).await.ok();
    }
    assert_eq!(server.get("/v1/payments/pay_01h455vb4pex5vsknk084sn02q").await.status, 404);
    assert_eq!(server.get("/v1/nothing/here").await.status, 404);
    let page = payment["checkoutUrl"].as_str().expect("a page");
    assert_eq!(server.http.get(page).send().await.expect("an answer").status().as_u16(), 200);

    let samples = samples(&server, &server.url).await;
    let count = |method: &str, route: &str, status: &str| {
        let name = format!(r#"vinr_http_requests_total{{method="{method}",route="{route}",status="{status}"}}"#);
        samples.get(&name).map_or("0", String::as_str)
    };
    assert_eq!(count("POST", "/v1/payments", "2xx"), "1");
    assert_eq!(count("GET", "/v1/payments/{id}", "2xx"), "3");
    assert_eq!(count("GET", "/v1/payments/{id}", "4xx"), "1");
    assert_eq!(count("GET", "none", "4xx"), "1");
    assert_eq!(count("GET", "/checkout/{account}/{subject}/{secret}", "2xx"), "1");
    let took = |what: &str, more: &str| {
        let name =
            format!(r#"vinr_http_request_duration_seconds_{what}{{method="GET",route="/v1/payments/{{id}}"{more}}}"#);
        samples.get(&name).unwrap_or_else(|| panic!("no {name} in {samples:#?}")).as_str()
    };
    assert_eq!((took("count", ""), took("bucket", r#",le="+Inf""#)), ("4", "4"));
    assert!(took("sum", "").parse().is_ok_and(|seconds: f64| seconds > 0.0 && seconds < 60.0));
    assert_eq!(samples[&format!(r#"vinr_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION"))], "1");
    assert!(samples["vinr_store_units_total"] != "0");
    let secret = [id, server.account.as_str(), &page[page.len() - 20..]];
    assert!(samples.keys().all(|name| secret.iter().all(|word| !name.contains(word))), "{samples:#?}");
}

async fn attempts_to_deliver_are_counted_by_what_they_came_to(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.register(&server, &["payment.completed"]).await;
    let attempts = |outcome: &'static str| {
        let (server, name) = (&server, format!(r#"vinr_webhook_attempts_total{{outcome="{outcome}"}}"#));
        async move {
            samples(server, &server.url).await.get(&name).map_or(0, |count| count.parse::<u64>().expect("a count"))
        }
    };
    assert_eq!(attempts("accepted").await, 0);
    server.paid(1000, "pm_test_4242").await;
    until(|| async { (attempts("accepted").await == 1).then_some(()) }).await;
    merchant.answers(500);
    server.paid(1000, "pm_test_4242").await;
    until(|| async { (attempts("refused").await >= 1).then_some(()) }).await;
    assert_eq!(attempts("accepted").await, 1);
    // Nobody is there any more.
    let endpoint = json!({"url": "http://127.0.0.1:1/hook", "enabledEvents": ["payment.completed"]});
    server.post("/v1/webhooks", endpoint).await.ok();
    server.paid(1000, "pm_test_4242").await;
    until(|| async { (attempts("connection_failed").await >= 1).then_some(()) }).await;
}

async fn what_is_to_be_done_is_told(engine: Engine) {
    let server = Server::start(engine).await;
    let open = json!({"amount": 1000, "currency": "EUR"});
    for _ in 0..2 {
        server.post("/v1/payments", open.clone()).await.ok();
    }
    let now = samples(&server, &server.url).await;
    assert_eq!(now["vinr_timers_due"], "0");
    for name in ["vinr_webhook_deliveries_waiting", "vinr_webhook_deliveries_sending", "vinr_store_waiting"] {
        assert_eq!(now[name], "0", "{name}");
    }
    // A server for which it is the day after tomorrow, and which fires nothing.
    let app = &server.app;
    let epoch_ms = app.env.wall().millis() + 48 * 3_600_000;
    let later = WallClock::Simulated { epoch_ms, start: Instant::now() };
    let env = Env::new(later, app.env.entropy.clone(), app.env.net.clone());
    let (_, url) = serve(App::new(env, app.db.clone(), Settings::clone(&app.settings))).await;
    assert_eq!(samples(&server, &url).await["vinr_timers_due"], "2");
}

async fn a_server_whose_schema_is_older_than_its_program_is_not_ready(engine: Engine) {
    let server = Server::start(engine).await;
    let ready = |url: String| {
        let server = &server;
        async move {
            let answer = server.http.get(format!("{url}/readyz")).send().await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        }
    };
    assert_eq!(ready(server.url.clone()).await, (200, "ready".to_owned()));
    let last = bootstrap::MIGRATIONS.last().expect("a migration").name;
    let forgotten = server.app.db.prune("DELETE FROM schema_migrations WHERE name = $1", &[Cell::from(last)]).await;
    assert_eq!(forgotten.expect("removed"), 1);
    let (status, why) = ready(server.url.clone()).await;
    assert!(status == 503 && why.contains("vinr migrate"), "{status} {why}");
    let alive = server.http.get(format!("{}/healthz", server.url)).send().await.expect("an answer");
    assert_eq!(alive.status().as_u16(), 200, "it need not be started anew");
}

async fn a_server_that_commits_nothing_any_more_is_not_ready(engine: Engine) {
    let server = Server::start(engine).await;
    server.app.db.clone().close().await;
    let ready = server.http.get(format!("{}/readyz", server.url)).send().await.expect("an answer");
    assert_eq!(ready.status().as_u16(), 503);
    let why = ready.text().await.expect("text");
    assert!(why.contains("commits nothing"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_its_database_is_alive_and_not_ready() {
    // For the merchant's part and for what an app is made of.
    let server = Server::start(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let entropy = Entropy::system().expect("randomness");
    let schema = format!("vinr_away_{:016x}", entropy.u128() >> 64);
    let config = Config::Postgres { url: proxy.url.clone(), schema, readers: 2 };
    let db = Db::open(config, Arc::new(move || entropy.u128())).await.expect("a database");
    db.migrate(bootstrap::MIGRATIONS).await.expect("migrations");
    let (_app, url) = serve(App::new(server.app.env.clone(), db, Settings::clone(&server.app.settings))).await;
    let status = |path: &'static str| {
        let request = server.http.get(format!("{url}{path}"));
        async move { request.send().await.expect("an answer").status().as_u16() }
    };
    assert_eq!(status("/readyz").await, 200);
    assert!(samples(&server, &url).await.contains_key("vinr_timers_due"));

    proxy.open.send_replace(false);
    let began = Instant::now();
    until(|| async { (status("/readyz").await == 503).then_some(()) }).await;
    assert_eq!(status("/readyz").await, 503);
    assert_eq!(status("/healthz").await, 200);
    let away = samples(&server, &url).await;
    assert!(!away.contains_key("vinr_timers_due") && away.contains_key("vinr_store_units_total"), "{away:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "an answer is not waited for");

    proxy.open.send_replace(true);
    until(|| async { (status("/readyz").await == 200).then_some(()) }).await;
}

/// Serves an app without its workers.
async fn serve(app: App) -> (App, String) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    #[expect(clippy::disallowed_methods, reason = "the server of a test ends with its runtime")]
    tokio::spawn(vinr_server::serve(Listener { socket, app: app.clone() }, std::future::pending()));
    (app, url)
}

/// A way to PostgreSQL that can be closed, with everybody who is on it.
struct Proxy {
    open: watch::Sender<bool>,
    url: String,
}

impl Proxy {
    async fn start() -> Proxy {
        #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
        let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
        let mut target = reqwest::Url::parse(&url).expect("a URL");
        let far = (target.host_str().expect("a host").to_owned(), target.port().unwrap_or(5432));
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        target.set_host(Some("127.0.0.1")).expect("a host");
        target.set_port(Some(port)).expect("a port");
        let (open, state) = watch::channel(true);
        #[expect(clippy::disallowed_methods, reason = "it ends with its runtime")]
        tokio::spawn(async move {
            let mut through = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = socket.accept().await {
                let (mut state, far) = (state.clone(), far.clone());
                through.spawn(async move {
                    if !*state.borrow_and_update() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(far).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = state.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Proxy { open, url: target.to_string() }
    }
}
