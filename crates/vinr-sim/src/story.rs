//! One seed's story: a merchant's program makes payments through a server that is killed now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use tower::ServiceExt as _;
use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;
use vinr_server::connectors::Connector;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};
use vinr_server::{App, bootstrap};
use vinr_store::{Config, Db, SimulatedDisk};

use crate::bank::{Bank, Line};
use crate::chance::{Chance, Disk};
use crate::check::{self, Answered};
use crate::merchant::{Merchant, Wire};

/// What went wrong, in words.
pub(crate) type Broken = String;

/// 2026-06-01T00:00:00Z: where every story begins.
const BEGINNING_MS: i64 = 1_780_272_000_000;
const CARDS: [&str; 6] = ["4242", "0002", "9995", "3220", "0077", "0341"];

/// One incarnation of the server, and what belongs to the story as a whole.
pub(crate) struct World {
    pub(crate) app: App,
    router: Router,
    account: AccountId,
    key: String,
    trace: Arc<Mutex<Sha256>>,
}

/// Plays a seed; the hash of everything that was said.
pub(crate) fn play(seed: u64, requests: u32) -> Result<String, Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(tell(seed, requests))
}

async fn tell(seed: u64, requests: u32) -> Result<String, Broken> {
    let chance = Chance::new(seed);
    let merchant = Merchant::new(seed);
    let bank = Bank::new(seed);
    // Every other seed charges in the simulated network, where the acquirer is part of the commit.
    let connector = match seed % 2 {
        0 => Connector::Sandbox,
        _ => Connector::Remote(Arc::new(Line(Arc::clone(&bank)))),
    };
    let disk = SimulatedDisk::new(Arc::new(Disk::new(seed)));
    let clock = WallClock::Simulated { epoch_ms: BEGINNING_MS, start: Instant::now() };
    let net = Net::Simulated(Arc::new(Wire(Arc::clone(&merchant))));
    let env = Env::new(clock, Entropy::seeded(seed), net);
    let mut world = open(&disk, &env, &connector, None).await?;
    subscribe(&world).await?;
    let mut answered = Answered::new();
    let mut tried = 0;
    for number in 0..requests {
        match chance.below(100) {
            0..4 => world = restart(world, &disk, &env, &connector).await?,
            4..10 => advance(&world, &chance).await,
            _ => {
                tried += 1;
                pay(&world, &chance, &format!("key-{number}"), &mut answered).await;
            }
        }
        check::ledger(&world).await?;
    }
    world = restart(world, &disk, &env, &connector).await?;
    merchant.recover();
    settle(&world).await?;
    notice(&world, &bank).await;
    settle(&world).await?;
    check::ledger(&world).await?;
    check::answers(&world, &answered).await?;
    check::count(&world, answered.len(), tried).await?;
    check::events(&world, &merchant).await?;
    if seed % 2 == 1 {
        check::bank(&world, &bank).await?;
    }
    world.app.stop_workers().await;
    let hash = world.trace.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize();
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat())
}

/// Makes the merchant's endpoint; a disk that loses commits may need more than one try.
async fn subscribe(world: &World) -> Result<(), Broken> {
    for _ in 0..20 {
        let body = r#"{"url":"http://shop.example/hook"}"#;
        match world.call("POST", "/v1/webhooks", Some("endpoint"), body).await {
            (200, _) => return Ok(()),
            (409 | 503, _) => tokio::time::sleep(Duration::from_secs(1)).await,
            (status, text) => return Err(format!("the endpoint could not be made: {status} {text}")),
        }
    }
    Err("the endpoint could not be made in 20 tries".into())
}

/// Lets more than the 72 hours of a delivery's retries pass. An advance that a killed process left behind is finished
/// by the server itself; until then it says that the clock is busy.
async fn settle(world: &World) -> Result<(), Broken> {
    let mut advanced = 0;
    for _ in 0..400 {
        let (status, text) = world.call("POST", "/v1/test/clock/advance", None, r#"{"seconds":14400}"#).await;
        match status {
            200 => advanced += 1,
            409 | 503 => tokio::time::sleep(Duration::from_secs(5)).await,
            _ => return Err(format!("the clock was not advanced: {status} {text}")),
        }
        if advanced == 20 {
            return Ok(());
        }
    }
    Err("the clock stayed busy".into())
}

/// Opens the server on the disk: the first time with a new account, later with what is there.
async fn open(disk: &SimulatedDisk, env: &Env, connector: &Connector, before: Option<World>) -> Result<World, Broken> {
    let chance = env.entropy.clone();
    let db = Db::open(Config::Simulated(disk.clone()), Arc::new(move || chance.u128())).await;
    let db = db.map_err(|error| format!("open: {error}"))?;
    db.migrate(bootstrap::MIGRATIONS).await.map_err(|error| format!("migrate: {error}"))?;
    let settings = Settings {
        environment: Environment::Sandbox,
        connector: connector.clone(),
        public_url: "http://sandbox.example".into(),
        rate_limit: None,
        private_webhooks: PrivateWebhooks::Refused,
        keyring: Keyring::of(MasterKey::new([7; 32])),
        demo_shop: DemoShop::Closed,
    };
    let app = App::new(env.clone(), db, settings);
    let (account, key, trace) = if let Some(world) = before {
        (world.account, world.key, world.trace)
    } else {
        let id = AccountId::from_bits(env.id_bits());
        let keys = bootstrap::create_account(&app.db, env, Environment::Sandbox, &id, "Shop").await;
        (id, keys.map_err(|error| format!("account: {error}"))?.secret_key, Arc::default())
    };
    app.start_workers();
    let router = vinr_server::router(app.clone());
    Ok(World { app, router, account, key, trace })
}

/// Kills the process where it stands and starts it again on the same disk.
async fn restart(mut world: World, disk: &SimulatedDisk, env: &Env, connector: &Connector) -> Result<World, Broken> {
    world.app.abort_workers();
    world.router = Router::new();
    tokio::time::sleep(Duration::from_millis(1)).await;
    open(disk, env, connector, Some(world)).await
}

/// The acquirer tells what it knows of every attempt, also of those it had answered otherwise.
async fn notice(world: &World, bank: &Bank) {
    for (attempt, answer) in bank.truths() {
        // A disk that loses a commit is the acquirer's reason to say it again.
        for _ in 0..20 {
            if world.app.acquirer_said(&world.account, &attempt, answer).await.is_ok() {
                break;
            }
        }
    }
}

/// A client pays with a key, loses patience now and then, and asks again until it is told.
async fn pay(world: &World, chance: &Chance, key: &str, answered: &mut Answered) {
    let card = CARDS[usize::try_from(chance.below(6)).unwrap_or(0)];
    let amount = 1 + chance.below(100_000);
    let body = format!(r#"{{"amount":{amount},"currency":"EUR","paymentMethod":"pm_test_{card}","confirm":true}}"#);
    for _ in 0..5 {
        let patience = Duration::from_millis(1 + chance.below(60));
        let asked = tokio::time::timeout(patience, world.call("POST", "/v1/payments", Some(key), &body)).await;
        match asked {
            Ok((200, bytes)) => {
                answered.insert(key.to_owned(), (body, bytes));
                return;
            }
            // Not told yet, or told to wait: the client asks again, or gives up for good.
            Ok(_) | Err(_) if chance.percent(90) => tokio::time::sleep(Duration::from_millis(chance.below(200))).await,
            Ok(_) | Err(_) => return,
        }
    }
}

async fn advance(world: &World, chance: &Chance) {
    let body = format!(r#"{{"seconds":{}}}"#, 1 + chance.below(40_000));
    world.call("POST", "/v1/test/clock/advance", None, &body).await;
}

impl World {
    /// One request; what was said goes into the trace.
    pub(crate) async fn call(&self, method: &str, path: &str, key: Option<&str>, body: &str) -> (u16, String) {
        let mut request = Request::builder().method(method).uri(path).header("x-api-key", &self.key);
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a story writes whole requests");
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        trace.update(format!("{method} {path} {body} {status} {text}\n"));
        (status, text)
    }
}
