//! What a thousand payments take, counted: a gate that no slow machine trips over. Who makes a payment dearer has to say
//! so here.

use std::process::Command;

use serde_json::Value;

/// At most so many for 1,000 payments.
struct Limits {
    statements: u64,
    round_trips: u64,
    fsyncs: u64,
    allocations: u64,
}

/// Each payment a commit of its own. Clients who come together share commits, as many as the machine brings together: what
/// they save is measured by `cargo xtask bench`, and here it is seen that they pay no more.
const SQLITE: Limits = Limits { statements: 22_200, round_trips: 0, fsyncs: 1_000, allocations: 430_000 };
const POSTGRES: Limits = Limits { statements: 15_300, round_trips: 2_100, fsyncs: 1_000, allocations: 830_000 };
#[test]
fn a_thousand_payments_on_sqlite_stay_within_their_counts() {
    let folder = std::env::temp_dir().join(format!("vinr-counts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let found = counted(&[&format!("sqlite:{}", folder.display())]);
    check(&found, &SQLITE);
    // Left behind at worst; the system's folder for such things is emptied by others.
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_thousand_payments_on_postgres_stay_within_their_counts() {
    #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
    let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
    let found = counted(&[&url, &format!("vinr_counts_{}", std::process::id())]);
    check(&found, &POSTGRES);
}

fn counted(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_vinr-counts")).args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn check(found: &Value, limits: &Limits) {
    println!("{found:#}");
    for found in found.as_array().expect("both loads") {
        for (name, most) in [
            ("statements", limits.statements),
            ("roundTrips", limits.round_trips),
            ("fsyncs", limits.fsyncs),
            ("allocations", limits.allocations),
        ] {
            let count = found[name].as_u64().expect("a count");
            assert!(count <= most, "{name}: {count} are more than {most}, by {} clients", found["connections"]);
        }
        // What counts nothing would pass for ever.
        assert!(found["statements"].as_u64() >= Some(100) && found["allocations"].as_u64() >= Some(10_000));
        assert!(found["fsyncs"].as_u64() >= Some(5));
    }
}
