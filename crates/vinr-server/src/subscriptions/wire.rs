//! Subscriptions as JSON (spec/billing.md, Subscriptions).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{DunningPolicyId, InvoiceId, PaymentMethodId, SubscriptionId};
use vinr_core::subscriptions::{Collection, Item, PauseCollection, Status, Subscription};
use vinr_core::time::Timestamp;

use crate::http::formats::{InstantInput, MetadataInput, named};
use crate::http::list::Page;
use crate::http::shapes::CollectionWord;

/// What begins a subscription.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:sub"))]
    pub(crate) id: Option<String>,
    /// Who subscribes.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: String,
    /// What to, if it is one price; otherwise `items`.
    #[schemars(extend("format" = "id:price"))]
    pub(crate) price_id: Option<String>,
    /// How many of that price; 1 if nothing is said.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(crate) quantity: Option<i64>,
    /// What to, if it is more than one price; all recur in the same way and are of one currency.
    #[schemars(length(min = 1, max = 20))]
    pub(crate) items: Option<Vec<ItemInput>>,
    /// What its invoices are charged to; the customer's default method if nothing is said.
    #[schemars(extend("format" = "id:pm"))]
    pub(crate) default_method_id: Option<String>,
    /// A trial of so many days of your account's calendar.
    #[schemars(range(min = 1, max = 730))]
    pub(crate) trial_period_days: Option<i64>,
    /// A trial until then.
    pub(crate) trial_end: Option<InstantInput>,
    /// What happens at the end of a trial if nobody can be charged.
    pub(crate) trial_settings: Option<TrialSettings>,
    /// When the first whole period begins, at most one period ahead; what is left until then is charged in proportion.
    pub(crate) billing_cycle_anchor: Option<InstantInput>,
    /// What is taken off.
    #[schemars(extend("format" = "id:cpn"))]
    pub(crate) coupon_id: Option<String>,
    /// How failed invoices are tried again; as your account says if nothing is said.
    #[schemars(extend("format" = "id:dpol"))]
    pub(crate) dunning_policy_id: Option<String>,
    /// How its invoices are paid. The default is `charge_automatically`.
    pub(crate) collection_method: Option<CollectionWord>,
    /// Days to pay an invoice that is sent. The default is 14.
    #[schemars(range(min = 0, max = 365))]
    pub(crate) days_until_due: Option<u32>,
    /// Where the hosted page sends the customer who makes the first payment there.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(crate) return_url: Option<String>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// What to change; what is absent stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    /// Its price, where it has one item.
    #[schemars(extend("format" = "id:price"))]
    pub(crate) price_id: Option<String>,
    /// How many of it, where it has one item.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(crate) quantity: Option<i64>,
    /// All its items: what is not named goes.
    #[schemars(length(min = 1, max = 20))]
    pub(crate) items: Option<Vec<ItemChange>>,
    /// How what is left of the period is billed: with the next invoice (the default), now, or not at all.
    pub(crate) proration_behavior: Option<ProrationWord>,
    /// From when on it has other items: now (the default), or with the next period.
    pub(crate) effective: Option<EffectiveWord>,
    /// Whether it ends with the current period.
    pub(crate) cancel_at_period_end: Option<bool>,
    /// What its invoices are charged to; null for the customer's default. What is owed is charged to it at once.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "id:pm"))]
    pub(crate) default_method_id: Option<Option<String>>,
    /// What is taken off; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "id:cpn"))]
    pub(crate) coupon_id: Option<Option<String>>,
    /// How failed invoices are tried again; null for your account's way.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "id:dpol"))]
    pub(crate) dunning_policy_id: Option<Option<String>>,
    /// How its invoices are paid.
    pub(crate) collection_method: Option<CollectionWord>,
    /// Days to pay an invoice that is sent.
    #[schemars(range(min = 0, max = 365))]
    pub(crate) days_until_due: Option<u32>,
    /// Collects nothing for the time being; null collects again.
    #[serde(default, deserialize_with = "named")]
    pub(crate) pause_collection: Option<Option<PauseInput>>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// An item as it shall be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemChange {
    /// Which item it is; the one of the same price, or a new one, if nothing is said.
    #[schemars(extend("format" = "id:si"))]
    pub(crate) id: Option<String>,
    /// What it costs; as it is, if nothing is said.
    #[schemars(extend("format" = "id:price"))]
    pub(crate) price_id: Option<String>,
    /// How many.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(crate) quantity: Option<i64>,
}

/// How the end of a subscription treats what is not used.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancel {
    /// Whether what was paid for the time that is left becomes the customer's credit. The default is no.
    pub(crate) prorate: Option<bool>,
}

/// What happens at the end of a trial.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrialSettings {
    /// If nobody can be charged.
    pub(crate) end_behavior: EndWord,
}

/// What happens at the end of a trial if nobody can be charged.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndWord {
    /// It ends.
    Cancel,
    /// It waits for a payment method.
    Pause,
}

/// How what is left of a period is billed.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProrationWord {
    /// With the next invoice.
    CreateProrations,
    /// Not at all.
    None,
    /// With an invoice of its own, now.
    AlwaysInvoice,
}

/// When a change takes effect.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EffectiveWord {
    /// At once.
    Now,
    /// With the next period.
    AtPeriodEnd,
}

/// That nothing is collected.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PauseInput {
    /// What becomes of the invoices.
    pub(crate) behavior: PauseWord,
    /// When it is over by itself.
    pub(crate) resumes_at: Option<InstantInput>,
}

/// What becomes of the invoices of periods in which nothing is collected.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PauseWord {
    /// They stay drafts.
    KeepAsDraft,
    /// They are written off.
    MarkUncollectible,
    /// They are void.
    Void,
}

/// One price of a subscription.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemInput {
    /// What it costs.
    #[schemars(extend("format" = "id:price"))]
    pub(crate) price_id: String,
    /// How many; 1 if nothing is said, and nothing for a metered price.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(crate) quantity: Option<i64>,
}

/// Which subscriptions to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<SubscriptionId>,
    /// Only this customer's.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// Only those that stand so.
    pub(crate) status: Option<StatusWord>,
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusWord {
    /// In its trial.
    Trialing,
    /// The first payment is not made.
    Incomplete,
    /// Paid up.
    Active,
    /// A renewal was not paid, and it is tried again.
    PastDue,
    /// Nobody could be charged: no period goes by until somebody can.
    Paused,
    /// Ended, for good.
    Canceled,
}

impl StatusWord {
    /// In the core's terms.
    pub(crate) fn status(self) -> Status {
        match self {
            StatusWord::Trialing => Status::Trialing,
            StatusWord::Incomplete => Status::Incomplete,
            StatusWord::Active => Status::Active,
            StatusWord::PastDue => Status::PastDue,
            StatusWord::Paused => Status::Paused,
            StatusWord::Canceled => Status::Canceled,
        }
    }
}

/// A subscription as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Subscription")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `subscription`.
    object: &'static str,
    /// `trialing`, `incomplete`, `active`, `past_due`, `paused` or `canceled`.
    status: &'static str,
    /// Who subscribes.
    customer_id: &'a str,
    /// What all is counted in.
    currency: &'static str,
    /// What is subscribed to.
    items: Vec<ShownItem<'a>>,
    /// The first instant of the current period.
    current_period_start: String,
    /// The first instant of the next one.
    current_period_end: String,
    /// What all periods are counted from.
    billing_cycle_anchor: String,
    /// `charge_automatically` or `send_invoice`.
    collection_method: &'static str,
    /// Days to pay an invoice that is sent.
    days_until_due: Option<u32>,
    /// Whether it ends with the current period.
    cancel_at_period_end: bool,
    /// When it will end.
    cancel_at: Option<String>,
    /// When somebody wanted it to end.
    canceled_at: Option<String>,
    /// When it ended.
    ended_at: Option<String>,
    /// When its trial began.
    trial_start: Option<String>,
    /// When its trial ends, or ended.
    trial_end: Option<String>,
    /// That nothing is collected for the time being.
    pause_collection: Option<ShownPause>,
    /// The invoice that was made of it last.
    latest_invoice_id: Option<&'a str>,
    /// What its invoices are charged to; null for the customer's default method.
    default_method_id: Option<&'a str>,
    /// How failed invoices are tried again; null for the account's way.
    dunning_policy_id: Option<&'a str>,
    /// The page on which its customer can make the first payment, as long as it is incomplete; null in events.
    checkout_url: Option<String>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// One price of a subscription.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SubscriptionItem")]
struct ShownItem<'a> {
    /// Its id; stays when its price becomes another.
    id: &'a str,
    /// What it costs.
    price_id: &'a str,
    /// How many; null for what is measured.
    quantity: Option<i64>,
}

/// That nothing is collected.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PauseCollection")]
struct ShownPause {
    /// What becomes of the invoices: `keep_as_draft`, `mark_uncollectible` or `void`.
    behavior: &'static str,
    /// When it is over by itself.
    resumes_at: Option<String>,
}

/// A subscription as JSON.
pub(crate) fn data(subscription: &Subscription) -> String {
    serde_json::to_string(&show(subscription, None)).expect("texts and numbers are JSON")
}

/// A subscription as it is shown, with the page of its first payment.
pub(crate) fn show(subscription: &Subscription, checkout_url: Option<String>) -> Shown<'_> {
    let rfc3339 = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    let (collection_method, days_until_due) = match subscription.collection {
        Collection::ChargeAutomatically => ("charge_automatically", None),
        Collection::SendInvoice { days_until_due } => ("send_invoice", Some(days_until_due)),
    };
    Shown {
        id: subscription.id.as_str(),
        object: "subscription",
        status: subscription.status.as_str(),
        customer_id: subscription.customer_id.as_str(),
        currency: subscription.currency.code(),
        items: subscription.items.iter().map(show_item).collect(),
        current_period_start: subscription.current.start.rfc3339(),
        current_period_end: subscription.current.end.rfc3339(),
        billing_cycle_anchor: subscription.schedule.anchor.rfc3339(),
        collection_method,
        days_until_due,
        cancel_at_period_end: subscription.ends_with_period(),
        cancel_at: rfc3339(subscription.cancel_at),
        canceled_at: rfc3339(subscription.canceled_at),
        ended_at: rfc3339(subscription.ended_at),
        trial_start: rfc3339(subscription.trial.map(|trial| trial.start)),
        trial_end: rfc3339(subscription.trial.map(|trial| trial.end)),
        pause_collection: subscription.pause.map(show_pause),
        latest_invoice_id: subscription.latest_invoice.as_ref().map(InvoiceId::as_str),
        default_method_id: subscription.default_method.as_ref().map(PaymentMethodId::as_str),
        dunning_policy_id: subscription.dunning_policy.as_ref().map(DunningPolicyId::as_str),
        checkout_url,
        metadata: subscription.metadata.iter().collect(),
        created_at: subscription.created_at.rfc3339(),
    }
}

fn show_item(item: &Item) -> ShownItem<'_> {
    ShownItem { id: item.id.as_str(), price_id: item.price_id.as_str(), quantity: item.quantity }
}

fn show_pause(pause: PauseCollection) -> ShownPause {
    ShownPause { behavior: pause.behavior.as_str(), resumes_at: pause.resumes_at.map(Timestamp::rfc3339) }
}
