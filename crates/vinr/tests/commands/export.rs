//! `vinr export`: pages of the database as CSV and JSON lines.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::installation::Installation;
use crate::{Ran, done, get, run, send};

#[tokio::test]
async fn payments_and_events_are_exported_on_sqlite() {
    export(Installation::on_sqlite("export")).await;
}

#[tokio::test]
async fn payments_and_events_are_exported_on_postgres() {
    export(Installation::on_postgres("export").await).await;
}

/// More than a page has.
const PAYMENTS: usize = 620;

/// What a spreadsheet would run, what a table has to quote, and what it has not.
const DESCRIPTIONS: [&str; 5] = ["=HYPERLINK(\"http://x\")", "a \"quoted\", b", "-5% off", "Order 1234", "поръчка №5"];

async fn export(mut installation: Installation) {
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    for (n, description) in DESCRIPTIONS.into_iter().cycle().take(PAYMENTS).enumerate() {
        let charged = n % 100 == 0;
        let body = json!({
            "amount": 1000 + n, "currency": "EUR", "description": description, "metadata": {"orderId": n},
            "paymentMethodId": if charged { json!("pm_test_4242") } else { Value::Null }, "confirm": charged,
        });
        let body = if charged { body } else { without_nulls(&body) };
        assert_eq!(send(&url, "/v1/payments", &key, &body).await.0, 200);
    }
    let newest = get(&url, "/v1/payments?limit=100", &key).await.1;
    as_csv(&installation, &newest).await;
    as_lines(&installation, &url, &key, &newest).await;
    lines_of_the_balance(&installation, &url, &key).await;
    by_time(&installation, &url, &key).await;
    into_files(&installation).await;
    server.kill().await;
    assert_eq!(lines(&output(&installation, &["export", "payments"]).await).len(), PAYMENTS + 1, "it needs no server");
    refuse(&installation).await;
    installation.remove().await;
}

fn without_nulls(body: &Value) -> Value {
    let fields = body.as_object().expect("an object").iter();
    fields.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What a command that must succeed writes.
async fn output(installation: &Installation, arguments: &[&str]) -> String {
    let ran = installation.vinr().args(arguments).output().await.expect("vinr runs");
    assert_eq!(ran.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("text")
}

/// The objects of an export as lines.
fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

async fn as_csv(installation: &Installation, newest: &Value) {
    let text = output(installation, &["export", "payments", "--format", "csv"]).await;
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\n'), "RFC 4180: lines end in CR LF");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("names").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), PAYMENTS);
    let cell = |row: &csv::StringRecord, name: &str| {
        row[header.iter().position(|one| one == name).unwrap_or_else(|| panic!("no {name}"))].to_owned()
    };
    for (row, payment) in rows.iter().zip(newest["data"].as_array().expect("a list")) {
        let said = payment["description"].as_str().expect("text");
        let shown = if said.starts_with(['=', '-']) { format!("'{said}") } else { said.to_owned() };
        assert_eq!(cell(row, "description"), shown, "no spreadsheet runs it");
        assert_eq!(cell(row, "id"), payment["id"].as_str().expect("an id"), "newest first");
        assert_eq!(cell(row, "amount"), payment["amount"].to_string());
        assert_eq!(cell(row, "metadata"), payment["metadata"].to_string());
    }
    let charged: Vec<_> = rows.iter().filter(|row| cell(row, "status") == "completed").collect();
    assert_eq!(charged.len(), PAYMENTS.div_ceil(100));
    assert!(charged.iter().all(|row| cell(row, "cardLast4") == "4242" && !cell(row, "fee").is_empty()));
    assert!(!text.contains("/checkout/"), "a table has no addresses that open a payment");
    for name in &header {
        let empty =
            ["customerId", "failureCode", "failureCategory", "statementDescriptor", "receiptEmail", "invoiceId"];
        let filled = rows.iter().any(|row| !cell(row, name).is_empty());
        assert_eq!(filled, !empty.contains(&name), "{name} is where the API has it");
    }
}

async fn as_lines(installation: &Installation, url: &str, key: &str, newest: &Value) {
    let all = lines(&output(installation, &["export", "payments"]).await);
    assert_eq!(all.len(), PAYMENTS);
    for (exported, shown) in all.iter().zip(newest["data"].as_array().expect("a list")) {
        let (mut exported, mut shown) = (exported.clone(), shown.clone());
        // The addresses of pages are those of the settings, where the port is not known.
        for object in [&mut exported, &mut shown] {
            assert!(object["checkoutUrl"].is_string());
            object["checkoutUrl"] = Value::Null;
        }
        assert_eq!(exported, shown, "as the API shows it");
    }
    let events = output(installation, &["export", "events", "--format", "jsonl"]).await;
    let served = get(url, "/v1/events?limit=100", key).await.1;
    let events = lines(&events);
    assert_eq!(&events[..100], served["data"].as_array().expect("a list").as_slice());
    let numbers: Vec<i64> = events.iter().map(|event| event["sequence"].as_i64().expect("a number")).collect();
    let newest = numbers[0];
    assert!(numbers.iter().eq((1..=newest).rev().collect::<Vec<_>>().iter()), "every one, once, newest first");
    let csv = output(installation, &["export", "events", "--format", "csv"]).await;
    let rows = csv::Reader::from_reader(csv.as_bytes()).records().map(|row| row.expect("a row")).collect::<Vec<_>>();
    let data: Value = serde_json::from_str(&rows[0][6]).expect("the whole object");
    assert_eq!((rows.len(), &data), (events.len(), &events[0]["data"]));
}

/// Each captured payment has its line, in whole minor units, with what it cost.
async fn lines_of_the_balance(installation: &Installation, url: &str, key: &str) {
    let text = output(installation, &["export", "balance-transactions", "--format", "csv"]).await;
    let rows: Vec<_> = csv::Reader::from_reader(text.as_bytes()).records().map(|row| row.expect("a row")).collect();
    let served = get(url, "/v1/balance/transactions?limit=100", key).await.1;
    let served = served["data"].as_array().expect("a list");
    assert_eq!(rows.len(), served.len());
    for (row, line) in rows.iter().zip(served) {
        let names = ["id", "created_at", "type", "source", "currency", "amount", "fee", "net", "availableAt"];
        let shown = names.map(|name| line[name].as_str().map_or_else(|| line[name].to_string(), str::to_owned));
        assert_eq!(row.iter().collect::<Vec<_>>(), shown);
    }
}

async fn by_time(installation: &Installation, url: &str, key: &str) {
    send(url, "/v1/test/clock/advance", key, &json!({"seconds": 3_600})).await;
    let late = send(url, "/v1/payments", key, &json!({"amount": 1, "currency": "EUR"})).await.1;
    let day = &late["created_at"].as_str().expect("a time")[..10];
    let ids = |text: String| lines(&text).iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    let since = ids(output(installation, &["export", "payments", "--created-from", day]).await);
    assert!(since.contains(&late["id"]) && since.len() <= PAYMENTS + 1);
    let exact = late["created_at"].as_str().expect("a time");
    assert_eq!(ids(output(installation, &["export", "payments", "--created-from", exact]).await), [late["id"].clone()]);
    let before = ids(output(installation, &["export", "payments", "--created-to", exact]).await);
    assert_eq!((before.len(), before.contains(&late["id"])), (PAYMENTS, false));
    let path = format!("/v1/payments/{}/cancel", late["id"].as_str().expect("an id"));
    assert_eq!(send(url, &path, key, &json!({})).await.0, 200);
    assert_eq!(lines(&output(installation, &["export", "payments", "--created-to", exact]).await).len(), PAYMENTS);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.to_string_lossy().contains("payments")).collect()
}

async fn into_files(installation: &Installation) {
    let path = installation.folder.join("payments.csv");
    let named = path.to_str().expect("text");
    let arguments = ["export", "payments", "--format", "csv", "--created-to", "1", "--output", named];
    let made = done(installation, &arguments).await;
    assert_eq!(made, json!({"kind": "payments", "count": 0, "output": named}));
    let empty = std::fs::read_to_string(&path).expect("a file");
    assert_eq!(empty.lines().count(), 1, "an export of nothing has its names");
    let again = run(installation, &arguments).await;
    assert_eq!(again.code, Some(1));
    assert!(again.complaint.contains("--force"), "{}", again.complaint);
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), empty, "it is left as it was");
    let whole = ["export", "payments", "--format", "csv", "--output", named, "--force"];
    assert_eq!(done(installation, &whole).await["count"], PAYMENTS + 1);
    assert_eq!(files(&installation.folder), std::slice::from_ref(&path), "nothing is left beside it");
    std::fs::remove_file(&path).expect("removed");
}

async fn refuse(installation: &Installation) {
    let says = |ran: Ran, code: i32, says: &str, what: &str| {
        assert_eq!((ran.code, ran.complaint.contains(says)), (Some(code), true), "{what}: {}", ran.complaint);
    };
    for (arguments, code, words) in [
        (&["export", "invoices"][..], 2, "payments"),
        (&["export"], 2, "KIND"),
        (&["export", "payments", "--format", "xml"], 2, "jsonl"),
        (&["export", "payments", "--created-from", "yesterday"], 2, "2026-06-01"),
        (&["export", "payments", "--created-from", "20", "--created-to", "20"], 2, "later"),
        (&["export", "payments", "--force"], 2, "--output"),
        (&["export", "payments", "--account", "acct_01h455vb4pex5vsknk084sn02q"], 1, "no account"),
        (&["export", "payments", "--account", "cust_1"], 2, "acct_"),
        (&["export", "payments", "--output", "no/such/folder/payments.csv"], 1, "cannot write"),
    ] {
        says(run(installation, arguments).await, code, words, &format!("{arguments:?}"));
    }
    assert!(files(&installation.folder).is_empty());
}
