//! The master key is replaced while the server runs and keeps saving and charging cards.

mod installation;

use installation::{Installation, Server};
use serde_json::{Value, json};

#[tokio::test]
async fn a_master_key_is_replaced_on_sqlite_while_cards_are_saved_and_charged() {
    replace(Installation::on_sqlite("vault")).await;
}

#[tokio::test]
async fn a_master_key_is_replaced_on_postgres_while_cards_are_saved_and_charged() {
    replace(Installation::on_postgres("vault").await).await;
}

async fn replace(mut installation: Installation) {
    // The other test of this process may have been quicker.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    let before = save(&installation, &server, 5).await;
    let serving = async { save(&installation, &server, 20).await };
    let (rotated, during) = tokio::join!(rotate(&installation), serving);
    assert_eq!(rotated["masterKey"], 2, "{rotated}");
    assert!(rotated["sandbox"]["rewrapped"].as_u64().is_some_and(|count| count >= 5), "{rotated}");
    let after = save(&installation, &server, 1).await;
    charge_all(&installation, &server, [&before, &during, &after]).await;

    // What was sealed while the key was being replaced is wrapped anew too, and then nothing is left to do.
    let again = installation.vinr().args(["vault", "rotate", "--no-new-key"]).output().await.expect("vinr runs");
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    let third = installation.vinr().args(["vault", "rotate", "--no-new-key"]).output().await.expect("vinr runs");
    let third: Value = serde_json::from_slice(&third.stdout).expect("JSON");
    assert_eq!(third, json!({"masterKey": 2, "sandbox": {"rewrapped": 0}}));

    // Only the newest key is needed for cards: the first one is another now, as if it had been thrown away.
    server.kill().await;
    let path = installation.folder.join("master.key");
    let keys = std::fs::read_to_string(&path).expect("the key file");
    assert_eq!(keys.lines().count(), 2);
    let newest = keys.lines().nth(1).expect("the newest key");
    std::fs::write(&path, format!("{}=\n{newest}\n", "E".repeat(43))).expect("written");
    let mut server = installation.start().await;
    charge_all(&installation, &server, [&before, &during, &after]).await;
    server.kill().await;
    installation.remove().await;
}

async fn rotate(installation: &Installation) -> Value {
    let ran = installation.vinr().args(["vault", "rotate"]).output().await.expect("vinr runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).expect("JSON")
}

/// Customers with a saved card each.
async fn save(installation: &Installation, server: &Server, count: usize) -> Vec<Value> {
    let mut customers = Vec::new();
    for _ in 0..count {
        let customer = post(installation, server, "/v1/customers", json!({})).await;
        let path = format!("/v1/customers/{}/setup-method", customer["id"].as_str().expect("an id"));
        let setup = post(installation, server, &path, json!({})).await;
        let path = format!("/v1/test/setups/{}/pay", setup["id"].as_str().expect("an id"));
        let saved = post(installation, server, &path, json!({"number": "4242424242424242"})).await;
        assert_eq!(saved["status"], "succeeded", "{saved}");
        customers.push(customer["id"].clone());
    }
    customers
}

async fn charge_all(installation: &Installation, server: &Server, all: [&Vec<Value>; 3]) {
    for customer in all.into_iter().flatten() {
        let body = json!({"amount": 1000, "currency": "EUR", "customerId": customer, "offSession": true});
        let paid = post(installation, server, "/v1/payments", body).await;
        assert_eq!(paid["status"], "completed", "{paid}");
    }
}

async fn post(installation: &Installation, server: &Server, path: &str, body: Value) -> Value {
    let request =
        reqwest::Client::builder().no_proxy().build().expect("a client").post(format!("{}{path}", server.url));
    let request = request.bearer_auth(&installation.key).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).expect("JSON")
}
