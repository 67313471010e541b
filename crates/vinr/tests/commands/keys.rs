//! `vinr keys`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::Instant;
use vinr_core::time::Timestamp;

use crate::installation::{Installation, ready};
use crate::{ask, done, get, run};

/// A server may remember a key for a second.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn keys_are_made_listed_rolled_and_revoked_on_sqlite() {
    operate(Installation::on_sqlite("keys")).await;
}

#[tokio::test]
async fn keys_are_made_listed_rolled_and_revoked_on_postgres() {
    operate(Installation::on_postgres("keys").await).await;
}

async fn operate(mut installation: Installation) {
    "127.0.0.1:0".clone_into(&mut installation.live);
    let (mut server, ready) = ready(installation.serving()).await;
    let urls = [&ready["sandbox"]["url"], &ready["live"]["url"]].map(|url| url.as_str().expect("a URL").to_owned());
    make(&installation, &urls).await;
    roll(&installation, &urls[0]).await;
    revoke(&installation, &urls[0]).await;
    refuse(&installation, ready["accountId"].as_str().expect("an id")).await;
    server.kill().await;

    // When keys were last used is written by a server that ends, not only once a minute.
    let before = ready["sandbox"]["secretKey"].as_str().expect("a key");
    assert_eq!(listed_by_last4(&installation, before).await["lastUsedAt"], Value::Null);
    let mut server = installation.start().await;
    assert_eq!(get(&server.url, "/v1/account", before).await.0, 200);
    let pid = server.child.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().await.expect("kill runs").success());
    assert!(server.child.wait().await.expect("a state").success());
    let used = listed_by_last4(&installation, before).await;
    assert!(used["lastUsedAt"].as_str().is_some_and(|at| at > used["created_at"].as_str().unwrap_or("~")), "{used}");
    installation.remove().await;
}

/// Each kind opens what it is for, in its own environment.
async fn make(installation: &Installation, [sandbox, live]: &[String; 2]) {
    let secret = done(installation, &["keys", "create"]).await;
    let key = text(&secret, "secret");
    assert_eq!(secret.as_object().map(serde_json::Map::len), Some(2), "{secret}");
    assert!(key.starts_with("sk_test_") && text(&secret, "id").starts_with("key_"), "{secret}");
    assert_eq!(get(sandbox, "/v1/payments", key).await.0, 200);

    let restricted = ["keys", "create", "--kind", "restricted", "--scope", "payments:read", "--scope", "events:read"];
    let restricted = done(installation, &[&restricted[..], &["--name", "reports"]].concat()).await;
    let key = text(&restricted, "secret");
    assert!(key.starts_with("rk_test_"), "{restricted}");
    assert_eq!(get(sandbox, "/v1/payments", key).await.0, 200);
    let (status, refused) =
        ask(Method::POST, sandbox, "/v1/payments", key, r#"{"amount": 1, "currency": "EUR"}"#).await;
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("insufficient_scope")));
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("payments:write")), "{refused}");

    let public = done(installation, &["keys", "create", "--kind", "public"]).await;
    assert!(text(&public, "secret").starts_with("pk_test_"), "{public}");
    assert_eq!(get(sandbox, "/v1/payments", text(&public, "secret")).await.0, 403);

    let of_live = done(installation, &["keys", "create", "--environment", "live"]).await;
    assert!(text(&of_live, "secret").starts_with("sk_live_"), "{of_live}");
    assert_eq!(get(live, "/v1/payments", text(&of_live, "secret")).await.0, 200);
    assert_eq!(get(sandbox, "/v1/payments", text(&of_live, "secret")).await.0, 401);

    let shown = listed(installation, text(&restricted, "id")).await;
    let last4 = &key[key.len() - 4..];
    let expected = json!({
        "id": restricted["id"], "kind": "restricted", "environment": "sandbox", "last4": last4, "name": "reports",
        "scopes": shown["scopes"], "created_at": shown["created_at"], "expiresAt": null, "lastUsedAt": null, "active": true,
    });
    assert_eq!(shown, expected);
    let scopes: Vec<&str> = text(&shown, "scopes").split(' ').collect();
    assert!(scopes.len() == 2 && scopes.contains(&"payments:read") && scopes.contains(&"events:read"), "{shown}");
    let of_live = done(installation, &["keys", "list", "--environment", "live"]).await;
    assert_eq!(of_live["data"].as_array().map(Vec::len), Some(3), "two of the first start, one made here: {of_live}");
    assert!(!of_live.to_string().contains("sk_live_"), "secrets are shown once");
}

/// Without an overlap the old key ends at once; by default it opens for a day.
async fn roll(installation: &Installation, url: &str) {
    let old = done(installation, &["keys", "create", "--name", "shop"]).await;
    let new = done(installation, &["keys", "roll", text(&old, "id"), "--overlap-hours", "0"]).await;
    assert_ne!(new["id"], old["id"]);
    assert_eq!(get(url, "/v1/payments", text(&new, "secret")).await.0, 200);
    refused_soon(url, text(&old, "secret")).await;
    let shown = listed(installation, text(&old, "id")).await;
    assert_eq!(shown["active"], false, "{shown}");
    let shown = listed(installation, text(&new, "id")).await;
    assert_eq!((&shown["name"], &shown["expiresAt"]), (&json!("shop"), &Value::Null), "it takes the other's place");

    let newer = done(installation, &["keys", "roll", text(&new, "id")]).await;
    for key in [&new, &newer] {
        assert_eq!(get(url, "/v1/payments", text(key, "secret")).await.0, 200);
    }
    let (old, made) = (listed(installation, text(&new, "id")).await, listed(installation, text(&newer, "id")).await);
    assert_eq!(old["active"], true);
    let overlap_s = seconds(&old, "expiresAt") - seconds(&made, "created_at");
    assert!((24 * 3600 - 5..=24 * 3600).contains(&overlap_s), "{overlap_s}");
    // Shorter now, since that is what is asked for now.
    done(installation, &["keys", "roll", text(&new, "id"), "--overlap-hours", "0"]).await;
    refused_soon(url, text(&new, "secret")).await;
    let gone = run(installation, &["keys", "roll", text(&new, "id")]).await;
    assert_eq!(gone.code, Some(1), "a key that has ended is not rolled: {}", gone.complaint);
}

async fn revoke(installation: &Installation, url: &str) {
    let key = done(installation, &["keys", "create"]).await;
    assert_eq!(get(url, "/v1/payments", text(&key, "secret")).await.0, 200);
    for _ in 0..2 {
        let revoked = done(installation, &["keys", "revoke", text(&key, "id")]).await;
        assert_eq!(revoked, json!({"id": key["id"], "revoked": true}));
    }
    let refused = refused_soon(url, text(&key, "secret")).await;
    assert_eq!(refused["error"]["code"], "invalid_api_key");
    assert_eq!(listed(installation, text(&key, "id")).await["active"], false);
}

/// What does not exist is refused, what is no command is wrong usage.
async fn refuse(installation: &Installation, account: &str) {
    let unknown = "key_01h455vb4pex5vsknk084sn02q";
    for (arguments, code) in [
        (&["keys", "revoke", unknown][..], 1),
        (&["keys", "roll", unknown], 1),
        (&["keys", "list", "--account", "acct_01h455vb4pex5vsknk084sn02q"], 1),
        (&["keys", "create", "--account", "acct_01h455vb4pex5vsknk084sn02q"], 1),
        (&["keys", "revoke", "pay_1"], 2),
        (&["keys", "roll", "nonsense"], 2),
        (&["keys", "roll", unknown, "--overlap-hours", "-1"], 2),
        (&["keys", "list", "--account", "cust_1"], 2),
        (&["keys", "create", "--kind", "restricted"], 2),
        (&["keys", "create", "--kind", "restricted", "--scope", "paiments:read"], 2),
        (&["keys", "create", "--scope", "payments:read"], 2),
        (&["keys", "create", "--kind", "golden"], 2),
        (&["keys", "vanish"], 2),
        (&["keys"], 2),
    ] {
        let ran = run(installation, arguments).await;
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.complaint);
        assert!(ran.json.is_null() && !ran.complaint.is_empty(), "{arguments:?}");
    }
    // With a second account it has to be said which.
    done(installation, &["init"]).await;
    let ran = run(installation, &["keys", "list"]).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.complaint.contains("--account"), "{}", ran.complaint);
    done(installation, &["keys", "list", "--account", account]).await;
}

/// Waits until a key opens nothing any more; what it is told then.
async fn refused_soon(url: &str, key: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (status, answer) = get(url, "/v1/payments", key).await;
        if status == 401 {
            return answer;
        }
        assert!(status == 200 && Instant::now() < deadline, "{status} {answer}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A key as the list of the sandbox shows it.
async fn listed(installation: &Installation, id: &str) -> Value {
    find(&done(installation, &["keys", "list"]).await, "id", id)
}

/// A key as the list of its account shows it, found by the end of its secret, when there are several accounts.
async fn listed_by_last4(installation: &Installation, secret: &str) -> Value {
    let account = {
        let (mut server, ready) = ready(installation.serving()).await;
        server.kill().await;
        ready["accountId"].as_str().expect("an id").to_owned()
    };
    let keys = done(installation, &["keys", "list", "--account", &account]).await;
    find(&keys, "last4", &secret[secret.len() - 4..])
}

fn find(keys: &Value, name: &str, value: &str) -> Value {
    let mut all = keys["data"].as_array().into_iter().flatten();
    all.find(|key| key[name] == value).unwrap_or_else(|| panic!("no {name} {value} in {keys}")).clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn seconds(key: &Value, name: &str) -> i64 {
    Timestamp::parse(text(key, name)).expect("a time").seconds()
}
