//! What a decision may know of its account without reading: settings, clock, webhook endpoints.
//!
//! A context is remembered, looked after once a second, and used optimistically. That is exact, because every unit of work that was
//! decided with one expects the account's `context_version` to be the one it was read with, and whoever changes the
//! account bumps that number in the same commit. An old context makes the unit stale, and it decides again on fresh
//! rows (docs/decisions, "Optimistic account context").

mod loyalty;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use loyalty::Loyalty;
pub(crate) use store::loyalty::{
    EARNING_RULES, PROGRAMS, default_program_values, program_values, read_program, read_rule, rule_values,
};
pub(crate) use store::{
    ACCOUNTS, BALANCES, CLOCKS, COUNTERS, clock_values, read_settings, settings_values, stop_clock,
};
use vinr_core::accounts::Settings;
use vinr_core::clock::Clock;
use vinr_core::events::EventFilter;
use vinr_core::ids::{AccountId, PayoutPlanId, WebhookEndpointId};
use vinr_core::money::Currency;
use vinr_core::settlements::Open;
use vinr_core::time::{Span, Timestamp, WallTime};
use vinr_store::{Db, UnitOfWork};

use crate::error::Result;

/// How long a context serves before it is looked whether it is right.
const REMEMBERED: Span = Span::seconds(1);
/// Remembered contexts at most; beyond, all are forgotten and read again.
const REMEMBERED_MAX: usize = 10_000;
/// The id of the account's row in `counters`, `clocks` and `accounts`.
pub(crate) const SELF: &str = "self";

/// One account as decisions see it.
#[derive(Debug)]
pub struct AccountContext {
    /// Whose it is.
    pub account: AccountId,
    /// Prices, zone, permissions.
    pub settings: Settings,
    /// The account's virtual clock.
    pub clock: Clock,
    /// What is being settled and collected.
    pub books: Books,
    /// How points are earned.
    pub loyalty: Loyalty,
    /// Enabled webhook endpoints and what they want.
    pub endpoints: Vec<(WebhookEndpointId, Vec<EventFilter>)>,
    /// The guard it was read with.
    pub version: i64,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The API version it is pinned to.
    pub api_version: String,
}

/// The settlements of an account that are open, and what collects closed ones for its next payouts.
#[derive(Debug, Clone)]
pub struct Books {
    /// At most one a currency whose day is not over; those of days that are over stay until their timer closes them.
    pub open: Vec<Open>,
    /// At most one a currency.
    pub plans: Vec<(Currency, PayoutPlanId)>,
    /// The end of the last day that was closed.
    pub settled_until: Timestamp,
}

/// Contexts that were read, and when they were last known to be right.
#[derive(Default)]
pub struct Contexts(Mutex<HashMap<AccountId, (WallTime, Arc<AccountContext>)>>);

impl Contexts {
    /// A context that was right at most a second ago. One that is older is asked for its number only: as long as that is
    /// the same, so is everything that it guards.
    ///
    /// # Errors
    /// The store is away, or the account does not exist.
    pub(crate) async fn recent(&self, db: &Db, account: &AccountId, now: WallTime) -> Result<Arc<AccountContext>> {
        let remembered = self.recall(account);
        if let Some((at, context)) = &remembered
            && *at <= now
            && now < at.plus(REMEMBERED)
        {
            return Ok(Arc::clone(context));
        }
        let mut unit = db.begin(account.as_str(), "context", vinr_store::Class::Request);
        let context = match remembered {
            Some((_, context)) if store::version(&mut unit, account).await? == context.version => context,
            Some(_) | None => Arc::new(store::read(&mut unit, account).await?),
        };
        self.remember(now, Arc::clone(&context));
        Ok(context)
    }

    /// The context as this unit's snapshot has it.
    pub(crate) async fn fresh(
        &self,
        unit: &mut UnitOfWork,
        account: &AccountId,
        now: WallTime,
    ) -> Result<Arc<AccountContext>> {
        let context = Arc::new(store::read(unit, account).await?);
        self.remember(now, Arc::clone(&context));
        Ok(context)
    }

    fn recall(&self, account: &AccountId) -> Option<(WallTime, Arc<AccountContext>)> {
        let contexts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        contexts.get(account).map(|(at, context)| (*at, Arc::clone(context)))
    }

    fn remember(&self, now: WallTime, context: Arc<AccountContext>) {
        let mut contexts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if contexts.len() >= REMEMBERED_MAX {
            contexts.clear();
        }
        contexts.insert(context.account.clone(), (now, context));
    }
}
