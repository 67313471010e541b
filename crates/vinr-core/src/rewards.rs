//! Rewards: what members can exchange points for (spec/engagement.md, Rewards and redemptions).

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::{ProgramId, RewardId};
use crate::metadata::Metadata;
use crate::money::{Money, PAYMENT_AMOUNT_MAX, Ratio};
use crate::points::POINTS_MAX;
use crate::refusal::{Code, Refusal};
use crate::tiers::{Tier, TierConfig};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Longest name of a reward, a product, a partner or an article, in characters.
pub const NAME_LENGTH_MAX: usize = 100;
/// Most pieces of a reward that are for the taking.
pub const INVENTORY_MAX: i64 = 1_000_000_000;
/// Basis points in the whole.
const BPS_WHOLE: i64 = 10_000;

wire_enum! {
    /// What sort of reward it is.
    pub enum Type {
        /// So much off a payment.
        DiscountAmount = "discount_amount",
        /// A part of a payment off.
        DiscountPercent = "discount_percent",
        /// A product for nothing.
        FreeProduct = "free_product",
        /// Something that a partner hands out.
        Partner = "partner",
    }
}

/// What a member gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// So much off a payment in this currency.
    Amount(Money),
    /// So many basis points of a payment off.
    Percent {
        /// 1 to 10,000.
        bps: i64,
    },
    /// A product for nothing.
    Product {
        /// Which, as the merchant knows it.
        product: String,
        /// How many.
        quantity: i64,
    },
    /// Something that a partner hands out.
    Partner {
        /// Who.
        partner: String,
        /// What, as the partner knows it.
        sku: String,
    },
}

impl Value {
    /// What sort of reward it makes.
    pub const fn kind(&self) -> Type {
        match self {
            Self::Amount(_) => Type::DiscountAmount,
            Self::Percent { .. } => Type::DiscountPercent,
            Self::Product { .. } => Type::FreeProduct,
            Self::Partner { .. } => Type::Partner,
        }
    }

    /// What it takes off a payment, of which `left` is still to be paid: never more than that. A part is rounded once, to
    /// what cards can be charged with. `None` for what is no
    /// discount, and for a discount in another currency.
    pub fn discount(&self, payment: Money, left: i64) -> Option<i64> {
        match self {
            Self::Amount(off) if off.currency == payment.currency => Some(off.amount.min(left)),
            Self::Percent { bps } => {
                let off = Ratio::whole(payment.amount).times(*bps, BPS_WHOLE);
                Some(off.round_to(payment.currency.card_step()).min(left))
            }
            Self::Amount(_) | Self::Product { .. } | Self::Partner { .. } => None,
        }
    }
}

/// A reward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    /// Its id.
    pub id: RewardId,
    /// The program whose points buy it.
    pub program_id: ProgramId,
    /// For members.
    pub name: String,
    /// Points for one.
    pub cost: i64,
    /// What they get.
    pub value: Value,
    /// How many are left; `None` for as many as are wanted.
    pub inventory: Option<i64>,
    /// Whether it can be had.
    pub is_active: bool,
    /// The tier that a member must be in, or above.
    pub tier: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What is to be other; what is not named stays, and `Some(None)` takes away. What it is worth stays as it was made:
/// members have chosen it for that.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For members.
    pub name: Option<String>,
    /// Points for one.
    pub cost: Option<i64>,
    /// How many are left.
    pub inventory: Option<Option<i64>>,
    /// Whether it can be had.
    pub is_active: Option<bool>,
    /// The tier that a member must be in, or above.
    pub tier: Option<Option<String>>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A reward with changes.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut reward: Reward, changes: Changes) -> Result<Reward, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match reward.metadata.merged(changes.metadata) {
        Ok(metadata) => reward.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    reward.name = changes.name.unwrap_or(reward.name);
    reward.cost = changes.cost.unwrap_or(reward.cost);
    reward.inventory = changes.inventory.unwrap_or(reward.inventory);
    reward.is_active = changes.is_active.unwrap_or(reward.is_active);
    reward.tier = changes.tier.unwrap_or(reward.tier);
    wrong.extend(problems(&reward));
    if wrong.is_empty() { Ok(reward) } else { Err(wrong) }
}

/// Checks a reward as it was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(reward: &Reward) -> Result<(), Vec<Refusal>> {
    let wrong = problems(reward);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Takes one away, if it can be had.
///
/// # Errors
/// `reward_unavailable` when it is switched off or none is left.
pub fn take(reward: &mut Reward) -> Result<(), Refusal> {
    let refused = |message: &str| Err(Refusal::new(Code::RewardUnavailable, message).at("rewardId"));
    if !reward.is_active {
        return refused("this reward is not offered any more");
    }
    match reward.inventory {
        Some(..=0) => refused("none of this reward is left"),
        Some(left) => {
            reward.inventory = Some(left.saturating_sub(1));
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether a member of this tier may have one: of the tier that it names, or of a higher one. Nobody may have what is for a
/// tier that is gone.
///
/// # Errors
/// `tier_required`.
pub fn check_tier(reward: &Reward, config: Option<&TierConfig>, is: Option<&Tier>) -> Result<(), Refusal> {
    let Some(key) = &reward.tier else { return Ok(()) };
    let named = config.and_then(|config| config.named(key));
    if named.zip(is).is_some_and(|(named, is)| is.rank >= named.rank) {
        return Ok(());
    }
    let is = is.map_or_else(|| "in no tier".into(), |is| format!("in {}", is.key));
    let message = format!("this reward is for members of {key} and above, and the member is {is}");
    Err(Refusal::new(Code::TierRequired, message).at("rewardId"))
}

/// Puts one back that was not used.
pub fn put_back(reward: &mut Reward) {
    reward.inventory = reward.inventory.map(|left| left.saturating_add(1));
}

/// Takes one away that was put back, whether or not there is one.
pub fn take_again(reward: &mut Reward) {
    reward.inventory = reward.inventory.map(|left| left.saturating_sub(1).max(0));
}

fn problems(reward: &Reward) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    let mut number = |number: i64, from: i64, to: i64, param: &'static str| {
        if !(from..=to).contains(&number) {
            wrong.push(Refusal::new(Code::ParameterInvalid, format!("expected {from} to {to}")).at(param));
        }
    };
    number(reward.cost, 1, POINTS_MAX, "cost");
    number(reward.inventory.unwrap_or(0), 0, INVENTORY_MAX, "inventory");
    match &reward.value {
        Value::Amount(off) => number(off.amount, 1, PAYMENT_AMOUNT_MAX, "value.amount"),
        Value::Percent { bps } => number(*bps, 1, BPS_WHOLE, "value.percent"),
        Value::Product { quantity, .. } => number(*quantity, 1, INVENTORY_MAX, "value.quantity"),
        Value::Partner { .. } => {}
    }
    let mut text = |text: &str, param: &'static str| {
        if !(1..=NAME_LENGTH_MAX).contains(&text.chars().count()) {
            let message = format!("expected 1 to {NAME_LENGTH_MAX} characters");
            wrong.push(Refusal::new(Code::ParameterInvalid, message).at(param));
        }
    };
    text(&reward.name, "name");
    match &reward.value {
        Value::Product { product, .. } => text(product, "value.product"),
        Value::Partner { partner, sku } => {
            text(partner, "value.partner");
            text(sku, "value.sku");
        }
        Value::Amount(_) | Value::Percent { .. } => {}
    }
    wrong
}

#[cfg(test)]
mod tests;
