//! The tiers of members: what counts towards them, by months, and what that makes. Rules are in `vinr_core::tiers`; here
//! they meet rows. Whoever changes what counts changes the member's row as well, so a sum of months rests on that.

mod store;

use std::sync::Arc;

use vinr_core::calendar::Month;
use vinr_core::events::EventType;
use vinr_core::ids::{LoyaltyAccountId, PaymentId, PointsTransactionId};
use vinr_core::loyalty_accounts as core;
use vinr_core::money::Money;
use vinr_core::points::{Kind, Movement};
use vinr_core::programs::Program;
use vinr_core::tiers::{Tier, TierConfig, parts};

use super::{Member, points, save, wire};
use crate::error::Result;
use crate::record::Unit;
use crate::witness::Note;

use self::store::Spend;

/// The tier that a member is in at this moment, before anything more of theirs counts; nothing where the program has no
/// tiers.
pub(crate) async fn current(unit: &mut Unit<'_>, member: &mut Member) -> Result<Option<Tier>> {
    settle(unit, member).await?;
    let context = Arc::clone(&unit.context);
    let tiers = context.loyalty.program(&member.account.program_id)?.tiers.as_ref();
    Ok(tiers.map(|config| config.shown(member.account.tier.as_deref()).clone()))
}

/// Puts a member into the tier that they are in now, and tells of it if it is another one than before.
pub(crate) async fn settle(unit: &mut Unit<'_>, member: &mut Member) -> Result<()> {
    let context = Arc::clone(&unit.context);
    let before = (member.account.tier.clone(), member.account.tier_until);
    let Some(config) = &context.loyalty.program(&member.account.program_id)?.tiers else {
        member.account.tier_until = None;
        if before.1.is_some() {
            save(unit, member);
        }
        return Ok(());
    };
    // Who is lifted by tiers that have just been changed would be told of one that there is not.
    unit.guard();
    let change = counted(unit, member, config).await?;
    if (&member.account.tier, member.account.tier_until) != (&before.0, before.1) {
        save(unit, member);
    }
    if let Some(tier) = member.account.tier.as_ref().filter(|_| member.account.tier != before.0) {
        let (id, tier, at) = (&member.account.id, tier, unit.now());
        unit.note(|| Note::TierSettled { id: id.clone(), tier: tier.clone(), at });
    }
    if let Some(change) = change {
        unit.emit(EventType::LoyaltyTierChanged, &wire::tier_changed(&member.account, &context.loyalty, &change));
    }
    Ok(())
}

async fn counted(unit: &mut Unit<'_>, member: &mut Member, config: &TierConfig) -> Result<Option<core::TierChange>> {
    let context = Arc::clone(&unit.context);
    let zone = &context.settings.time_zone;
    let month = Month::of(unit.now(), zone);
    let counts = store::counts(unit, &member.account.id, config.first_month(month), month).await?;
    Ok(core::settle(&mut member.account, config, &counts, month, zone))
}

/// The month in which a movement counts; `award` is that of the one which is taken back, or given again.
pub(super) fn month_of(
    unit: &Unit<'_>,
    account: &core::LoyaltyAccount,
    kind: Kind,
    award: Option<Month>,
) -> Option<Month> {
    match kind {
        Kind::Earn => {
            let program = unit.context.loyalty.program(&account.program_id).ok();
            let counts = program.is_some_and(|program| program.counts);
            counts.then(|| Month::of(unit.now(), &unit.context.settings.time_zone))
        }
        Kind::Clawback | Kind::ClawbackReversal => award,
        Kind::Redeem | Kind::Release | Kind::Adjust | Kind::Expire => None,
    }
}

/// Counts the points of a movement in a month.
pub(super) fn count_points(unit: &mut Unit<'_>, id: &LoyaltyAccountId, month: Option<Month>, movement: &Movement) {
    if let Some(month) = month
        && movement.points != 0
    {
        store::add(unit, id, month, "points", movement.points);
    }
}

/// The month in which an award counts, by the first transaction that gave it.
pub(crate) async fn month_of_award(
    unit: &mut Unit<'_>,
    program: &Program,
    first: &PointsTransactionId,
) -> Result<Option<Month>> {
    if !program.counts {
        return Ok(None);
    }
    Ok(points::store::load(unit, first).await?.month)
}

/// Counts what a completed payment brought as its member's spend.
pub(crate) fn count_spend(
    unit: &mut Unit<'_>,
    member: &mut Member,
    program: &Program,
    payment: &PaymentId,
    paid: Money,
) {
    if !program.counts || !program.is_active || paid.amount == 0 {
        return;
    }
    let month = Month::of(unit.now(), &unit.context.settings.time_zone);
    let spend = Spend { account: member.account.id.clone(), month, spent: parts(paid), gone: 0 };
    store::insert(unit, payment, &program.id, &spend);
    count(unit, payment, &spend, spend.spent);
    save(unit, member);
}

/// What of a payment went back, all in all, lowers the month in which it counts; what came again raises it.
pub(crate) async fn spend_follows(
    unit: &mut Unit<'_>,
    program: &Program,
    payment: &PaymentId,
    gone: Money,
) -> Result<()> {
    if !program.counts {
        return Ok(());
    }
    let Some(spend) = store::find(unit, payment, &program.id).await? else { return Ok(()) };
    let gone = parts(gone);
    if gone == spend.gone {
        return Ok(());
    }
    let mut member = super::load(unit, &spend.account).await?;
    count(unit, payment, &spend, spend.gone.saturating_sub(gone));
    store::update(unit, payment, &program.id, &Spend { gone, ..spend });
    save(unit, &mut member);
    settle(unit, &mut member).await
}

/// Adds to what a member spent in the month of a payment.
fn count(unit: &mut Unit<'_>, payment: &PaymentId, spend: &Spend, more: i64) {
    store::add(unit, &spend.account, spend.month, "spend", more);
    let (id, month, at) = (&spend.account, spend.month, unit.now());
    unit.note(|| Note::Spent { id: id.clone(), payment: payment.clone(), month, more, at });
}
