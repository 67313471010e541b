//! What a merchant changes of a subscription, in one commit: its settings, its end, its pause, its items.

use vinr_core::ids::{CouponId, DunningPolicyId, PaymentMethodId, SubscriptionId};
use vinr_core::invoices::Status as InvoiceStatus;
use vinr_core::subscriptions::{Collection, Command, PauseCollection, Settings, Status, Subscription};

use super::change::{self, Change};
use super::{collect, subscribe};
use crate::error::Result;
use crate::flows::payments;
use crate::record::Unit;
use crate::{coupons, dunning_policies, invoices, subscriptions};

/// What is to be other; what is not named stays, and `Some(None)` takes away.
#[derive(Debug, Clone, Default)]
pub(crate) struct Update {
    /// What it ends with.
    pub(super) cancel_at_period_end: Option<bool>,
    /// What its invoices are charged to.
    pub(super) default_method: Option<Option<PaymentMethodId>>,
    /// What is taken off.
    pub(super) coupon: Option<Option<CouponId>>,
    /// How failed invoices are tried again.
    pub(super) dunning_policy: Option<Option<DunningPolicyId>>,
    /// How its invoices are paid.
    pub(super) collection: Option<Collection>,
    /// That nothing is collected.
    pub(super) pause: Option<Option<PauseCollection>>,
    /// Pairs to merge.
    pub(super) metadata: Vec<(String, Option<String>)>,
    /// Its items.
    pub(super) change: Option<Change>,
}

/// Changes a subscription. Another method is tried at once with what is owed.
///
/// # Errors
/// 404; `subscription_not_changeable`; `coupon_not_usable`; what is wrong with the method or the items.
pub(super) async fn update(unit: &mut Unit<'_>, id: &SubscriptionId, ask: &Update) -> Result<()> {
    let mut subscription = subscriptions::load(unit, id).await?;
    let before = subscription.default_method.clone();
    let settings = settings(unit, &subscription, ask).await?;
    // What nothing is asked of may be over.
    if settings != Settings::of(&subscription) {
        subscriptions::tell(unit, &mut subscription, Command::Update(Box::new(settings)), true)?;
    }
    if let Some(pause) = ask.pause {
        let command = pause.map_or(Command::ResumeCollection, Command::PauseCollection);
        subscriptions::tell(unit, &mut subscription, command, true)?;
    }
    if let Some(asked) = &ask.change {
        change::change(unit, &mut subscription, asked).await?;
        subscription = subscriptions::load(unit, id).await?;
    }
    if let Some(ends) = ask.cancel_at_period_end {
        let command = if ends { Command::CancelAtPeriodEnd } else { Command::KeepOn };
        subscriptions::tell(unit, &mut subscription, command, true)?;
    }
    let has_another = subscription.default_method.is_some() && subscription.default_method != before;
    if has_another && ask.change.is_none() { retry(unit, &subscription).await } else { Ok(()) }
}

/// The settings that there will be.
async fn settings(unit: &mut Unit<'_>, subscription: &Subscription, ask: &Update) -> Result<Settings> {
    let mut settings = Settings::of(subscription);
    if let Some(method) = &ask.default_method {
        if let Some(method) = method {
            payments::check_method(unit, method, &subscription.customer_id).await?;
        }
        settings.default_method.clone_from(method);
    }
    match &ask.coupon {
        None => {}
        Some(None) => settings.discount = None,
        Some(Some(coupon)) => {
            let coupon = coupons::redeem(unit, coupon, subscription.currency).await?;
            settings.discount = Some(subscribe::discount(&coupon));
        }
    }
    if let Some(policy) = &ask.dunning_policy {
        if let Some(policy) = policy {
            dunning_policies::must_be_usable(unit, policy).await.map_err(|error| error.about("dunningPolicyId"))?;
        }
        settings.dunning_policy.clone_from(policy);
    }
    settings.collection = ask.collection.unwrap_or(settings.collection);
    settings.metadata = settings.metadata.merged(ask.metadata.iter().cloned())?;
    Ok(settings)
}

/// Charges another method with what the subscription owes.
async fn retry(unit: &mut Unit<'_>, subscription: &Subscription) -> Result<()> {
    let owes = match subscription.status {
        Status::Incomplete | Status::PastDue => true,
        Status::Trialing | Status::Active | Status::Paused | Status::Canceled => false,
    };
    let Some(id) = subscription.latest_invoice.as_ref().filter(|_| owes) else { return Ok(()) };
    let mut invoice = invoices::load(unit, id).await?;
    match invoice.status {
        InvoiceStatus::Open => collect::collect(unit, &mut invoice, collect::By::default()).await,
        InvoiceStatus::Draft | InvoiceStatus::Paid | InvoiceStatus::Void | InvoiceStatus::Uncollectible => Ok(()),
    }
}
