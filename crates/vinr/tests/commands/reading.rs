//! Commands that only read: they change nothing, whatever they find, and whoever pipes them into `head` has no complaint.

use std::process::Stdio;

use crate::installation::{Installation, ready};
use crate::run;

const READING: [&[&str]; 3] = [&["keys", "list"], &["ledger", "verify"], &["export", "payments"]];

#[tokio::test]
async fn what_only_reads_makes_no_database_on_sqlite() {
    let installation = Installation::on_sqlite("reading");
    nothing_is_made(&installation).await;
    assert!(!installation.folder.join("data").exists());
    installation.remove().await;
}

#[tokio::test]
async fn what_only_reads_makes_no_database_on_postgres() {
    let installation = Installation::on_postgres("reading").await;
    nothing_is_made(&installation).await;
    installation.remove().await;
}

/// Whoever made something would find it at the second time.
async fn nothing_is_made(installation: &Installation) {
    for command in READING.iter().chain(&READING) {
        let ran = run(installation, command).await;
        assert_eq!(ran.code, Some(1), "{command:?}: {}", ran.complaint);
        assert!(ran.complaint.contains("there is no sandbox database"), "{command:?}: {}", ran.complaint);
    }
}

#[tokio::test]
async fn what_only_reads_leaves_migrations_to_the_operator() {
    let installation = Installation::on_sqlite("reading-old");
    let (mut server, _) = ready(installation.serving()).await;
    server.kill().await;
    let open = || rusqlite::Connection::open(installation.folder.join("data/sandbox.db")).expect("a database");
    let last = "DELETE FROM schema_migrations WHERE name = (SELECT MAX(name) FROM schema_migrations)";
    assert_eq!(open().execute(last, []).expect("a row"), 1);
    let applied = || {
        let count = open().query_row("SELECT COUNT(*) FROM schema_migrations", [], |row| row.get::<_, i64>(0));
        count.expect("a count")
    };
    let before = applied();
    for command in READING {
        let ran = run(&installation, command).await;
        assert_eq!(ran.code, Some(1), "{command:?}: {}", ran.complaint);
        assert!(ran.complaint.contains("vinr migrate"), "{command:?}: {}", ran.complaint);
    }
    assert_eq!(applied(), before);
    installation.remove().await;
}

#[tokio::test]
async fn a_command_that_nobody_reads_ends_quietly() {
    let installation = Installation::on_sqlite("unread");
    let (mut server, _) = ready(installation.serving()).await;
    server.kill().await;
    for command in [&["keys", "list"][..], &["ledger", "verify"], &["openapi"]] {
        let mut vinr = installation.vinr();
        let mut child =
            vinr.args(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("vinr starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().await.expect("an exit");
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""), "{command:?}");
    }
    installation.remove().await;
}
