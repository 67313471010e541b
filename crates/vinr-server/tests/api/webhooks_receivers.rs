//! Real deliveries, verified by programs that are not ours: tests/webhook-receiver, with the unmodified package of
//! Standard Webhooks and with nothing but a secret key.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Delivery, Merchant};

on_both_engines!(a_receiver_verifies_in_three_ways);

/// What the receiver says to these cases.
async fn receive(cases: &[Value]) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/webhook-receiver");
    assert!(folder.join("node_modules").exists(), "run `npm ci` in tests/webhook-receiver first");
    let mut node = tokio::process::Command::new("node")
        .arg("verify.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    let mut input = node.stdin.take().expect("it is piped");
    for case in cases {
        input.write_all(format!("{case}\n").as_bytes()).await.expect("node listens");
    }
    drop(input);
    let output = node.wait_with_output().await.expect("node ends");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn case(delivery: &Delivery, secret: &Value, secret_key: &str) -> Value {
    let names = ["x-vinr-signature", "webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), delivery.header(name).into())).collect();
    json!({"payload": delivery.body, "headers": headers, "secret": secret, "secretKey": secret_key})
}

async fn a_receiver_verifies_in_three_ways(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let endpoint = merchant.register(&server, &["*"]).await;
    server.paid(1000, "pm_test_4242").await;
    server.paid(1000, "pm_test_0002").await;
    let got = merchant.wait(4).await;
    let mut cases: Vec<Value> = got.iter().map(|one| case(one, &endpoint["secret"], &server.secret_key)).collect();
    let mut forged = case(&got[0], &endpoint["secret"], &server.secret_key);
    forged["payload"] = got[0].body.replace("1000", "1").into();
    cases.push(forged);
    let answers = receive(&cases).await;
    for answer in &answers[..4] {
        assert_eq!(*answer, json!({"standard": "ok", "endpoint": "ok", "key": "ok"}));
    }
    assert!(answers[4].as_object().expect("an object").values().all(|value| value != "ok"), "{}", answers[4]);
}
