//! What a thousand payments, charges of a saved card and refunds take, counted: a gate that no slow machine trips over. Who
//! makes one of them dearer has to say so here.

use std::process::Command;

use serde_json::Value;

/// So many for 1,000 of something. Flushes and rows are exact by one client, whatever the machine: fewer would mean that
/// something is not written any more. The others are at most so many: ids are drawn, and caches filled, by the bunch.
struct Limits {
    what: &'static str,
    statements: u64,
    round_trips: u64,
    fsyncs: u64,
    rows: u64,
    allocations: u64,
}

/// Each request a commit of its own. Clients who come together share commits, as many as the machine brings together: what
/// they save is measured by `cargo xtask bench`, and here it is seen that they pay no more.
const SQLITE: [Limits; 3] = [
    Limits { what: "payments", statements: 22_200, round_trips: 0, fsyncs: 1_000, rows: 12_000, allocations: 430_000 },
    Limits {
        what: "charges of a saved card",
        statements: 28_200,
        round_trips: 0,
        fsyncs: 1_000,
        rows: 12_000,
        allocations: 480_000,
    },
    Limits {
        what: "refunds",
        // One that gives all back looks for a warning to close.
        statements: 23_300,
        round_trips: 0,
        fsyncs: 1_000,
        rows: 11_000,
        allocations: 350_000,
    },
];
const POSTGRES: [Limits; 3] = [
    Limits {
        what: "payments",
        statements: 15_300,
        round_trips: 2_100,
        fsyncs: 1_000,
        rows: 12_000,
        allocations: 830_000,
    },
    Limits {
        what: "charges of a saved card",
        statements: 21_300,
        round_trips: 5_100,
        fsyncs: 1_000,
        rows: 12_000,
        allocations: 1_010_000,
    },
    Limits {
        what: "refunds",
        statements: 19_300,
        round_trips: 4_100,
        fsyncs: 1_000,
        rows: 11_000,
        allocations: 830_000,
    },
];

#[test]
fn a_thousand_of_each_on_sqlite_stay_within_their_counts() {
    let folder = std::env::temp_dir().join(format!("vinr-counts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let found = counted(&[&format!("sqlite:{}", folder.display())]);
    check(&found, &SQLITE);
    // Left behind at worst; the system's folder for such things is emptied by others.
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_thousand_of_each_on_postgres_stay_within_their_counts() {
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

fn check(found: &Value, limits: &[Limits]) {
    println!("{found:#}");
    let found = found.as_array().expect("each kind at both loads");
    for limits in limits {
        let of: Vec<&Value> = found.iter().filter(|found| found["what"] == limits.what).collect();
        assert_eq!(of.len(), 2, "{} by one client and by many", limits.what);
        for found in of {
            hold(found, limits);
        }
    }
}

fn hold(found: &Value, limits: &Limits) {
    let (what, clients) = (limits.what, found["connections"].as_u64().expect("a count"));
    let count = |name: &str| found[name].as_u64().expect("a count");
    for (name, most) in [
        ("statements", limits.statements),
        ("roundTrips", limits.round_trips),
        ("fsyncs", limits.fsyncs),
        ("rows", limits.rows),
        ("allocations", limits.allocations),
    ] {
        let count = count(name);
        assert!(count <= most, "1,000 {what} by {clients} clients: {count} {name} are more than {most}");
    }
    if clients == 1 {
        assert_eq!((count("fsyncs"), count("rows")), (limits.fsyncs, limits.rows), "flushes and rows of 1,000 {what}");
    }
    // What counts nothing would pass for ever.
    assert!(count("statements") >= 100 && count("allocations") >= 10_000);
    assert!(count("fsyncs") >= 5 && count("rows") >= 5_000);
}
