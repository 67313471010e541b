//! Redemptions with whose points they take, the reward they are for, and the payment they reduce (spec/engagement.md,
//! Rewards and redemptions). The member's row is in the way of every redemption of theirs, so no point is spent twice; the
//! redemption's own row is in the way of its payment's completion and of its release, so one of the two wins.
//!
//! A payment that carries a redemption and is on its way to the acquirer, or holds money, holds it. What ends that does not
//! wait for the redemption's timer: the payment says so, and [`follow`] looks what it means.

pub(crate) mod routes;

use vinr_core::ids::{CustomerId, LoyaltyAccountId, PaymentId, RedemptionId, RewardId};
use vinr_core::loyalty_accounts::{self as members, take_again};
use vinr_core::payments::{self as payments_core, Discount, LOYALTY_ACCOUNT, Payment, Status};
use vinr_core::points::Source;
use vinr_core::redemptions::{self as core, Command, Event, Hold, Redemption, hold, not_usable};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::rewards as rewards_core;

use super::credit;
use crate::error::Result;
use crate::loyalty_accounts::points::{self, Because};
use crate::loyalty_accounts::{Member, tiers};
use crate::record::Unit;
use crate::{loyalty_accounts, payments, redemptions, rewards};

/// Letters and digits of a code that are not mistaken for one another.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Characters of a code: 50 bits.
const CODE_LENGTH: usize = 10;

/// Exchanges a member's points for a reward; what is store credit is given in the same commit.
///
/// # Errors
/// 404 for a member or reward that is not there; `reward_unavailable`; `tier_required`; `insufficient_points`, `loyalty_account_closed`;
/// `resource_exists`.
async fn create(
    unit: &mut Unit<'_>,
    account: &LoyaltyAccountId,
    reward: &RewardId,
    chosen: Option<&RedemptionId>,
) -> Result<Redemption> {
    let mut member = loyalty_accounts::load(unit, account).await.map_err(|error| error.about("accountId"))?;
    let mut reward = rewards::load(unit, reward).await.map_err(|error| error.about("rewardId"))?;
    if reward.program_id != member.account.program_id {
        let message = format!("points of {} do not buy it; it is of {}", member.account.program_id, reward.program_id);
        return Err(Refusal::new(Code::RewardUnavailable, message).at("rewardId").into());
    }
    credit::check_grant(&reward, member.account.customer_id.as_ref())?;
    if reward.tier.is_some() {
        let tier = tiers::current(unit, &mut member).await?;
        let program = unit.context.loyalty.program(&reward.program_id)?;
        rewards_core::check_tier(&reward, program.tiers.as_ref(), tier.as_ref())?;
    }
    rewards::take(unit, &mut reward)?;
    let lots = loyalty_accounts::lots(unit, &member.account).await?;
    let movement = members::redeem(&member.account, &lots, reward.cost)?;
    let ask = core::Create {
        id: chosen.cloned().unwrap_or_else(|| RedemptionId::from_bits(unit.env.id_bits())),
        code: code(unit.env.entropy.u128()),
    };
    let whose = (member.account.id.clone(), member.account.customer_id.clone());
    let redemption = core::create(ask, &reward, whose, movement.slices.clone(), unit.now());
    if core::due(&redemption).is_some() {
        members::expect_back(&mut member.account, redemption.points);
    }
    points::apply(unit, &mut member, movement, because(&redemption));
    redemptions::issue(unit, &redemption, chosen.is_some()).await?;
    credit::grant(unit, &redemption).await?;
    Ok(redemption)
}

/// What the member shows for what is no discount.
fn code(mut bits: u128) -> String {
    let mut character = || {
        let index = usize::try_from(bits % 32).expect("a small number");
        bits /= 32;
        char::from(CODE_ALPHABET[index])
    };
    (0..CODE_LENGTH).map(|_| character()).collect()
}

/// Takes redemptions off a payment that is being created: each once, and only those of whoever pays.
///
/// # Errors
/// `redemption_not_usable` with the reason; 404 for one that is not there.
pub(super) async fn attach(
    unit: &mut Unit<'_>,
    ask: &payments_core::Create,
    payer: Option<&CustomerId>,
    ids: &[RedemptionId],
) -> Result<Vec<Discount>> {
    let mut left = ask.amount.amount;
    let mut discounts: Vec<Discount> = Vec::with_capacity(ids.len());
    for id in ids {
        if discounts.iter().any(|discount| discount.redemption == *id) {
            return Err(not_usable("it is named twice").into());
        }
        let mut redemption = redemptions::load(unit, id).await.map_err(|error| error.about("redemptions"))?;
        let is_theirs = match payer {
            Some(payer) => redemption.customer_id.as_ref() == Some(payer),
            None => ask.metadata.get(LOYALTY_ACCOUNT) == Some(redemption.account.as_str()),
        };
        if !is_theirs {
            return Err(not_usable("it is not the payer's: the payment names another member, or none").into());
        }
        let attach = Command::Attach { payment: ask.id.clone(), amount: ask.amount, left };
        if let Some(Event::Attached { discount, .. }) = redemptions::tell(unit, &mut redemption, attach, Hold::Free)? {
            left -= discount.amount;
            discounts.push(Discount { redemption: redemption.id, amount: discount.amount });
        }
    }
    Ok(discounts)
}

/// What became of a payment is what becomes of the redemptions that it carries.
pub(super) async fn follow(unit: &mut Unit<'_>, id: &PaymentId) -> Result<()> {
    let mut payment = payments::load(unit, id).await?;
    for discount in payment.discounts.clone() {
        let mut redemption = redemptions::load(unit, &discount.redemption).await?;
        match payment.status {
            Status::Completed => completed(unit, redemption, &payment).await?,
            Status::Failed | Status::Cancelled | Status::Expired => {
                time_out(unit, &mut redemption, Some(&mut payment)).await?;
            }
            // It waits for its buyer as before, or is held.
            Status::Pending
            | Status::Processing
            | Status::RequiresAuthentication
            | Status::RequiresAction
            | Status::Authorized => {}
        }
    }
    Ok(())
}

/// A redemption of a completed payment is used, unless all that was paid went back: then its points do too.
async fn completed(unit: &mut Unit<'_>, mut redemption: Redemption, payment: &Payment) -> Result<()> {
    if redemptions::tell(unit, &mut redemption, Command::Apply, Hold::Held)?.is_some() {
        let mut member = loyalty_accounts::load(unit, &redemption.account).await?;
        members::expect_back(&mut member.account, redemption.points.saturating_neg());
        loyalty_accounts::save(unit, &mut member);
    }
    if payment.is_refunded() {
        if redemptions::tell(unit, &mut redemption, Command::GiveBack, Hold::Held)?.is_some() {
            let mut member = loyalty_accounts::load(unit, &redemption.account).await?;
            give_back(unit, &mut member, &redemption).await?;
        }
        return Ok(());
    }
    take_back_again(unit, redemption).await
}

/// The refund that gave the points back failed: they are spent again.
async fn take_back_again(unit: &mut Unit<'_>, mut redemption: Redemption) -> Result<()> {
    if redemption.status != core::Status::Released {
        return Ok(());
    }
    let mut member = loyalty_accounts::load(unit, &redemption.account).await?;
    let lots = loyalty_accounts::lots(unit, &member.account).await?;
    let (movement, slices) = take_again(&lots, &redemption.slices, unit.now());
    if redemptions::tell(unit, &mut redemption, Command::TakeAgain { slices }, Hold::Held)?.is_some() {
        rewards::take_again(unit, &redemption.reward_id).await?;
        if movement.points != 0 {
            points::apply(unit, &mut member, movement, because(&redemption));
        }
    }
    Ok(())
}

/// Gives the points of a redemption back because the merchant says so.
///
/// # Errors
/// 404; `redemption_in_use`; `redemption_not_usable` for one whose points went back before.
async fn cancel(unit: &mut Unit<'_>, id: &RedemptionId) -> Result<Redemption> {
    let mut redemption = redemptions::load(unit, id).await?;
    let mut carrier = carrier(unit, &redemption).await?;
    if redemptions::tell(unit, &mut redemption, Command::Cancel, held_by(carrier.as_ref()))?.is_some() {
        unused(unit, &redemption, carrier.as_mut()).await?;
    }
    Ok(redemption)
}

/// What time does to a redemption when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &RedemptionId) -> Result<()> {
    let mut redemption = redemptions::load(unit, id).await?;
    let mut carrier = carrier(unit, &redemption).await?;
    if !time_out(unit, &mut redemption, carrier.as_mut()).await? {
        redemptions::wait(unit, &redemption);
    }
    Ok(())
}

/// Releases a redemption whose half hour is over, unless the payment that carries it holds it; whether it did.
async fn time_out(unit: &mut Unit<'_>, redemption: &mut Redemption, carrier: Option<&mut Payment>) -> Result<bool> {
    let is_over = redemptions::tell(unit, redemption, Command::TimeOut, held_by(carrier.as_deref()))?.is_some();
    if is_over {
        unused(unit, redemption, carrier).await?;
    }
    Ok(is_over)
}

/// Whether the payment that carries a redemption holds it.
fn held_by(carrier: Option<&Payment>) -> Hold {
    carrier.map_or(Hold::Free, |payment| hold(payment.status))
}

/// The payment that carries a redemption.
async fn carrier(unit: &mut Unit<'_>, redemption: &Redemption) -> Result<Option<Payment>> {
    match &redemption.payment_id {
        Some(payment) => payments::load(unit, payment).await.map(Some),
        None => Ok(None),
    }
}

/// The points of what was not used go back, and the payment that carried it is of its original amount again.
async fn unused(unit: &mut Unit<'_>, redemption: &Redemption, carrier: Option<&mut Payment>) -> Result<()> {
    if let Some(payment) = carrier {
        let ended = payments_core::Command::EndDiscount(redemption.id.clone());
        payments::change(unit, payment, ended)?;
    }
    let mut member = loyalty_accounts::load(unit, &redemption.account).await?;
    members::expect_back(&mut member.account, redemption.points.saturating_neg());
    loyalty_accounts::save(unit, &mut member);
    give_back(unit, &mut member, redemption).await
}

/// Gives points back into the lots they came from, and the reward to whoever comes next.
async fn give_back(unit: &mut Unit<'_>, member: &mut Member, redemption: &Redemption) -> Result<()> {
    rewards::put_back(unit, &redemption.reward_id).await?;
    for movement in members::release(&member.account, &redemption.slices, unit.now()) {
        points::apply(unit, member, movement, because(redemption));
    }
    Ok(())
}

fn because(redemption: &Redemption) -> Because {
    let source = Source { redemption: Some(redemption.id.clone()), ..Source::default() };
    Because { source, ..Because::default() }
}
