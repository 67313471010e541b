//! Disputes with the payments whose money they take.

pub(crate) mod routes;

use std::collections::BTreeMap;

use vinr_core::disputes::{self as core, Command, Dispute, EvidenceField, Reason};
use vinr_core::ids::{DisputeId, PaymentId};

use crate::error::Result;
use crate::record::{Noun, Unit};
use crate::{disputes, payments};

/// Opens a dispute, as the network does.
///
/// # Errors
/// 404 for a payment that is not there, `payment_not_disputable`.
pub(super) async fn open(
    unit: &mut Unit<'_>,
    payment: &PaymentId,
    amount: Option<i64>,
    reason: Reason,
) -> Result<Dispute> {
    let mut payment = payments::load(unit, payment).await?;
    let fee = unit.context.settings.fees.dispute_fee(payment.amount.currency);
    let ask = core::Open { id: DisputeId::from_bits(unit.env.id_bits()), amount, reason };
    let (dispute, event) = core::open(ask, &payment, fee, unit.now())?;
    disputes::opened(unit, &dispute, &event);
    if let Some(command) = core::of_payment(&dispute, &event) {
        payments::change(unit, &mut payment, command)?;
    }
    super::clawback::hear_of_dispute(unit, &dispute, &event);
    Ok(dispute)
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

/// Sends the evidence to the bank, or gives in.
///
/// # Errors
/// 404, `dispute_not_answerable`.
async fn answer(unit: &mut Unit<'_>, id: &DisputeId, command: Command) -> Result<Dispute> {
    let dispute = disputes::store::load(unit, id).await?;
    tell(unit, dispute, command).await
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
    for event in core::decide(&dispute, command, unit.now())? {
        disputes::apply(unit, &mut dispute, &event);
        if let Some(command) = core::of_payment(&dispute, &event) {
            let mut payment = payments::load(unit, &dispute.payment_id).await?;
            payments::change(unit, &mut payment, command)?;
        }
        super::clawback::hear_of_dispute(unit, &dispute, &event);
    }
    Ok(dispute)
}
