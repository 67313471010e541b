//! The world of one story: the processes that serve on one disk, one after the other or two at once, and what lies
//! outside of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::future::{Either, select};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::Instant;
use tower::ServiceExt as _;
use vinr_core::accounts::AttestationStatus;
use vinr_core::ids::AccountId;
use vinr_core::keys::{Environment, Family, Grant, Scope};
use vinr_server::connectors::Connector;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};
use vinr_server::{ApiError, App, bootstrap};
use vinr_store::{Config, Db, SimulatedDisk};

use crate::alarms;
use crate::bank::{Bank, Line};
use crate::chance::Chance;
use crate::contract;
use crate::disk::Troubles;
use crate::merchant::{Merchants, Wire};
use crate::profile::Profile;
use crate::witness::Witness;

/// What went wrong, in words.
pub(crate) type Broken = String;

/// 2026-06-01T00:00:00Z: where every story begins.
const BEGINNING_MS: i64 = 1_780_272_000_000;
/// Where buyers see the server.
pub(crate) const PUBLIC_URL: &str = "http://sandbox.example";
/// Merchants in a story, and whether each may send card numbers itself.
const MERCHANTS: [(&str, bool); 2] = [("Shop", true), ("Other shop", false)];

/// One process.
pub(crate) struct Incarnation {
    pub(crate) app: App,
    router: Router,
    pub(crate) troubles: Arc<Troubles>,
    killed: watch::Sender<bool>,
}

/// A merchant.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    /// The secret key.
    key: String,
    /// A restricted key that reads payments.
    reading: String,
    /// The key of browsers.
    public: String,
    /// Whether a SAQ D attestation is on file: whether its programs may send card numbers.
    pub(crate) attested: bool,
}

impl Account {
    async fn made(app: &App, name: &str, attested: bool) -> Result<Account, ApiError> {
        let (db, env, sandbox) = (&app.db, &app.env, Environment::Sandbox);
        let id = AccountId::from_bits(env.id_bits());
        let keys = bootstrap::create_account(db, env, sandbox, &id, name).await?;
        let reads = Grant::restricted([Scope::read(Family::Payments)].into());
        let reading = bootstrap::create_key(db, env, sandbox, &id, reads, None).await?.secret;
        if attested {
            bootstrap::set_attestation(db, &id, AttestationStatus::Attested).await?;
        }
        Ok(Account { id, key: keys.secret_key, reading, public: keys.public_key, attested })
    }

    fn key_of(&self, who: &Who) -> Option<&str> {
        match who {
            Who::Program => Some(&self.key),
            Who::Reader => Some(&self.reading),
            Who::Browser => None,
            Who::Fields(_) => Some(&self.public),
        }
    }
}

/// Who sends a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Who {
    /// A merchant's program, with its secret key.
    #[default]
    Program,
    /// One that may read payments and nothing else.
    Reader,
    /// A buyer's browser, on a page of the server.
    Browser,
    /// The server's own card fields in a buyer's browser, with the public key and this client secret.
    Fields(String),
}

/// One request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) body: String,
    pub(crate) who: Who,
}

impl Ask {
    /// Whether it is asked of the buyers' pages, and not of the API.
    pub(crate) fn is_of_pages(&self) -> bool {
        self.who == Who::Browser || self.path.starts_with("/elements/")
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// Where the browser is sent.
    pub(crate) location: String,
}

/// A story's world.
pub(crate) struct World {
    pub(crate) profile: Profile,
    pub(crate) bank: Arc<Bank>,
    pub(crate) merchants: Arc<Merchants>,
    pub(crate) witness: Arc<Witness>,
    pub(crate) accounts: Vec<Account>,
    /// The disk as nobody writes on it.
    pub(crate) eye: Db,
    disk: SimulatedDisk,
    clock: WallClock,
    entropy: Entropy,
    began: Instant,
    luck: Arc<Chance>,
    state: Mutex<State>,
}

struct State {
    serving: Option<Arc<Incarnation>>,
    trace: Sha256,
    broken: Option<Broken>,
    requests_left: u32,
    /// How often each status was answered, and how often none came.
    answers: BTreeMap<u16, u32>,
}

impl World {
    /// A world with its merchants and one process.
    pub(crate) async fn begin(seed: u64, profile: Profile) -> Result<World, Broken> {
        let luck = Arc::new(Chance::new(seed, 2));
        let witness = Witness::new();
        let calm = Troubles::new(Arc::clone(&luck), 0, 200);
        let disk = SimulatedDisk::new(calm).observed(Arc::clone(&witness) as _);
        let blind: vinr_store::Entropy = Arc::new(|| 0);
        let eye = Db::open(Config::Simulated(disk.clone()), blind).await.map_err(|error| format!("open: {error}"))?;
        let began = Instant::now();
        let mut world = World {
            bank: Bank::new(seed, profile.bank_percent),
            merchants: Merchants::new(seed, profile.flaky),
            witness,
            accounts: Vec::new(),
            eye,
            disk,
            clock: WallClock::Simulated { epoch_ms: BEGINNING_MS, start: began },
            entropy: Entropy::seeded(seed),
            began,
            luck,
            state: Mutex::new(State {
                serving: None,
                trace: Sha256::new(),
                broken: None,
                requests_left: profile.size.requests,
                answers: BTreeMap::new(),
            }),
            profile,
        };
        let incarnation = world.open(0).await?;
        for (name, attested) in MERCHANTS {
            let account = Account::made(&incarnation.app, name, attested).await;
            world.accounts.push(account.map_err(|error| format!("account: {error}"))?);
        }
        world.kill(&incarnation).await;
        world.start(world.profile.disk_percent).await?;
        Ok(world)
    }

    /// Opens the server on the disk, as a process with such troubles.
    async fn open(&self, faults_percent: u64) -> Result<Arc<Incarnation>, Broken> {
        let troubles = Troubles::new(Arc::clone(&self.luck), faults_percent, self.profile.commit_us);
        let net = Wire { merchants: Arc::clone(&self.merchants), troubles: Arc::clone(&troubles) };
        let env = Env::new(self.clock.clone(), self.entropy.clone(), Net::Simulated(Arc::new(net)));
        let (disk, entropy) = (self.disk.seen_by(Arc::clone(&troubles) as _), env.entropy.clone());
        let db = Db::open(Config::Simulated(disk), Arc::new(move || entropy.u128())).await;
        let db = db.map_err(|error| format!("open: {error}"))?;
        db.migrate(bootstrap::MIGRATIONS).await.map_err(|error| format!("migrate: {error}"))?;
        let connector = if self.profile.remote {
            Connector::Remote(Arc::new(Line(Arc::clone(&self.bank))))
        } else {
            Connector::Sandbox
        };
        let settings = Settings {
            environment: Environment::Sandbox,
            connector,
            public_url: PUBLIC_URL.into(),
            rate_limit: None,
            trusted_proxies: Vec::new(),
            private_webhooks: PrivateWebhooks::Refused,
            keyring: Keyring::of(MasterKey::new([7; 32])),
            demo_shop: DemoShop::Closed,
        };
        let app = App::new(env, db, settings);
        app.start_workers();
        let router = vinr_server::router(app.clone());
        Ok(Arc::new(Incarnation { app, router, troubles, killed: watch::Sender::new(false) }))
    }

    /// Starts a process that serves from now on; what served before goes on beside it.
    pub(crate) async fn start(&self, faults_percent: u64) -> Result<(), Broken> {
        let next = self.open(faults_percent).await?;
        self.state().serving = Some(next);
        Ok(())
    }

    /// The process that serves, if there is one.
    pub(crate) fn serving(&self) -> Option<Arc<Incarnation>> {
        self.state().serving.clone()
    }

    /// Kills a process where it stands: its handlers and workers are dropped at whatever they were waiting for.
    pub(crate) async fn kill(&self, incarnation: &Arc<Incarnation>) {
        {
            let mut state = self.state();
            if state.serving.as_ref().is_some_and(|serving| Arc::ptr_eq(serving, incarnation)) {
                state.serving = None;
            }
        }
        incarnation.app.abort_workers();
        incarnation.killed.send_replace(true);
        // Whoever waits for an answer of this process learns that there is none.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    /// One request to the process that serves; nothing comes back if it is killed meanwhile, or if there is none.
    pub(crate) async fn call(&self, account: usize, ask: &Ask) -> Option<Said> {
        let incarnation = self.serving()?;
        let mut killed = incarnation.killed.subscribe();
        let answer = self.answer(&incarnation, account, ask);
        let dead = killed.wait_for(|killed| *killed);
        let said = match select(std::pin::pin!(answer), std::pin::pin!(dead)).await {
            Either::Left((said, _)) => said,
            Either::Right(_) => return None,
        };
        *self.state().answers.entry(said.status).or_default() += 1;
        if let Err(broken) = contract::check(ask, &said) {
            self.fail(&broken);
        }
        let mut state = self.state();
        state.trace.update(format!("{} {} {} {} {}\n", ask.method, ask.path, ask.body, said.status, said.text));
        Some(said)
    }

    async fn answer(&self, incarnation: &Incarnation, account: usize, ask: &Ask) -> Said {
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        if let Some(key) = self.accounts[account].key_of(&ask.who) {
            request = request.header("x-api-key", key);
        }
        if let Who::Fields(secret) = &ask.who {
            request = request.header("origin", PUBLIC_URL).header("x-vinr-client-secret", secret);
        }
        if !ask.body.is_empty() {
            let kind = if ask.is_of_pages() { "application/x-www-form-urlencoded" } else { "application/json" };
            request = request.header("content-type", kind);
        }
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(ask.body.clone())).expect("a story writes whole requests");
        let response = incarnation.router.clone().oneshot(request).await.expect("a router always answers");
        let status = response.status().as_u16();
        let location = response.headers().get("location").and_then(|location| location.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let bytes = response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Said { status, text: String::from_utf8_lossy(&bytes).into_owned(), location }
    }

    /// The wall's time, milliseconds since 1970.
    pub(crate) fn wall_ms(&self) -> i64 {
        self.clock.now().millis()
    }

    /// Takes a request from what the story has; false when there are no more.
    pub(crate) fn spend(&self) -> bool {
        let mut state = self.state();
        let is_over = state.requests_left == 0 || state.broken.is_some();
        state.requests_left = state.requests_left.saturating_sub(1);
        !is_over
    }

    /// Whether there is something left to do.
    pub(crate) fn goes_on(&self) -> bool {
        let state = self.state();
        state.requests_left > 0 && state.broken.is_none()
    }

    /// Something is wrong: the story ends here.
    pub(crate) fn fail(&self, broken: &str) {
        let at = self.began.elapsed().as_millis();
        self.state().broken.get_or_insert_with(|| format!("after {at} ms: {broken}"));
    }

    /// What is wrong, if anything: told by a client, seen by the witness at a commit, or logged for a person to act on.
    pub(crate) fn check(&self) -> Result<(), Broken> {
        if let Some(broken) = self.witness.broken().or_else(alarms::raised) {
            self.fail(&broken);
        }
        self.state().broken.clone().map_or(Ok(()), Err)
    }

    /// What the story was like, for who reads it.
    pub(crate) fn facts(&self) -> String {
        let (events, deliveries, payments, points, credit) = self.witness.with(|folds| {
            let mut by_status = BTreeMap::<&str, u32>::new();
            let (mut paid_by, mut links) = (BTreeMap::<&str, u32>::new(), 0);
            for payment in folds.payments.values() {
                *by_status.entry(payment.status.as_str()).or_default() += 1;
                if payment.completed_at.is_some() {
                    let method = payment.method.as_ref().map_or("nothing", |method| method.method_type().as_str());
                    *paid_by.entry(method).or_default() += 1;
                    links += u32::from(payment.link_id.is_some());
                }
            }
            let loyalty = &folds.loyalty;
            let mut redeemed = BTreeMap::<&str, u32>::new();
            for one in loyalty.redemptions.values() {
                *redeemed.entry(one.redemption.status.as_str()).or_default() += 1;
            }
            let waived = loyalty.awards.values().filter(|award| award.waived > 0).count();
            let mut in_tiers = BTreeMap::<&str, u32>::new();
            for tier in loyalty.members.values().filter_map(|member| member.account.tier.as_deref()) {
                *in_tiers.entry(tier).or_default() += 1;
            }
            let points = format!(
                "{} members, in tiers {in_tiers:?}, moved {:?}, {} awards, {waived} in part waived, redemptions {redeemed:?}",
                loyalty.members.len(),
                loyalty.moved,
                loyalty.awards.len()
            );
            let events: usize = folds.events.values().map(Vec::len).sum();
            let payments = format!("{by_status:?}, paid by {paid_by:?}, {links} of links");
            let credit = folds.credit_facts();
            (events, folds.deliveries.values().sum::<usize>(), payments, points, credit)
        });
        let answers = self.state().answers.clone();
        format!(
            "answers {answers:?}, payments {payments}, {points}, {credit}, {events} events, {deliveries} deliveries\n{:?}",
            self.profile
        )
    }

    /// Everything that was said so far, as a hash.
    pub(crate) fn trace(&self) -> String {
        let hash = self.state().trace.clone().finalize();
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
