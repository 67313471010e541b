//! Disputes with the payments whose money they take.

pub(crate) mod routes;

use std::collections::BTreeMap;

use vinr_core::attempts::Audience;
use vinr_core::disputes::{self as core, Command, Dispute, EvidenceField, Exposure, Opening, Reason};
use vinr_core::ids::{DisputeId, PaymentId, RefundId};
use vinr_core::metadata::Metadata;
use vinr_core::payments::{Payment, refundable};
use vinr_core::refunds as core_refunds;
use vinr_core::refusal::{Code, Refusal};

use super::refunds;
use crate::error::Result;
use crate::record::{Noun, Unit};
use crate::{disputes, payments};

/// What the network opens about a payment.
#[derive(Debug, Clone)]
struct Ask {
    amount: Option<i64>,
    reason: Reason,
    opening: Opening,
}

/// Opens a dispute or a warning of one, as the network does.
///
/// # Errors
/// 404 for a payment that is not there, `payment_not_disputable`.
async fn open(unit: &mut Unit<'_>, payment: &PaymentId, ask: Ask) -> Result<Dispute> {
    let Ask { amount, reason, opening } = ask;
    let mut payment = payments::load(unit, payment).await?;
    if opening == Opening::Warning
        && let Some(open) = disputes::store::open_warning(unit, &payment.id).await?
    {
        let message = format!("the network has warned of this payment already: {open} is open");
        return Err(Refusal::new(Code::PaymentNotDisputable, message).into());
    }
    let ask = core::Open { id: DisputeId::from_bits(unit.env.id_bits()), amount, reason, opening };
    let (dispute, event) = core::open(ask, &payment, exposure(unit, &payment), unit.now())?;
    disputes::opened(unit, &dispute, &event);
    match core::of_payment(&dispute, &event) {
        Some(command) => payments::change(unit, &mut payment, command)?,
        // Whoever gives the payment back meanwhile learns that there is a warning to close.
        None => payments::touch(unit, &payment),
    }
    super::clawback::hear_of_dispute(unit, &dispute, &event);
    Ok(dispute)
}

/// Opens what the simulated network opens about the payments of a card.
///
/// # Errors
/// As [`open`].
pub(super) async fn by_card(unit: &mut Unit<'_>, payment: &PaymentId, opening: Opening) -> Result<()> {
    let reason = match opening {
        Opening::Dispute => Reason::Fraudulent,
        Opening::Warning => Reason::Unrecognized,
    };
    open(unit, payment, Ask { amount: None, reason, opening }).await.map(drop)
}

/// Money of a payment was given back: when nothing is left, a warning about it has come to nothing.
///
/// # Errors
/// The store is away.
pub(super) async fn given_back(unit: &mut Unit<'_>, payment: &Payment) -> Result<()> {
    if refundable(payment) != Ok(0) {
        return Ok(());
    }
    let Some(warning) = disputes::store::open_warning(unit, &payment.id).await? else { return Ok(()) };
    let warning = disputes::store::load(unit, &warning).await?;
    tell(unit, warning, Command::Close).await.map(drop)
}

/// What a merchant notes.
struct Notes {
    evidence: BTreeMap<EvidenceField, Option<String>>,
    metadata: Vec<(String, Option<String>)>,
}

/// Notes evidence and metadata.
///
/// # Errors
/// 404, `dispute_not_answerable` for evidence that comes too late, metadata beyond its limits.
async fn update(unit: &mut Unit<'_>, id: &DisputeId, notes: &Notes) -> Result<Dispute> {
    let dispute = disputes::store::load(unit, id).await?;
    let metadata = dispute.metadata.clone().merged(notes.metadata.iter().cloned())?;
    tell(unit, dispute, Command::Update { evidence: notes.evidence.clone(), metadata }).await
}

/// Sends the evidence to the bank, or tells what the network does about a warning.
///
/// # Errors
/// 404, `dispute_not_answerable`.
async fn answer(unit: &mut Unit<'_>, id: &DisputeId, command: Command) -> Result<Dispute> {
    let dispute = disputes::store::load(unit, id).await?;
    tell(unit, dispute, command).await
}

/// Gives in. The money of a dispute is gone already; that of a warning is given back, and spares the fee.
///
/// # Errors
/// 404, `dispute_not_answerable`, and what a refund may be refused for.
async fn accept(unit: &mut Unit<'_>, id: &DisputeId) -> Result<Dispute> {
    let dispute = disputes::store::load(unit, id).await?;
    let payment = payments::load(unit, &dispute.payment_id).await?;
    let exposure = exposure(unit, &payment);
    // Who may not give in any more gives nothing back either.
    core::decide(&dispute, Command::Accept, exposure, unit.now())?;
    if let Some(amount) = core::given_in(&dispute, exposure) {
        // The request is answered with the dispute, and does not wait for whoever carries the refund out.
        unit.audience = Audience::Nobody;
        let reason = Some(why_given_back(dispute.reason));
        let id = RefundId::from_bits(unit.env.id_bits());
        let ask = core_refunds::Create { id, amount: Some(amount), reason, metadata: Metadata::new() };
        refunds::create(unit, &payment.id, ask, false).await?;
    }
    // If that was all that was left, the warning is closed by now.
    let dispute = disputes::store::load(unit, id).await?;
    if dispute.status == core::Status::WarningClosed {
        return Ok(dispute);
    }
    tell(unit, dispute, Command::Accept).await
}

/// What is said of a refund by which a merchant gives in.
fn why_given_back(reason: Reason) -> core_refunds::Reason {
    match reason {
        Reason::Fraudulent => core_refunds::Reason::Fraudulent,
        Reason::ProductNotReceived => core_refunds::Reason::ProductNotReceived,
        Reason::Duplicate => core_refunds::Reason::Duplicate,
        Reason::ProductUnacceptable
        | Reason::CreditNotProcessed
        | Reason::SubscriptionCancelled
        | Reason::Unrecognized
        | Reason::General => core_refunds::Reason::RequestedByCustomer,
    }
}

/// What a dispute could take of a payment now.
fn exposure(unit: &Unit<'_>, payment: &Payment) -> Exposure {
    Exposure::of(payment, unit.context.settings.fees.dispute_fee(payment.amount.currency))
}

/// What time does to a dispute when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &DisputeId) -> Result<()> {
    let dispute = disputes::store::load(unit, id).await?;
    match core::due(&dispute) {
        Some((at, command)) if at <= unit.now() => tell(unit, dispute, command).await.map(drop),
        later => {
            let fired = Some(unit.now());
            unit.timer(Noun::Dispute, id.as_str(), fired, later.map(|(at, _)| at));
            Ok(())
        }
    }
}

/// Brings a dispute and its payment along.
async fn tell(unit: &mut Unit<'_>, mut dispute: Dispute, command: Command) -> Result<Dispute> {
    let mut payment = payments::load(unit, &dispute.payment_id).await?;
    for event in core::decide(&dispute, command, exposure(unit, &payment), unit.now())? {
        disputes::apply(unit, &mut dispute, &event);
        if let Some(command) = core::of_payment(&dispute, &event) {
            payments::change(unit, &mut payment, command)?;
        }
        super::clawback::hear_of_dispute(unit, &dispute, &event);
    }
    Ok(dispute)
}
