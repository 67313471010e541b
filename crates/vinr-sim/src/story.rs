//! One seed's story: merchants' programs and buyers at work, an operator who kills and starts the process, an acquirer
//! that speaks up by itself, clocks that move, and in the end quiet, in which everything must come right.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join, join_all, select};
use serde_json::json;
use tokio::time::sleep;

use crate::alarms::{self, Alarms};
use crate::audit;
use crate::book::Book;
use crate::chance::Chance;
use crate::check;
use crate::client::Client;
use crate::profile::{Profile, Size};
use crate::witness::Folds;
use crate::world::{Broken, World};

/// Steps in which an account's time passes.
const STEPS: u64 = 5;
/// Advances of four hours after the end: more than the 72 hours of a delivery's retries.
const SETTLING_STEPS: u32 = 20;
/// Days in which every bank has said whether it pays: five business days, with two weekends around them.
const BANK_DAYS: u64 = 9;

/// A story that came right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Played {
    /// The hash of everything that was said.
    pub(crate) hash: String,
    /// What it was like.
    pub(crate) facts: String,
}

/// Plays a seed.
pub(crate) fn play(seed: u64, size: Size) -> Result<Played, Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    let _alarms = tracing::subscriber::set_default(Alarms);
    alarms::raised();
    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(tell(seed, size))));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        Err(format!("a panic: {}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("of no words")))
    })
}

async fn tell(seed: u64, size: Size) -> Result<Played, Broken> {
    let world = Arc::new(World::begin(seed, Profile::drawn(seed, size)).await?);
    let book = Arc::new(Book::default());
    let mut clients: Vec<Client> =
        (0..world.profile.clients).map(|number| Client::new(&world, &book, seed, number)).collect();
    for number in 0..world.profile.endpoints {
        let index = usize::try_from(number).unwrap_or(0) % clients.len();
        clients[index].new_endpoint().await?;
    }
    let days: Vec<_> = (0..world.accounts.len()).map(|account| pass_time(&world, &book, seed, account)).collect();
    let clients = join(join_all(clients.into_iter().map(Client::work)), join_all(days));
    let around = join(operate(&world, seed), speak_up(&world, seed));
    match select(std::pin::pin!(clients), std::pin::pin!(around)).await {
        Either::Left(_) => {}
        Either::Right((_, clients)) => drop(clients.await),
    }
    world.check()?;
    quiet(&world).await?;
    settle(&world, SETTLING_STEPS).await?;
    for (attempt, answer) in world.bank.truths() {
        hear(&world, &attempt, answer).await;
    }
    settle(&world, 2).await?;
    if world.witness.with(Folds::waits_for_a_bank) {
        advance(&world, BANK_DAYS * 24 * 3_600, 1).await?;
    }
    check::all(&world, &book).await?;
    if let Some(serving) = world.serving() {
        serving.app.stop_workers().await;
    }
    world.check()?;
    Ok(Played { hash: world.trace(), facts: world.facts() })
}

/// An account's time passes, in steps, while its clients work.
async fn pass_time(world: &Arc<World>, book: &Arc<Book>, seed: u64, account: usize) {
    let number = 50 + account as u64;
    let mut clock = Client::new(world, book, seed, number);
    clock.account = account;
    let seconds = world.profile.hours * 3_600;
    let work_ms = world.profile.pause_ms * u64::from(world.profile.size.requests) / (2 * world.profile.clients);
    for _ in 0..STEPS {
        sleep(clock.chance.millis(1 + work_ms * 2 / STEPS)).await;
        if !world.goes_on() {
            return;
        }
        let step = 1 + clock.chance.below(seconds * 2 / STEPS);
        let ask = clock.post("/v1/test/clock/advance", &json!({"seconds": step}));
        if let Err(broken) = clock.tell(&ask).await {
            world.fail(&broken);
        }
    }
}

/// The operator: kills the process wherever it stands and starts it again, or starts another one while the first one
/// stands still or goes on.
async fn operate(world: &World, seed: u64) {
    let chance = Chance::new(seed, 5);
    let requests = u64::from(world.profile.size.requests);
    let work_ms = world.profile.pause_ms * requests / world.profile.clients;
    for _ in 0..world.profile.kills {
        sleep(chance.millis(work_ms / world.profile.kills)).await;
        let Some(old) = world.serving() else { continue };
        let overlaps = chance.percent(world.profile.overlap_percent);
        if !overlaps {
            world.kill(&old).await;
            sleep(chance.millis(500)).await;
        } else if chance.percent(50) {
            old.troubles.freeze(Duration::from_secs(1 + chance.below(100)));
        }
        if let Err(broken) = world.start(world.profile.disk_percent).await {
            return world.fail(&broken);
        }
        if overlaps {
            sleep(Duration::from_secs(1 + chance.below(120))).await;
            world.kill(&old).await;
        }
    }
}

/// The acquirer says of its own accord what it knows: late, twice, or otherwise than before.
async fn speak_up(world: &World, seed: u64) {
    let chance = Chance::new(seed, 6);
    while world.profile.remote && world.profile.bank_percent > 0 && world.goes_on() {
        sleep(chance.millis(world.profile.pause_ms * 8)).await;
        if let Some((attempt, answer)) = world.bank.notice() {
            hear(world, &attempt, answer).await;
        }
    }
    // Whoever is around stays until the clients are done.
    std::future::pending::<()>().await;
}

/// Says something to the server until it has heard it: a disk that loses a commit is a reason to say it again.
async fn hear(world: &World, attempt: &vinr_core::ids::AttemptId, answer: vinr_server::connectors::Answer) {
    for account in &world.accounts {
        for _ in 0..20 {
            let Some(serving) = world.serving() else { return };
            match serving.app.acquirer_said(&account.id, attempt, answer).await {
                Ok(()) => return,
                Err(error) if error.status() == 404 => break,
                Err(_) => {}
            }
        }
    }
}

/// Everything recovers, and one process serves.
async fn quiet(world: &World) -> Result<(), Broken> {
    if let Some(serving) = world.serving() {
        world.kill(&serving).await;
    }
    world.start(0).await?;
    world.merchants.recover();
    world.bank.recover();
    audit::rows(world).await.map(drop)
}

/// Lets hours pass on every account's clock, four in a step.
async fn settle(world: &World, steps: u32) -> Result<(), Broken> {
    advance(world, 4 * 3_600, steps).await
}

/// Moves every account's clock on so many seconds, so often. An advance that a killed process left behind is finished by the server
/// itself; until then it says that the clock is busy.
async fn advance(world: &World, seconds: u64, steps: u32) -> Result<(), Broken> {
    let step = Client::bare("POST", "/v1/test/clock/advance", &json!({"seconds": seconds}).to_string());
    for account in 0..world.accounts.len() {
        let mut advanced = 0;
        for _ in 0..400 {
            match world.call(account, &step).await {
                Some(said) if said.status == 200 => advanced += 1,
                Some(_) | None => sleep(Duration::from_secs(5)).await,
            }
            world.check()?;
            if advanced == steps {
                break;
            }
        }
        if advanced < steps {
            return Err(format!("the clock of {} stayed busy", world.accounts[account].id));
        }
    }
    // What time made due is done by now.
    sleep(Duration::from_secs(6)).await;
    Ok(())
}
