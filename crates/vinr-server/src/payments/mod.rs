//! Payments: what a merchant, a buyer and time do to one. Rules are in `vinr_core::payments`; here they meet rows.

pub(crate) mod attempts;
pub(crate) mod store;
pub(crate) mod wire;

use std::sync::Arc;

use vinr_core::accounts::KybStatus;
use vinr_core::cards::{CardNumber, Expiry, TestCard};
use vinr_core::events::EventType;
use vinr_core::ids::{AttemptId, PaymentId, PaymentMethodId};
use vinr_core::keys::Environment;
use vinr_core::payments::{self as core, CardSummary, Command, Event, Method, Outcome, Payment, Presence};
use vinr_core::refusal::{Code, Refusal};

use crate::connectors::{Connector, sandbox};
use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};

/// A card to be charged once: shown as its summary, decided by the test card it is.
pub(crate) struct Card {
    method: Method,
    test_card: &'static TestCard,
}

/// Creates a payment and, with a card, confirms it in the same commit.
pub(crate) async fn create(
    unit: &mut Unit<'_>,
    ask: core::Create,
    chosen_id: bool,
    pays: Option<Card>,
) -> Result<Payment> {
    if chosen_id && store::find(unit, &ask.id).await?.is_some() {
        let message = format!("there is already a payment {}", ask.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    let presence = ask.presence;
    let (mut payment, created) = core::create(ask, unit.now())?;
    let mut log = Log::new(None);
    log.note(unit, &payment, &created);
    if let Some(card) = pays {
        charge(unit, &mut log, &mut payment, card, presence)?;
    }
    log.save(unit, &payment, chosen_id);
    Ok(payment)
}

/// Sends a waiting payment to the acquirer.
pub(crate) async fn confirm(unit: &mut Unit<'_>, id: &PaymentId, card: Card, presence: Presence) -> Result<Payment> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    charge(unit, &mut log, &mut payment, card, presence)?;
    log.save(unit, &payment, false);
    Ok(payment)
}

/// The buyer's answer to a 3DS challenge.
pub(crate) async fn authenticate(unit: &mut Unit<'_>, id: &PaymentId, passed: bool) -> Result<Payment> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    let command = if passed { Command::Authenticated } else { Command::AuthenticationFailed };
    log.apply(unit, &mut payment, command)?;
    let is_local = matches!(unit.settings.connector, Connector::Sandbox);
    if is_local && payment.status == core::Status::Processing {
        settle(unit, &mut log, &mut payment, sandbox::after_challenge())?;
    }
    log.save(unit, &payment, false);
    Ok(payment)
}

/// Takes what is held: at once in the simulated network, when the acquirer has answered otherwise.
pub(crate) async fn capture(unit: &mut Unit<'_>, id: &PaymentId, amount: Option<i64>) -> Result<Payment> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    log.apply(unit, &mut payment, Command::Capture { amount, attempt: attempt.clone() })?;
    if matches!(unit.settings.connector, Connector::Remote(_)) {
        attempts::capture(unit, &payment)?;
    } else {
        let context = Arc::clone(&unit.context);
        log.apply(unit, &mut payment, Command::Captured { attempt, fees: &context.settings.fees })?;
    }
    log.save(unit, &payment, false);
    Ok(payment)
}

/// Gives a payment up.
pub(crate) async fn cancel(unit: &mut Unit<'_>, id: &PaymentId) -> Result<Payment> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    let held = (payment.status == core::Status::Authorized).then_some(payment.amount_capturable);
    log.apply(unit, &mut payment, Command::Cancel)?;
    if let (Connector::Remote(_), Some(held), Some(parent)) = (&unit.settings.connector, held, payment.attempt.clone())
    {
        attempts::void(unit, &payment, &parent, held);
    }
    log.save(unit, &payment, false);
    Ok(payment)
}

/// What time does to a payment when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &PaymentId) -> Result<()> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    match core::due(&payment) {
        Some((at, command)) if at <= unit.now() => {
            log.apply(unit, &mut payment, command)?;
            log.save(unit, &payment, false);
            Ok(())
        }
        // It fired early, or for something that is over: the timer is set to what the row says now.
        later => {
            let fired = Some(unit.now());
            unit.timer(Noun::Payment, id.as_str(), fired, later.map(|(at, _)| at));
            Ok(())
        }
    }
}

/// The test card behind `pm_test_…`.
///
/// # Errors
/// 404 for a method this account does not have; 400 for a test token in live.
pub(crate) fn card_of_token(unit: &Unit<'_>, id: &PaymentMethodId) -> Result<Card> {
    let Some(test_card) = TestCard::by_token(id.as_str()) else {
        let message = format!("there is no payment method {id} in this account and environment");
        return Err(Refusal::new(Code::ResourceMissing, message).at("paymentMethodId").into());
    };
    if unit.settings.environment == Environment::Live {
        let message = "test cards do not work in live";
        return Err(Refusal::new(Code::TestCardInLive, message).at("paymentMethodId").into());
    }
    let card = summary(test_card, Expiry::default_at(unit.now()));
    Ok(Card { method: Method { id: Some(id.clone()), card }, test_card })
}

/// The card a buyer typed; its number is forgotten here.
///
/// # Errors
/// Not a number, expired, or not one of the sandbox's cards.
pub(crate) fn card_of_number(unit: &Unit<'_>, typed: &wire::TypedCard) -> Result<Card> {
    let number = CardNumber::parse(&typed.number)?;
    let Some(test_card) = number.test_card() else {
        let message = "the sandbox takes its own test cards only, such as 4242 4242 4242 4242";
        return Err(Refusal::new(Code::TestCardRequired, message).at("number").into());
    };
    let expiry = match (typed.exp_month, typed.exp_year) {
        (Some(month), Some(year)) => Expiry::parse(month, year, unit.now())?,
        _ => Expiry::default_at(unit.now()),
    };
    Ok(Card { method: Method { id: None, card: summary(test_card, expiry) }, test_card })
}

/// Where the pages of this unit's account are.
pub(crate) fn pages<'a>(unit: &'a Unit<'_>) -> wire::Pages<'a> {
    wire::Pages { public_url: &unit.settings.public_url, account: &unit.context.account }
}

fn summary(card: &TestCard, expiry: Expiry) -> CardSummary {
    CardSummary { brand: card.brand, last4: card.last4().to_owned(), expiry }
}

/// Confirms; the simulated network answers in the same unit, an acquirer elsewhere after its commit.
fn charge(unit: &mut Unit<'_>, log: &mut Log, payment: &mut Payment, card: Card, presence: Presence) -> Result<()> {
    if unit.settings.environment == Environment::Live && unit.context.settings.kyb != KybStatus::Verified {
        let message = "this business is not verified yet; live charges need that";
        return Err(Refusal::new(Code::KybRequired, message).into());
    }
    let connector = unit.settings.connector.clone();
    if matches!(connector, Connector::Unconfigured) {
        let message = "no acquirer is configured for this account; charges cannot be made";
        return Err(Refusal::new(Code::AcquirerNotConfigured, message).into());
    }
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    log.apply(unit, payment, Command::Confirm { method: card.method, presence, attempt: attempt.clone() })?;
    if matches!(connector, Connector::Remote(_)) {
        attempts::authorize(unit, payment, attempt, card.test_card.token);
        return Ok(());
    }
    settle(unit, log, payment, sandbox::authorize(card.test_card, presence))
}

fn settle(unit: &mut Unit<'_>, log: &mut Log, payment: &mut Payment, outcome: Outcome) -> Result<()> {
    let context = Arc::clone(&unit.context);
    let attempt =
        payment.attempt.clone().ok_or_else(|| ApiError::internal("a payment with the acquirer has an attempt"))?;
    log.apply(unit, payment, Command::Settle { attempt, outcome, fees: &context.settings.fees })
}

/// What happens to one payment in one unit, until it is saved.
struct Log {
    due_before: Option<vinr_core::time::Timestamp>,
    is_new: bool,
    /// An event that is told only if nothing follows it: the acquirer answered before anybody could see it.
    passing: Option<(EventType, String)>,
}

impl Log {
    fn new(before: Option<&Payment>) -> Log {
        Log { due_before: before.and_then(core::due).map(|(at, _)| at), is_new: before.is_none(), passing: None }
    }

    /// Decides a command and applies what comes of it: state, money, events.
    fn apply(&mut self, unit: &mut Unit<'_>, payment: &mut Payment, command: Command<'_>) -> Result<()> {
        let now = unit.now();
        for event in core::decide(payment, command, now)? {
            unit.book(payment.id.as_str(), &core::transfers(payment, &event));
            core::evolve(payment, &event, now);
            self.note(unit, payment, &event);
        }
        Ok(())
    }

    fn note(&mut self, unit: &mut Unit<'_>, payment: &Payment, event: &Event) {
        let Some(kind) = event_type(event) else { return };
        let data = wire::data(payment, pages(unit));
        self.passing = None;
        if kind == EventType::PaymentProcessing {
            self.passing = Some((kind, data));
        } else {
            unit.emit(kind, &data);
        }
    }

    fn save(self, unit: &mut Unit<'_>, payment: &Payment, contested: bool) {
        if let Some((kind, data)) = self.passing {
            unit.emit(kind, &data);
        }
        let due = core::due(payment).map(|(at, _)| at);
        unit.timer(Noun::Payment, payment.id.as_str(), self.due_before, due);
        store::save(unit, payment, self.is_new, contested);
    }
}

fn event_type(event: &Event) -> Option<EventType> {
    match event {
        Event::Created => Some(EventType::PaymentCreated),
        Event::Submitted { .. } | Event::AuthenticationPassed => Some(EventType::PaymentProcessing),
        Event::AuthenticationRequired { .. } => Some(EventType::PaymentRequiresAuthentication),
        Event::ActionRequired => Some(EventType::PaymentRequiresAction),
        Event::Authorized { .. } => Some(EventType::PaymentAuthorized),
        Event::Completed { .. } => Some(EventType::PaymentCompleted),
        Event::Failed(_) => Some(EventType::PaymentFailed),
        Event::Cancelled => Some(EventType::PaymentCancelled),
        Event::Expired => Some(EventType::PaymentExpired),
        Event::CaptureRequested(_) | Event::CaptureRefused => None,
    }
}
