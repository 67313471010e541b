//! The beginning of a subscription: its items are checked, its first period is invoiced and collected in the same commit.

use vinr_core::coupons::Coupon;
use vinr_core::ids::{
    CouponId, CustomerId, DunningPolicyId, PaymentMethodId, PriceId, SubscriptionId, SubscriptionItemId,
};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::subscriptions::{self as core, Collection, Cycle, Discount, Item, Subscription, TrialAsk};
use vinr_core::time::Timestamp;

use super::drafts::{self, When};
use super::lines::{self, Offer};
use super::{collect, finalize};
use crate::error::Result;
use crate::flows::payments;
use crate::flows::reactions;
use crate::record::Unit;
use crate::{coupons, customers, dunning_policies, subscriptions};

/// What a merchant asks for, read.
pub(super) struct New {
    /// The caller's choice.
    pub(super) id: Option<SubscriptionId>,
    /// Who subscribes.
    pub(super) customer_id: CustomerId,
    /// What to.
    pub(super) items: Vec<(PriceId, Option<i64>)>,
    /// What is charged, if not the customer's default.
    pub(super) default_method: Option<PaymentMethodId>,
    /// How invoices are paid.
    pub(super) collection: Collection,
    /// A trial.
    pub(super) trial: Option<TrialAsk>,
    /// When the first whole period begins.
    pub(super) anchor: Option<Timestamp>,
    /// What is taken off.
    pub(super) coupon: Option<CouponId>,
    /// How failed invoices are tried again, if not as the account's are.
    pub(super) dunning_policy: Option<DunningPolicyId>,
    /// Where the hosted page sends the customer afterwards.
    pub(super) return_url: Option<String>,
    /// The merchant's notes.
    pub(super) metadata: Metadata,
}

/// Begins a subscription.
///
/// # Errors
/// 404 for what it names; `coupon_not_usable`; what is wrong with its items, its trial or its method; `resource_exists`.
pub(super) async fn subscribe(unit: &mut Unit<'_>, new: &New) -> Result<Subscription> {
    customers::must_exist(unit, &new.customer_id).await?;
    if let Some(method) = &new.default_method {
        payments::check_method(unit, method, &new.customer_id).await?;
    }
    if let Some(policy) = &new.dunning_policy {
        dunning_policies::must_be_usable(unit, policy).await.map_err(|error| error.about("dunningPolicyId"))?;
    }
    let mut items = Vec::new();
    for (price, quantity) in &new.items {
        items.push((SubscriptionItemId::from_bits(unit.env.id_bits()), price.clone(), *quantity));
    }
    let offers = offered(unit, items).await?;
    offers.iter().try_for_each(check_active)?;
    let (currency, cycle) = together(&offers)?;
    let discount = match &new.coupon {
        Some(id) => Some(discount(&coupons::redeem(unit, id, currency).await?)),
        None => None,
    };
    let ask = core::Create {
        id: new.id.clone().unwrap_or_else(|| SubscriptionId::from_bits(unit.env.id_bits())),
        customer_id: new.customer_id.clone(),
        items: offers.into_iter().map(|offer| offer.item).collect(),
        cycle,
        currency,
        collection: new.collection,
        default_method: new.default_method.clone(),
        trial: new.trial,
        anchor: new.anchor,
        discount,
        dunning_policy: new.dunning_policy.clone(),
        metadata: new.metadata.clone(),
    };
    let account = unit.context.clone();
    let (mut subscription, _) = core::create(ask, &account.settings.time_zone, unit.now())?;
    subscriptions::begin(unit, &subscription, new.id.is_some()).await?;
    let mut invoice = drafts::of_period(unit, &mut subscription, Vec::new(), When::AtOnce).await?;
    finalize::finalize(unit, &mut invoice).await?;
    let by = collect::By { return_url: new.return_url.clone(), ..collect::By::default() };
    collect::collect(unit, &mut invoice, by).await?;
    reactions::drain(unit).await?;
    subscriptions::load(unit, &subscription.id).await
}

/// Items as somebody wants them, with what they cost: one of a metered price has no quantity, others have 1 if nothing is
/// said.
///
/// # Errors
/// 404 for a price that is not there; `parameter_invalid` for one that is not offered, or does not recur.
pub(super) async fn offered(
    unit: &mut Unit<'_>,
    wanted: Vec<(SubscriptionItemId, PriceId, Option<i64>)>,
) -> Result<Vec<Offer>> {
    let item = |(id, price_id, quantity)| Item { id, price_id, quantity, charge: None };
    let items: Vec<Item> = wanted.into_iter().map(item).collect();
    let mut offers = lines::offers(unit, &items).await?;
    for offer in &mut offers {
        let refused = |message: String| Err(Refusal::new(Code::ParameterInvalid, message).at("priceId").into());
        if offer.price.recurring.is_none() {
            return refused(format!("{} is paid once: a subscription's prices are recurring", offer.price.id));
        }
        if offer.price.is_metered() {
            if offer.item.quantity.is_some() {
                let message = "what a metered price counts is what was used: leave the quantity out";
                return Err(Refusal::new(Code::ParameterConflict, message).at("quantity").into());
            }
        } else {
            offer.item.quantity.get_or_insert(1);
        }
    }
    Ok(offers)
}

/// Refuses a price that nothing new can be bought for.
///
/// # Errors
/// `parameter_invalid`.
pub(super) fn check_active(offer: &Offer) -> Result<()> {
    if offer.price.is_active {
        return Ok(());
    }
    let message = format!("{} is not offered any more", offer.price.id);
    Err(Refusal::new(Code::ParameterInvalid, message).at("priceId").into())
}

/// The currency and the cycle that all items have.
///
/// # Errors
/// `parameter_conflict` for items that do not go together.
pub(super) fn together(offers: &[Offer]) -> Result<(Currency, Cycle)> {
    let cycle = |offer: &Offer| offer.price.recurring.map(Cycle::from);
    let Some(first) = offers.first() else {
        return Err(Refusal::new(Code::ParameterMissing, "name a `priceId`, or `items`").at("priceId").into());
    };
    if offers.iter().any(|offer| offer.price.currency != first.price.currency || cycle(offer) != cycle(first)) {
        let message = "the prices of a subscription are of one currency and recur together";
        return Err(Refusal::new(Code::ParameterConflict, message).at("items").into());
    }
    let cycle = cycle(first).ok_or_else(|| crate::error::ApiError::internal("recurring prices recur"))?;
    Ok((first.price.currency, cycle))
}

/// What a coupon is on a subscription.
pub(super) fn discount(coupon: &Coupon) -> Discount {
    Discount { coupon_id: coupon.id.clone(), periods_left: coupon.duration.periods_left() }
}
