//! Movements of points: the one way in which they change, and the account of it.

pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::calendar::Month;
use vinr_core::events::EventType;
use vinr_core::ids::{LoyaltyAccountId, PointsTransactionId};
use vinr_core::loyalty_accounts as core;
use vinr_core::points::{self, Kind, Movement, Source, Transaction};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use super::{Member, tiers};
use crate::error::Result;
use crate::record::Unit;
use crate::witness::Note;

/// Why points move.
#[derive(Debug, Clone, Default)]
pub(crate) struct Because {
    /// Where it comes from.
    pub(crate) source: Source,
    /// What the merchant says about it.
    pub(crate) reason: Option<String>,
    /// When points that are given lapse.
    pub(crate) expires_at: Option<Timestamp>,
    /// What was to be taken back besides, and was let go of.
    pub(crate) waived: i64,
    /// Whether it is the first one of an award, which its payment names.
    pub(crate) is_named: bool,
    /// The month in which the award counts that is taken back, or given again; what is earned counts now.
    pub(crate) month: Option<Month>,
}

/// Moves points: the member, their lots, what counts towards their tier, the ledger, the transaction that tells of it, and
/// the event where there is one. Whoever moves what counts settles the tier when it is all done.
pub(crate) fn apply(unit: &mut Unit<'_>, member: &mut Member, movement: Movement, because: Because) -> Transaction {
    let Because { source, reason, expires_at, waived, is_named, month } = because;
    let month = tiers::month_of(unit, &member.account, movement.kind, month);
    core::evolve(&mut member.account, &movement);
    for slice in &movement.slices {
        super::store::add(unit, &member.account.id, slice);
    }
    tiers::count_points(unit, &member.account.id, month, &movement);
    let transaction = Transaction {
        id: PointsTransactionId::from_bits(unit.env.id_bits()),
        account: member.account.id.clone(),
        customer_id: member.account.customer_id.clone(),
        program_id: member.account.program_id.clone(),
        movement,
        source,
        waived,
        balance_after: member.account.balance,
        reason,
        expires_at,
        month,
        created_at: unit.now(),
    };
    if let Some(transfer) = points::transfers(&transaction.program_id, &transaction.movement) {
        unit.weigh(&transfer);
    }
    store::insert(unit, &transaction, is_named);
    unit.note(|| Note::PointsMoved(Box::new(transaction.clone())));
    if transaction.movement.kind == Kind::Earn && transaction.movement.points > 0 {
        unit.emit(EventType::LoyaltyPointsEarned, &wire::data(&transaction));
    }
    super::save(unit, member);
    transaction
}

/// Corrects a member's balance by hand.
///
/// # Errors
/// 404; `insufficient_points` for more than there is; `loyalty_account_closed`; nothing to correct.
async fn adjust(
    unit: &mut Unit<'_>,
    id: &LoyaltyAccountId,
    points: i64,
    reason: Option<String>,
) -> Result<Transaction> {
    let mut member = super::load(unit, id).await.map_err(|error| error.about("accountId"))?;
    if points == 0 {
        let message = "expected a number of points other than 0: what is given, or taken if negative";
        return Err(Refusal::new(Code::ParameterInvalid, message).at("amount").into());
    }
    unit.guard();
    let program = unit.context.loyalty.program(&member.account.program_id)?;
    let expires_at = program.expiry(unit.now(), &unit.context.settings.time_zone).filter(|_| points > 0);
    let movement = if points < 0 {
        let lots = super::lots(unit, &member.account).await?;
        core::adjust_down(&member.account, &lots, points.saturating_neg())
    } else {
        core::adjust_up(&member.account, points, expires_at)
    };
    let movement = movement.map_err(|refusal| refusal.at("amount"))?;
    Ok(apply(unit, &mut member, movement, Because { reason, expires_at, ..Because::default() }))
}
