//! Logs, as a person and as a program reads them.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::installation::Installation;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn logs_are_lines_of_json_where_no_person_reads_them() {
    let installation = Installation::on_sqlite("logs");
    let mut command = installation.vinr();
    let mut server = command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("vinr starts");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    lines.next_line().await.expect("output").expect("a line that says it is ready");
    let pid = server.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().await.expect("kill runs").success());
    let ended = timeout(PATIENCE, server.wait_with_output()).await.expect("in time").expect("output");
    assert!(ended.status.success());
    let text = String::from_utf8(ended.stderr).expect("text");
    let logged: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let last = logged.last().expect("it says that it drains");
    assert!(last["timestamp"].is_string() && last["level"] == "INFO" && last["target"] == "vinr::serve", "{last}");
    assert!(last["fields"]["message"].as_str().is_some_and(|message| message.starts_with("draining")), "{last}");
    installation.remove().await;
}

/// `script` gives it a terminal, and passes on what is typed: Ctrl-C. The shell that `script` asks to run it steps aside,
/// as some shells would hear the Ctrl-C too and end with a code of their own.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn logs_are_words_in_a_terminal_and_ctrl_c_ends_the_server_there() {
    let installation = Installation::on_sqlite("logs-terminal");
    let mut vinr = installation.vinr();
    let vinr = vinr.arg("serve").as_std();
    let words = std::iter::once(vinr.get_program()).chain(vinr.get_args()).map(|word| word.to_string_lossy());
    let line = format!("exec {}", words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "));
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"])
        .current_dir(&installation.folder)
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("script starts");
    let mut shown = BufReader::new(terminal.stdout.take().expect("its output"));
    let mut text = String::new();
    while !text.contains("\"ready\":true") {
        assert_ne!(shown.read_line(&mut text).await.expect("output"), 0, "{text}");
    }
    let mut keyboard = terminal.stdin.take().expect("a keyboard");
    keyboard.write_all(b"\x03").await.expect("typed");
    keyboard.flush().await.expect("typed");
    timeout(PATIENCE, shown.read_to_string(&mut text)).await.expect("in time").expect("output");
    assert!(terminal.wait().await.expect("a state").success(), "{text}");
    assert!(text.contains("INFO") && text.contains("draining") && !text.contains("\"level\""), "{text}");
    installation.remove().await;
}
