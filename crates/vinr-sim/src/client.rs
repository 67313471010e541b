//! A merchant's program, and its buyers' browsers: each with its own stream of draws, all of them at once.

mod banks;
mod cards;
mod credit;
mod endpoints;
mod links;
mod loyalty;
mod payments;
mod payouts;
mod reads;
mod refunds;
mod rewards;
mod sessions;
mod tokens;

use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use self::links::Link;
use self::loyalty::Shelf;
use crate::audit;
use crate::book::Book;
use crate::chance::Chance;
use crate::profile::Work;
use crate::world::{Ask, Broken, PUBLIC_URL, Said, Who, World};

/// How often a request is made again before its client gives up for good.
const TRIES_MAX: u32 = 6;
/// How long a patient client waits.
const PATIENCE: Duration = Duration::from_secs(25);
/// Steps between two proofs of the whole ledger.
const PROOF_EVERY: u64 = 12;

/// One client.
pub(crate) struct Client {
    pub(crate) world: Arc<World>,
    pub(crate) book: Arc<Book>,
    pub(crate) chance: Chance,
    /// Which of the world's accounts it works for.
    pub(crate) account: usize,
    /// Its name, in keys and orders.
    pub(crate) name: String,
    /// Its customers.
    pub(crate) customers: Vec<String>,
    /// Its endpoints.
    pub(crate) endpoints: Vec<String>,
    /// Its payment links.
    links: Vec<Link>,
    /// Its programs, members and rewards.
    shelf: Shelf,
    /// The client secret of its last session.
    secret: String,
    /// The last event it saw.
    pub(crate) seen: i64,
    /// What it has done so far.
    pub(crate) count: u64,
}

impl Client {
    /// The client of this number.
    pub(crate) fn new(world: &Arc<World>, book: &Arc<Book>, seed: u64, number: u64) -> Client {
        Client {
            world: Arc::clone(world),
            book: Arc::clone(book),
            chance: Chance::new(seed, 100 + number),
            account: usize::try_from(number).unwrap_or(0) % world.accounts.len(),
            name: format!("c{number}"),
            customers: Vec::new(),
            endpoints: Vec::new(),
            links: Vec::new(),
            shelf: Shelf::default(),
            secret: String::new(),
            seen: 0,
            count: 0,
        }
    }

    /// Works until the story has no more requests.
    pub(crate) async fn work(mut self) {
        while self.world.goes_on() {
            sleep(self.chance.millis(self.world.profile.pause_ms)).await;
            let drawn = self.chance.weighed(&self.world.profile.weights);
            let Some(work) = drawn.and_then(|index| Work::ALL.get(index)) else { return };
            self.count += 1;
            let done = self.act(*work).await;
            if let Err(broken) = self.judged(done).await {
                self.world.fail(&broken);
            }
        }
    }

    async fn act(&mut self, work: Work) -> Result<(), Broken> {
        match work {
            Work::Token => self.pay_with_token().await,
            Work::Page => self.pay_on_page().await,
            Work::Hold => self.hold().await,
            Work::Race => self.confirm_or_cancel().await,
            Work::Bell => self.confirm_at_the_bell().await,
            Work::Customer => self.keep_customers().await,
            Work::Setup => self.set_up().await,
            Work::Saved => self.charge_saved().await,
            Work::Detach => self.detach().await,
            Work::Endpoint => self.keep_endpoints().await,
            Work::Read => self.read().await,
            Work::Reuse => self.reuse_a_key().await,
            Work::Refund => self.give_back().await,
            Work::Dispute => self.dispute().await,
            Work::Payout => self.pay_out().await,
            Work::Link => self.pay_by_link().await,
            Work::Bank => self.pay_by_bank().await,
            Work::Session => self.pay_in_fields().await,
            Work::Tokenise => self.tokenise().await,
            Work::Program => self.keep_program().await,
            Work::Earn => self.earn().await,
            Work::Points => self.correct().await,
            Work::Redeem => self.redeem().await,
            Work::Credit => self.use_credit().await,
        }
    }

    /// What must hold after every step.
    async fn judged(&self, done: Result<(), Broken>) -> Result<(), Broken> {
        done?;
        self.world.check()?;
        let commits = audit::rows(&self.world).await?;
        if commits > 0 && self.count.is_multiple_of(PROOF_EVERY) {
            audit::ledger(&self.world.eye).await?;
        }
        Ok(())
    }

    /// A request with a body that may be made again under its key; a few have none.
    pub(crate) fn post(&mut self, path: impl Into<String>, body: &Value) -> Ask {
        self.count += 1;
        let key = (!self.chance.percent(5)).then(|| format!("{}-{}", self.name, self.count));
        Ask { method: "POST", path: path.into(), key, body: body.to_string(), who: Who::Program }
    }

    /// A request that may be made as often as one likes.
    pub(crate) fn bare(method: &'static str, path: impl Into<String>, body: &str) -> Ask {
        Ask { method, path: path.into(), key: None, body: body.to_owned(), who: Who::Program }
    }

    /// What a browser asks for: a page, or, with a form, what comes of it.
    pub(crate) fn browse(url: &str, form: &str) -> Ask {
        let path = url.strip_prefix(PUBLIC_URL).unwrap_or(url).to_owned();
        let method = if form.is_empty() { "GET" } else { "POST" };
        Ask { method, path, key: None, body: form.to_owned(), who: Who::Browser }
    }

    /// Asks all of it, at once or one after another.
    pub(crate) async fn tell_all(&self, asks: &[Ask]) -> Result<(), Broken> {
        if self.chance.percent(50) {
            for said in join_all(asks.iter().map(|ask| self.tell(ask))).await {
                said?;
            }
        } else {
            for ask in asks {
                self.tell(ask).await?;
            }
        }
        Ok(())
    }

    /// Asks until it is told something, loses patience now and then, and gives up in the end.
    pub(crate) async fn tell(&self, ask: &Ask) -> Result<Option<Said>, Broken> {
        for _ in 0..TRIES_MAX {
            if !self.world.spend() {
                return Ok(None);
            }
            let impatient = self.chance.percent(self.world.profile.impatient_percent);
            let patience = if impatient { self.chance.millis(60) } else { PATIENCE };
            let said = timeout(patience, self.world.call(self.account, ask)).await.ok().flatten();
            if let Some(said) = said {
                self.book.note(self.account, ask, &said)?;
                if said.status != 503 && !must_wait(&said) {
                    return Ok(Some(said));
                }
            }
            // Without a key a request that does something is not made again: nobody knows what it did.
            let may_repeat = ask.key.is_some() || ask.method != "POST";
            if !may_repeat || self.chance.percent(8) {
                return Ok(None);
            }
            sleep(self.chance.millis(200)).await;
        }
        Ok(None)
    }

    /// [`Client::tell`], for the object that comes of it, if there is one.
    pub(crate) async fn object(&self, ask: &Ask) -> Result<Option<Value>, Broken> {
        let said = self.tell(ask).await?.filter(|said| said.status == 200);
        Ok(said.and_then(|said| serde_json::from_str(&said.text).ok()))
    }

    /// A key that was answered, with another body: refused, and nothing happens.
    async fn reuse_a_key(&mut self) -> Result<(), Broken> {
        let has_amount = |body: &str| {
            serde_json::from_str::<Value>(body).is_ok_and(|body| body["amount"].is_i64() && body["currency"] != "KWD")
        };
        let mine = |(account, ask, _): &(usize, Ask, String)| *account == self.account && has_amount(&ask.body);
        let answers: Vec<_> = self.book.answers().into_iter().filter(mine).collect();
        let Some((_, ask, _)) = self.chance.one(&answers) else { return Ok(()) };
        let mut body: Value = serde_json::from_str(&ask.body).unwrap_or_default();
        body["amount"] = json!(body["amount"].as_i64().unwrap_or_default() + 1);
        let other = Ask { body: body.to_string(), ..ask.clone() };
        if !self.world.spend() {
            return Ok(());
        }
        match self.world.call(self.account, &other).await {
            Some(said) if said.status == 200 => {
                Err(format!("a key that was used for {} was used for {}: {}", ask.body, other.body, said.text))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Whether somebody else has to end first.
fn must_wait(said: &Said) -> bool {
    said.status == 409 && !said.text.contains("idempotency_key_reused")
}
