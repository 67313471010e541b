//! The first start makes one account, whatever happens to it, and every start says where everything is.

use serde_json::{Map, Value, json};

use crate::get;
use crate::installation::{Installation, Server, ready};

const ENVIRONMENTS: [(&str, &str); 2] = [("sandbox", "test"), ("live", "live")];

#[tokio::test]
async fn the_line_has_keys_once_and_the_account_always_on_sqlite() {
    read_the_line(Installation::on_sqlite("first")).await;
}

#[tokio::test]
async fn the_line_has_keys_once_and_the_account_always_on_postgres() {
    read_the_line(Installation::on_postgres("first").await).await;
}

async fn read_the_line(mut installation: Installation) {
    "127.0.0.1:0".clone_into(&mut installation.live);
    let (mut server, first) = ready(installation.serving()).await;
    assert_eq!(names(&first), ["ready", "accountId", "sandbox", "live"]);
    assert_eq!(first["ready"], true);
    for (environment, word) in ENVIRONMENTS {
        let one = &first[environment];
        assert_eq!(names(one), ["url", "secretKey", "publicKey"]);
        assert!(text(&one["secretKey"]).starts_with(&format!("sk_{word}_")), "{one}");
        assert!(text(&one["publicKey"]).starts_with(&format!("pk_{word}_")), "{one}");
        assert_eq!(account(one).await, first["accountId"], "the secret key opens the account at this URL");
    }
    server.kill().await;

    let (mut server, second) = ready(installation.serving()).await;
    assert_eq!(names(&second), ["ready", "accountId", "sandbox", "live"]);
    assert_eq!(second["accountId"], first["accountId"]);
    for (environment, _) in ENVIRONMENTS {
        assert_eq!(names(&second[environment]), ["url"]);
        let known = json!({"url": second[environment]["url"], "secretKey": first[environment]["secretKey"]});
        assert_eq!(account(&known).await, first["accountId"]);
    }
    server.kill().await;

    // A further account changes nothing of it: the line names the oldest.
    let made = installation.vinr().args(["init", "--name", "Another"]).output().await.expect("vinr runs");
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    assert_eq!(names(&made), ["accountId", "sandbox", "live"]);
    assert_eq!(names(&made["live"]), ["url", "secretKey", "publicKey"]);
    assert_ne!(made["accountId"], first["accountId"]);
    let (mut server, third) = ready(installation.serving()).await;
    assert_eq!(third["accountId"], first["accountId"]);
    server.kill().await;
    installation.remove().await;
}

#[tokio::test]
async fn an_environment_without_an_account_gets_the_one_of_the_other_on_sqlite() {
    complete(Installation::on_sqlite("first-half")).await;
}

#[tokio::test]
async fn an_environment_without_an_account_gets_the_one_of_the_other_on_postgres() {
    complete(Installation::on_postgres("first_half").await).await;
}

/// What a start leaves that breaks off between the environments is what one leaves that serves the sandbox alone.
async fn complete(mut installation: Installation) {
    let (mut server, half) = ready(installation.serving()).await;
    assert_eq!(names(&half), ["ready", "accountId", "sandbox"]);
    server.kill().await;
    "127.0.0.1:0".clone_into(&mut installation.live);
    let (mut server, whole) = ready(installation.serving()).await;
    assert_eq!(whole["accountId"], half["accountId"]);
    assert_eq!(names(&whole["sandbox"]), ["url"], "its keys were shown");
    assert_eq!(names(&whole["live"]), ["url", "secretKey", "publicKey"]);
    assert_eq!(account(&whole["live"]).await, half["accountId"]);
    server.kill().await;
    installation.remove().await;
}

#[tokio::test]
async fn servers_that_start_at_once_on_one_database_make_one_account() {
    for round in 0..3 {
        let mut installation = Installation::on_postgres(&format!("first_at_once_{round}")).await;
        "127.0.0.1:0".clone_into(&mut installation.live);
        let started =
            tokio::join!(ready(installation.serving()), ready(installation.serving()), ready(installation.serving()));
        let (servers, lines): (Vec<Server>, Vec<Value>) = [started.0, started.1, started.2].into_iter().unzip();
        for line in &lines {
            assert_eq!(line["accountId"], lines[0]["accountId"]);
        }
        for (environment, _) in ENVIRONMENTS {
            let shown: Vec<&Value> =
                lines.iter().map(|line| &line[environment]).filter(|one| one["secretKey"] != Value::Null).collect();
            assert_eq!(shown.len(), 1, "one of them shows the keys of {environment}: {lines:?}");
            assert_eq!(account(shown[0]).await, lines[0]["accountId"]);
        }
        for mut server in servers {
            server.kill().await;
        }
        installation.remove().await;
    }
}

/// The names of an object's fields, in their order.
fn names(value: &Value) -> Vec<&str> {
    value.as_object().map(Map::keys).into_iter().flatten().map(String::as_str).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The id of the account that a secret key opens.
async fn account(one: &Value) -> Value {
    get(text(&one["url"]), "/v1/account", text(&one["secretKey"])).await.1["id"].clone()
}
