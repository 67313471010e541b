//! A change becomes rows: the only writer of events, deliveries, transfers, balances and timers. Everything it stages
//! commits with the noun's own row or not at all.

mod awards;
mod reward_values;
mod slices;
mod tables;

use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) use awards::{awards_text, read_awards};
pub(crate) use reward_values::{read_reward_value, reward_value_text};
pub(crate) use slices::{read_slices, slices_text};
pub(crate) use tables::{DELIVERIES, EVENTS, JOBS, TRANSFERS};
use vinr_core::attempts::Audience;
use vinr_core::awards::Cause;
use vinr_core::balance::{Entry, Unexplained};
use vinr_core::disputes::Opening;
use vinr_core::events::EventType;
use vinr_core::ids::{
    AccountId, CustomerId, EventId, InvoiceId, PaymentId, PaymentLinkId, PaymentMethodId, TransferId,
    WebhookDeliveryId, WebhookEndpointId,
};
use vinr_core::ledger::Transfer;
use vinr_core::money::Money;
use vinr_core::payment_links::Place;
use vinr_core::payment_methods::Saving;
use vinr_core::time::{Span, Timestamp, WallTime};
use vinr_store::{Slot, UnitOfWork};

use crate::connectors::{Ask, Sending};
use crate::context::{AccountContext, BALANCES, Books, COUNTERS, SELF};
use crate::env::Env;
use crate::settings::Settings;
use crate::witness::Note;

/// How long a process that committed a delivery has it for itself before others may take it.
pub(crate) const HANDOVER_LEASE: Span = Span::seconds(60);

/// How often the timers are looked at; one that goes off sooner wakes its worker.
pub(crate) const TIMERS_POLLED: Span = Span::milliseconds(500);

/// One unit of work with what decisions need beside the rows.
pub struct Unit<'a> {
    /// Rows are read and staged here.
    pub store: &'a mut UnitOfWork,
    /// The account it was decided under.
    pub context: Arc<AccountContext>,
    /// Wall time at the start of this attempt.
    pub wall: WallTime,
    /// Ids and chance.
    pub env: Env,
    /// What the operator set.
    pub settings: Arc<Settings>,
    /// The name of this process on leases.
    pub process: Arc<str>,
    /// The key of the request that this unit answers.
    pub idempotency_key: Option<String>,
    /// What that request wants to be shown whole, as names with commas between.
    pub expand: Option<String>,
    /// Who that request is answered to, if an acquirer's answer is waited for.
    pub(crate) audience: Audience,
    books: Option<Books>,
    unexplained: Unexplained,
    handovers: Vec<Handover>,
    sending: Option<Sending>,
    sayings: Vec<Saying>,
    reactions: VecDeque<Reaction>,
    guarded: bool,
    /// Whether the account's count of written timers is raised by this unit.
    timed: bool,
    timers: bool,
}

/// A delivery that was committed already leased to this process.
#[derive(Debug, Clone)]
pub struct Handover {
    /// Whose it is.
    pub account: AccountId,
    /// The delivery.
    pub delivery: WebhookDeliveryId,
    /// Where it goes.
    pub endpoint: WebhookEndpointId,
    /// What it tells.
    pub event: StoredEvent,
    /// The number the event got with its commit.
    pub slot: Slot,
    /// When it was written, on the account's clock.
    pub created_at: Timestamp,
    /// When the lease ends.
    pub leased_until: WallTime,
}

/// An event as it is stored: without its number, which only the commit knows.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// Its type's name.
    pub kind: Arc<str>,
    /// The version of the API whose shapes `data` has.
    pub api_version: Arc<str>,
    /// When it happened, on the account's clock.
    pub created_at: Timestamp,
    /// The object as the API shows it, JSON.
    pub data: Arc<str>,
}

impl StoredEvent {
    /// The event as it is shown and sent.
    pub fn render(&self, sequence: i64) -> String {
        format!(
            r#"{{"id":"{}","object":"event","type":"{}","created":{},"apiVersion":"{}","sequence":{sequence},"data":{}}}"#,
            self.id,
            self.kind,
            self.created_at.seconds(),
            self.api_version,
            self.data
        )
    }
}

/// Which noun a timer asks when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    /// The end of a payment's checkout, challenge or authorization, or what a slow bank says.
    Payment,
    /// An attempt whose acquirer is to be asked again.
    Attempt,
    /// A refund that will fail.
    Refund,
    /// A dispute that must be answered or decided in time.
    Dispute,
    /// A saved card's expiry.
    PaymentMethod,
    /// A setup's expiry or challenge.
    Setup,
    /// An endpoint that has been failing for too long.
    WebhookEndpoint,
    /// A settlement whose day ends.
    Settlement,
    /// What is collected for a payout, when its period ends.
    PayoutPlan,
    /// A payout that is to be sent, or to arrive.
    Payout,
    /// A member whose points lapse, or are about to.
    LoyaltyAccount,
    /// An invoice that is to be finalized, or tried again.
    Invoice,
    /// A subscription whose period ends.
    Subscription,
    /// A redemption that nobody used in time.
    Redemption,
}

impl Noun {
    /// Every noun that has timers.
    pub(crate) const ALL: [Noun; 14] = [
        Noun::Invoice,
        Noun::Subscription,
        Noun::Payment,
        Noun::Attempt,
        Noun::Refund,
        Noun::Dispute,
        Noun::PaymentMethod,
        Noun::Setup,
        Noun::WebhookEndpoint,
        Noun::Settlement,
        Noun::PayoutPlan,
        Noun::Payout,
        Noun::LoyaltyAccount,
        Noun::Redemption,
    ];

    /// The word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Noun::Payment => "payment",
            Noun::Invoice => "invoice",
            Noun::Subscription => "subscription",
            Noun::Attempt => "attempt",
            Noun::Refund => "refund",
            Noun::Dispute => "dispute",
            Noun::PaymentMethod => "payment_method",
            Noun::Setup => "setup",
            Noun::WebhookEndpoint => "webhook_endpoint",
            Noun::Settlement => "settlement",
            Noun::PayoutPlan => "payout_plan",
            Noun::Payout => "payout",
            Noun::LoyaltyAccount => "loyalty_account",
            Noun::Redemption => "redemption",
        }
    }

    /// Reads [`Noun::as_str`] back.
    pub(crate) fn parse(text: &str) -> Option<Noun> {
        Noun::ALL.into_iter().find(|noun| noun.as_str() == text)
    }
}

/// What one noun's change asks of others, in the same unit of work; `flows::reactions` does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// The card or account paid or was checked: it is its owner's from now on.
    Keep(Saving),
    /// It was not: its number is forgotten.
    GiveUp(PaymentMethodId),
    /// A payment of this link takes one of its places or gives it back.
    Place {
        /// The link.
        link: PaymentLinkId,
        /// What the payment had.
        from: Place,
        /// What it has.
        to: Place,
    },
    /// The simulated network takes this payment back, or asks about it.
    Dispute(PaymentId, Opening),
    /// A payment with discounts completed, ended or was refunded: its redemptions follow it.
    Redemptions(PaymentId),
    /// A payment that holds so much store credit of this customer's completed, or ended.
    Credit(PaymentId, CustomerId, CreditEnd),
    /// The merchant's balance has another line.
    Enter(Entry),
    /// Something became of the payment that is to bring what is due of an invoice.
    Invoice(InvoiceId, PaymentId),
    /// A payment brought money, and may bring points.
    Earned(PaymentId),
    /// A refund or a dispute took money of a payment back, and takes its points.
    TakenBack(PaymentId, Cause),
    /// It failed or was won: it gives them again.
    GivenAgain(PaymentId, Cause),
}

/// What becomes of the store credit that a payment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CreditEnd {
    /// The payment completed, and has used it.
    Spent(Money),
    /// It ended without money: the customer has it again.
    Released(Money),
}

/// What is said in the log, as a call that says it.
type Saying = Box<dyn FnOnce() + Send + Sync>;

/// What is done after a unit's commit: hints only, nothing that matters.
#[derive(Default)]
pub struct Afterwards {
    /// Deliveries to send.
    pub handovers: Vec<Handover>,
    /// What an acquirer is asked; its attempt is a row by now, and has a timer.
    pub(crate) sending: Option<Sending>,
    /// What the log is told.
    pub(crate) sayings: Vec<Saying>,
    /// Whether timers were written that go off before anybody looks.
    pub timers: bool,
}

impl<'a> Unit<'a> {
    /// A unit under this context.
    pub(crate) fn new(
        store: &'a mut UnitOfWork,
        context: Arc<AccountContext>,
        env: Env,
        settings: Arc<Settings>,
        process: Arc<str>,
    ) -> Unit<'a> {
        let wall = env.wall();
        Unit {
            store,
            context,
            wall,
            env,
            settings,
            process,
            idempotency_key: None,
            expand: None,
            audience: Audience::Merchant,
            books: None,
            unexplained: Unexplained::default(),
            handovers: Vec::new(),
            sending: None,
            sayings: Vec::new(),
            reactions: VecDeque::new(),
            guarded: false,
            timed: false,
            timers: false,
        }
    }

    /// The account's time.
    pub fn now(&self) -> Timestamp {
        self.context.clock.account_now(self.wall)
    }

    /// Which settlements are open and what collects them, as this unit's context has it and the unit itself has changed
    /// it. Whoever relies on it guards the context, and whoever changes it bumps that.
    pub(crate) fn books(&mut self) -> &mut Books {
        self.books.get_or_insert_with(|| self.context.books.clone())
    }

    /// Asks something of another noun, to be done before this unit is committed.
    pub(crate) fn react(&mut self, reaction: Reaction) {
        self.reactions.push_back(reaction);
    }

    /// The oldest reaction that is not done yet.
    pub(crate) fn next_reaction(&mut self) -> Option<Reaction> {
        self.reactions.pop_front()
    }

    /// Takes back what a decision did before it was refused; what it read stays checked.
    pub(crate) fn refuse(&mut self) {
        self.store.refuse();
        self.handovers.clear();
        self.reactions.clear();
        self.unexplained = Unexplained::default();
        self.sending = None;
        self.sayings.clear();
        (self.guarded, self.timed, self.timers) = (false, false, false);
    }

    /// What to do once it is committed.
    ///
    /// # Panics
    /// If the lines of the balance do not say what was moved on the merchant's accounts.
    pub(crate) fn afterwards(self) -> Afterwards {
        self.unexplained.assert_none();
        Afterwards { handovers: self.handovers, sending: self.sending, sayings: self.sayings, timers: self.timers }
    }

    /// Says something in the log once this unit is committed: a decision that is made again, or comes to nothing, says
    /// nothing.
    pub(crate) fn say(&mut self, saying: impl FnOnce() + Send + Sync + 'static) {
        self.sayings.push(Box::new(saying));
    }

    /// Asks an acquirer once this unit is committed: one question a unit.
    pub(crate) fn send(&mut self, ask: Ask) {
        assert!(self.sending.is_none(), "a unit asks an acquirer one thing");
        self.sending = Some(Sending { account: self.context.account.clone(), audience: self.audience, ask });
    }

    /// Whether the answer of a request depends on an acquirer's.
    pub(crate) fn awaits_outcome(&self) -> bool {
        self.sending.as_ref().is_some_and(Sending::answers_request)
    }

    /// Tells a witness what happens by this unit; without one nothing is made of it.
    pub(crate) fn note(&mut self, note: impl FnOnce() -> Note) {
        self.store.note(|| Box::new(note()));
    }

    /// Makes the unit stale if the account changed since its context was read.
    pub fn guard(&mut self) {
        if !self.guarded {
            self.guarded = true;
            self.store.expect(&COUNTERS, SELF, "context_version", self.context.version);
        }
    }

    /// Tells everybody else that the account's settings, endpoints, keys or clock are other than they were.
    pub fn bump_context(&mut self) {
        self.guard();
        self.store.add(&COUNTERS, SELF, "context_version", 1, None);
    }

    /// Records that something happened; `data` is the whole object as the API shows it now.
    pub fn emit(&mut self, kind: EventType, data: &str) {
        self.guard();
        let event = StoredEvent {
            id: EventId::from_bits(self.env.id_bits()),
            kind: kind.as_str().into(),
            api_version: self.context.api_version.as_str().into(),
            created_at: self.now(),
            data: data.into(),
        };
        let slot = self.store.number(&COUNTERS, SELF, "sequence");
        self.note(|| Note::Emitted { id: event.id.clone(), kind, slot, data: Arc::clone(&event.data) });
        self.store.insert(&EVENTS, event.id.as_str(), tables::event_values(&event, slot));
        let context = Arc::clone(&self.context);
        for (endpoint, filters) in &context.endpoints {
            if filters.iter().any(|filter| filter.matches(kind)) {
                self.deliver(endpoint, &event, slot);
            }
        }
    }

    /// Sends an event to one endpoint, whatever it is subscribed to.
    pub fn deliver(&mut self, endpoint: &WebhookEndpointId, event: &StoredEvent, slot: Slot) {
        let delivery = WebhookDeliveryId::from_bits(self.env.id_bits());
        let lease = self.wall.plus(HANDOVER_LEASE);
        let now = self.now();
        let values = tables::delivery_values(endpoint, event, now, lease, &self.process);
        self.store.insert(&DELIVERIES, delivery.as_str(), values);
        self.handovers.push(Handover {
            account: self.context.account.clone(),
            delivery,
            endpoint: endpoint.clone(),
            event: event.clone(),
            slot,
            created_at: now,
            leased_until: lease,
        });
    }

    /// Books transfers and brings the balances along.
    pub fn book(&mut self, source: &str, transfers: &[Transfer]) {
        self.unexplained.moved(transfers);
        for transfer in transfers {
            let id = TransferId::from_bits(self.env.id_bits());
            self.store.insert(&TRANSFERS, id.as_str(), tables::transfer_values(source, transfer, self.now()));
            self.weigh(transfer);
        }
    }

    /// Brings the balances along for a transfer of points: its row is the transaction of points, which says by its type
    /// between which accounts they move.
    pub(crate) fn weigh(&mut self, transfer: &Transfer) {
        for (ledger_account, unit, posted, pending) in transfer.deltas() {
            let key = ledger_account.balance_key(unit);
            for (column, delta) in [("posted", posted), ("pending", pending)] {
                if delta != 0 {
                    self.store.add(&BALANCES, &key, column, delta, None);
                }
            }
        }
    }

    /// Writes a line of the merchant's balance in the same commit; its transfers are booked beside it, and what it nets
    /// is what they give to the merchant.
    pub(crate) fn enter(&mut self, entry: Entry) {
        self.react(Reaction::Enter(entry));
    }

    /// A line of the balance is written: it is checked against what was booked, when the unit is complete.
    pub(crate) fn entered(&mut self, entry: &Entry) {
        self.unexplained.entered(entry);
    }

    /// Sets, moves or ends the timer of a row.
    pub(crate) fn timer(&mut self, noun: Noun, id: &str, before: Option<Timestamp>, after: Option<Timestamp>) {
        match after {
            _ if before == after => {}
            Some(due) => {
                self.guard();
                if !self.timed {
                    // A clock that sets out expects that nothing falls due on its way of which it does not know.
                    self.timed = true;
                    self.store.add(&COUNTERS, SELF, "timers", 1, None);
                }
                let wake = self.context.clock.wall_of(due);
                self.timers |= wake < self.wall.plus(TIMERS_POLLED);
                self.store.put(&JOBS, id, tables::job_values(noun, due, wake));
            }
            None => self.store.remove(&JOBS, id),
        }
    }
}
