//! Payments: what a merchant, a buyer and time do to one. Rules are in `vinr_core::payments`; here they meet rows.

pub(crate) mod attempts;
pub(crate) mod ideal;
mod reactions;
pub(crate) mod sessions;
pub(crate) mod store;
pub(crate) mod wire;

use std::sync::Arc;

use vinr_core::awards::Award;
use vinr_core::events::EventType;
use vinr_core::ids::{AttemptId, PaymentId, PaymentMethodId};
use vinr_core::mandates::Mandate;
use vinr_core::money::Money;
use vinr_core::payment_methods::Saving;
use vinr_core::payments::{self as core, Command, Event, Instrument, Method, Outcome, Payment, Presence};
use vinr_core::refusal::{Code, Refusal};

use crate::bank_accounts::BankAccount;
use crate::cards::Card;
use crate::connectors::{Connector, sandbox};
use crate::error::{ApiError, Result};
use crate::http::shapes::Pages;
use crate::record::{Noun, Reaction, Unit};
use crate::witness::Note;

/// What is to be charged.
pub(crate) struct Charge {
    /// The card or account.
    pub(crate) pays: Pays,
    /// The saved method or token that it is.
    pub(crate) method: Option<PaymentMethodId>,
    /// Where it is kept if it pays.
    pub(crate) saving: Option<Saving>,
}

/// What can be charged.
pub(crate) enum Pays {
    /// A card.
    Card(Card),
    /// An account, under a mandate.
    Account(BankAccount, Mandate),
}

/// Creates a payment and, with something that pays, confirms it in the same commit. What discounts and store credit leave
/// nothing of is not charged.
pub(crate) async fn create(
    unit: &mut Unit<'_>,
    ask: core::Create,
    chosen_id: bool,
    pays: Option<Charge>,
) -> Result<Payment> {
    if chosen_id && store::find(unit, &ask.id).await?.is_some() {
        let message = format!("there is already a payment {}", ask.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    let presence = ask.presence;
    let (mut payment, created) = core::create(ask, unit.now())?;
    unit.note(|| Note::PaymentCreated(Box::new(payment.clone())));
    let mut log = Log::new(None);
    log.note(unit, &payment, &created);
    if let Some(command) = core::unless_charged(&payment) {
        log.apply(unit, &mut payment, command)?;
    } else if let Some(pays) = pays {
        charge(unit, &mut log, &mut payment, pays, presence)?;
    }
    log.save(unit, &payment, chosen_id);
    Ok(payment)
}

/// A payment that a decision depends on, if there is such a one.
pub(crate) async fn find(unit: &mut Unit<'_>, id: &PaymentId) -> Result<Option<Payment>> {
    store::find(unit, id).await
}

/// A payment that waits to be charged, with what its payer was shown, if that is known.
///
/// # Errors
/// 404, `payment_not_confirmable`, `amount_mismatch`.
pub(crate) async fn open(unit: &mut Unit<'_>, id: &PaymentId, quoted: Option<i64>) -> Result<Payment> {
    let payment = store::load(unit, id).await?;
    core::confirm_gate(&payment, unit.now())?;
    quoted.map(|quoted| core::check_quote(&payment, quoted)).transpose()?;
    Ok(payment)
}

/// Sends a waiting payment to the acquirer.
pub(crate) fn confirm(unit: &mut Unit<'_>, mut payment: Payment, pays: Charge, presence: Presence) -> Result<Payment> {
    let mut log = Log::new(Some(&payment));
    charge(unit, &mut log, &mut payment, pays, presence)?;
    log.save(unit, &payment, false);
    Ok(payment)
}

/// The buyer's answer to a 3DS challenge.
///
/// # Errors
/// `payment_not_authenticatable`.
pub(crate) fn authenticate(unit: &mut Unit<'_>, mut payment: Payment, passed: bool) -> Result<Payment> {
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
    match &unit.settings.connector {
        Connector::Remote(_) => attempts::capture(unit, &payment)?,
        Connector::Sandbox => {
            let context = Arc::clone(&unit.context);
            let funds = sandbox::capture(&payment);
            log.apply(unit, &mut payment, Command::Captured { attempt, funds, fees: &context.settings.fees })?;
        }
        Connector::Unconfigured => return Err(unreachable_hold()),
    }
    log.save(unit, &payment, false);
    Ok(payment)
}

/// Gives a payment up.
pub(crate) async fn cancel(unit: &mut Unit<'_>, id: &PaymentId) -> Result<Payment> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    let is_held = payment.status == core::Status::Authorized;
    end(unit, &mut log, &mut payment, Command::Cancel)?;
    if is_held && matches!(unit.settings.connector, Connector::Unconfigured) {
        return Err(unreachable_hold());
    }
    log.save(unit, &payment, false);
    Ok(payment)
}

/// Ends a payment by a command, and has an acquirer that holds money for it release that.
fn end(unit: &mut Unit<'_>, log: &mut Log, payment: &mut Payment, command: Command<'_>) -> Result<()> {
    let held = (payment.status == core::Status::Authorized).then_some(payment.amount_capturable);
    log.apply(unit, payment, command)?;
    let ended = held.filter(|_| payment.status != core::Status::Authorized);
    if let (Some(held), Some(parent)) = (ended, payment.attempt.clone()) {
        match &unit.settings.connector {
            Connector::Remote(_) => attempts::void(unit, payment, &parent, held),
            Connector::Sandbox | Connector::Unconfigured => {}
        }
    }
    Ok(())
}

/// Whoever holds the money cannot be asked.
fn unreachable_hold() -> ApiError {
    let message = "no acquirer is configured for this account; what is held can be neither taken nor released";
    Refusal::new(Code::AcquirerNotConfigured, message).into()
}

/// What time does to a payment when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &PaymentId) -> Result<()> {
    let mut payment = store::load(unit, id).await?;
    let mut log = Log::new(Some(&payment));
    match core::due(&payment) {
        Some((at, Command::Clear)) if at <= unit.now() => {
            let outcome = sandbox::cleared(payment.method.as_ref());
            settle(unit, &mut log, &mut payment, outcome)?;
            log.save(unit, &payment, false);
            Ok(())
        }
        Some((at, command)) if at <= unit.now() => {
            end(unit, &mut log, &mut payment, command)?;
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

/// A payment that a decision of another noun depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &PaymentId) -> Result<Payment> {
    store::load(unit, id).await
}

/// Does to a payment what another noun's change means to it.
///
/// # Errors
/// What the payment refuses.
pub(crate) fn change(unit: &mut Unit<'_>, payment: &mut Payment, command: Command<'_>) -> Result<()> {
    let mut log = Log::new(Some(payment));
    log.apply(unit, payment, command)?;
    log.save(unit, payment, false);
    Ok(())
}

/// Writes a payment's row although nothing in it changed: its version guards what else is about the payment, and whoever
/// decides about that is in the way of everybody else who does.
pub(crate) fn touch(unit: &mut Unit<'_>, payment: &Payment) {
    store::save(unit, payment, false, false);
}

/// Stages what a payment has earned in a program, or that some of it was taken or given again.
pub(crate) fn set_award(unit: &mut Unit<'_>, payment: &mut Payment, award: Award) {
    match payment.awards.iter_mut().find(|one| one.program_id == award.program_id) {
        Some(one) => *one = award,
        None => payment.awards.push(award),
    }
    touch(unit, payment);
}

/// Where the pages of this unit's account are.
pub(crate) fn pages<'a>(unit: &'a Unit<'_>) -> Pages<'a> {
    Pages { public_url: &unit.settings.public_url, account: &unit.context.account }
}

/// Whether this account can charge cards; asked before a card that was typed is looked at.
///
/// # Errors
/// `kyb_required`, `acquirer_not_configured`.
pub(crate) fn check_acquiring(unit: &Unit<'_>) -> Result<()> {
    Ok(unit.settings.connector.check(unit.settings.environment, unit.context.settings.kyb)?)
}

/// Whether a bank may pay this payment, if it may be paid now.
///
/// # Errors
/// `parameter_invalid` for a payment that is not for banks; [`check_acquiring`].
pub(crate) fn check_bank(unit: &Unit<'_>, payment: &Payment) -> Result<()> {
    core::bank_gate(payment)?;
    check_acquiring(unit)?;
    if matches!(unit.settings.connector, Connector::Sandbox) {
        return Ok(());
    }
    let message = "no acquirer is configured for this account that reaches banks";
    Err(Refusal::new(Code::AcquirerNotConfigured, message).into())
}

/// Whether something that pays can be charged for an amount, before a payment is made of it.
///
/// # Errors
/// `kyb_required`, `acquirer_not_configured`; `parameter_invalid` for an account and an amount that is not for banks.
pub(crate) fn check_pays(unit: &Unit<'_>, pays: &Pays, amount: Money) -> Result<()> {
    check_acquiring(unit)?;
    match pays {
        Pays::Card(_) => Ok(()),
        Pays::Account(..) if amount.currency == vinr_core::money::Currency::EUR => match unit.settings.connector {
            Connector::Sandbox => Ok(()),
            Connector::Remote(_) | Connector::Unconfigured => {
                let message = "no acquirer is configured for this account that reaches banks";
                Err(Refusal::new(Code::AcquirerNotConfigured, message).into())
            }
        },
        Pays::Account(..) => Err(Refusal::new(Code::ParameterInvalid, "banks pay euros").at("method").into()),
    }
}

/// Whether banks are offered for a payment.
pub(crate) fn offers_banks(connector: &Connector, payment: &Payment) -> bool {
    matches!(connector, Connector::Sandbox) && core::takes_bank(payment)
}

/// Confirms; the simulated network answers in the same unit, an acquirer elsewhere after its commit. A bank takes a
/// debit and says after business days whether the money comes, whether the buyer is there or not.
fn charge(unit: &mut Unit<'_>, log: &mut Log, payment: &mut Payment, charge: Charge, presence: Presence) -> Result<()> {
    let Charge { pays, method: id, saving } = charge;
    let instrument = match &pays {
        Pays::Card(card) => {
            check_acquiring(unit)?;
            Instrument::Card(card.summary.clone())
        }
        Pays::Account(account, mandate) => {
            let is_saved = id.is_some();
            check_bank(unit, payment).map_err(|error| if is_saved { error.about("paymentMethodId") } else { error })?;
            Instrument::SepaDebit(account.debited(mandate))
        }
    };
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    let method = Method { id, instrument };
    log.apply(unit, payment, Command::Confirm { method, presence, attempt: attempt.clone(), saving })?;
    let outcome = match (pays, unit.settings.connector.clone()) {
        (Pays::Card(card), Connector::Remote(_)) => {
            attempts::authorize(unit, payment, attempt, card.simulated.token);
            return Ok(());
        }
        (Pays::Card(card), Connector::Sandbox | Connector::Unconfigured) => {
            sandbox::authorize(card.simulated, presence)
        }
        (Pays::Account(account, _), Connector::Sandbox | Connector::Remote(_) | Connector::Unconfigured) => {
            sandbox::debit(account.simulated, unit.now(), &unit.context.settings.time_zone)
        }
    };
    settle(unit, log, payment, outcome)
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
            if let Some(entry) = core::entry(payment, &event) {
                unit.enter(entry);
            }
            if let Some(reaction) = reactions::keeps(payment, &event) {
                unit.react(reaction);
            }
            let (before, credit) = (payment.status, payment.credit_applied);
            core::evolve(payment, &event, now);
            if let Some(reaction) = reactions::uses_credit(payment, credit, &event) {
                unit.react(reaction);
            }
            if let Some(reaction) = reactions::takes_place(payment, before) {
                unit.react(reaction);
            }
            if let Some(reaction) = reactions::carries(payment, &event) {
                unit.react(reaction);
            }
            unit.note(|| Note::Payment { id: payment.id.clone(), event: event.clone(), at: now });
            self.note(unit, payment, &event);
            if let Some(reaction) = reactions::pays_invoice(payment, &event) {
                unit.react(reaction);
            }
            if matches!(event, Event::Completed { .. }) && reactions::may_earn(unit, payment) {
                unit.react(Reaction::Earned(payment.id.clone()));
            }
            let is_local = matches!(unit.settings.connector, Connector::Sandbox);
            if is_local
                && matches!(event, Event::Completed { .. })
                && let Some(opening) = sandbox::disputes(payment)
            {
                unit.react(Reaction::Dispute(payment.id.clone(), opening));
            }
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
        // It is held as it was; `failure` says why it was not captured.
        Event::Authorized { .. } | Event::CaptureRefused(_) => Some(EventType::PaymentAuthorized),
        Event::Completed { .. } => Some(EventType::PaymentCompleted),
        Event::Failed(_) => Some(EventType::PaymentFailed),
        Event::Cancelled => Some(EventType::PaymentCancelled),
        Event::Expired => Some(EventType::PaymentExpired),
        Event::Refunded(_) => Some(EventType::PaymentRefunded),
        // What follows is told by the refund's, the dispute's or the redemption's own events.
        Event::CaptureRequested(_)
        | Event::Clearing { .. }
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_) => None,
    }
}
