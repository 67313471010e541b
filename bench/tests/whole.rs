//! The parts of the benchmark that write what the server would have written: they must know every table it writes to.

use std::process::Command;

use serde_json::Value;

#[test]
fn a_history_is_written_and_measured() {
    #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
    let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
    let asked =
        ["--only", "growth", "--engines", "sqlite", "--quick", "--history", "1000", "--json", "--postgres", &url];
    let output = Command::new(env!("CARGO_BIN_EXE_vinr-bench")).args(asked).output().expect("it runs");
    // 1 says that a mark was missed, which on a busy machine with a debug build proves nothing.
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{told}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let grown = found["growth"].as_array().expect("what grew");
    assert_eq!(grown.len(), 1, "{found:#}");
    assert_eq!(grown[0]["payments"], 1_000);
}
