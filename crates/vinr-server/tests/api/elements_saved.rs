//! Saved cards in the card fields: listed and charged by the client secret of a session with their customer, and by
//! nothing else.

use reqwest::Method;
use serde_json::{Value, json};

use crate::elements_fields::ask;
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_session_with_a_customer_offers_their_cards_the_default_first,
    a_default_that_is_older_than_what_is_offered_is_offered_too,
    cards_that_cannot_be_charged_are_not_offered,
    a_saved_card_pays_without_a_number,
    a_saved_card_is_declined_and_challenged_as_others_are,
    nobody_learns_of_cards_without_the_client_secret_of_their_customers_session,
    a_card_of_somebody_else_does_not_pay,
);

const SESSION: &str = "/elements/v1/session";
const CONFIRM: &str = "/elements/v1/confirm";

async fn customer(server: &Server, id: &str) {
    server.post("/v1/customers", json!({"id": id, "email": "ada@example.com"})).await.ok();
}

/// A session with this customer.
async fn session_of(server: &Server, customer: &str) -> (Value, String) {
    server.session(json!({"customerId": customer})).await
}

/// The ids of what is offered.
async fn offered(server: &Server, secret: &str) -> Vec<String> {
    let opened = ask(server, SESSION, secret, "").await.ok();
    let saved = opened["saved"].as_array().expect("a list").iter();
    saved.map(|card| card["paymentMethod"]["id"].as_str().expect("an id").to_owned()).collect()
}

async fn a_session_with_a_customer_offers_their_cards_the_default_first(engine: Engine) {
    let server = Server::start(engine).await;
    customer(&server, "cust_ada").await;
    let first = server.saved("cust_ada", "4242424242424242").await;
    let second = server.saved("cust_ada", "5555555555554444").await;
    let third = server.saved("cust_ada", "378282246310005").await;
    let (_, secret) = session_of(&server, "cust_ada").await;
    assert_eq!(offered(&server, &secret).await, [first.clone(), third.clone(), second.clone()], "then the newest");
    server.patch("/v1/customers/cust_ada", json!({"defaultMethodId": second})).await.ok();
    assert_eq!(offered(&server, &secret).await, [second.clone(), third.clone(), first.clone()]);
    server.patch("/v1/customers/cust_ada", json!({"defaultMethodId": null})).await.ok();
    assert_eq!(offered(&server, &secret).await, [third, second.clone(), first]);
    let opened = ask(&server, SESSION, &secret, "").await.ok();
    let shown = &opened["saved"][1];
    assert_eq!((&shown["label"], &shown["brand"]), (&json!("Mastercard •••• 4444"), &json!("Mastercard")));
    assert!(shown["expires"].as_str().is_some_and(|text| text.starts_with("Expires 12/")), "{shown}");
    let path = format!("/v1/payment-methods/{second}");
    assert_eq!(shown["paymentMethod"], server.get(&path).await.ok());
    assert_eq!(ask(&server, SESSION, &secret, "savedMethods=false").await.ok()["saved"], json!([]));
    let page = ask(&server, SESSION, &secret, "").await;
    assert!(!String::from_utf8_lossy(&page.bytes).contains("5555555555554444"), "never a number");
}

async fn a_default_that_is_older_than_what_is_offered_is_offered_too(engine: Engine) {
    let server = Server::start(engine).await;
    customer(&server, "cust_ada").await;
    let default = server.saved("cust_ada", "4242424242424242").await;
    for _ in 0..10 {
        server.saved("cust_ada", "5555555555554444").await;
    }
    let (payment, secret) = session_of(&server, "cust_ada").await;
    let listed = offered(&server, &secret).await;
    assert_eq!((listed.len(), listed.first()), (11, Some(&default)));
    let page = server.send(server.http.get(payment["checkoutUrl"].as_str().expect("a page"))).await;
    let page = String::from_utf8(page.bytes).expect("text");
    let place = |id: &str| page.find(id).unwrap_or_else(|| panic!("{id} is on the hosted page"));
    assert!(listed.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])), "in the same order");
    assert!(page.contains(&format!("value=\"{default}\" checked")), "{page}");
}

async fn cards_that_cannot_be_charged_are_not_offered(engine: Engine) {
    let server = Server::start(engine).await;
    customer(&server, "cust_ada").await;
    let detached = server.saved("cust_ada", "4242424242424242").await;
    let kept = server.saved("cust_ada", "5555555555554444").await;
    let path = format!("/v1/customers/cust_ada/methods/{detached}");
    server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    let (_, secret) = session_of(&server, "cust_ada").await;
    assert_eq!(offered(&server, &secret).await, std::slice::from_ref(&kept));
    let gone = ask(&server, CONFIRM, &secret, &format!("method={detached}")).await;
    assert_eq!(gone.status, 422);
    let gone = gone.json();
    assert_eq!(
        (&gone["notice"], &gone["payment"]),
        (&json!("You can no longer pay with this. Choose something else."), &Value::Null)
    );
    server.patch("/v1/customers/cust_ada", json!({"defaultMethodId": kept})).await.ok();
    for _ in 0..3 {
        server.advance(731 * 86_400).await;
    }
    let (_, secret) = session_of(&server, "cust_ada").await;
    assert_eq!(offered(&server, &secret).await, Vec::<String>::new(), "a default that has expired neither");
}

async fn a_saved_card_pays_without_a_number(engine: Engine) {
    let server = Server::start(engine).await;
    customer(&server, "cust_ada").await;
    let saved = server.saved("cust_ada", "4242424242424242").await;
    let (payment, secret) = session_of(&server, "cust_ada").await;
    let paid = ask(&server, CONFIRM, &secret, &format!("method={saved}")).await.ok();
    assert_eq!((&paid["payment"]["status"], &paid["payment"]["card"]["last4"]), (&json!("completed"), &json!("4242")));
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    assert_eq!(server.get(&path).await.ok()["paymentMethodId"], json!(saved));
    assert_eq!(ask(&server, SESSION, &secret, "").await.code(), "client_secret_invalid", "it lists nothing any more");
    server.assert_ledger().await;
}

async fn a_saved_card_is_declined_and_challenged_as_others_are(engine: Engine) {
    let server = Server::start(engine).await;
    customer(&server, "cust_ada").await;
    let declines = server.saved("cust_ada", "4000000000000341").await;
    let other = server.saved("cust_ada", "4242424242424242").await;
    let (_, secret) = session_of(&server, "cust_ada").await;
    let tried = ask(&server, CONFIRM, &secret, &format!("method={declines}")).await.ok();
    assert_eq!((&tried["payment"]["status"], &tried["focus"]), (&json!("failed"), &json!("")), "no field is at fault");
    assert_eq!(tried["notice"], "Your bank declined this card. Try another one.");
    assert_eq!(tried["errors"]["number"], Value::Null);
    let paid = ask(&server, CONFIRM, &secret, &format!("method={other}")).await.ok();
    assert_eq!(paid["payment"]["status"], "completed");
    let setup = server.post("/v1/customers/cust_ada/setup-method", json!({})).await.ok();
    let setup = setup["id"].as_str().expect("an id");
    server.post(&format!("/v1/test/setups/{setup}/pay"), json!({"number": "4000000000003220"})).await.ok();
    let done = server.post(&format!("/v1/test/setups/{setup}/authenticate"), json!({"result": "succeed"})).await.ok();
    let asks = done["paymentMethodId"].as_str().expect("an id");
    let (_, secret) = session_of(&server, "cust_ada").await;
    let asked = ask(&server, CONFIRM, &secret, &format!("method={asks}")).await.ok();
    assert_eq!(asked["payment"]["status"], "requires_authentication");
    assert!(asked["payment"]["authenticationUrl"].as_str().is_some_and(|url| url.contains("/elements/v1/challenge/")));
}

async fn nobody_learns_of_cards_without_the_client_secret_of_their_customers_session(engine: Engine) {
    let server = Server::start(engine).await;
    for id in ["cust_ada", "cust_eve"] {
        customer(&server, id).await;
    }
    let saved = server.saved("cust_ada", "4242424242424242").await;
    let (_, of_eve) = session_of(&server, "cust_eve").await;
    let (_, of_nobody) = server.session(json!({})).await;
    for secret in [&of_eve, &of_nobody] {
        assert_eq!(offered(&server, secret).await, Vec::<String>::new());
    }
    for path in ["/v1/customers/cust_ada/methods", "/v1/customers/cust_ada", &format!("/v1/payment-methods/{saved}")] {
        let headers = [("x-vinr-client-secret", of_eve.as_str())];
        for headers in [&headers[..], &[]] {
            let answer = server.call(Method::GET, path, Some(&server.public_key), headers, None).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "insufficient_scope"), "{path}");
        }
    }
    assert_eq!(ask(&server, SESSION, "", "").await.status, 403);
}

async fn a_card_of_somebody_else_does_not_pay(engine: Engine) {
    let server = Server::start(engine).await;
    for id in ["cust_ada", "cust_eve"] {
        customer(&server, id).await;
    }
    let saved = server.saved("cust_ada", "4242424242424242").await;
    let (payment, of_eve) = session_of(&server, "cust_eve").await;
    let (anonymous, of_nobody) = server.session(json!({})).await;
    for (payment, secret) in [(payment, of_eve), (anonymous, of_nobody)] {
        let answer = ask(&server, CONFIRM, &secret, &format!("method={saved}")).await;
        assert!(matches!(answer.status, 404 | 422), "{}", answer.status);
        let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
        assert_eq!(server.get(&path).await.ok()["status"], "pending");
    }
    server.assert_ledger().await;
}
