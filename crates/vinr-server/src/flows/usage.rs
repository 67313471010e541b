//! Reports of usage, with the subscription and the price of the item that was used.
//!
//! A batch is one unit of work. Of each item its register, its subscription, its price and what its period comes to are read
//! once, however many records it has. That a name is new is not looked up: its key is claimed, and only where the claim lost,
//! and the unit is decided again, are the records read that there are, in one statement. That the period is open when the
//! record is committed is the subscription's version, and that of its tally.

pub(crate) mod routes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vinr_core::ids::{SubscriptionId, SubscriptionItemId, UsageRecordId};
use vinr_core::prices::AggregateUsage;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::subscriptions::{Item, Subscription};
use vinr_core::time::Timestamp;
use vinr_core::usage::{self as core, Action, Numbered, Record};

use crate::error::{ApiError, Result};
use crate::record::Unit;
use crate::usage::{self, Tally};
use crate::{prices, subscriptions};

/// What was used, as somebody names it.
#[derive(Debug, Clone)]
enum Used {
    /// An item.
    Item(SubscriptionItemId),
    /// The only metered item of a subscription.
    Subscription(SubscriptionId),
}

/// A report as it came.
#[derive(Debug, Clone)]
struct Report {
    /// What was used, or why that cannot be known.
    used: std::result::Result<Used, Refusal>,
    /// How many.
    quantity: i64,
    /// When; now, if nothing is said.
    at: Option<Timestamp>,
    /// What it says.
    action: Action,
    /// The merchant's name for it.
    identifier: Option<String>,
}

/// What became of a report.
#[derive(Debug)]
enum Outcome {
    /// It counts.
    Recorded(Record),
    /// This one with its name counts already.
    Repeated(Record),
    /// It does not count.
    Refused(ApiError),
}

/// An item with what its usage is counted by.
struct Found {
    subscription: Arc<Subscription>,
    item: Item,
    /// Nothing where nothing is measured.
    aggregate: Option<AggregateUsage>,
}

/// A report that names an item, before it is known whether it repeats another.
struct Prepared {
    record: Record,
    /// The period that it is for, or why it is for none.
    of: std::result::Result<Numbered, Refusal>,
}

/// What was read by now, once.
#[derive(Default)]
struct Books {
    subscriptions: BTreeMap<SubscriptionId, Arc<Subscription>>,
    items: BTreeMap<SubscriptionItemId, Arc<Found>>,
    tallies: BTreeMap<(SubscriptionItemId, u32), Tally>,
}

/// Records reports, in their order.
///
/// # Errors
/// The database does not answer. What is wrong with one report is its own outcome.
async fn record(unit: &mut Unit<'_>, reports: &[Report]) -> Result<Vec<Outcome>> {
    unit.guard();
    let mut books = Books::default();
    let mut prepared = Vec::with_capacity(reports.len());
    for report in reports {
        prepared.push(theirs(prepare(unit, &mut books, report).await)?);
    }
    let known = usage::known(unit, &doubtful(unit, &prepared)).await?;
    let mut firsts: BTreeMap<String, Record> = BTreeMap::new();
    let mut outcomes = Vec::with_capacity(prepared.len());
    for prepared in prepared {
        let Prepared { record, of } = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                outcomes.push(Outcome::Refused(error));
                continue;
            }
        };
        let key = usage::key(&record);
        let first = match known.get(&key) {
            Some(kept) => Some(kept.clone().instead_of(&record)),
            None => firsts.get(&key).cloned(),
        };
        outcomes.push(match (first, of) {
            (Some(first), _) => Outcome::Repeated(first),
            (None, Err(refusal)) => Outcome::Refused(refusal.into()),
            (None, Ok(of)) => {
                usage::insert(unit, &record, of.number);
                books.count(&record, of);
                if record.identifier.is_some() {
                    firsts.insert(key, record.clone());
                }
                Outcome::Recorded(record)
            }
        });
    }
    for ((item, _), tally) in books.tallies {
        tally.stage(unit, &item);
    }
    Ok(outcomes)
}

/// What is wrong with a report is told for itself; what is wrong with us ends the unit.
fn theirs<T>(prepared: Result<T>) -> Result<Result<T>> {
    match prepared {
        Err(error) if error.status() >= 500 => Err(error),
        prepared => Ok(prepared),
    }
}

/// The keys of what may be there already: of what is refused unless it was counted in its time, and once a claim has lost of
/// everything.
fn doubtful(unit: &Unit<'_>, prepared: &[Result<Prepared>]) -> BTreeSet<String> {
    let is_first_try = unit.store.attempt() == 0;
    let named = prepared.iter().flatten().filter(|one| one.record.identifier.is_some());
    named.filter(|one| !is_first_try || one.of.is_err()).map(|one| usage::key(&one.record)).collect()
}

async fn prepare(unit: &mut Unit<'_>, books: &mut Books, report: &Report) -> Result<Prepared> {
    let found = match report.used.clone()? {
        Used::Item(item) => books.item(unit, &item).await?,
        Used::Subscription(id) => books.only_item(unit, &id).await?,
    };
    let now = unit.now();
    let record = Record {
        id: UsageRecordId::from_bits(unit.env.id_bits()),
        item_id: found.item.id.clone(),
        subscription_id: found.subscription.id.clone(),
        quantity: report.quantity,
        at: report.at.unwrap_or(now),
        action: report.action,
        identifier: report.identifier.clone(),
        created_at: now,
    };
    core::check(&record, &found.item)?;
    let account = Arc::clone(&unit.context);
    let of = match (core::period(&found.subscription, record.at, &account.settings.time_zone, now), found.aggregate) {
        (Ok(of), Some(aggregate)) => books.open(unit, &record.item_id, of, aggregate).await?,
        (of, _) => of,
    };
    Ok(Prepared { record, of })
}

impl Books {
    /// An item.
    ///
    /// # Errors
    /// 404 for one that is not there, or not any more.
    async fn item(&mut self, unit: &mut Unit<'_>, id: &SubscriptionItemId) -> Result<Arc<Found>> {
        if let Some(found) = self.items.get(id) {
            return Ok(Arc::clone(found));
        }
        let about = |error: ApiError| error.about("subscriptionItemId");
        let subscription = subscriptions::of_item(unit, id).await.map_err(about)?;
        let subscription = self.subscription(unit, &subscription).await?;
        let item = subscription.items.iter().find(|item| item.id == *id).cloned();
        let gone = || about(ApiError::missing("subscription item", id.as_str()));
        let item = item.ok_or_else(gone)?;
        self.keep(unit, subscription, item).await
    }

    /// The only metered item of a subscription.
    ///
    /// # Errors
    /// 404; `usage_not_metered` where there is none, `parameter_missing` where there are several.
    async fn only_item(&mut self, unit: &mut Unit<'_>, id: &SubscriptionId) -> Result<Arc<Found>> {
        let subscription = self.subscription(unit, id).await?;
        let mut metered = subscription.items.iter().filter(|item| item.is_metered());
        match (metered.next().cloned(), metered.next()) {
            (Some(item), None) => match self.items.get(&item.id) {
                Some(found) => Ok(Arc::clone(found)),
                None => self.keep(unit, subscription, item).await,
            },
            (None, _) => {
                let message = format!("nothing of {id} is metered");
                Err(Refusal::new(Code::UsageNotMetered, message).at("subscriptionId").into())
            }
            (Some(_), Some(_)) => {
                let message = format!("{id} has several metered items: name the one that was used");
                Err(Refusal::new(Code::ParameterMissing, message).at("subscriptionItemId").into())
            }
        }
    }

    async fn subscription(&mut self, unit: &mut Unit<'_>, id: &SubscriptionId) -> Result<Arc<Subscription>> {
        if let Some(subscription) = self.subscriptions.get(id) {
            return Ok(Arc::clone(subscription));
        }
        let loaded = subscriptions::load(unit, id).await.map_err(|error| error.about("subscriptionId"))?;
        let subscription = Arc::new(loaded);
        self.subscriptions.insert(id.clone(), Arc::clone(&subscription));
        Ok(subscription)
    }

    async fn keep(&mut self, unit: &mut Unit<'_>, subscription: Arc<Subscription>, item: Item) -> Result<Arc<Found>> {
        let aggregate = if item.is_metered() { prices::aggregate(unit, &item.price_id).await? } else { None };
        let id = item.id.clone();
        let found = Arc::new(Found { subscription, item, aggregate });
        self.items.insert(id, Arc::clone(&found));
        Ok(found)
    }

    /// The period, unless it is billed.
    async fn open(
        &mut self,
        unit: &mut Unit<'_>,
        item: &SubscriptionItemId,
        of: Numbered,
        aggregate: AggregateUsage,
    ) -> Result<std::result::Result<Numbered, Refusal>> {
        let key = (item.clone(), of.number);
        if !self.tallies.contains_key(&key) {
            let tally = Tally::open(unit, item, of, aggregate).await?;
            self.tallies.insert(key.clone(), tally);
        }
        let is_closed = self.tallies.get(&key).is_some_and(Tally::is_closed);
        if !is_closed {
            return Ok(Ok(of));
        }
        let message = format!("the usage until {} was invoiced", of.period.end);
        Ok(Err(Refusal::new(Code::UsageTimestampInvalid, message).at("timestamp")))
    }

    fn count(&mut self, record: &Record, of: Numbered) {
        let tally = self.tallies.get_mut(&(record.item_id.clone(), of.number));
        tally.expect("the tally of an open period was read").count(record);
    }
}
