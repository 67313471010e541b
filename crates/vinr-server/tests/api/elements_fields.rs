//! What the card fields of Elements load and ask for, as the browser's requests are.

use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    a_page_anywhere_may_load_the_script_and_keeps_it_while_it_is_the_same,
    the_fields_may_be_framed_by_pages_that_came_safely_and_do_nothing_else,
    the_fields_learn_what_there_is_to_pay,
    the_fields_pay_and_are_told_how_it_ended,
    the_bank_asks_within_the_fields,
    what_is_wrong_with_a_card_is_told_under_its_field,
    nobody_but_the_fields_is_answered,
    in_live_a_session_says_that_nobody_verified_the_business,
);

const FORM: &str = "number=4242+4242+4242+4242&expiry=12+%2F+39&cvc=123&name=Ada";

/// A request of the fields, with this client secret.
pub async fn ask(server: &Server, path: &str, secret: &str, form: &str) -> Answer {
    let request = server.http.post(format!("{}{path}", server.url)).bearer_auth(&server.public_key);
    let request = request.header("origin", &server.url).header("sec-fetch-site", "same-origin");
    let request = request.header("x-vinr-client-secret", secret).header("accept-language", "en");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    server.send(request.body(form.to_owned())).await
}

async fn get(server: &Server, path: &str) -> Answer {
    server.send(server.http.get(format!("{}{path}", server.url))).await
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).expect("text")
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

fn confirming(number: &str) -> String {
    FORM.replace("4242+4242+4242+4242", number)
}

async fn outcome(server: &Server, secret: &str) -> String {
    let opened = ask(server, "/elements/v1/session", secret, "").await.ok();
    opened["outcome"].as_str().expect("an address").to_owned()
}

async fn a_page_anywhere_may_load_the_script_and_keeps_it_while_it_is_the_same(engine: Engine) {
    let server = Server::start(engine).await;
    let script = get(&server, "/elements/v1/vinr.js").await;
    assert!(text(&script).contains("window.loadVinr"));
    assert_eq!(header(&script, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!(header(&script, "access-control-allow-origin"), "*");
    assert_eq!(header(&script, "cross-origin-resource-policy"), "cross-origin");
    assert_eq!(header(&script, "cache-control"), "public, max-age=300");
    let again = server.http.get(format!("{}/elements/v1/vinr.js", server.url));
    let again = server.send(again.header("if-none-match", header(&script, "etag"))).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
}

async fn the_fields_may_be_framed_by_pages_that_came_safely_and_do_nothing_else(engine: Engine) {
    let server = Server::start(engine).await;
    let frame = format!("/elements/v1/frame?key={}&origin=http://localhost:5173", server.public_key);
    let page = get(&server, &format!("{frame}&locale=de-AT")).await;
    let html = text(&page);
    assert!(html.contains("<html lang=\"de\">") && html.contains("Kartennummer"), "{html}");
    assert!(html.contains("autocomplete=\"cc-number\"") && !html.contains("method=\"post\""), "{html}");
    assert_eq!(
        header(&page, "content-security-policy"),
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'self' https: http://localhost:* \
         http://*.localhost:* http://127.0.0.1:*"
    );
    assert_eq!((header(&page, "cache-control"), header(&page, "referrer-policy")), ("no-store", "no-referrer"));
    let asked = server.http.get(format!("{}{frame}", server.url)).header("accept-language", "fr");
    assert!(text(&server.send(asked).await).contains("<html lang=\"fr\">"), "without a word the browser's language");
}

async fn in_live_a_session_says_that_nobody_verified_the_business(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let (_, secret) = server.session(json!({})).await;
    let opened = ask(&server, "/elements/v1/session", &secret, "").await.ok();
    assert_eq!(opened["takesCards"], false, "nobody has verified the business");
}

async fn the_fields_learn_what_there_is_to_pay(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({"savePaymentMethod": true})).await;
    let opened = ask(&server, "/elements/v1/session", &secret, "").await.ok();
    assert_eq!((&opened["payment"]["id"], &opened["payment"]["amount"]), (&payment["id"], &json!(1000)));
    assert_eq!((&opened["asksEmail"], &opened["takesCards"]), (&json!(true), &json!(true)));
    assert_eq!(opened["consent"], "Test keeps this card for later payments.");
    let (_, plain) = server.session(json!({})).await;
    let opened = ask(&server, "/elements/v1/session", &plain, "").await.ok();
    assert_eq!((&opened["asksEmail"], &opened["consent"]), (&json!(false), &Value::Null));
}

async fn the_fields_pay_and_are_told_how_it_ended(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({})).await;
    let outcome = outcome(&server, &secret).await;
    assert_eq!(get(&server, &outcome).await.ok()["payment"]["status"], "pending");
    let declined = ask(&server, "/elements/v1/confirm", &secret, &confirming("4000000000009995")).await;
    assert_eq!(header(&declined, "connection"), "close", "the buffer goes with the connection");
    let declined = declined.ok();
    assert_eq!((&declined["payment"]["status"], &declined["focus"]), (&json!("failed"), &json!("number")));
    assert_eq!(declined["notice"], "There is not enough money on this card. Try another one.");
    assert_eq!(get(&server, &outcome).await.ok(), declined);
    let paid = ask(&server, "/elements/v1/confirm", &secret, FORM).await.ok();
    assert_eq!((&paid["payment"]["status"], &paid["payment"]["id"]), (&json!("completed"), &payment["id"]));
    assert_eq!(
        get(&server, &outcome).await.ok()["payment"],
        paid["payment"],
        "whoever was there before may see the end"
    );
    let late = ask(&server, "/elements/v1/session", &secret, "").await;
    assert_eq!((late.status, late.code().as_str()), (403, "client_secret_invalid"));
    let vaulted = server.app.db.query("SELECT COUNT(*) FROM card_vault", &[]).await.expect("a count")[0].int(0);
    assert_eq!(vaulted, 0, "a card that is not kept is nowhere");
    server.assert_ledger().await;
}

async fn the_bank_asks_within_the_fields(engine: Engine) {
    let server = Server::start(engine).await;
    for (answer, status) in [("succeed", "completed"), ("fail", "failed")] {
        let (_, secret) = server.session(json!({})).await;
        let outcome = outcome(&server, &secret).await;
        let asked = ask(&server, "/elements/v1/confirm", &secret, &confirming("4000000000003220")).await.ok();
        let url = asked["payment"]["authenticationUrl"].as_str().expect("a challenge").to_owned();
        let path = url.strip_prefix(&server.url).expect("a page of ours").to_owned();
        let page = get(&server, &path).await;
        let html = text(&page);
        assert!(html.contains("Do you approve the payment of €10.00 to Test?") && !html.contains("_top"), "{html}");
        assert!(header(&page, "content-security-policy").contains("frame-ancestors 'self' https:"));
        let form = server.http.post(&url).header("content-type", "application/x-www-form-urlencoded");
        let said = server.send(form.body(format!("result={answer}"))).await;
        assert!(text(&said).contains("Waiting for your bank"), "it comes out on a page that the fields know");
        let ended = get(&server, &outcome).await.ok();
        assert_eq!(
            (&ended["payment"]["status"], &ended["payment"]["authenticationUrl"]),
            (&json!(status), &Value::Null)
        );
        assert!(text(&get(&server, &path).await).contains("Waiting for your bank"), "there is nothing left to ask");
        let wrong = format!("{}0", &path[..path.len() - 1]);
        let wrong = if wrong == path { format!("{}1", &path[..path.len() - 1]) } else { wrong };
        assert_eq!(get(&server, &wrong).await.status, 404);
    }
}

async fn what_is_wrong_with_a_card_is_told_under_its_field(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({"savePaymentMethod": true})).await;
    let wrong = ask(&server, "/elements/v1/confirm", &secret, "number=1&expiry=1&cvc=1&name=&email=ada").await;
    assert_eq!(wrong.status, 422);
    let errors = wrong.json()["errors"].clone();
    for field in ["email", "number", "expiry", "cvc"] {
        assert!(errors[field].is_string(), "{field}: {errors}");
    }
    let email = format!("{}&email=ada%40example.com", confirming("4000056655665556"));
    let strange = ask(&server, "/elements/v1/confirm", &secret, &email).await;
    assert_eq!((strange.status, strange.json()["errors"]["email"].clone()), (422, Value::Null));
    assert!(strange.json()["errors"]["number"].as_str().is_some_and(|text| text.contains("test cards only")));
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    assert_eq!(server.get(&path).await.ok()["status"], "pending");
}

async fn nobody_but_the_fields_is_answered(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({})).await;
    for path in ["/elements/v1/session", "/elements/v1/confirm"] {
        for (key, origin) in [(&server.public_key, "https://shop.example"), (&server.secret_key, server.url.as_str())] {
            let headers = [("origin", origin), ("x-vinr-client-secret", secret.as_str())];
            let answer = server.call(Method::POST, path, Some(key), &headers, Some(FORM.to_owned())).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "insufficient_scope"), "{path} from {origin}");
        }
        let answer = ask(&server, path, "", FORM).await;
        assert_eq!(answer.status, 403, "{path} without a secret");
        let none = server.call(Method::POST, path, None, &[("origin", &server.url)], Some(FORM.to_owned())).await;
        assert_eq!(none.status, 401, "{path} without a key");
    }
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    assert_eq!(server.get(&path).await.ok()["status"], "pending");
    let page = payment["checkoutUrl"].as_str().and_then(|url| url.rsplit('/').next()).expect("a secret");
    let id = payment["id"].as_str().expect("an id");
    for place in ["outcome", "challenge"] {
        let address = format!("/elements/v1/{place}/{}/{id}/{page}", server.account);
        assert_eq!(get(&server, &address).await.status, 404, "the hosted page's secret is another one");
    }
}
