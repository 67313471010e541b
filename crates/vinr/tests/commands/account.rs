//! `vinr migrate`, `vinr init` and `vinr account`.

use serde_json::{Value, json};

use crate::installation::{Installation, ready};
use crate::{done, get, run};

#[tokio::test]
async fn a_database_is_migrated_once_and_its_accounts_are_attested_and_verified_on_sqlite() {
    operate(Installation::on_sqlite("account")).await;
}

#[tokio::test]
async fn a_database_is_migrated_once_and_its_accounts_are_attested_and_verified_on_postgres() {
    operate(Installation::on_postgres("account").await).await;
}

async fn operate(mut installation: Installation) {
    "127.0.0.1:0".clone_into(&mut installation.live);
    let steps = vinr_server::bootstrap::MIGRATIONS.len();
    for applied in [steps, 0] {
        let migrated = done(&installation, &["migrate"]).await;
        assert_eq!(migrated, json!({"sandbox": {"applied": applied}, "live": {"applied": applied}}));
    }
    let none = run(&installation, &["keys", "list"]).await;
    assert_eq!(none.code, Some(1), "there is no account yet: {}", none.complaint);

    let made = done(&installation, &["init", "--name", "Acme"]).await;
    let id = made["accountId"].as_str().expect("an id");
    let (mut server, ready) = ready(installation.serving()).await;
    assert_eq!(ready["accountId"], id, "an account that is there is the first one");
    for (verb, field, word, taken_back) in
        [("verify", "kyb", "verified", "unverified"), ("attest", "pciAttestation", "attested", "missing")]
    {
        for (flags, status) in [(&[][..], word), (&["--withdraw"], taken_back), (&[], word)] {
            let shown = done(&installation, &[&["account", verb, id], flags].concat()).await;
            assert_eq!(shown, json!({"accountId": id, "status": status}));
            for environment in ["sandbox", "live"] {
                let (key, url) = (&made[environment]["secretKey"], &ready[environment]["url"]);
                let account = get(text(url), "/v1/account", text(key)).await.1;
                assert_eq!(account[field]["status"], status, "{environment} {account}");
                assert_eq!(account["name"], "Acme");
            }
        }
        let unknown = "acct_01h455vb4pex5vsknk084sn02q";
        for (subject, code) in [(unknown, 1), ("pay_1", 2)] {
            let ran = run(&installation, &["account", verb, subject]).await;
            assert_eq!((ran.code, &ran.json), (Some(code), &Value::Null), "{}", ran.complaint);
        }
    }
    server.kill().await;
    installation.remove().await;
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_and_what_cannot_be_read_is_wrong_usage() {
    let mut installation = Installation::on_sqlite("refused");
    "mysql://elsewhere".clone_into(&mut installation.database);
    assert_eq!(run(&installation, &["migrate"]).await.code, Some(2));
    "postgres://nobody@127.0.0.1:1/none".clone_into(&mut installation.database);
    let ran = run(&installation, &["migrate"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.complaint.contains("sandbox database"), "{}", ran.complaint);
    installation.database = format!("sqlite:{}", installation.folder.join("data").display());
    std::fs::write(installation.folder.join("data"), "no folder").expect("written");
    assert_eq!(run(&installation, &["migrate"]).await.code, Some(1));
    installation.remove().await;
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
