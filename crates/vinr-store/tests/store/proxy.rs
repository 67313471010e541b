//! A TCP proxy in front of PostgreSQL that loses connections: at random moments, and between a COMMIT and its answer.
//! Or it freezes: connections stay, and nobody answers. Or its standbys do not confirm what it commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use vinr_store::Entropy;

use crate::harness::{entropy, postgres_url};

/// What the proxy does to the connections through it.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// Of 1,000 packets from the client this many are lost with their connection.
    pub(crate) cuts_per_mille: AtomicU32,
    /// Of 1,000 commits this many get no answer; half of them are lost too.
    pub(crate) commit_cuts_per_mille: AtomicU32,
    /// New connections are refused and old ones cut.
    pub(crate) down: AtomicBool,
    /// A connection on which the client says something hangs for good.
    pub(crate) frozen: AtomicBool,
    /// A connection hangs for good on which the client draws a transaction id, whose commit waits for the standbys.
    pub(crate) alone: AtomicBool,
    /// How many connections were cut, and how many of them after a commit had been passed on.
    pub(crate) cuts: AtomicU32,
    pub(crate) commits_without_answer: AtomicU32,
}

pub(crate) struct Proxy {
    pub(crate) url: String,
    pub(crate) weather: Arc<Weather>,
}

impl Proxy {
    pub(crate) async fn start() -> Proxy {
        let url = postgres_url();
        let (before, rest) = url.rsplit_once('@').expect("the URL names a user");
        let (upstream, database) = rest.split_once('/').expect("the URL names a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let weather = Arc::new(Weather::default());
        let proxy = Proxy { url: format!("{before}@{address}/{database}"), weather: Arc::clone(&weather) };
        let (upstream, chance) = (upstream.to_owned(), entropy(99));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !weather.down.load(Ordering::Relaxed) {
                    let server = TcpStream::connect(&upstream).await.expect("the server is there");
                    tokio::spawn(carry(client, server, Arc::clone(&weather), Arc::clone(&chance)));
                }
            }
        });
        proxy
    }
}

async fn carry(client: TcpStream, server: TcpStream, weather: Arc<Weather>, chance: Entropy) {
    client.set_nodelay(true).expect("a socket option");
    server.set_nodelay(true).expect("a socket option");
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mute = Arc::new(Notify::new());
    let answers = tokio::spawn(pass_answers(from_server, to_client, Arc::clone(&mute)));
    pass_statements(from_client, to_server, &weather, &chance, &mute).await;
    answers.abort();
}

/// Passes the client's packets on until the weather cuts the connection.
async fn pass_statements(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    weather: &Weather,
    chance: &Entropy,
    mute: &Notify,
) {
    let mut buffer = vec![0; 1 << 16];
    let hits = |per_mille: &AtomicU32| (chance() % 1_000) < u128::from(per_mille.load(Ordering::Relaxed));
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return };
        let packet = &buffer[..read];
        let draws = packet.windows(14).any(|window| window == b"txid_current()");
        if weather.frozen.load(Ordering::Relaxed) || (draws && weather.alone.load(Ordering::Relaxed)) {
            std::future::pending::<()>().await;
        }
        let commits = packet.windows(7).any(|window| window == b"COMMIT\0");
        if weather.down.load(Ordering::Relaxed) || hits(&weather.cuts_per_mille) {
            weather.cuts.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if commits && hits(&weather.commit_cuts_per_mille) {
            weather.cuts.fetch_add(1, Ordering::Relaxed);
            mute.notify_one();
            if chance().is_multiple_of(2) {
                // The server gets the commit and the client never hears of it. Some cuts come while it still works.
                weather.commits_without_answer.fetch_add(1, Ordering::Relaxed);
                let passed = to.write_all(packet).await;
                if passed.is_ok() && chance().is_multiple_of(2) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            return;
        }
        if to.write_all(packet).await.is_err() {
            return;
        }
    }
}

async fn pass_answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mute: Arc<Notify>) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = tokio::select! {
            biased;
            () = mute.notified() => {
                // Keeps reading, so that the server is not cut off in the middle of its work.
                while let Ok(1..) = from.read(&mut buffer).await {}
                return;
            }
            read = from.read(&mut buffer) => read,
        };
        let Ok(read @ 1..) = read else { return };
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
