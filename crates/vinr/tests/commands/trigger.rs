//! `vinr trigger`: every event, made by what really leads to it.

use serde_json::{Value, json};
use tokio::process::Command;
use vinr_core::events::EventType;

use crate::installation::Installation;
use crate::{done, get, run};

#[tokio::test]
async fn every_event_is_triggered_by_what_leads_to_it_on_sqlite() {
    trigger(Installation::on_sqlite("trigger")).await;
}

#[tokio::test]
async fn every_event_is_triggered_by_what_leads_to_it_on_postgres() {
    trigger(Installation::on_postgres("trigger").await).await;
}

async fn trigger(mut installation: Installation) {
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    let flags = ["--url", &url, "--key", &key];
    let mut triggered = 0;
    for event in EventType::ALL {
        let arguments = [&["trigger", event.as_str()], &flags[..]].concat();
        let ran = run(&installation, &arguments).await;
        if ran.code != Some(0) {
            let said = &ran.complaint;
            assert!(ran.code == Some(1) && said.contains("cannot be triggered"), "{event}: {:?} {said}", ran.code);
            continue;
        }
        triggered += 1;
        assert_eq!(ran.json["type"], event.as_str());
        let id = ran.json["eventId"].as_str().expect("an id");
        let (status, told) = get(&url, &format!("/v1/events/{id}"), &key).await;
        assert_eq!((status, &told["type"]), (200, &json!(event.as_str())));
        assert_eq!(told["sequence"], ran.json["sequence"]);
        let made: Vec<&Value> = ran.json["made"].as_object().expect("what was made").values().collect();
        assert!(made.contains(&&told["data"]["id"]), "{event} is about what was made: {}", ran.json);
    }
    assert!(triggered >= EventType::ALL.len() - 2, "{triggered} events");

    let words =
        Command::new(env!("CARGO_BIN_EXE_vinr")).args(["trigger", "payment.expired"]).args(flags).output().await;
    let words = String::from_utf8(words.expect("vinr runs").stdout).expect("text");
    assert!(words.starts_with("payment.expired  evt_") && words.contains("moved forward by 24 hours"), "{words}");
    let id = words.split_whitespace().find(|word| word.starts_with("pay_")).expect("what was made");
    assert_eq!(get(&url, &format!("/v1/payments/{id}"), &key).await.1["status"], "expired");
    refuse(&installation, &url, &key).await;
    server.kill().await;
    let away = run(&installation, &[&["trigger", "payment.created"], &flags[..]].concat()).await;
    assert_eq!(away.code, Some(1));
    assert!(away.complaint.contains("vinr serve"), "{}", away.complaint);
    installation.remove().await;
}

async fn refuse(installation: &Installation, url: &str, key: &str) {
    let (live, read_only) = (format!("sk_live_{}", "x".repeat(40)), done(installation, &READ_ONLY).await);
    let read_only = read_only["secret"].as_str().expect("a key");
    for (arguments, code, says) in [
        (&["trigger", "payment.complete", "--key", key][..], 2, "did you mean payment.completed"),
        (&["trigger", "customer.vanished", "--key", key], 2, "customer.deleted"),
        (&["trigger", "payment.created"], 2, "vinr keys create"),
        (&["trigger"], 2, "EVENT"),
        (&["trigger", "payment.created", "--key", &live], 2, "sk_test_"),
        (&["trigger", "payment.created", "--key", read_only], 1, "payments:write"),
    ] {
        let before = get(url, "/v1/events?limit=1", key).await.1["data"][0]["sequence"].clone();
        let mut arguments = arguments.to_vec();
        arguments.extend(["--url", url]);
        let ran = run(installation, &arguments).await;
        assert_eq!((ran.code, ran.complaint.contains(says)), (Some(code), true), "{arguments:?}: {}", ran.complaint);
        assert_eq!(get(url, "/v1/events?limit=1", key).await.1["data"][0]["sequence"], before, "nothing is made");
    }
    let help = installation.vinr().args(["trigger", "--help"]).output().await.expect("vinr runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(EventType::ALL.iter().all(|event| help.contains(event.as_str())), "{help}");
}

const READ_ONLY: [&str; 8] =
    ["keys", "create", "--kind", "restricted", "--scope", "events:read", "--scope", "test:read"];
