//! Hosted checkout as a browser without JavaScript uses it: pages, plain form posts, redirects.

use std::sync::Mutex;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_buyer_pays_and_goes_back_to_the_shop,
    after_a_decline_another_card_pays,
    a_challenge_is_answered_in_its_frame,
    a_refused_challenge_lets_the_buyer_try_again,
    what_is_wrong_is_said_under_its_field_and_no_number_comes_back,
    what_was_typed_need_not_be_typed_again_but_for_the_card,
    an_amount_that_is_held_is_not_called_paid,
    a_buyer_who_cannot_pay_gets_back_to_the_shop,
    a_closed_payment_says_so,
    an_address_without_its_secret_opens_nothing,
    pages_speak_the_buyers_language,
);

pub(crate) const CARD: &str = "number=4242+4242+4242+4242&expiry=12+%2F+39&cvc=123&name=Ada";

/// A buyer's browser: no scripts, one cookie.
pub(crate) struct Browser {
    http: reqwest::Client,
    language: &'static str,
    cookie: Mutex<Option<String>>,
}

/// What it shows.
pub(crate) struct Page {
    pub(crate) status: u16,
    location: Option<String>,
    policy: String,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(language: &'static str) -> Browser {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Browser { http, language, cookie: Mutex::default() }
    }

    pub(crate) async fn get(&self, url: &str) -> Page {
        self.read(self.http.get(url)).await
    }

    pub(crate) async fn post(&self, url: &str, form: &str) -> Page {
        let request = self.http.post(url).header("content-type", "application/x-www-form-urlencoded");
        self.read(request.body(form.to_owned())).await
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Page {
        let mut request = request.header("accept-language", self.language);
        if let Some(cookie) = self.cookie.lock().expect("a cookie").clone() {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.expect("an answer");
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if let Some(set) = header("set-cookie") {
            let pair = set.split(';').next().expect("a pair").to_owned();
            *self.cookie.lock().expect("a cookie") = Some(pair).filter(|_| !set.contains("Max-Age=0"));
        }
        let (location, policy) = (header("location"), header("content-security-policy").unwrap_or_default());
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let html = String::from_utf8_lossy(&response.bytes().await.expect("a body")).into_owned();
        Page { status, location, policy, headers, html }
    }
}

impl Page {
    /// A page that must be whole: its status, and a policy that lets nothing in from elsewhere.
    pub(crate) fn whole(self) -> String {
        assert_eq!(self.status, 200, "{}", self.html);
        assert!(self.policy.starts_with("default-src 'none'") && !self.policy.contains("unsafe"), "{}", self.policy);
        self.html
    }

    /// Where it sends the browser.
    pub(crate) fn onwards(&self, server: &Server) -> String {
        assert_eq!(self.status, 303, "{}", self.html);
        format!("{}{}", server.url, self.location.as_deref().expect("a place"))
    }
}

pub(crate) async fn payment(server: &Server) -> Value {
    let body = json!({"amount": 1000, "currency": "EUR", "description": "Order <1>", "returnUrl": "https://shop.example/thanks?a=1#x"});
    server.post("/v1/payments", body).await.ok()
}

pub(crate) fn url(payment: &Value) -> &str {
    payment["checkoutUrl"].as_str().expect("a page")
}

pub(crate) async fn status(server: &Server, payment: &Value) -> Value {
    server.get(&format!("/v1/payments/{}", payment["id"].as_str().expect("an id"))).await.ok()["status"].clone()
}

async fn a_buyer_pays_and_goes_back_to_the_shop(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let page = browser.get(url(&payment)).await.whole();
    for shown in ["Pay €10.00", "Test", "Order &#60;1&#62;", "autocomplete=\"cc-number\"", "Sandbox"] {
        assert!(page.contains(shown), "{shown} is on {page}");
    }
    let posted = browser.post(url(&payment), CARD).await;
    let page = browser.get(&posted.onwards(&server)).await.whole();
    let back = format!(
        "https://shop.example/thanks?a=1&#38;paymentId={}&#38;status=completed#x",
        payment["id"].as_str().expect("an id")
    );
    assert!(page.contains(&format!("content=\"3;url={back}\"")) && page.contains("Paid"), "{page}");
    assert_eq!(status(&server, &payment).await, "completed");
    let again = browser.get(url(&payment)).await.whole();
    assert!(again.contains("Already paid") && !again.contains("http-equiv=\"refresh\""), "{again}");
    let twice = browser.post(url(&payment), CARD).await;
    assert!(twice.onwards(&server).ends_with("/done"), "a form that is sent twice charges once, and leads to the shop");
    server.assert_ledger().await;
}

async fn after_a_decline_another_card_pays(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let declined = browser.post(url(&payment), &CARD.replace("4242+4242+4242+4242", "4000+0000+0000+9995")).await;
    let page = browser.get(&declined.onwards(&server)).await.whole();
    assert!(page.contains("There is not enough money on this card. Try another one."), "{page}");
    let paid = browser.post(url(&payment), CARD).await;
    assert!(browser.get(&paid.onwards(&server)).await.whole().contains("Paid"));
    assert_eq!(status(&server, &payment).await, "completed");
}

async fn a_challenge_is_answered_in_its_frame(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let posted = browser.post(url(&payment), &CARD.replace("4242+4242+4242+4242", "4000000000003220")).await;
    let page = browser.get(&posted.onwards(&server)).await.whole();
    let bank = url(&payment).replace("/checkout/", "/authenticate/");
    assert!(page.contains(&format!("src=\"{}\"", bank.replace(&server.url, ""))), "{page}");
    let framed = browser.get(&bank).await;
    assert!(framed.policy.contains("frame-ancestors 'self'"), "{}", framed.policy);
    assert!(framed.whole().contains("target=\"_top\""));
    let answered = browser.post(&bank, "result=succeed").await;
    assert!(browser.get(&answered.onwards(&server)).await.whole().contains("Paid"));
    assert_eq!(status(&server, &payment).await, "completed");
    assert_eq!(browser.post(&bank, "result=fail").await.status, 303, "what is over stays over");
    assert_eq!(status(&server, &payment).await, "completed");
}

async fn a_refused_challenge_lets_the_buyer_try_again(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    browser.post(url(&payment), &CARD.replace("4242+4242+4242+4242", "4000000000003220")).await;
    let bank = url(&payment).replace("/checkout/", "/authenticate/");
    let refused = browser.post(&bank, "result=fail").await;
    let page = browser.get(&refused.onwards(&server)).await.whole();
    assert!(page.contains("Your bank could not confirm that it was you"), "{page}");
    browser.post(url(&payment), CARD).await;
    assert_eq!(status(&server, &payment).await, "completed");
}

async fn what_is_wrong_is_said_under_its_field_and_no_number_comes_back(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let typed = "number=4242+4242+4242+4241&expiry=13%2F30&cvc=12&name=Ada+%3Cb%3E";
    let page = browser.post(url(&payment), typed).await;
    assert_eq!(page.status, 422);
    for shown in ["Check the card number.", "Enter 3 digits.", "Ada &#60;b&#62;", "aria-invalid=\"true\""] {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    let past = browser.post(url(&payment), &CARD.replace("39", "20")).await;
    assert!(past.html.contains("Check the date."), "{}", past.html);
    let real = browser.post(url(&payment), &CARD.replace("4242+4242+4242+4242", "4111111111111111")).await;
    assert!(real.html.contains("test cards only"), "{}", real.html);
    assert!(!real.html.contains("4111") && !page.html.contains("4241\""), "what was typed is not shown again");
    let large = browser.post(url(&payment), &"x".repeat(10_000)).await;
    assert_eq!(large.status, 422);
    assert_eq!(status(&server, &payment).await, "pending", "nothing was charged");
}

async fn what_was_typed_need_not_be_typed_again_but_for_the_card(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    for (card, says) in
        [("4000000000009995", "There is not enough money"), ("4000000000003220", "could not confirm that it was you")]
    {
        // As the form has it where a card is one choice of several.
        let typed = format!("method=new&{}", CARD.replace("4242+4242+4242+4242", card));
        let posted = browser.post(url(&payment), &typed).await;
        let set = posted.headers["set-cookie"].to_str().expect("text").to_owned();
        assert!(set.contains("HttpOnly; SameSite=Strict") && !set.contains(card), "{set}");
        let path = url(&payment).replace(&server.url, "");
        assert!(set.contains(&format!("Path={path};")), "{set} goes to no other page");
        if says.contains("confirm") {
            browser.post(&path_of_bank(&payment), "result=fail").await;
        }
        let page = browser.get(&posted.onwards(&server)).await.whole();
        for shown in [says, "value=\"12 / 39\"", "value=\"Ada\""] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(!page.contains("value=\"123\"") && !page.contains(card), "{page}");
    }
    let stranger = Browser::new("en").get(url(&payment)).await.whole();
    assert!(!stranger.contains("Ada"), "only the browser that it was typed into brings it back");
    let paid = browser.post(url(&payment), CARD).await;
    let over = browser.get(&paid.onwards(&server)).await;
    assert!(over.headers["set-cookie"].to_str().expect("text").contains("Max-Age=0"), "then it is forgotten");
}

fn path_of_bank(payment: &Value) -> String {
    url(payment).replace("/checkout/", "/authenticate/")
}

async fn an_amount_that_is_held_is_not_called_paid(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let body = json!({"amount": 1000, "currency": "EUR", "capture": false, "returnUrl": "https://shop.example/thanks"});
    let payment = server.post("/v1/payments", body).await.ok();
    let posted = browser.post(url(&payment), CARD).await;
    let just_now = browser.get(&posted.onwards(&server)).await.whole();
    assert!(just_now.contains("status=authorized"), "{just_now}");
    for page in [just_now, browser.get(url(&payment)).await.whole()] {
        assert!(page.contains("Your card is approved.") && !page.contains("Paid") && !page.contains("paid"), "{page}");
    }
}

async fn a_buyer_who_cannot_pay_gets_back_to_the_shop(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let back = |status: &str| {
        let id = payment["id"].as_str().expect("an id");
        format!("href=\"https://shop.example/thanks?a=1&#38;paymentId={id}&#38;status={status}#x\"")
    };
    assert!(browser.get(url(&payment)).await.whole().contains(&back("pending")));
    browser.post(url(&payment), &CARD.replace("4242+4242+4242+4242", "4000000000003220")).await;
    assert!(browser.get(url(&payment)).await.whole().contains(&back("requires_authentication")));
    browser.post(&path_of_bank(&payment), "result=fail").await;
    assert!(browser.get(url(&payment)).await.whole().contains(&back("failed")));
    let body = json!({"amount": 1000, "currency": "EUR", "returnUrl": "https://shop.example/thanks",
        "cancelUrl": "https://shop.example/cart"});
    let other = server.post("/v1/payments", body).await.ok();
    let page = browser.get(url(&other)).await.whole();
    assert!(page.contains("href=\"https://shop.example/cart\"") && !page.contains("/thanks"), "{page}");
}

async fn a_closed_payment_says_so(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let cancelled = payment(&server).await;
    server.post(&format!("/v1/payments/{}/cancel", cancelled["id"].as_str().expect("an id")), json!({})).await.ok();
    assert!(browser.get(url(&cancelled)).await.whole().contains("This payment was cancelled"));
    let expired = payment(&server).await;
    let declined = payment(&server).await;
    browser.post(url(&declined), &CARD.replace("4242+4242+4242+4242", "4000000000000002")).await;
    server.advance(86_401).await;
    assert!(browser.get(url(&declined)).await.whole().contains("This page has expired"), "no third try");
    assert!(browser.get(url(&expired)).await.whole().contains("This page has expired"));
    assert_eq!(browser.post(url(&expired), CARD).await.status, 303);
    assert_eq!(status(&server, &expired).await, "expired");
}

async fn an_address_without_its_secret_opens_nothing(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let (rest, secret) = url(&payment).rsplit_once('/').expect("a secret");
    let wrong = "0".repeat(secret.len());
    for address in
        [format!("{rest}/{wrong}"), format!("{rest}/x"), url(&payment).replace("/acct_", "/acct_0"), rest.to_owned()]
    {
        let page = browser.get(&address).await;
        assert_eq!(page.status, 404, "{address}");
        assert!(!page.html.contains("Order"), "{}", page.html);
        assert!(matches!(browser.post(&address, CARD).await.status, 404), "{address}");
    }
    assert_eq!(status(&server, &payment).await, "pending");
}

async fn pages_speak_the_buyers_language(engine: Engine) {
    let server = Server::start(engine).await;
    let payment = payment(&server).await;
    for (language, tag, says) in [
        ("de-AT,de;q=0.9", "de", "10,00\u{a0}€ zahlen"),
        ("bg", "bg", "Плащане на 10,00\u{a0}€"),
        ("fr", "fr", "Payer 10,00\u{a0}€"),
        ("es", "es", "Pagar 10,00\u{a0}€"),
        ("ja", "en", "Pay €10.00"),
    ] {
        let page = Browser::new(language).get(url(&payment)).await.whole();
        assert!(page.contains(&format!("<html lang=\"{tag}\">")) && page.contains(says), "{language}: {page}");
    }
}
