//! The demo shop as a browser without JavaScript uses it, and as a stranger does.

use std::sync::{Arc, Mutex};

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use vinr_core::ids::AccountId;
use vinr_core::keys::{Environment, Grant};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey};
use vinr_server::{bootstrap, signature};

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::until;

on_both_engines!(
    a_cart_becomes_a_payment_and_its_webhook_packs_the_order,
    the_shop_counts_itself_whatever_a_form_says,
    what_is_missing_is_said_on_the_shelf,
    a_declined_order_offers_another_card,
    the_shops_own_page_has_a_session_and_allows_itself_what_that_takes,
    a_buyer_who_comes_again_is_the_same_customer_with_the_card_that_paid,
    a_forged_webhook_is_refused_and_not_shown,
    an_event_that_comes_twice_is_handled_once,
    the_shop_has_one_account_and_one_endpoint_after_a_restart,
    another_master_key_gives_the_shop_another_key,
    where_the_shop_is_closed_nothing_is_there,
    live_has_no_shop,
    an_order_that_nobody_made_is_missing,
);

const FORM: &str = "application/x-www-form-urlencoded";
/// What the policy of a page has to begin with.
const NOTHING_ELSE: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'";

/// A visitor's browser at the shop of a server.
struct Visitor<'a> {
    server: &'a Server,
    http: reqwest::Client,
}

/// What it shows.
struct Page {
    status: u16,
    location: String,
    policy: String,
    html: String,
}

impl<'a> Visitor<'a> {
    fn new(server: &'a Server) -> Visitor<'a> {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Visitor { server, http }
    }

    async fn get(&self, path: &str) -> Page {
        self.read(self.http.get(format!("{}{path}", self.server.url))).await
    }

    async fn post(&self, path: &str, kind: &str, body: &str) -> Page {
        let request = self.http.post(format!("{}{path}", self.server.url)).header("content-type", kind);
        self.read(request.body(body.to_owned())).await
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Page {
        let response = request.send().await.expect("an answer");
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let location = header("location").unwrap_or_default();
        let policy = header("content-security-policy").unwrap_or_default();
        let status = response.status().as_u16();
        let html = String::from_utf8(response.bytes().await.expect("a body").to_vec()).expect("text");
        Page { status, location, policy, html }
    }

    /// Checks out; the order's number and the hosted page.
    async fn buys(&self, cart: &str) -> (String, String) {
        let page = self.post("/demo/checkout", FORM, cart).await;
        assert_eq!(page.status, 303, "{}", page.html);
        let order = page.location.split("/pay_demo_").nth(1).and_then(|rest| rest.split('/').next());
        (order.expect("a payment of the shop").to_owned(), page.location)
    }

    /// The page of an order, once it shows this.
    async fn order(&self, order: &str, shown: &str) -> String {
        let path = format!("/demo/orders/{order}");
        until(|| async {
            let page = self.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.html);
            assert!(page.policy.starts_with(NOTHING_ELSE) && !page.policy.contains("unsafe"), "{}", page.policy);
            page.html.contains(shown).then_some(page.html)
        })
        .await
    }
}

/// How many keys the shop's account has, if it is there.
async fn keys(server: &Server) -> Option<usize> {
    let account = AccountId::parse(bootstrap::DEMO_ACCOUNT).expect("an id");
    bootstrap::list_keys(&server.app.db, &account).await.ok().map(|keys| keys.len())
}

/// A key of the shop's account, as the operator can make one.
async fn key(server: &Server) -> String {
    let account = AccountId::parse(bootstrap::DEMO_ACCOUNT).expect("an id");
    let app = &server.app;
    let made = bootstrap::create_key(&app.db, &app.env, Environment::Sandbox, &account, Grant::secret(), None).await;
    made.expect("a key").secret
}

async fn ask(server: &Server, key: &str, method: Method, path: &str, body: Option<Value>) -> Value {
    server.call(method, path, Some(key), &[], body.map(|body| body.to_string())).await.ok()
}

/// The buyer of an order types this number on the hosted page.
async fn pays(server: &Server, key: &str, order: &str, number: &str) -> Value {
    let path = format!("/v1/test/payments/pay_demo_{order}/pay");
    ask(server, key, Method::POST, &path, Some(json!({"number": number}))).await
}

async fn a_cart_becomes_a_payment_and_its_webhook_packs_the_order(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let shelf = visitor.get("/demo").await;
    assert!(shelf.status == 200 && shelf.html.contains("Field notebook") && shelf.html.contains("€14.50"));
    let form = format!("form-action 'self' {};", server.url);
    assert!(shelf.policy.starts_with(NOTHING_ELSE) && shelf.policy.contains(&form), "{}", shelf.policy);

    let (order, checkout) = visitor.buys("notebook=1&ink=2&email=ada%40example.com").await;
    assert!(checkout.starts_with(&format!("{}/checkout/acct_demo/", server.url)), "{checkout}");
    let unpaid = visitor.order(&order, "payment.created").await;
    assert!(unpaid.contains("Not paid yet") && unpaid.contains(&checkout), "{unpaid}");
    assert!(!unpaid.contains("Packed</span>") && unpaid.contains("data-settled=\"no\""), "{unpaid}");

    let key = key(&server).await;
    let paid = pays(&server, &key, &order, "4242424242424242").await;
    assert_eq!((&paid["amount"], &paid["receiptEmail"]), (&json!(3_850), &json!("ada@example.com")));
    assert_eq!(paid["returnUrl"], format!("{}/demo/orders/{order}", server.url));
    assert_eq!(paid["cancelUrl"], format!("{}/demo?notebook=1&ink=2", server.url));
    assert_eq!((&paid["metadata"]["orderId"], &paid["status"]), (&json!(order), &json!("completed")));
    let told = visitor.order(&order, "The order was packed.").await;
    for shown in
        ["Thank you", "€38.50", "2 × Iron gall ink", "Visa •••• 4242", "Signature verified", "after the change"]
    {
        assert!(told.contains(shown), "{shown} is on {told}");
    }
    assert!(
        told.contains("t=") && told.contains("&#34;payment.completed&#34;") && told.contains("data-settled=\"yes\"")
    );
    let news = visitor.get(&format!("/demo/orders/{order}/news?after=1")).await;
    assert_eq!(news.html, json!({"heard": 2}).to_string());
    server.assert_ledger().await;
}

async fn the_shop_counts_itself_whatever_a_form_says(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let (order, _) = visitor.buys("pencils=200&notebook=-5&lamp=1&amount=1&price=1&currency=USD&total=1").await;
    let key = key(&server).await;
    let payment = ask(&server, &key, Method::GET, &format!("/v1/payments/pay_demo_{order}"), None).await;
    assert_eq!((&payment["amount"], &payment["currency"]), (&json!(9 * 690), &json!("EUR")));
    assert_eq!(payment["description"], "9 × Three cedar pencils");
    let large = visitor.post("/demo/checkout", FORM, &format!("ink=1&email={}", "a".repeat(5_000))).await;
    assert_eq!(large.status, 413);
}

async fn what_is_missing_is_said_on_the_shelf(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let empty = visitor.post("/demo/checkout", FORM, "notebook=0").await;
    assert!(empty.status == 422 && empty.html.contains("Your cart is empty"), "{}", empty.html);
    assert!(keys(&server).await.is_none(), "nobody bought");
    let mistyped = visitor.post("/demo/checkout", FORM, "ink=3&email=ada%22%40").await;
    assert_eq!(mistyped.status, 422, "{}", mistyped.html);
    for shown in ["Check the e-mail address.", "value=\"ada&#34;@\"", "€36.00"] {
        assert!(mistyped.html.contains(shown), "{shown} is on {}", mistyped.html);
    }
    let again = visitor.get("/demo?pencils=2&notebook=%3Cb%3E").await;
    assert!(again.status == 200 && again.html.contains("€13.80") && !again.html.contains("<b>"), "{}", again.html);
}

async fn a_declined_order_offers_another_card(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let (order, checkout) = visitor.buys("ink=1").await;
    let key = key(&server).await;
    pays(&server, &key, &order, "4000000000009995").await;
    let told = visitor.order(&order, "payment.failed").await;
    for shown in ["The card was declined", "Try another card", checkout.as_str(), "Nothing to do."] {
        assert!(told.contains(shown), "{shown} is on {told}");
    }
    pays(&server, &key, &order, "4242424242424242").await;
    assert!(visitor.order(&order, "The order was packed.").await.contains("payment.failed"));
    let (cancelled, _) = visitor.buys("ink=1").await;
    ask(&server, &key, Method::POST, &format!("/v1/payments/pay_demo_{cancelled}/cancel"), Some(json!({}))).await;
    let told = visitor.order(&cancelled, "payment.cancelled").await;
    assert!(told.contains("This order was cancelled") && told.contains("href=\"/demo?ink=1\""), "{told}");
}

async fn a_forged_webhook_is_refused_and_not_shown(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let (order, _) = visitor.buys("ink=1").await;
    visitor.order(&order, "payment.created").await;
    let event = json!({"id": "evt_1", "type": "payment.completed", "data": {"metadata": {"orderId": order}}});
    let body = event.to_string();
    // Of a merchant of this installation, but not of the shop.
    let signers = signature::Signers { endpoint: Vec::new(), keys: vec![signature::of_key(&server.secret_key)] };
    let theirs = signature::header(&signers, body.as_bytes(), server.app.env.wall().seconds());
    let zeros = format!("t={},v1={}", server.app.env.wall().seconds(), "0".repeat(64));
    for header in ["", "t=1", zeros.as_str(), theirs.as_str()] {
        let request = visitor.http.post(format!("{}/demo/webhooks", server.url)).header("x-vinr-signature", header);
        let answer = visitor.read(request.body(body.clone())).await;
        assert_eq!(answer.status, 400, "{header}");
    }
    let large = visitor.http.post(format!("{}/demo/webhooks", server.url)).body("x".repeat(70_000));
    assert_eq!(visitor.read(large).await.status, 413);
    let told = visitor.order(&order, "payment.created").await;
    assert!(!told.contains("<code>payment.completed</code></h3>") && !told.contains("evt_1\""), "{told}");
}

async fn an_event_that_comes_twice_is_handled_once(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let (order, _) = visitor.buys("ink=1").await;
    let key = key(&server).await;
    pays(&server, &key, &order, "4242424242424242").await;
    visitor.order(&order, "The order was packed.").await;
    let events = ask(&server, &key, Method::GET, "/v1/events?type=payment.completed", None).await;
    let event = events["data"][0]["id"].as_str().expect("an event");
    ask(&server, &key, Method::POST, &format!("/v1/events/{event}/redeliver"), Some(json!({}))).await;
    let told = visitor.order(&order, "Came 2 times, handled once").await;
    assert_eq!(told.matches("The order was packed.").count(), 1, "{told}");
}

async fn the_shop_has_one_account_and_one_endpoint_after_a_restart(engine: Engine) {
    let mut server = Server::start(engine).await;
    let (order, _) = Visitor::new(&server).buys("ink=1").await;
    let key = key(&server).await;
    pays(&server, &key, &order, "4242424242424242").await;
    Visitor::new(&server).order(&order, "The order was packed.").await;
    server.restart_with(|settings, url| url.clone_into(&mut settings.public_url)).await;
    let visitor = Visitor::new(&server);
    let told = visitor.order(&order, "Thank you").await;
    assert!(told.contains("older than the server’s last start") && told.contains("data-settled=\"yes\""), "{told}");
    let (order, _) = visitor.buys("ink=1").await;
    pays(&server, &key, &order, "4242424242424242").await;
    visitor.order(&order, "The order was packed.").await;
    let endpoints = ask(&server, &key, Method::GET, "/v1/webhooks", None).await;
    let urls: Vec<&Value> = endpoints["data"].as_array().expect("a list").iter().map(|one| &one["url"]).collect();
    assert_eq!(urls, [&json!(format!("{}/demo/webhooks", server.url))]);
    assert_eq!(keys(&server).await, Some(3), "the shop's own pair, and the one that this test made");
    let merchants = bootstrap::list_accounts(&server.app.db).await.expect("accounts");
    assert_eq!(merchants, std::slice::from_ref(&server.account), "the shop is no merchant of the installation's");
}

async fn another_master_key_gives_the_shop_another_key(engine: Engine) {
    let mut server = Server::start(engine).await;
    let keys = Arc::new(Mutex::new(vec![MasterKey::new([7; 32])]));
    let file = Arc::clone(&keys);
    server
        .restart_with(move |settings, url| {
            let reread = move || Some(file.lock().expect("no panic").clone());
            settings.keyring = Keyring::following(reread().expect("keys"), Box::new(reread));
            url.clone_into(&mut settings.public_url);
        })
        .await;
    let visitor = Visitor::new(&server);
    let (before, _) = visitor.buys("ink=1").await;
    keys.lock().expect("no panic").push(MasterKey::new([8; 32]));
    visitor.order(&before, "Not paid yet").await;
    let (order, _) = visitor.buys("ink=1").await;
    let key = key(&server).await;
    for order in [before, order] {
        pays(&server, &key, &order, "4242424242424242").await;
        visitor.order(&order, "The order was packed.").await;
    }
    assert_eq!(self::keys(&server).await, Some(5), "two pairs of the shop's own, and the one that this test made");
}

async fn where_the_shop_is_closed_nothing_is_there(engine: Engine) {
    let mut server = Server::start(engine).await;
    let (order, _) = Visitor::new(&server).buys("ink=1").await;
    server.restart_with(|settings, _| settings.demo_shop = DemoShop::Closed).await;
    assert_nothing(&server, &order).await;
}

async fn live_has_no_shop(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    assert_eq!(server.app.settings.demo_shop, DemoShop::Open);
    assert_nothing(&server, "0123456789ab").await;
}

async fn assert_nothing(server: &Server, order: &str) {
    let visitor = Visitor::new(server);
    for path in ["/demo", "/demo/", "/demo/webhooks", "/demo/checkout", &format!("/demo/orders/{order}")] {
        for page in [visitor.get(path).await, visitor.post(path, FORM, "ink=1").await] {
            assert_eq!(page.status, 404, "{path}");
            assert!(page.html.contains("not served here") && !page.html.contains("href=\"/demo\""), "{}", page.html);
        }
    }
}

async fn an_order_that_nobody_made_is_missing(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let unknown = ["0123456789ab", "0123456789AB", "x", "..%2Fwebhooks", "0123456789ab/else"];
    for order in unknown {
        let page = visitor.get(&format!("/demo/orders/{order}")).await;
        assert!(page.status == 404 && page.html.contains("There is no such page"), "{order}: {}", page.html);
    }
    assert!(keys(&server).await.is_none(), "nobody bought");
    visitor.buys("ink=1").await;
    for order in unknown {
        assert_eq!(visitor.get(&format!("/demo/orders/{order}")).await.status, 404, "{order}");
    }
    assert_eq!(visitor.get("/demo/orders/x/news").await.status, 404);
    assert_eq!(visitor.get("/demo/").await.location, "/demo");
    assert_eq!(visitor.get("/demo/checkout").await.location, "/demo");
}

async fn the_shops_own_page_has_a_session_and_allows_itself_what_that_takes(engine: Engine) {
    let server = Server::start(engine).await;
    let visitor = Visitor::new(&server);
    let elsewhere = server.url.replace("127.0.0.1", "localhost");
    let shelf = visitor.get("/demo").await;
    assert!(shelf.html.contains(&format!("href=\"{elsewhere}/demo/elements?notebook=1\"")), "{}", shelf.html);
    let page = visitor.get("/demo/elements?notebook=2").await;
    assert!(page.status == 200 && page.html.contains("€29.00"), "{}", page.html);
    for part in ["script-src 'self'", "frame-src 'self'"] {
        assert!(page.policy.contains(&format!("{part} {};", server.url)), "{}", page.policy);
    }
    let session = visitor.post("/demo/session", FORM, "notebook=2").await;
    let session: Value = serde_json::from_str(&session.html).expect("JSON");
    let text = |name: &str| session[name].as_str().expect("text").to_owned();
    let (secret, key) = (text("clientSecret"), text("publicKey"));
    let path = format!("/v1/payments/{}", secret.split("_secret_").next().expect("an id"));
    let headers = [("x-vinr-client-secret", secret.as_str())];
    let payment = server.call(Method::GET, &path, Some(&key), &headers, None).await.ok();
    assert_eq!((&payment["amount"], &payment["description"]), (&json!(2_900), &json!("2 × Field notebook")));
    assert_eq!(visitor.get(&text("order")).await.status, 200);
    assert_eq!(visitor.post("/demo/session", FORM, "notebook=0").await.status, 400);
}

async fn a_buyer_who_comes_again_is_the_same_customer_with_the_card_that_paid(engine: Engine) {
    let server = Server::start(engine).await;
    let comes = async |cookie: &str| {
        let request = server.http.post(format!("{}/demo/session", server.url)).header("content-type", FORM);
        let answer = server.send(request.header("cookie", cookie).body("ink=1")).await;
        let set = answer.headers["set-cookie"].to_str().expect("text").to_owned();
        let session = answer.ok();
        let text = |name: &str| session[name].as_str().expect("text").to_owned();
        (set, text("publicKey"), text("clientSecret"))
    };
    let (set, key, secret) = comes("theme=dark").await;
    assert!(set.ends_with("; Path=/demo; Max-Age=2592000; HttpOnly; SameSite=Strict"), "{set}");
    let cookie = set.split(';').next().expect("a pair");
    let ask = async |path: &str, secret: &str, form: &str| {
        let request = server.http.post(format!("{}{path}", server.url)).bearer_auth(&key).header("origin", &server.url);
        server.send(request.header("x-vinr-client-secret", secret).body(form.to_owned())).await.ok()
    };
    assert_eq!(ask("/elements/v1/session", &secret, "").await["saved"], json!([]));
    let paid = ask("/elements/v1/confirm", &secret, "number=4242424242424242&expiry=12/39&cvc=123").await;
    assert_eq!(paid["payment"]["status"], "completed");
    let (again, _, secret) = comes(&format!("theme=dark; {cookie}")).await;
    assert_eq!(again, set, "the same buyer");
    assert_eq!(ask("/elements/v1/session", &secret, "").await["saved"][0]["label"], "Visa •••• 4242");
    for stranger in ["demo_buyer=000000000000", "demo_buyer=../x", ""] {
        let (other, _, secret) = comes(stranger).await;
        assert_ne!(other, set);
        assert_eq!(ask("/elements/v1/session", &secret, "").await["saved"], json!([]), "{stranger}");
    }
}
