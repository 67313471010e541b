//! Sees every commit and folds what the rules say happened, so that rows can be compared with it. What can be judged at a
//! commit is judged here: nothing else has run since.

mod credit;
mod disputes;
mod earning;
mod links;
mod payments;
pub(crate) mod points;
mod redemptions;
mod refunds;
mod tiers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vinr_core::disputes::Dispute;
use vinr_core::events::EventType;
use vinr_core::ids::{
    CustomerId, DisputeId, EventId, LoyaltyAccountId, PaymentId, PaymentLinkId, PaymentMethodId, RedemptionId,
    RefundId, RewardId, SetupId, WebhookEndpointId,
};
use vinr_core::payment_links::PaymentLink;
use vinr_core::payments::Payment;
use vinr_core::points::Transaction;
use vinr_core::refunds::Refund;
use vinr_core::setups::{self, Setup};
use vinr_core::tiers::Tier;
use vinr_core::time::Timestamp;
use vinr_core::webhooks::{Endpoint, EndpointStatus, endpoint};
use vinr_core::{payment_methods, webhooks};
use vinr_server::witness::Note;
use vinr_store::{Committed, Note as Told, Observer};

use self::credit::Credit;
pub(crate) use self::credit::{Has, Purse};
use self::points::Loyalty;
use crate::world::Broken;

/// An account and the id of something of its own.
pub(crate) type Of<Id> = (String, Id);

/// What is there, by the rules.
#[derive(Default)]
pub(crate) struct Folds {
    pub(crate) payments: BTreeMap<Of<PaymentId>, Payment>,
    /// What each payment was of before any discount.
    originals: BTreeMap<Of<PaymentId>, i64>,
    pub(crate) loyalty: Loyalty,
    pub(crate) credit: Credit,
    pub(crate) refunds: BTreeMap<Of<RefundId>, Refund>,
    pub(crate) disputes: BTreeMap<Of<DisputeId>, Dispute>,
    pub(crate) links: BTreeMap<Of<PaymentLinkId>, PaymentLink>,
    pub(crate) setups: BTreeMap<Of<SetupId>, Setup>,
    pub(crate) endpoints: BTreeMap<Of<WebhookEndpointId>, Endpoint>,
    /// Endpoints that were disabled or removed at some time: what was on its way to them may have been given up.
    pub(crate) was_off: BTreeSet<Of<WebhookEndpointId>>,
    /// Where each endpoint ever was.
    pub(crate) urls: BTreeMap<WebhookEndpointId, BTreeSet<String>>,
    /// Saved cards that are not to be charged any more.
    pub(crate) detached: BTreeSet<Of<PaymentMethodId>>,
    /// How often each event goes to each endpoint.
    pub(crate) deliveries: BTreeMap<Of<(EventId, WebhookEndpointId)>, usize>,
    /// Each account's events in their order.
    pub(crate) events: BTreeMap<String, Vec<EventId>>,
    /// What changed since somebody compared it.
    changed: Changed,
}

/// Rows to be compared.
#[derive(Default)]
pub(crate) struct Changed {
    pub(crate) payments: BTreeSet<Of<PaymentId>>,
    pub(crate) refunds: BTreeSet<Of<RefundId>>,
    pub(crate) disputes: BTreeSet<Of<DisputeId>>,
    pub(crate) links: BTreeSet<Of<PaymentLinkId>>,
    pub(crate) members: BTreeSet<Of<LoyaltyAccountId>>,
    pub(crate) redemptions: BTreeSet<Of<RedemptionId>>,
    pub(crate) rewards: BTreeSet<Of<RewardId>>,
    pub(crate) credit: BTreeSet<Of<Purse>>,
    pub(crate) setups: BTreeSet<Of<SetupId>>,
    pub(crate) endpoints: BTreeSet<Of<WebhookEndpointId>>,
    pub(crate) commits: u64,
}

/// One unit of work while it is looked at.
#[derive(Default)]
pub(super) struct Commit<'a> {
    account: &'a str,
    committed: Option<&'a Committed>,
    /// Events that the payments' and refunds' own events ask for, and those that were written, with what each is about.
    wanted: Vec<(String, EventType)>,
    written: Vec<(String, EventType)>,
    /// Links that changed, or one of whose payments did.
    links: BTreeSet<PaymentLinkId>,
    /// Payments that changed, with when they last did.
    payments: BTreeMap<PaymentId, Timestamp>,
    /// Payments that were completed, and those of which money went back or came again.
    completed: Vec<(PaymentId, Timestamp)>,
    given_back: BTreeSet<PaymentId>,
    /// Payments that earned.
    awarded: BTreeSet<PaymentId>,
    /// What rules gave.
    earned: Vec<Transaction>,
    /// Members that joined, and those whose points moved.
    joined: Vec<(LoyaltyAccountId, Timestamp)>,
    members: BTreeMap<LoyaltyAccountId, Timestamp>,
    /// Members for whom something counts or counts no more, and their tiers before a payment did.
    tiered: BTreeMap<LoyaltyAccountId, Timestamp>,
    tiers_before: BTreeMap<LoyaltyAccountId, Option<Tier>>,
    /// Redemptions that changed, and whether one's points were spent again.
    redemptions: BTreeSet<RedemptionId>,
    taken_again: bool,
    /// What happened to customers' credit.
    credit: Vec<credit::Moved>,
}

/// The witness of one story.
pub(crate) struct Witness(Mutex<(Folds, Option<Broken>)>);

impl Witness {
    pub(crate) fn new() -> Arc<Witness> {
        Arc::new(Witness(Mutex::default()))
    }

    /// The first thing that was wrong with a commit.
    pub(crate) fn broken(&self) -> Option<Broken> {
        self.lock().1.clone()
    }

    /// What is there, by the rules.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Folds) -> T) -> T {
        read(&self.lock().0)
    }

    /// What changed since this was asked last.
    pub(crate) fn changed(&self) -> Changed {
        std::mem::take(&mut self.lock().0.changed)
    }

    fn lock(&self) -> MutexGuard<'_, (Folds, Option<Broken>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Witness {
    fn committed(&self, account: &str, committed: &Committed, notes: &[Told]) {
        let mut state = self.lock();
        let (folds, broken) = &mut *state;
        let mut commit = Commit { account, committed: Some(committed), ..Commit::default() };
        folds.changed.commits += 1;
        let mut judged = Ok(());
        for note in notes.iter().filter_map(|note| note.downcast_ref::<Note>()) {
            judged = judged.and_then(|()| folds.fold(&mut commit, note));
        }
        let judged = judged.and_then(|()| folds.places_are_taken(&commit));
        let judged = judged.and_then(|()| folds.rules_gave_what_they_say(&commit));
        let judged = judged.and_then(|()| folds.points_add_up(&commit));
        let judged = judged.and_then(|()| folds.redemptions_stand(&commit));
        let judged = judged.and_then(|()| folds.credit_stands(&commit));
        let judged = judged.and_then(|()| folds.spend_adds_up(&commit));
        let judged = judged.and_then(|()| folds.tiers_stand(&commit));
        let judged = judged.and_then(|()| commit.every_change_is_told());
        if let Err(problem) = judged {
            broken.get_or_insert(problem);
        }
    }
}

impl Folds {
    fn fold(&mut self, commit: &mut Commit<'_>, note: &Note) -> Result<(), Broken> {
        let account = commit.account;
        match note {
            Note::PaymentCreated(payment) => self.payment_created(commit, payment),
            Note::Payment { id, event, at } => self.payment(commit, id, event, *at),
            Note::RefundCreated(refund) => self.refund_created(commit, refund),
            Note::Refund { id, event } => self.refund(commit, id, *event),
            Note::DisputeOpened(dispute) => self.dispute_opened(commit, dispute),
            Note::Dispute { id, event, at } => self.dispute(commit, id, event, *at),
            Note::LinkCreated(link) => self.link_created(commit, link),
            Note::Link { id, event } => self.link(commit, id, event),
            Note::Program(program) => {
                self.program(account, program);
                Ok(())
            }
            Note::Rule(rule) => {
                self.rule(account, rule);
                Ok(())
            }
            Note::RuleDeleted(id) => {
                self.loyalty.rules.remove(&(account.to_owned(), id.clone()));
                Ok(())
            }
            Note::MemberOpened(member) => self.member_opened(commit, member),
            Note::MemberChanged(member) => self.member_changed(account, member),
            Note::TierSettled { id, tier, at } => self.settled(commit, id, tier, *at),
            Note::Spent { id, payment, month, more, at } => {
                self.spent(commit, id, payment, (month.number(), *more), *at)
            }
            Note::PointsMoved(moved) => self.moved(commit, moved),
            Note::Reward(reward) => self.reward(account, reward),
            Note::RedemptionIssued(redemption) => self.redemption_issued(commit, redemption),
            Note::Redemption { id, event, at } => self.redemption(commit, id, event, *at),
            Note::Credit { customer, currency, event, source, transaction } => {
                let purse = (customer.clone(), currency.code());
                self.credit_moved(commit, purse, (*event, source), transaction.as_deref())
            }
            Note::SetupCreated(setup) => self.setup_created(account, setup),
            Note::Setup { id, event, .. } => {
                let setup = self.setups.get_mut(&(account.to_owned(), id.clone()));
                let setup = setup.ok_or_else(|| format!("{event:?} happened to {id}, which nobody made"))?;
                setups::evolve(setup, event);
                self.changed.setups.insert((account.into(), id.clone()));
                Ok(())
            }
            Note::PaymentMethod { id, event } => {
                if matches!(event, payment_methods::Event::Detached) {
                    self.detached.insert((account.into(), id.clone()));
                }
                Ok(())
            }
            Note::EndpointCreated(endpoint) => {
                self.endpoint_created(account, endpoint);
                Ok(())
            }
            Note::Endpoint { id, event } => self.endpoint(account, id, event),
            Note::EndpointDeleted(id) => self.endpoint_deleted(account, id),
            Note::Emitted { id, kind, slot, data } => {
                let number = commit.committed.map_or(0, |committed| committed.number(*slot));
                self.emitted(commit, id, *kind, number, data)
            }
            Note::Redelivered { event, endpoint } => {
                *self.deliveries.entry((account.into(), (event.clone(), endpoint.clone()))).or_default() += 1;
                Ok(())
            }
        }
    }

    fn endpoint_created(&mut self, account: &str, endpoint: &Endpoint) {
        self.urls.entry(endpoint.id.clone()).or_default().insert(endpoint.url.clone());
        self.changed.endpoints.insert((account.into(), endpoint.id.clone()));
        self.endpoints.insert((account.into(), endpoint.id.clone()), endpoint.clone());
    }

    fn endpoint_deleted(&mut self, account: &str, id: &WebhookEndpointId) -> Result<(), Broken> {
        let key = (account.to_owned(), id.clone());
        self.was_off.insert(key.clone());
        self.changed.endpoints.insert(key.clone());
        self.endpoints.remove(&key).map(drop).ok_or_else(|| format!("{id} was removed and is not there"))
    }

    fn endpoint(&mut self, account: &str, id: &WebhookEndpointId, event: &endpoint::Event) -> Result<(), Broken> {
        let key = (account.to_owned(), id.clone());
        let state = self.endpoints.get_mut(&key);
        let state = state.ok_or_else(|| format!("{event:?} happened to {id}, which is not there"))?;
        webhooks::endpoint::evolve(state, event);
        self.urls.entry(id.clone()).or_default().insert(state.url.clone());
        if state.status == EndpointStatus::Disabled {
            self.was_off.insert(key.clone());
        }
        self.changed.endpoints.insert(key);
        Ok(())
    }

    fn setup_created(&mut self, account: &str, setup: &Setup) -> Result<(), Broken> {
        let key = (account.to_owned(), setup.id.clone());
        self.changed.setups.insert(key.clone());
        match self.setups.insert(key, setup.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("{} was made twice", setup.id)),
        }
    }

    /// An event has the number after the last one, shows its object as it is now, and goes to every endpoint that wants
    /// it at this commit.
    fn emitted(
        &mut self,
        commit: &mut Commit<'_>,
        id: &EventId,
        kind: EventType,
        number: i64,
        data: &str,
    ) -> Result<(), Broken> {
        let account = commit.account;
        let events = self.events.entry(account.to_owned()).or_default();
        events.push(id.clone());
        if i64::try_from(events.len()) != Ok(number) {
            return Err(format!("event {id} is the {}th of {account} and has number {number}", events.len()));
        }
        let shown: serde_json::Value = serde_json::from_str(data).map_err(|error| format!("event {id}: {error}"))?;
        let about = shown["id"].as_str().unwrap_or_default();
        if kind.as_str().starts_with("payment.") {
            commit.written.push((about.to_owned(), kind));
            self.shows_payment(account, kind, &shown)?;
        }
        if kind.as_str().starts_with("dispute.") {
            commit.written.push((about.to_owned(), kind));
            self.shows_dispute(account, kind, &shown)?;
        }
        if kind.as_str().starts_with("refund.") {
            commit.written.push((about.to_owned(), kind));
            self.shows_refund(account, kind, &shown)?;
        }
        if kind.as_str().starts_with("loyalty.") && kind != EventType::LoyaltyPointsExpiring {
            commit.written.push((about.to_owned(), kind));
        }
        if kind == EventType::CustomerDeleted
            && let Ok(customer) = CustomerId::parse(about)
        {
            self.loyalty.deleted.insert((account.to_owned(), customer));
        }
        let wanting: Vec<WebhookEndpointId> = if kind == EventType::WebhookTest {
            WebhookEndpointId::parse(about).into_iter().collect()
        } else {
            let own = self.endpoints.iter().filter(|((of, _), endpoint)| of == account && endpoint.wants(kind));
            own.map(|((_, id), _)| id.clone()).collect()
        };
        for endpoint in wanting {
            *self.deliveries.entry((account.into(), (id.clone(), endpoint))).or_default() += 1;
        }
        Ok(())
    }
}

impl Commit<'_> {
    /// No change of a payment or refund without its event in the same commit, and no event without its change.
    fn every_change_is_told(mut self) -> Result<(), Broken> {
        // What the acquirer answered before anybody could see it is told by what it answered.
        let wanted = std::mem::take(&mut self.wanted);
        let followed = |index: usize, id: &str| wanted[index + 1..].iter().any(|(other, _)| other == id);
        let kept = |(index, (id, kind)): &(usize, &(String, EventType))| {
            *kind != EventType::PaymentProcessing || !followed(*index, id)
        };
        let mut due: Vec<_> = wanted.iter().enumerate().filter(kept).map(|(_, one)| one.clone()).collect();
        due.sort_by(|a, b| a.0.cmp(&b.0));
        self.written.sort_by(|a, b| a.0.cmp(&b.0));
        if due == self.written {
            return Ok(());
        }
        Err(format!("things changed as {due:?} in one commit, which wrote the events {:?}", self.written))
    }
}
