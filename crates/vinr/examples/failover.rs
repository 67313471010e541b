//! Pays at two processes on a PostgreSQL cluster while its leader is struck again and again, and proves afterwards that
//! nothing is lost or doubled. `cargo xtask ha` starts the cluster, runs this, and ends the cluster.

#[path = "../tests/merchant/mod.rs"]
mod merchant;

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use clap::Parser;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::merchant::Merchant;
use crate::merchant::inbox::{Inbox, listen, nanoseconds};

/// Programs that pay at the same time.
const CLIENTS: usize = 16;
/// How long each rests after a payment, so that what they paid can be proved in a minute.
const PAUSE: Duration = Duration::from_millis(50);
/// How long all is well before the leader is struck, and up to as much longer, and again afterwards.
const CALM: Duration = Duration::from_secs(4);
/// How long nobody may be able to pay.
const PAYS_WITHIN: Duration = Duration::from_secs(90);
/// How long a webhook may be on its way after the last outage: a lease that nobody could end lasts a minute.
const TOLD_WITHIN: Duration = Duration::from_mins(2);

/// Pays while the leader of a PostgreSQL cluster is struck.
#[derive(Parser)]
struct Arguments {
    /// The script that governs the cluster
    cluster: PathBuf,
    /// The cluster's folder
    folder: PathBuf,
    /// The URL that names all its members
    url: String,
    /// The `vinr` to test
    vinr: PathBuf,
    /// How often the leader is struck
    rounds: usize,
}

/// What befalls a leader.
#[derive(Clone, Copy)]
enum Blow {
    Power,
    Crash,
    Freeze,
}

/// A leader that was struck.
struct Outage {
    blow: Blow,
    /// Who led, and who leads since.
    from: String,
    to: String,
    at: Instant,
    /// How long another one took to lead; nothing where the same one leads on.
    elected_after: Option<Duration>,
    /// Requests answered 503 meanwhile.
    refused: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let key_file = arguments.folder.join("master.key");
    // 32 bytes in base64: both must read what the other sealed.
    std::fs::write(&key_file, format!("{}=\n", "A".repeat(43))).expect("a key file");
    let (first, ready) = serve(&arguments, &key_file).await;
    let (second, ready_too) = serve(&arguments, &key_file).await;
    let url = |ready: &Value| ready["sandbox"]["url"].as_str().expect("a URL").to_owned();
    let key = ready["sandbox"]["secretKey"].as_str().expect("the first start shows the key");
    let mut merchant = Merchant::new(key, vec![url(&ready), url(&ready_too)]);
    merchant.pause = PAUSE;
    let inbox = subscribe(&merchant).await;

    let outages = pay_through_outages(&arguments, &merchant).await;
    let payments = prove(&merchant, &inbox).await;
    for mut server in [first, second] {
        assert!(server.try_wait().expect("a child").is_none(), "it runs since the beginning");
        server.kill().await.expect("killed");
    }
    let ledger = vinr(&arguments, &key_file).args(["ledger", "verify"]).output().await.expect("vinr runs");
    println!("vinr ledger verify: {}", String::from_utf8_lossy(&ledger.stdout).trim());
    if !ledger.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&ledger.stderr));
        return ExitCode::FAILURE;
    }
    report(&merchant, &outages, payments);
    ExitCode::SUCCESS
}

/// Has every event told to an inbox.
async fn subscribe(merchant: &Merchant) -> Arc<Inbox> {
    let inbox: Arc<Inbox> = Arc::default();
    let hook = listen(Router::new().route("/", post(hear)).with_state(Arc::clone(&inbox))).await;
    let endpoint = json!({"url": hook, "enabledEvents": ["*"]});
    let made = merchant.post(0, "webhooks", "inbox", &endpoint).await.expect("an answer");
    assert_eq!(made.0, 200, "{}", String::from_utf8_lossy(&made.1));
    inbox
}

async fn hear(State(inbox): State<Arc<Inbox>>, body: String) {
    inbox.hear(&body);
}

/// Pays from all clients until every outage is over.
async fn pay_through_outages(arguments: &Arguments, merchant: &Merchant) -> Vec<Outage> {
    let stop = &AtomicBool::new(false);
    let clients = (0..CLIENTS).map(|number| async move { merchant.pay_until(&number.to_string(), stop).await });
    let disasters = async {
        let mut outages: Vec<Outage> = Vec::new();
        for (round, blow) in Blow::ALL.into_iter().cycle().take(arguments.rounds).enumerate() {
            let millis = u64::try_from(CALM.as_millis()).expect("a few seconds");
            sleep(CALM + Duration::from_millis(nanoseconds() % millis)).await;
            println!("round {} of {}", round + 1, arguments.rounds);
            outages.push(strike(arguments, merchant, blow).await);
            sleep(CALM).await;
            println!("  bringing the old leader back, while payments go on");
            cluster(arguments, "restore").await.expect("the struck member follows again");
        }
        sleep(CALM).await;
        stop.store(true, Ordering::Relaxed);
        outages
    };
    join(join_all(clients), disasters).await.1
}

/// Strikes the leader and waits until payments are made again.
async fn strike(arguments: &Arguments, merchant: &Merchant, blow: Blow) -> Outage {
    let refused = merchant.refused.load(Ordering::Relaxed);
    let from = cluster(arguments, blow.command()).await.expect("a leader is struck");
    let at = Instant::now();
    println!("  {} ({from} leads)", blow.told());
    let (mut elected_after, mut told_at) = (None, at);
    while !pays_again(merchant, at) {
        assert!(at.elapsed() < PAYS_WITHIN, "nobody can pay");
        if elected_after.is_none() && cluster(arguments, "leader").await.is_some_and(|leader| leader != from) {
            elected_after = Some(at.elapsed());
        }
        if told_at.elapsed() > CALM {
            println!("  nobody can pay since {:.0} s", at.elapsed().as_secs_f64());
            told_at = Instant::now();
        }
        sleep(Duration::from_millis(50)).await;
    }
    let paid_after = at.elapsed();
    let to = loop {
        if let Some(leader) = cluster(arguments, "leader").await {
            break leader;
        }
        assert!(at.elapsed() < PAYS_WITHIN, "nobody leads");
    };
    println!("  {to} leads, and the first payment is answered after {:.1} s", paid_after.as_secs_f64());
    let elected_after = (to != from).then(|| elected_after.unwrap_or(paid_after));
    let refused = merchant.refused.load(Ordering::Relaxed) - refused;
    Outage { blow, from, to, at, elected_after, refused }
}

/// Whether something that was asked for since then is paid.
fn pays_again(merchant: &Merchant, since: Instant) -> bool {
    merchant.paid.lock().expect("no panic").iter().rev().take(CLIENTS).any(|paid| paid.asked_at > since)
}

/// Runs a command of the cluster's script; nothing when it failed.
async fn cluster(arguments: &Arguments, what: &str) -> Option<String> {
    let mut command = Command::new(&arguments.cluster);
    let output = command.arg(what).arg(&arguments.folder).stderr(Stdio::inherit()).output().await.expect("it runs");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Proves that every answered payment is there once, and that every event was told. Answers how many payments.
async fn prove(merchant: &Merchant, inbox: &Inbox) -> usize {
    println!("asking again under every key, at both processes");
    let keys = merchant.same_bytes_everywhere().await;
    println!("{keys} keys: the bytes that were answered");
    let events = merchant.each_paid_once(keys, 0).await;
    println!("{keys} payments, each completed once; {0} events, numbered 1 to {0}", events.len());
    let late = inbox.all_told(&events, Instant::now() + TOLD_WITHIN).await.as_secs_f64();
    let repeated = inbox.repeated.load(Ordering::Relaxed);
    println!("every event told by webhook, after {late:.1} s at most; {repeated} told again");
    keys
}

fn report(merchant: &Merchant, outages: &[Outage], payments: usize) {
    let answered_at: Vec<Instant> =
        merchant.paid.lock().expect("no panic").iter().map(|paid| paid.answered_at).collect();
    println!("\n| leader | another one leads after | no payment answered for | answered 503 |");
    println!("| --- | ---: | ---: | ---: |");
    for (index, outage) in outages.iter().enumerate() {
        let gap = longest_gap(&answered_at, outage.at, outages.get(index + 1).map(|next| next.at));
        let Outage { from, to, refused, .. } = outage;
        let elected =
            outage.elected_after.map_or_else(|| "–".to_owned(), |after| format!("{:.1} s", after.as_secs_f64()));
        let what = outage.blow.told();
        println!("| {what} ({from} → {to}) | {elected} | {:.1} s | {refused} |", gap.as_secs_f64());
    }
    let took = answered_at.last().zip(answered_at.first()).map_or(Duration::ZERO, |(last, first)| *last - *first);
    println!("\n{payments} payments in {:.0} s: none lost, none doubled", took.as_secs_f64());
}

/// The longest time between two answers that ends after one moment and before another.
fn longest_gap(answered_at: &[Instant], from: Instant, until: Option<Instant>) -> Duration {
    let gaps = answered_at.windows(2).filter(|pair| pair[1] >= from && until.is_none_or(|until| pair[1] < until));
    gaps.map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
}

fn vinr(arguments: &Arguments, key_file: &Path) -> Command {
    let mut command = Command::new(&arguments.vinr);
    // Settings of whoever runs this are not the test's.
    command.env_clear().current_dir(&arguments.folder).kill_on_drop(true);
    command.args(["--database", &arguments.url, "--sandbox-listen", "127.0.0.1:0", "--live-listen", "off"]);
    command.args(["--rate-limit", "off", "--json", "--master-key-file"]).arg(key_file);
    command
}

/// Serves, and answers with what the server says when it is ready.
async fn serve(arguments: &Arguments, key_file: &Path) -> (Child, Value) {
    let log = std::fs::File::options().create(true).append(true).open(arguments.folder.join("vinr.log"));
    let mut command = vinr(arguments, key_file);
    command.arg("serve").stdout(Stdio::piped()).stderr(log.expect("a log"));
    let mut child = command.spawn().expect("vinr starts");
    // Whoever ends the cluster ends this too, if nobody else comes to it.
    let pid = child.id().expect("it runs").to_string();
    std::fs::write(arguments.folder.join(format!("vinr-{pid}.pid")), pid).expect("a file for its process id");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = lines.next_line().await.expect("output").expect("a line that says it is ready");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(ready["ready"], true, "{line}");
    (child, ready)
}

impl Blow {
    const ALL: [Blow; 3] = [Blow::Power, Blow::Crash, Blow::Freeze];

    /// The command of the cluster's script.
    fn command(self) -> &'static str {
        match self {
            Blow::Power => "power",
            Blow::Crash => "crash",
            Blow::Freeze => "freeze",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Blow::Power => "Patroni and PostgreSQL killed",
            Blow::Crash => "PostgreSQL killed",
            Blow::Freeze => "Patroni and PostgreSQL frozen",
        }
    }
}
