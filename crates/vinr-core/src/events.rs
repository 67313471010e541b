//! Events: every type there is, and the patterns by which an endpoint chooses.

use alloc::string::String;
use core::fmt;

use crate::nearest::nearest;
use crate::refusal::{Code, Refusal};
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What an event tells of.
    pub enum EventType {
        /// A payment was created.
        PaymentCreated = "payment.created",
        /// A payment was sent to the acquirer and its outcome is not known yet.
        PaymentProcessing = "payment.processing",
        /// A payment waits for the buyer to authenticate.
        PaymentRequiresAuthentication = "payment.requires_authentication",
        /// A payment made without the buyer needs the buyer.
        PaymentRequiresAction = "payment.requires_action",
        /// A payment's amount is held and can be captured.
        PaymentAuthorized = "payment.authorized",
        /// A payment was captured.
        PaymentCompleted = "payment.completed",
        /// A payment attempt was declined or went wrong.
        PaymentFailed = "payment.failed",
        /// A refund took a part or all of a payment's money.
        PaymentRefunded = "payment.refunded",
        /// A payment was cancelled.
        PaymentCancelled = "payment.cancelled",
        /// A payment was not finished in time.
        PaymentExpired = "payment.expired",
        /// A refund was accepted.
        RefundCreated = "refund.created",
        /// A refund that was pending has arrived.
        RefundUpdated = "refund.updated",
        /// A refund did not arrive, and the payment has its amount again.
        RefundFailed = "refund.failed",
        /// A bank took a charge back, or warns that it may.
        DisputeCreated = "dispute.created",
        /// A dispute has new evidence or notes, or was sent to the bank; a warning was closed or became a dispute.
        DisputeUpdated = "dispute.updated",
        /// A dispute was won: the money came back.
        DisputeWon = "dispute.won",
        /// A dispute was lost: the buyer keeps the money.
        DisputeLost = "dispute.lost",
        /// A customer was created.
        CustomerCreated = "customer.created",
        /// A customer's details are other than they were.
        CustomerUpdated = "customer.updated",
        /// A customer was deleted, and what was personal is forgotten.
        CustomerDeleted = "customer.deleted",
        /// A card was saved for a customer.
        PaymentMethodAttached = "payment_method.attached",
        /// A saved card was taken away and cannot be charged any more.
        PaymentMethodDetached = "payment_method.detached",
        /// The network renewed a saved card: its expiry or its last digits are other than they were.
        PaymentMethodUpdated = "payment_method.updated",
        /// A saved card expires within 30 days.
        PaymentMethodExpiring = "payment_method.expiring",
        /// Somebody became a member of a loyalty program.
        LoyaltyAccountCreated = "loyalty.account.created",
        /// A member was given points for a payment, by hand or by a rule.
        LoyaltyPointsEarned = "loyalty.points.earned",
        /// A member exchanged points for a reward.
        LoyaltyPointsRedeemed = "loyalty.points.redeemed",
        /// Points of a member lapse within 30 days.
        LoyaltyPointsExpiring = "loyalty.points.expiring",
        /// A member is in another tier than before.
        LoyaltyTierChanged = "loyalty.tier.changed",
        /// A subscription began, with or without a trial.
        SubscriptionCreated = "subscription.created",
        /// A subscription's plan, status or settings are other than they were.
        SubscriptionUpdated = "subscription.updated",
        /// A subscription's trial ends in three days or sooner.
        SubscriptionTrialWillEnd = "subscription.trial_will_end",
        /// A subscription has ended, and with it what it gave access to.
        SubscriptionDeleted = "subscription.deleted",
        /// An invoice was drafted.
        InvoiceCreated = "invoice.created",
        /// An invoice has its number, and nothing of it changes any more.
        InvoiceFinalized = "invoice.finalized",
        /// An invoice was paid.
        InvoicePaid = "invoice.paid",
        /// An attempt to collect an invoice brought no money.
        InvoicePaymentFailed = "invoice.payment_failed",
        /// An invoice can be paid only if the customer authenticates.
        InvoicePaymentActionRequired = "invoice.payment_action_required",
        /// An invoice was declared void.
        InvoiceVoided = "invoice.voided",
        /// An invoice was written off.
        InvoiceMarkedUncollectible = "invoice.marked_uncollectible",
        /// A day's settlement was closed.
        SettlementCreated = "settlement.created",
        /// A payout was made of what was settled.
        PayoutCreated = "payout.created",
        /// A payout arrived at the merchant's bank.
        PayoutPaid = "payout.paid",
        /// A payout came back from the merchant's bank.
        PayoutFailed = "payout.failed",
        /// A webhook endpoint was disabled because it kept failing or said that it is gone.
        WebhookEndpointDisabled = "webhook_endpoint.disabled",
        /// Somebody asked for a test of a webhook endpoint.
        WebhookTest = "webhook.test",
    }
}

/// One line of an endpoint's `enabledEvents`: `*`, `payment.*`, `payment.completed`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventFilter(String);

impl EventFilter {
    /// Every event.
    pub fn all() -> Self {
        Self("*".into())
    }

    /// Reads a pattern. One that no event can match is refused with the closest that can.
    pub fn parse(pattern: &str) -> Result<Self, Refusal> {
        if EventType::ALL.iter().any(|event| matches(pattern, event.as_str())) {
            return Ok(Self(pattern.into()));
        }
        let hint = suggestion(pattern).map_or_else(String::new, |known| format!(", did you mean {known}?"));
        Err(Refusal::new(
            Code::ParameterInvalid,
            format!("no such event: expected a name such as payment.completed, payment.* or *{hint}"),
        )
        .at("enabledEvents"))
    }

    /// Whether an event is chosen by this pattern.
    pub fn matches(&self, event: EventType) -> bool {
        matches(&self.0, event.as_str())
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        // What is before the star ends with the dot: `pay*` is no pattern.
        Some(family) => family.ends_with('.') && name.starts_with(family),
        None => pattern == name,
    }
}

/// The known name or family that is closest to a pattern nobody can match.
fn suggestion(pattern: &str) -> Option<String> {
    let names = EventType::ALL.iter().map(|event| event.as_str());
    match pattern.strip_suffix(".*") {
        Some(family) => {
            let families = names.filter_map(|name| name.rsplit_once('.')).map(|(family, _)| family);
            nearest(family, families).map(|family| format!("{family}.*"))
        }
        None => nearest(pattern, names).map(String::from),
    }
}

#[cfg(test)]
mod tests;
