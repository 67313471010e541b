//! The subscription's state: what one row of `subscriptions` holds.

use alloc::vec::Vec;

use super::{Period, Schedule};
use crate::currencies::Currency;
use crate::ids::{
    CouponId, CustomerId, DunningPolicyId, InvoiceId, PaymentMethodId, PriceId, SubscriptionId, SubscriptionItemId,
};
use crate::metadata::Metadata;
use crate::proration::Charge;
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// Where a subscription stands (spec/billing.md, status table).
    pub enum Status {
        /// In its trial; the first period that is paid begins at its end.
        Trialing = "trialing",
        /// The first payment is not made.
        Incomplete = "incomplete",
        /// Paid up.
        Active = "active",
        /// A renewal was not paid, and it is tried again.
        PastDue = "past_due",
        /// Nobody could be charged: no period goes by until somebody can.
        Paused = "paused",
        /// Ended, for good.
        Canceled = "canceled",
    }
}

wire_enum! {
    /// What happens at the end of a trial if nobody can be charged.
    pub enum EndBehavior {
        /// The subscription ends.
        Cancel = "cancel",
        /// It waits for a payment method.
        Pause = "pause",
    }
}

wire_enum! {
    /// What becomes of the invoices of periods in which nothing is collected.
    pub enum PauseBehavior {
        /// They stay drafts.
        KeepAsDraft = "keep_as_draft",
        /// They are written off.
        MarkUncollectible = "mark_uncollectible",
        /// They are void.
        Void = "void",
    }
}

wire_enum! {
    /// What happens to a subscription when no retry has brought its money.
    pub enum OnExhausted {
        /// It ends.
        Cancel = "cancel",
        /// It waits for a payment method.
        Pause = "pause",
        /// It stays past due.
        LeaveUnpaid = "leave_unpaid",
    }
}

wire_enum! {
    /// Why a subscription has ended.
    pub enum EndReason {
        /// Somebody wanted it.
        Requested = "requested",
        /// The first payment was not made in time.
        FirstPaymentMissing = "first_payment_missing",
        /// Its trial ended and nobody could be charged.
        TrialEnded = "trial_ended",
        /// No retry brought the money of a renewal.
        PaymentFailed = "payment_failed",
    }
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Who subscribes.
    pub customer_id: CustomerId,
    /// Where it stands.
    pub status: Status,
    /// What all is counted in.
    pub currency: Currency,
    /// What is subscribed to.
    pub items: Vec<Item>,
    /// What is from the next period on, where that is something else.
    pub items_next: Option<Vec<Item>>,
    /// By what its periods are counted.
    pub schedule: Schedule,
    /// The number of the current period, from 0.
    pub period: u32,
    /// The current period.
    pub current: Period,
    /// Its trial, also when it is over.
    pub trial: Option<Trial>,
    /// How its invoices are paid.
    pub collection: Collection,
    /// That nothing is collected for the time being.
    pub pause: Option<PauseCollection>,
    /// What its invoices are paid with, if not with the customer's default.
    pub default_method: Option<PaymentMethodId>,
    /// How failed invoices are tried again, if not by the account's default.
    pub dunning_policy: Option<DunningPolicyId>,
    /// What is taken off.
    pub discount: Option<Discount>,
    /// Until when the first payment may be made.
    pub incomplete_until: Option<Timestamp>,
    /// When it will end.
    pub cancel_at: Option<Timestamp>,
    /// When somebody wanted it to end.
    pub canceled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The invoice that was made of it last.
    pub latest_invoice: Option<InvoiceId>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Subscription {
    /// Whether it ends with its current period, unless somebody thinks better of it.
    pub fn ends_with_period(&self) -> bool {
        self.cancel_at.is_some_and(|at| at == self.current.end)
    }
}

/// One price of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id; stays when the price becomes another.
    pub id: SubscriptionItemId,
    /// What it costs.
    pub price_id: PriceId,
    /// How many; nothing where it is measured.
    pub quantity: Option<i64>,
    /// What was charged for what is left of the current period; nothing in a trial and for what is measured.
    pub charge: Option<Charge>,
}

impl Item {
    /// Whether it is paid for what was used.
    pub const fn is_metered(&self) -> bool {
        self.quantity.is_none()
    }
}

/// A trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// When it began.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// When the merchant is told that it will; nothing once that was done.
    pub announce_at: Option<Timestamp>,
    /// What happens at its end if nobody can be charged; if nothing is said, it is tried all the same.
    pub end_behavior: Option<EndBehavior>,
}

/// How invoices are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// With the saved method, without the customer.
    ChargeAutomatically,
    /// By the customer, who gets them.
    SendInvoice {
        /// Days after the invoice was finalized.
        days_until_due: u32,
    },
}

/// That nothing is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseCollection {
    /// What becomes of the invoices.
    pub behavior: PauseBehavior,
    /// When it is over by itself.
    pub resumes_at: Option<Timestamp>,
}

/// A coupon on a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// The coupon.
    pub coupon_id: CouponId,
    /// For how many periods it is good, the current one among them; nothing for ever.
    pub periods_left: Option<u32>,
}

impl Discount {
    /// What is left of it when a period that was paid is over.
    pub(super) fn after_a_period(self) -> Option<Self> {
        match self.periods_left {
            None => Some(self),
            Some(0 | 1) => None,
            Some(left) => Some(Self { periods_left: Some(left.saturating_sub(1)), ..self }),
        }
    }
}
