//! A disk that is full, a database that goes away: clear answers while it lasts, nothing lost, and no restart needed.
#![cfg(target_os = "linux")]

mod installation;
#[expect(clippy::disallowed_methods, reason = "the far side of a test ends with its runtime")]
#[path = "../../vinr-store/tests/store/proxy.rs"]
mod proxy;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::Instant;

use crate::installation::{Installation, Server};

/// What the proxy of the store's tests needs of its surroundings.
mod harness {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Draws that need not be good: a counter, mixed (splitmix64).
    pub(crate) fn entropy(seed: u64) -> vinr_store::Entropy {
        let state = AtomicU64::new(seed);
        Arc::new(move || {
            let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            u128::from(z ^ (z >> 31))
        })
    }

    pub(crate) fn postgres_url() -> String {
        crate::installation::setting("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test")
    }
}

/// Longer than it takes to find out that the trouble is over.
const PATIENCE: Duration = Duration::from_secs(30);
/// An answer that says no comes soon: nobody waits for the deadline of a request.
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);
/// What a file may grow to before the disk is full, in KiB: more than an empty database has.
const FULL_AT_KIB: u32 = 3_000;

/// A merchant's program, and what it was answered under each key.
struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
    answered: BTreeMap<String, Vec<u8>>,
}

impl Client {
    fn of(installation: &Installation, server: &Server) -> Client {
        // The other test of this process may have been quicker.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWERED_WITHIN).build().expect("a client");
        Client { http, url: server.url.clone(), key: installation.key.clone(), answered: BTreeMap::new() }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let response = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.key).send().await;
        let response = response.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }

    /// Pays under a key; what is not a payment is a 503 that says what to do.
    async fn pay(&mut self, name: &str) -> u16 {
        let (status, headers, bytes) = pay(&self.http, &self.url, &self.key, name).await;
        if status == 200 {
            let before = self.answered.insert(name.to_owned(), bytes.clone());
            assert!(before.is_none_or(|before| before == bytes), "{name} was answered with other bytes");
        } else {
            let text = String::from_utf8_lossy(&bytes);
            let body: Value = serde_json::from_slice(&bytes).expect("an error is JSON");
            assert_eq!((status, &body["error"]["code"]), (503, &json!("service_unavailable")), "{text}");
            assert!(headers.contains_key("retry-after"), "{text}");
        }
        status
    }

    /// Asks again until it is paid.
    async fn pay_at_last(&mut self, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.pay(name).await != 200 {
            assert!(Instant::now() < deadline, "{name} is not paid though the trouble is over");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn count(&self) -> usize {
        let (mut count, mut after) = (0, String::new());
        loop {
            let page: Value =
                serde_json::from_str(&self.get(&format!("/v1/payments?limit=100{after}")).await.1).expect("JSON");
            count += page["data"].as_array().map_or(0, Vec::len);
            let Some(cursor) = page["page"]["nextCursor"].as_str() else { return count };
            after = format!("&startingAfter={cursor}");
        }
    }
}

async fn pay(http: &reqwest::Client, url: &str, key: &str, name: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    let request = http.post(format!("{url}/v1/payments")).bearer_auth(key).header("idempotency-key", name);
    let response = request.header("content-type", "application/json").body(body.to_string()).send().await;
    let response = response.expect("an answer, whatever is the matter");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.expect("a body").to_vec())
}

/// Ends the server and proves what it kept.
async fn prove(installation: Installation, mut server: Server, client: &Client) {
    assert_eq!(client.count().await, client.answered.len());
    assert!(server.child.try_wait().expect("a child").is_none(), "it runs since the beginning");
    server.kill().await;
    let ledger = installation.vinr().args(["ledger", "verify"]).output().await.expect("vinr runs");
    assert!(ledger.status.success(), "{}", String::from_utf8_lossy(&ledger.stdout));
    installation.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_passes() {
    let mut installation = Installation::on_sqlite("full");
    let serve = installation.vinr();
    let serve = serve.as_std();
    // A write beyond the limit fails as on a full disk, as long as nobody is ended by the signal that comes with it.
    let script = format!("trap '' XFSZ; ulimit -S -f {FULL_AT_KIB}; exec \"$0\" \"$@\"");
    let mut limited = Command::new("bash");
    limited.arg("-c").arg(script).arg(serve.get_program()).args(serve.get_args()).arg("serve");
    limited.current_dir(&installation.folder).kill_on_drop(true);
    let server = installation.start_by(limited).await;
    let mut client = Client::of(&installation, &server);

    let mut number = 0;
    while client.pay(&format!("{number}")).await == 200 {
        number += 1;
        assert!(number < 20_000, "the disk is never full");
    }
    assert!(number > 50, "the disk is full after {number} payments");
    for more in 1..20 {
        assert_eq!(client.pay(&format!("{}", number + more)).await, 503);
    }
    // What is there can be read, and the server says that it is alive.
    assert_eq!(client.get("/v1/payments").await.0, 200);
    assert_eq!(client.get("/healthz").await.0, 200);

    let pid = server.child.id().expect("it runs").to_string();
    let room = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).stdout(Stdio::null()).status().await;
    assert!(room.is_ok_and(|status| status.success()), "prlimit makes room");
    for name in number..number + 40 {
        client.pay_at_last(&format!("{name}")).await;
    }
    for name in client.answered.keys().cloned().collect::<Vec<_>>() {
        assert_eq!(client.pay(&name).await, 200);
    }
    prove(installation, server, &client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_is_told_and_passes() {
    let mut installation = Installation::on_postgres("trouble").await;
    let proxy = proxy::Proxy::start().await;
    let (through, name) = (&proxy.url, installation.database.rsplit_once('/').expect("a database").1);
    installation.database = format!("{}/{name}", through.rsplit_once('/').expect("a database").0);
    let server = installation.start().await;
    let client = Client::of(&installation, &server);
    let (http, url, key) = (client.http.clone(), client.url.clone(), client.key.clone());

    // Programs that ask again until they are paid, while commits lose their answers and the database is away twice.
    proxy.weather.commit_cuts_per_mille.store(100, Ordering::Relaxed);
    let refused = Arc::new(AtomicU64::new(0));
    let merchant = |number: u32| {
        let (http, url, key, refused) = (http.clone(), url.clone(), key.clone(), Arc::clone(&refused));
        async move {
            let mut client = Client { http, url, key, answered: BTreeMap::new() };
            let until = Instant::now() + Duration::from_secs(6);
            for count in 0.. {
                let name = format!("{number}-{count}");
                if client.pay(&name).await != 200 {
                    refused.fetch_add(1, Ordering::Relaxed);
                    client.pay_at_last(&name).await;
                }
                if Instant::now() > until {
                    break;
                }
            }
            client.answered
        }
    };
    let outages = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            proxy.weather.down.store(true, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(700)).await;
            assert_eq!(client.get("/readyz").await.0, 503);
            assert_eq!(client.get("/healthz").await.0, 200);
            proxy.weather.down.store(false, Ordering::Relaxed);
        }
    };
    let (paid, ()) = futures_util::future::join(futures_util::future::join_all((0..8).map(merchant)), outages).await;
    let mut client = Client { answered: paid.into_iter().flatten().collect(), ..client };
    assert!(refused.load(Ordering::Relaxed) > 0, "nobody was refused: the database was never away");
    assert!(proxy.weather.commits_without_answer.load(Ordering::Relaxed) > 0, "no commit lost its answer");
    proxy.weather.commit_cuts_per_mille.store(0, Ordering::Relaxed);
    for name in client.answered.keys().cloned().collect::<Vec<_>>() {
        client.pay_at_last(&name).await;
    }
    assert_eq!(client.get("/readyz").await.0, 200);
    prove(installation, server, &client).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_at_the_start() {
    let installation = Installation::on_sqlite("readonly");
    let locked = installation.folder.join("locked");
    std::fs::create_dir(&locked).expect("a folder");
    let mut permissions = std::fs::metadata(&locked).expect("a folder").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o555);
    std::fs::set_permissions(&locked, permissions).expect("its permissions");
    let serve = installation.vinr();
    let serve = serve.as_std();
    // Nothing is forbidden to root: somebody else tries.
    let mut tried = Command::new("bash");
    let script = "if ((EUID == 0)); then exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" \"$@\"; else exec \"$0\" \"$@\"; fi";
    let database = format!("sqlite:{}", locked.join("data").display());
    tried.arg("-c").arg(script).arg(serve.get_program());
    tried.args(["--database", &database, "--sandbox-listen", "127.0.0.1:0", "--live-listen", "off", "serve"]);
    let tried = tried.current_dir("/").output().await.expect("bash runs");
    let said = String::from_utf8_lossy(&tried.stderr).into_owned();
    assert_eq!(tried.status.code(), Some(1), "{said}");
    assert!(said.contains("locked") && said.to_lowercase().contains("permission denied"), "{said}");
    installation.remove().await;
}

/// Whoever watches a server starts one that has ended; one that goes on without its timers is not noticed.
#[tokio::test]
async fn a_server_that_loses_a_part_of_itself_ends_with_an_error() {
    let mut installation = Installation::on_sqlite("broken");
    let mut server = installation.start().await;
    let client = Client::of(&installation, &server);
    let made = client.http.post(format!("{}/v1/payments", client.url)).bearer_auth(&client.key);
    let made = made.header("content-type", "application/json").body(r#"{"amount": 1000, "currency": "EUR"}"#);
    assert_eq!(made.send().await.expect("an answer").status().as_u16(), 200);
    server.kill().await;
    let spoiled = rusqlite::Connection::open(installation.folder.join("data/sandbox.db"))
        .and_then(|db| db.execute("UPDATE jobs SET account = 'no account', wake_wall = 0", []));
    assert_eq!(spoiled.ok(), Some(1));
    let ended = installation.serving().output().await.expect("vinr runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("the worker for timers ended by itself"), "{said}");
    installation.remove().await;
}
