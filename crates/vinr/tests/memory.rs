//! A card or an account that was typed leaves no trace in the memory of the server that has answered (docs/decisions,
//! "Saved cards lie under keys of their own").
#![cfg(target_os = "linux")]

mod installation;

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use memchr::memmem::Finder;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::installation::{Installation, Server};

/// Longer than a busy machine takes to close a connection.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much memory is read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// What was typed: a number in groups, and a security code.
type Typed = (&'static str, &'static str);

const SAVED_ON_PAGE: Typed = ("3782 822463 10005", "9071");
const REFUSED_ON_PAGE: Typed = ("4000 0056 7812 3499", "9072");
const PAID_BY_API: Typed = ("4000 0000 0000 0259", "9073");
const SAVED_BY_API: Typed = ("5555 5555 5555 4444", "9074");
const BROKEN_OFF: Typed = ("4000 0000 0000 5126", "9075");
const WITHOUT_KEY: Typed = ("4000 0000 0000 3063", "9076");
const PAID_IN_FIELDS: Typed = ("4000 0000 0000 0077", "977");
const DECLINED_IN_FIELDS: Typed = ("4000 0000 0000 9995", "978");
const TOKENISED: Typed = ("4000 0000 0000 0341", "9079");
const WITHOUT_ATTESTATION: Typed = ("4000 0000 0000 0119", "9080");

// Accounts' numbers in groups; none that a sentence of the server's names as an example.
const KEPT_ON_PAGE: &str = "FR14 2004 1010 0505 0001 3M02 606";
const WRONG_ON_PAGE: &str = "ES91 2100 0418 4502 0005 1339";
const KEPT_BY_API: &str = "BG80 BNBG 9661 1020 3456 78";
const DEBITED_BY_API: &str = "DE78 3704 0044 0532 0130 04";
const YIELDED_BY_IDEAL: &str = "NL91 ABNA 0417 1643 00";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typed_card_leaves_nothing_in_memory_on_sqlite() {
    type_everywhere(Installation::on_sqlite("memory")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typed_card_leaves_nothing_in_memory_on_postgres() {
    type_everywhere(Installation::on_postgres("memory").await).await;
}

async fn type_everywhere(mut installation: Installation) {
    // The other test of this process may have been quicker.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    // They keep every connection that the server does not close.
    let (browser, http) = (client(), client());
    let merchant = Merchant { http, url: server.url.clone(), key: installation.key.clone() };

    search_finds_what_is_being_typed(&merchant, &server).await;
    let customer = on_the_page(&merchant, &browser).await;
    by_api(&merchant).await;
    let public = Merchant { key: public_key(&installation).await, http: browser.clone(), ..merchant.clone() };
    in_fields(&merchant, &public).await;
    accounts(&merchant, &browser).await;
    // The saved number comes out of the vault once more.
    let body = json!({"amount": 1000, "currency": "EUR", "customerId": customer, "offSession": true});
    assert_eq!(merchant.post("/v1/payments", body.to_string()).await.1["status"], "completed");

    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = search(&server);
        if found.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "the server remembers:\n{}", found.join("\n"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.kill().await;
    installation.remove().await;
}

/// Half a form is sent: its bytes are in the server's memory, and a search that misses them would prove nothing. Then the
/// buyer goes away.
async fn search_finds_what_is_being_typed(merchant: &Merchant, server: &Server) {
    let payment = merchant.payment(json!({})).await;
    let address = server.url.trim_start_matches("http://");
    let mut buyer = TcpStream::connect(address).await.expect("a connection");
    let path = payment["checkoutUrl"].as_str().and_then(|url| url.strip_prefix(&server.url)).expect("a page");
    let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 400\r\n");
    let account = format!("&iban={}", KEPT_ON_PAGE.replace(' ', "+"));
    let typed =
        [&head, "content-type: application/x-www-form-urlencoded\r\n\r\n", &form(BROKEN_OFF), &account].concat();
    buyer.write_all(typed.as_bytes()).await.expect("sent");
    let [number, iban] = [BROKEN_OFF.0, KEPT_ON_PAGE].map(|number| number.replace(' ', "+"));
    let typed = [number, format!("cvc={}&", BROKEN_OFF.1), iban];
    let deadline = Instant::now() + PATIENCE;
    while !typed.iter().all(|part| search(server).iter().any(|found| found.starts_with(part))) {
        assert!(Instant::now() < deadline, "the search finds what is there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// On the hosted page: a card that is kept, and one that is refused; the customer who has a card now.
async fn on_the_page(merchant: &Merchant, browser: &reqwest::Client) -> Value {
    let (_, customer) = merchant.post("/v1/customers", json!({}).to_string()).await;
    let keeping = json!({"customerId": customer["id"], "savePaymentMethod": true});
    for (typed, status) in [(SAVED_ON_PAGE, 303), (REFUSED_ON_PAGE, 422)] {
        let payment = merchant.payment(keeping.clone()).await;
        let url = payment["checkoutUrl"].as_str().expect("a page");
        let request = browser.post(url).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form(typed)).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
        answer.bytes().await.expect("a page");
    }
    customer["id"].clone()
}

/// By the sandbox's helpers: paid, saved, cut off in the middle of the JSON, and with a key that opens nothing.
async fn by_api(merchant: &Merchant) {
    let pay = |payment: &Value| format!("/v1/test/payments/{}/pay", payment["id"].as_str().expect("an id"));
    let payment = merchant.payment(json!({})).await;
    let (status, paid) = merchant.post(&pay(&payment), card(PAID_BY_API)).await;
    assert_eq!((status, &paid["status"]), (200, &json!("completed")));

    let (_, customer) = merchant.post("/v1/customers", json!({}).to_string()).await;
    let path = format!("/v1/customers/{}/setup-method", customer["id"].as_str().expect("an id"));
    let (_, setup) = merchant.post(&path, json!({}).to_string()).await;
    let path = format!("/v1/test/setups/{}/pay", setup["id"].as_str().expect("an id"));
    let (status, saved) = merchant.post(&path, card(SAVED_BY_API)).await;
    assert_eq!((status, &saved["status"]), (200, &json!("succeeded")));

    let payment = merchant.payment(json!({})).await;
    let broken = card(BROKEN_OFF).trim_end_matches('}').to_owned();
    assert_eq!(merchant.post(&pay(&payment), broken).await.1["error"]["code"], "invalid_json");
    let stranger = Merchant { key: "sk_test_nobody".to_owned(), ..merchant.clone() };
    assert_eq!(stranger.post(&pay(&payment), card(WITHOUT_KEY)).await.0, 401);
}

/// Accounts: debited and kept on the page, mistyped there, saved and debited by the sandbox's helpers, told by iDEAL's
/// bank, and debited once more out of the vault.
async fn accounts(merchant: &Merchant, browser: &reqwest::Client) {
    let (_, customer) = merchant.post("/v1/customers", json!({}).to_string()).await;
    let keeping = json!({"customerId": customer["id"], "savePaymentMethod": true});
    let debit = |iban: &str| format!("method=sepa_debit&iban={}&holder=Ada", iban.replace(' ', "+"));
    let send = |url: String, form: String| {
        let request = browser.post(url).header("content-type", "application/x-www-form-urlencoded");
        async move {
            let answer = request.body(form).send().await.expect("an answer");
            (answer.status().as_u16(), answer.bytes().await.expect("a page"))
        }
    };
    let page = |payment: &Value| payment["checkoutUrl"].as_str().expect("a page").to_owned();
    for (form, status) in [(debit(KEPT_ON_PAGE), 303), (debit(WRONG_ON_PAGE), 422), ("method=ideal".to_owned(), 303)] {
        let payment = merchant.payment(keeping.clone()).await;
        assert_eq!(send(page(&payment), form.clone()).await.0, status, "{form}");
        if form == "method=ideal" {
            let bank = page(&payment).replace("/checkout/", "/authenticate/");
            assert_eq!(send(bank, "result=succeed".to_owned()).await.0, 303);
        }
    }
    let given = |iban: &str| json!({"iban": iban, "accountHolder": "Ada"}).to_string();
    let payment = merchant.payment(json!({})).await;
    let path = format!("/v1/test/payments/{}/debit", payment["id"].as_str().expect("an id"));
    assert_eq!(merchant.post(&path, given(DEBITED_BY_API)).await.1["status"], "processing");
    let path = format!("/v1/customers/{}/setup-method", customer["id"].as_str().expect("an id"));
    let (_, setup) = merchant.post(&path, json!({}).to_string()).await;
    let path = format!("/v1/test/setups/{}/debit", setup["id"].as_str().expect("an id"));
    let (_, saved) = merchant.post(&path, given(KEPT_BY_API)).await;
    for method in [&saved["paymentMethodId"], &Value::Null] {
        let mut body = json!({"amount": 1000, "currency": "EUR", "customerId": customer["id"], "offSession": true});
        if !method.is_null() {
            body["paymentMethodId"] = method.clone();
        }
        assert_eq!(merchant.post("/v1/payments", body.to_string()).await.1["status"], "processing");
    }
}

/// In the fields of Elements: declined, paid, and made a token; and by a program that has no attestation.
async fn in_fields(merchant: &Merchant, fields: &Merchant) {
    let ask = |path: String, kind: &str, secret: &Value, body: String| {
        let request = fields.http.post(format!("{}{path}", fields.url)).bearer_auth(&fields.key);
        let request = request.header("origin", &fields.url).header("content-type", kind);
        let secret = secret.as_str().map(|secret| ("x-vinr-client-secret", secret));
        let request = secret.into_iter().fold(request, |request, (name, secret)| request.header(name, secret));
        request.body(body).send()
    };
    let session = json!({"amount": 1000, "currency": "EUR"}).to_string();
    let (_, session) = merchant.post("/v1/payments/sessions", session).await;
    let secret = &session["clientSecret"];
    for (typed, status) in [(DECLINED_IN_FIELDS, "failed"), (PAID_IN_FIELDS, "completed")] {
        let form = form(typed).replace("method=new&", "");
        let answer = ask("/elements/v1/confirm".into(), "application/x-www-form-urlencoded", secret, form).await;
        let tried = answer.expect("an answer").text().await.expect("a body");
        assert!(tried.contains(&format!("\"status\":\"{status}\"")), "{tried}");
    }
    let body = json!({"type": "card"}).to_string();
    let with = |typed| body.replace('}', &format!(",\"card\":{}}}", card(typed)));
    let answer = ask("/v1/payment-methods".into(), "application/json", &Value::Null, with(TOKENISED)).await;
    let made = answer.expect("an answer").text().await.expect("a body");
    assert!(made.contains("\"last4\":\"0341\""), "{made}");
    assert_eq!(merchant.post("/v1/payment-methods", with(WITHOUT_ATTESTATION)).await.0, 403);
}

/// A key for browsers.
async fn public_key(installation: &Installation) -> String {
    let ran = installation.vinr().args(["keys", "create", "--kind", "public"]).output().await.expect("vinr runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let made: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    made["secret"].as_str().expect("a key").to_owned()
}

fn client() -> reqwest::Client {
    let redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().no_proxy().redirect(redirects).build().expect("a client")
}

fn form((number, cvc): Typed) -> String {
    format!("method=new&number={}&expiry=12+%2F+39&cvc={cvc}&name=Ada", number.replace(' ', "+"))
}

fn card((number, cvc): Typed) -> String {
    json!({"number": number, "cvc": cvc, "expMonth": 12, "expYear": 2039}).to_string()
}

/// What is left of the cards in everything that the server may write to: the thing and where it lies.
fn search(server: &Server) -> Vec<String> {
    let on_pages = [SAVED_ON_PAGE, REFUSED_ON_PAGE, BROKEN_OFF, PAID_IN_FIELDS, DECLINED_IN_FIELDS];
    let by_api = [PAID_BY_API, SAVED_BY_API, WITHOUT_KEY, TOKENISED, WITHOUT_ATTESTATION];
    let traces = on_pages.into_iter().chain(by_api).flat_map(|(number, cvc)| {
        let numbers = [number.to_owned(), number.replace(' ', ""), number.replace(' ', "+")];
        numbers.into_iter().chain([format!("cvc={cvc}&"), format!("\"cvc\":\"{cvc}\"")])
    });
    let ibans = [KEPT_ON_PAGE, WRONG_ON_PAGE, KEPT_BY_API, DEBITED_BY_API, YIELDED_BY_IDEAL];
    let ibans = ibans.into_iter().flat_map(|iban| [iban.to_owned(), iban.replace(' ', ""), iban.replace(' ', "+")]);
    let traces: Vec<String> = traces.chain(ibans).collect();
    let finders: Vec<Finder> = traces.iter().map(Finder::new).collect();
    let pid = server.child.id().expect("it runs");
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).expect("its maps");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("its memory");
    let mut found = Vec::new();
    for map in maps.lines().filter(|map| map.split(' ').nth(1).is_some_and(|may| may.starts_with("rw"))) {
        let place = map.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let [from, to] = [place.0, place.1].map(|text| u64::from_str_radix(text, 16).expect("an address"));
        search_range(&memory, from, to, &mut |chunk| {
            for (trace, finder) in traces.iter().zip(&finders) {
                let at = finder.find_iter(chunk).map(|at| around(chunk, at));
                found.extend(at.map(|text| format!("{trace} in {map}: {text}")));
            }
        });
    }
    found
}

/// Shows a range of memory in pieces that overlap, so that nothing lies across an edge.
fn search_range(memory: &File, from: u64, to: u64, look: &mut dyn FnMut(&[u8])) {
    static EMPTY: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut at = from;
    while at < to {
        let length = usize::try_from(to - at).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        // The process runs on: what it has given back meanwhile cannot be read, and holds nothing.
        let Ok(read) = memory.read_at(&mut chunk[..length], at) else { return };
        if chunk[..read] != EMPTY[..read] {
            look(&chunk[..read]);
        }
        let overlap = if read < length || at + length as u64 == to { 0 } else { 64 };
        at += (read - overlap).max(1) as u64;
    }
}

fn around(chunk: &[u8], at: usize) -> String {
    let bytes = &chunk[at.saturating_sub(48)..(at + 64).min(chunk.len())];
    String::from_utf8_lossy(bytes).escape_debug().to_string()
}

/// A merchant's program.
#[derive(Clone)]
struct Merchant {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Merchant {
    async fn payment(&self, more: Value) -> Value {
        let mut body = json!({"amount": 1000, "currency": "EUR"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.post("/v1/payments", body.to_string()).await.1
    }

    async fn post(&self, path: &str, body: String) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.key);
        let answer = request.header("content-type", "application/json").body(body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON"))
    }
}
