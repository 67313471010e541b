//! A server for the tests in a browser, in states that a shipped one reaches with an acquirer of its own only: live, or
//! with a bank that takes its time. Its arguments are the environment and an empty folder; it prints where it listens and
//! the key of its account. What it reads on standard input it does, one word a line:
//!
//! - `answer`: the bank approves what it was asked, and what it will be asked;
//! - `break`: the database goes away.
//!
//! It ends with its standard input.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::watch;
use vinr_core::accounts::KybStatus;
use vinr_core::ids::{AccountId, AttemptId};
use vinr_core::keys::Environment;
use vinr_server::connectors::{Acquirer, Answer, Authorization, Connector, FollowUp, Found, Lost};
use vinr_server::egress::Client;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};
use vinr_server::{App, Listener, bootstrap};
use vinr_store::{Config, Db};

/// A bank that answers nobody until it is told to, and then says yes.
#[derive(Debug)]
struct Slow {
    answers: watch::Receiver<bool>,
}

impl Slow {
    fn yes(&self) -> BoxFuture<'static, Result<Answer, Lost>> {
        let mut answers = self.answers.clone();
        Box::pin(async move {
            let told = answers.wait_for(|answers| *answers).await;
            told.map(|_| Answer::Approved).map_err(|_| Lost("the bank is closed".into()))
        })
    }
}

impl Acquirer for Slow {
    fn authorize(&self, _: Authorization) -> BoxFuture<'static, Result<Answer, Lost>> {
        self.yes()
    }

    fn capture(&self, _: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        self.yes()
    }

    fn void(&self, _: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        self.yes()
    }

    fn refund(&self, _: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        self.yes()
    }

    fn lookup(&self, _: AttemptId) -> BoxFuture<'static, Result<Found, Lost>> {
        let answers = *self.answers.borrow();
        let found = if answers { Found::Answered(Answer::Approved) } else { Found::Pending };
        Box::pin(async move { Ok(found) })
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(100)
    }
}

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let environment = match arguments.next().as_deref() {
        Some("sandbox") => Environment::Sandbox,
        Some("live") => Environment::Live,
        other => return Err(format!("sandbox or live, not {other:?}").into()),
    };
    let folder = PathBuf::from(arguments.next().ok_or("an empty folder")?);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (bank, answers) = watch::channel(false);
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", socket.local_addr()?);
    let connector = Connector::Remote(Arc::new(Slow { answers }));
    let app = open(environment, connector, folder.join("payments.db"), url.clone()).await?;
    let account = AccountId::from_bits(app.env.id_bits());
    let keys = bootstrap::create_account(&app.db, &app.env, environment, &account, "Kaffeehaus Linde").await?;
    bootstrap::set_kyb(&app.db, &account, KybStatus::Verified).await?;
    app.start_workers();
    println!("{}", serde_json::json!({"url": url, "secretKey": keys.secret_key}));
    let (commands, mut told) = tokio::sync::mpsc::unbounded_channel();
    #[expect(
        clippy::disallowed_methods,
        reason = "it reads standard input, which ends with the program that drives this"
    )]
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = commands.send(line);
        }
    });
    let driven = app.clone();
    let stop = async move {
        while let Some(command) = told.recv().await {
            match command.trim() {
                "answer" => drop(bank.send(true)),
                "break" => {
                    driven.db.clone().close().await;
                    let _ = std::fs::remove_dir_all(&folder);
                }
                other => eprintln!("there is no command {other}"),
            }
        }
    };
    vinr_server::serve(Listener { socket, app }, stop).await;
    Ok(())
}

async fn open(environment: Environment, connector: Connector, path: PathBuf, url: String) -> Result<App, Failure> {
    let entropy = Entropy::system()?;
    let chance = entropy.clone();
    let db = Db::open(Config::Sqlite { path, readers: 2 }, Arc::new(move || chance.u128())).await?;
    db.migrate(bootstrap::MIGRATIONS).await?;
    let net = Net::Real(Client::new(PrivateWebhooks::Loopback)?);
    let settings = Settings {
        environment,
        connector,
        public_url: url,
        rate_limit: None,
        trusted_proxies: Vec::new(),
        private_webhooks: PrivateWebhooks::Loopback,
        keyring: Keyring::of(MasterKey::new([7; 32])),
        demo_shop: DemoShop::Closed,
    };
    Ok(App::new(Env::new(WallClock::System, entropy, net), db, settings))
}
