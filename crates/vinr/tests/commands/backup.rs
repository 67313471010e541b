//! A backup as docs/guides/operations.md describes it: taken while the server serves, it is whole.

use reqwest::Method;

use crate::installation::Installation;
use crate::{ask, done, get};

const PAYMENT: &str = r#"{"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_backed_up_while_it_is_served_can_be_served_again() {
    let mut installation = Installation::on_sqlite("backup");
    let mut server = installation.start().await;
    let pay = || async {
        let (status, paid) = ask(Method::POST, &server.url, "/v1/payments", &installation.key, PAYMENT).await;
        assert_eq!(status, 200, "{paid}");
        paid["id"].as_str().expect("an id").to_owned()
    };
    let mut before = Vec::new();
    for _ in 0..20 {
        before.push(pay().await);
    }
    let (from, to) = (installation.folder.join("data"), installation.folder.join("backup"));
    std::fs::create_dir(&to).expect("a folder");
    let copying = async {
        let (from, to) = (from.join("sandbox.db"), to.join("sandbox.db"));
        let copy = move || {
            let database = rusqlite::Connection::open(from).expect("the database");
            database.execute("VACUUM INTO ?1", [to.to_string_lossy()]).expect("a copy");
        };
        #[expect(clippy::disallowed_methods, reason = "beside the payments, and joined")]
        tokio::task::spawn_blocking(copy).await.expect("copied");
    };
    let paying = async {
        for _ in 0..20 {
            pay().await;
        }
    };
    tokio::join!(copying, paying);
    server.kill().await;

    installation.database = format!("sqlite:{}", to.display());
    assert_eq!(done(&installation, &["ledger", "verify"]).await["ok"], true);
    let mut server = installation.start().await;
    for id in &before {
        let (status, payment) = get(&server.url, &format!("/v1/payments/{id}"), &installation.key).await;
        assert_eq!((status, &payment["status"]), (200, &"completed".into()), "{id}");
    }
    server.kill().await;
    installation.remove().await;
}
