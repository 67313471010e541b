//! What units of work tell a witness of a simulated disk, so that it can fold the rules' own events and compare what
//! comes of them with the rows (`vinr-sim`). On a real engine none of this is made.

use std::sync::Arc;

use vinr_core::calendar::Month;
use vinr_core::credit;
use vinr_core::currencies::Currency;
use vinr_core::disputes::{self, Dispute};
use vinr_core::earning_rules::Rule;
use vinr_core::events::EventType;
use vinr_core::ids::{
    CustomerId, DisputeId, EarningRuleId, EventId, LoyaltyAccountId, PaymentId, PaymentLinkId, PaymentMethodId,
    RedemptionId, RefundId, SetupId, WebhookEndpointId,
};
use vinr_core::loyalty_accounts::LoyaltyAccount;
use vinr_core::payment_links::{self, PaymentLink};
use vinr_core::payments::{self, Payment};
use vinr_core::points::Transaction;
use vinr_core::programs::Program;
use vinr_core::redemptions::{self, Redemption};
use vinr_core::refunds::{self, Refund};
use vinr_core::rewards::Reward;
use vinr_core::setups::{self, Setup};
use vinr_core::time::Timestamp;
use vinr_core::webhooks::Endpoint;
use vinr_core::{payment_methods, webhooks};
use vinr_store::Slot;

/// One thing that a unit of work did, in the order in which it did it.
#[derive(Debug, Clone)]
pub enum Note {
    /// A payment is there.
    PaymentCreated(Box<Payment>),
    /// Something happened to a payment.
    Payment {
        /// Which.
        id: PaymentId,
        /// What.
        event: payments::Event,
        /// When, on the account's clock.
        at: Timestamp,
    },
    /// A refund is there.
    RefundCreated(Box<Refund>),
    /// Something happened to a refund.
    Refund {
        /// Which.
        id: RefundId,
        /// What.
        event: refunds::Event,
    },
    /// A dispute is there.
    DisputeOpened(Box<Dispute>),
    /// Something happened to a dispute.
    Dispute {
        /// Which.
        id: DisputeId,
        /// What.
        event: disputes::Event,
        /// When, on the account's clock.
        at: Timestamp,
    },
    /// A payment link is there.
    LinkCreated(Box<PaymentLink>),
    /// Something happened to a payment link.
    Link {
        /// Which.
        id: PaymentLinkId,
        /// What.
        event: payment_links::Event,
    },
    /// A setup is there.
    SetupCreated(Box<Setup>),
    /// Something happened to a setup.
    Setup {
        /// Which.
        id: SetupId,
        /// What.
        event: setups::Event,
        /// When, on the account's clock.
        at: Timestamp,
    },
    /// Something happened to a saved card.
    PaymentMethod {
        /// Which.
        id: PaymentMethodId,
        /// What.
        event: payment_methods::Event,
    },
    /// A loyalty program is like this from now on.
    Program(Box<Program>),
    /// An earning rule is like this from now on.
    Rule(Box<Rule>),
    /// An earning rule is gone.
    RuleDeleted(EarningRuleId),
    /// A member is there.
    MemberOpened(Box<LoyaltyAccount>),
    /// A merchant changed a member.
    MemberChanged(Box<LoyaltyAccount>),
    /// A member is in a tier, which they were not told before.
    TierSettled {
        /// Who.
        id: LoyaltyAccountId,
        /// The tier's key.
        tier: String,
        /// When, on the account's clock.
        at: Timestamp,
    },
    /// What a payment counts towards its member's tier is more or less than before.
    Spent {
        /// Who.
        id: LoyaltyAccountId,
        /// The payment.
        payment: PaymentId,
        /// In which month it counts.
        month: Month,
        /// How much more, in ten-thousandths of a major unit.
        more: i64,
        /// When, on the account's clock.
        at: Timestamp,
    },
    /// Points of a member moved.
    PointsMoved(Box<Transaction>),
    /// A merchant made or changed a reward.
    Reward(Box<Reward>),
    /// A redemption is there.
    RedemptionIssued(Box<Redemption>),
    /// Something happened to a redemption.
    Redemption {
        /// Which.
        id: RedemptionId,
        /// What.
        event: redemptions::Event,
        /// When, on the account's clock.
        at: Timestamp,
    },
    /// Something happened to a customer's store credit.
    Credit {
        /// Whose.
        customer: CustomerId,
        /// In which currency.
        currency: Currency,
        /// What.
        event: credit::Event,
        /// What it comes of.
        source: credit::Source,
        /// What tells of it, where it moves the balance.
        transaction: Option<Box<credit::Transaction>>,
    },
    /// A webhook endpoint is there.
    EndpointCreated(Box<Endpoint>),
    /// Something happened to an endpoint.
    Endpoint {
        /// Which.
        id: WebhookEndpointId,
        /// What.
        event: webhooks::endpoint::Event,
    },
    /// An endpoint is gone.
    EndpointDeleted(WebhookEndpointId),
    /// An event was written for whoever wants it at this commit.
    Emitted {
        /// Its id.
        id: EventId,
        /// What it tells of.
        kind: EventType,
        /// Its number.
        slot: Slot,
        /// The object it shows, JSON.
        data: Arc<str>,
    },
    /// An old event goes to an endpoint once more.
    Redelivered {
        /// The event.
        event: EventId,
        /// Where it goes.
        endpoint: WebhookEndpointId,
    },
}
