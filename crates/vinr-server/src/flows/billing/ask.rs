//! What a merchant asks for, read with all that is wrong with it.

use vinr_core::ids::{
    CouponId, CustomerId, DunningPolicyId, InvoiceId, PaymentMethodId, PriceId, SubscriptionId, SubscriptionItemId,
};
use vinr_core::invoices::Named;
use vinr_core::keys::Environment;
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::subscriptions::{
    Collection, Effective, EndBehavior, PauseBehavior, PauseCollection, TrialAsk, TrialLength,
};
use vinr_core::time::Timestamp;

use super::change::{Change, Proration, Wanted};
use super::once::{NewInvoice, NewItem};
use super::subscribe::New;
use super::update::Update;
use crate::error::{Problems, Result};
use crate::http::formats::{InstantInput, chosen_id, id, required_id};
use crate::http::shapes::CollectionWord;
use crate::invoices::wire as invoices;
use crate::subscriptions::wire;

/// Days to pay an invoice that is sent, if nothing is said.
const DAYS_UNTIL_DUE: u32 = 14;

type Read<T> = std::result::Result<T, Refusal>;

impl wire::Create {
    /// Reads what begins a subscription.
    ///
    /// # Errors
    /// Everything that can be refused without looking at the account's rows.
    pub(super) fn read(self, environment: Environment) -> Result<New> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(self.id.as_deref(), SubscriptionId::parse, environment)).flatten();
        let customer_id = problems.note(required_id("customerId", &self.customer_id, CustomerId::parse));
        let items = problems.note(items(&self));
        let method = id("defaultMethodId", self.default_method_id.as_deref(), PaymentMethodId::parse);
        let default_method = problems.note(method).flatten();
        let collection = problems.note(collection(self.collection_method, self.days_until_due)).flatten();
        let trial = problems.note(trial(&self)).flatten();
        let anchor = problems.note(moment("billingCycleAnchor", self.billing_cycle_anchor.as_ref())).flatten();
        let coupon = problems.note(id("couponId", self.coupon_id.as_deref(), CouponId::parse)).flatten();
        let policy = id("dunningPolicyId", self.dunning_policy_id.as_deref(), DunningPolicyId::parse);
        let dunning_policy = problems.note(policy).flatten();
        let pairs = self.metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        let (Some(customer_id), Some(items), true) = (customer_id, items, problems.is_empty()) else {
            return Err(problems.into());
        };
        Ok(New {
            id: chosen,
            customer_id,
            items,
            default_method,
            collection: collection.unwrap_or(Collection::ChargeAutomatically),
            trial,
            anchor,
            coupon,
            dunning_policy,
            return_url: self.return_url,
            metadata,
        })
    }
}

impl wire::Update {
    /// Reads what is to be changed.
    ///
    /// # Errors
    /// As [`wire::Create::read`].
    pub(super) fn read(self) -> Result<Update> {
        let mut problems = Problems::default();
        let change = problems.note(change(&self)).flatten();
        let method = self.default_method_id.as_ref().map(|method| {
            let method = id("defaultMethodId", method.as_deref(), PaymentMethodId::parse);
            problems.note(method).flatten()
        });
        let coupon = self.coupon_id.as_ref().map(|coupon| {
            let coupon = id("couponId", coupon.as_deref(), CouponId::parse);
            problems.note(coupon).flatten()
        });
        let dunning_policy = self.dunning_policy_id.as_ref().map(|policy| {
            let policy = id("dunningPolicyId", policy.as_deref(), DunningPolicyId::parse);
            problems.note(policy).flatten()
        });
        let collection = problems.note(collection(self.collection_method, self.days_until_due)).flatten();
        let pause = self.pause_collection.as_ref().map(|pause| {
            let pause = pause.as_ref().map(paused).transpose();
            problems.note(pause).flatten()
        });
        problems.told()?;
        Ok(Update {
            cancel_at_period_end: self.cancel_at_period_end,
            default_method: method,
            coupon,
            dunning_policy,
            collection,
            pause,
            metadata: self.metadata.unwrap_or_default().pairs().collect(),
            change,
        })
    }
}

impl invoices::Create {
    /// Reads what is sold once.
    ///
    /// # Errors
    /// As [`wire::Create::read`].
    pub(super) fn read(self, environment: Environment) -> Result<NewInvoice> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(self.id.as_deref(), InvoiceId::parse, environment)).flatten();
        let customer_id = problems.note(required_id("customerId", &self.customer_id, CustomerId::parse));
        let currency = problems.note(Currency::from_param(&self.currency));
        let collection = problems.note(collection(self.collection_method, self.days_until_due)).flatten();
        let pairs = self.metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        let (Some(customer_id), Some(currency), true) = (customer_id, currency, problems.is_empty()) else {
            return Err(problems.into());
        };
        let line = |line: invoices::LineInput| (line.description, named(line.quantity, line.unit_amount));
        Ok(NewInvoice {
            id: chosen,
            customer_id,
            currency,
            lines: self.lines.unwrap_or_default().into_iter().map(line).collect(),
            collection: collection.unwrap_or(Collection::ChargeAutomatically),
            footer: self.footer,
            metadata,
        })
    }
}

impl invoices::CreateItem {
    /// Reads what waits for an invoice.
    ///
    /// # Errors
    /// As [`wire::Create::read`].
    pub(super) fn read(self) -> Result<NewItem> {
        let mut problems = Problems::default();
        let customer_id = problems.note(required_id("customerId", &self.customer_id, CustomerId::parse));
        let invoice = problems.note(id("invoiceId", self.invoice_id.as_deref(), InvoiceId::parse)).flatten();
        let subscription = id("subscriptionId", self.subscription_id.as_deref(), SubscriptionId::parse);
        let subscription = problems.note(subscription).flatten();
        if invoice.is_some() && subscription.is_some() {
            problems.add(conflict("subscriptionId", "what goes onto a draft waits for no other invoice"));
        }
        let currency = problems.note(Currency::from_param(&self.currency));
        let (Some(customer_id), Some(currency), true) = (customer_id, currency, problems.is_empty()) else {
            return Err(problems.into());
        };
        let named = named(self.quantity, self.unit_amount);
        Ok(NewItem { customer_id, invoice, subscription, currency, named, description: self.description })
    }
}

/// So many at an amount; one if nothing is said.
fn named(quantity: Option<i64>, unit_amount: i64) -> Named {
    Named { quantity: quantity.unwrap_or(1), unit_amount }
}

/// What is subscribed to: one price, or items.
fn items(ask: &wire::Create) -> Read<Vec<(PriceId, Option<i64>)>> {
    match (&ask.price_id, &ask.items) {
        (Some(price), None) => Ok(vec![(required_id("priceId", price, PriceId::parse)?, ask.quantity)]),
        (None, Some(items)) => {
            if ask.quantity.is_some() {
                return Err(conflict("quantity", "items have their own quantities"));
            }
            items
                .iter()
                .map(|item| Ok((required_id("items", &item.price_id, PriceId::parse)?, item.quantity)))
                .collect()
        }
        (Some(_), Some(_)) => Err(conflict("items", "give `priceId` or `items`, not both")),
        (None, None) => Err(Refusal::new(Code::ParameterMissing, "name a `priceId`, or `items`").at("priceId")),
    }
}

/// What its items shall be, if something is said of them.
fn change(ask: &wire::Update) -> Read<Option<Change>> {
    let items = match &ask.items {
        Some(_) if ask.price_id.is_some() || ask.quantity.is_some() => {
            return Err(conflict("items", "give `items`, or `priceId` and `quantity`, not both"));
        }
        Some(items) => items.iter().map(wanted).collect::<Read<Vec<Wanted>>>()?,
        None if ask.price_id.is_some() || ask.quantity.is_some() => {
            let price = id("priceId", ask.price_id.as_deref(), PriceId::parse)?;
            vec![Wanted { id: None, price, quantity: ask.quantity }]
        }
        None => return Ok(None),
    };
    let proration = match ask.proration_behavior {
        None | Some(wire::ProrationWord::CreateProrations) => Proration::NextInvoice,
        Some(wire::ProrationWord::AlwaysInvoice) => Proration::AtOnce,
        Some(wire::ProrationWord::None) => Proration::Nothing,
    };
    let effective = match ask.effective {
        None | Some(wire::EffectiveWord::Now) => Effective::Now,
        Some(wire::EffectiveWord::AtPeriodEnd) => Effective::AtPeriodEnd,
    };
    Ok(Some(Change { items, is_only: ask.items.is_none(), proration, effective }))
}

fn wanted(item: &wire::ItemChange) -> Read<Wanted> {
    Ok(Wanted {
        id: id("items", item.id.as_deref(), SubscriptionItemId::parse)?,
        price: id("items", item.price_id.as_deref(), PriceId::parse)?,
        quantity: item.quantity,
    })
}

fn collection(word: Option<CollectionWord>, days: Option<u32>) -> Read<Option<Collection>> {
    match (word, days) {
        (Some(CollectionWord::SendInvoice), days) => {
            Ok(Some(Collection::SendInvoice { days_until_due: days.unwrap_or(DAYS_UNTIL_DUE) }))
        }
        (Some(CollectionWord::ChargeAutomatically) | None, Some(_)) => Err(conflict(
            "daysUntilDue",
            "only an invoice that is sent has days to be paid: collectionMethod send_invoice",
        )),
        (Some(CollectionWord::ChargeAutomatically), None) => Ok(Some(Collection::ChargeAutomatically)),
        (None, None) => Ok(None),
    }
}

fn trial(ask: &wire::Create) -> Read<Option<TrialAsk>> {
    let length = match (ask.trial_period_days, moment("trialEnd", ask.trial_end.as_ref())?) {
        (Some(_), Some(_)) => return Err(conflict("trialEnd", "give `trialPeriodDays` or `trialEnd`, not both")),
        (Some(days), None) => TrialLength::Days(days),
        (None, Some(end)) => TrialLength::Until(end),
        (None, None) if ask.trial_settings.is_some() => {
            return Err(conflict("trialSettings", "only a trial has an end: give `trialPeriodDays` or `trialEnd`"));
        }
        (None, None) => return Ok(None),
    };
    let end_behavior = ask.trial_settings.as_ref().map(|settings| match settings.end_behavior {
        wire::EndWord::Cancel => EndBehavior::Cancel,
        wire::EndWord::Pause => EndBehavior::Pause,
    });
    Ok(Some(TrialAsk { length, end_behavior }))
}

fn paused(pause: &wire::PauseInput) -> Read<PauseCollection> {
    let behavior = match pause.behavior {
        wire::PauseWord::KeepAsDraft => PauseBehavior::KeepAsDraft,
        wire::PauseWord::MarkUncollectible => PauseBehavior::MarkUncollectible,
        wire::PauseWord::Void => PauseBehavior::Void,
    };
    Ok(PauseCollection { behavior, resumes_at: moment("pauseCollection.resumesAt", pause.resumes_at.as_ref())? })
}

fn moment(param: &'static str, given: Option<&InstantInput>) -> Read<Option<Timestamp>> {
    let invalid = || Refusal::new(Code::ParameterInvalid, "expected a time of this era").at(param);
    given.map(|moment| moment.timestamp().ok_or_else(invalid)).transpose()
}

fn conflict(param: &'static str, message: &str) -> Refusal {
    Refusal::new(Code::ParameterConflict, message).at(param)
}
