//! What leads to each event: the table of `vinr trigger`. A new event is one more arm of [`recipe`].
//!
//! In paths and bodies `{payment}` stands for the id that an earlier step made under that name, `{month}` and `{year}`
//! for the account's present ones.

use vinr_core::events::EventType;

/// What leads to an event.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recipe {
    /// These steps, the last of which makes it happen.
    Steps(&'static [Step]),
    /// Nothing that can be asked for, and why.
    Nothing(&'static str),
}

/// One step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A POST to a path with a body; the id at that place of its answer is remembered under a name.
    Make(&'static str, &'static str, &'static str, &'static str),
    /// The newest of a list, remembered under a name: what came into being without being asked for.
    Newest(&'static str, &'static str),
    /// A POST to a path with a body.
    Post(&'static str, &'static str),
    /// A DELETE of a path.
    Delete(&'static str),
    /// So many seconds pass on the account's clock.
    Wait(i64),
    /// Steps that several events begin with.
    First(&'static [Step]),
}

use Recipe::{Nothing, Steps};
use Step::{Delete, First, Make, Newest, Post, Wait};

/// What leads to an event.
pub(super) const fn recipe(event: EventType) -> Recipe {
    use EventType as E;
    match event {
        E::PaymentCreated => Steps(&[ORDER]),
        E::PaymentProcessing => {
            Nothing("the sandbox's acquirer answers at once, so that no payment of it is seen processing")
        }
        E::PaymentRequiresAuthentication => Steps(&[ORDER, Post(PAY, r#"{"number": "4000 0000 0000 3220"}"#)]),
        E::PaymentRequiresAction => Steps(&[CUSTOMER, SETUP, ASKED_CARD, OFF_SESSION]),
        E::PaymentAuthorized => Steps(&[HELD]),
        E::PaymentCompleted => Steps(&[ORDER, Post(PAY, APPROVED)]),
        E::PaymentFailed => Steps(&[ORDER, Post(PAY, r#"{"number": "4000 0000 0000 0002"}"#)]),
        E::PaymentRefunded | E::RefundCreated => Steps(&[PAID, REFUND]),
        E::PaymentCancelled => Steps(&[ORDER, Post("/v1/payments/{payment}/cancel", "{}")]),
        E::PaymentExpired => Steps(&[ORDER, Wait(24 * HOUR_S)]),
        E::RefundUpdated => {
            Nothing("the sandbox's bank gives back at once, or not at all, so that no refund of it arrives later")
        }
        E::RefundFailed => Steps(&[PAID_BY_CLOSED_CARD, REFUND, Wait(2 * 24 * HOUR_S)]),
        E::DisputeCreated => Steps(&[PAID, DISPUTE]),
        // A warning that becomes a dispute: what is worth a handler of its own.
        E::DisputeUpdated => Steps(&[PAID, WARNING, Post("/v1/test/disputes/{dispute}/escalate", "{}")]),
        E::DisputeWon => Steps(&[
            PAID,
            DISPUTE,
            Post(EVIDENCE, r#"{"evidence": {"uncategorizedText": "winning_evidence"}}"#),
            Post("/v1/disputes/{dispute}/submit", "{}"),
        ]),
        E::DisputeLost => Steps(&[PAID, DISPUTE, Post("/v1/disputes/{dispute}/accept", "{}")]),
        E::SettlementCreated => Steps(&[SETTLED, Newest("settlement", "/v1/settlements")]),
        E::PayoutCreated => Steps(&[SETTLED, PAYOUT]),
        E::PayoutPaid => Steps(&[SETTLED, PAYOUT, Wait(5 * 24 * HOUR_S)]),
        E::PayoutFailed => Steps(&[
            SETTLED_FOR_A_REFUSAL,
            Make("payout", "id", "/v1/payouts", r#"{"currency": "NZD"}"#),
            Wait(5 * 24 * HOUR_S),
        ]),
        E::CustomerCreated => Steps(&[CUSTOMER]),
        E::CustomerUpdated => Steps(&[CUSTOMER, Post("/v1/customers/{customer}", r#"{"name": "Ada King"}"#)]),
        E::CustomerDeleted => Steps(&[CUSTOMER, Delete("/v1/customers/{customer}")]),
        E::PaymentMethodAttached => Steps(&[CUSTOMER, SETUP, CARD]),
        E::PaymentMethodDetached => {
            Steps(&[CUSTOMER, SETUP, CARD, Delete("/v1/customers/{customer}/methods/{paymentMethod}")])
        }
        E::PaymentMethodUpdated => Steps(&[CUSTOMER, SETUP, CARD, Post(RENEW, r#"{"last4": "1881"}"#)]),
        E::PaymentMethodExpiring => {
            Steps(&[CUSTOMER, SETUP, CARD, Post(RENEW, r#"{"expMonth": {month}, "expYear": {year}}"#), Wait(1)])
        }
        E::LoyaltyAccountCreated => Steps(&[CUSTOMER, MEMBER]),
        E::LoyaltyPointsEarned => Steps(&[CUSTOMER, MEMBER, POINTS]),
        E::LoyaltyPointsRedeemed => Steps(&[CUSTOMER, MEMBER, POINTS, REWARD, REDEMPTION]),
        E::LoyaltyPointsExpiring => Steps(&[PROGRAM_OF_A_MONTH, MEMBER_OF_IT, POINTS, Wait(3 * 24 * HOUR_S)]),
        E::LoyaltyTierChanged => Steps(&[PROGRAM_WITH_TIERS, MEMBER_OF_IT, POINTS]),
        E::SubscriptionCreated => Steps(&[CUSTOMER, SETUP, CARD, PLAN, SUBSCRIPTION]),
        E::InvoiceCreated | E::InvoiceFinalized | E::InvoicePaid => INVOICED,
        E::SubscriptionUpdated => CHANGES_ITS_MIND,
        E::SubscriptionTrialWillEnd => Steps(&[CUSTOMER, SETUP, CARD, PLAN, TRIAL, Wait(1)]),
        E::SubscriptionDeleted => Steps(&[CUSTOMER, SETUP, CARD, PLAN, SUBSCRIPTION, Delete(SUBSCRIBED)]),
        E::InvoicePaymentFailed => Steps(&[CUSTOMER, PLAN, DECLINED_SUBSCRIPTION, NEWEST_INVOICE]),
        // Nobody has saved a card: the customer pays on the hosted page.
        E::InvoicePaymentActionRequired => Steps(&[CUSTOMER, PLAN, SUBSCRIPTION, NEWEST_INVOICE]),
        E::InvoiceVoided => Steps(&[CUSTOMER, PLAN, SENT_INVOICE, NEWEST_INVOICE, VOID]),
        E::InvoiceMarkedUncollectible => Steps(&[CUSTOMER, PLAN, SENT_INVOICE, NEWEST_INVOICE, WRITE_OFF]),
        E::WebhookEndpointDisabled => {
            Steps(&[ENDPOINT, Post("/v1/webhooks/{webhookEndpoint}/test", "{}"), Wait(5 * 24 * HOUR_S)])
        }
        E::WebhookTest => Steps(&[ENDPOINT, Post("/v1/webhooks/{webhookEndpoint}/test", "{}")]),
    }
}

const HOUR_S: i64 = 60 * 60;

const PAY: &str = "/v1/test/payments/{payment}/pay";
const APPROVED: &str = r#"{"number": "4242 4242 4242 4242"}"#;
const RENEW: &str = "/v1/test/payment-methods/{paymentMethod}/update";

const ORDER: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 2500, "currency": "EUR", "description": "Order 1234", "metadata": {"orderId": "1234"}}"#,
);
const PAID: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 2500, "currency": "EUR", "paymentMethodId": "pm_test_4242", "confirm": true}"#,
);
/// Paid with a card to which nothing can be given back.
const PAID_BY_CLOSED_CARD: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 2500, "currency": "EUR", "paymentMethodId": "pm_test_5126", "confirm": true}"#,
);
/// Paid with a card whose money is settled at once.
const SETTLED: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 2500, "currency": "EUR", "paymentMethodId": "pm_test_0077", "confirm": true}"#,
);
/// 13.13 after its fee, which the sandbox's bank sends back; in a currency of which there is hardly anything else to pay
/// out.
const SETTLED_FOR_A_REFUSAL: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 1333, "currency": "NZD", "paymentMethodId": "pm_test_0077", "confirm": true}"#,
);
const PAYOUT: Step = Make("payout", "id", "/v1/payouts", r#"{"currency": "EUR"}"#);
const REFUND: Step = Make("refund", "id", "/v1/refunds", r#"{"paymentId": "{payment}", "amount": 1000}"#);
const DISPUTE: Step = Make("dispute", "id", "/v1/test/payments/{payment}/dispute", "{}");
const WARNING: Step = Make("dispute", "id", "/v1/test/payments/{payment}/dispute", r#"{"warning": true}"#);
const EVIDENCE: &str = "/v1/disputes/{dispute}";
const HELD: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 2500, "currency": "EUR", "paymentMethodId": "pm_test_4242", "confirm": true, "capture": false}"#,
);
const CUSTOMER: Step =
    Make("customer", "id", "/v1/customers", r#"{"email": "ada@example.com", "name": "Ada Lovelace"}"#);
const SETUP: Step = Make("setup", "id", "/v1/customers/{customer}/setup-method", "{}");
const CARD: Step = Make("paymentMethod", "paymentMethodId", "/v1/test/setups/{setup}/pay", APPROVED);
/// A card that its bank asks about also when its customer is away.
const ASKED_CARD: Step = First(&[
    Post("/v1/test/setups/{setup}/pay", r#"{"number": "4000 0000 0000 3220"}"#),
    Make("paymentMethod", "paymentMethodId", "/v1/test/setups/{setup}/authenticate", r#"{"result": "succeed"}"#),
]);
const OFF_SESSION: Step = Make(
    "payment",
    "id",
    "/v1/payments",
    r#"{"amount": 2500, "currency": "EUR", "customerId": "{customer}", "offSession": true}"#,
);
const SUBSCRIBED: &str = "/v1/subscriptions/{subscription}";
/// What can be subscribed to.
const PLAN: Step = First(&[
    Make("product", "id", "/v1/products", r#"{"name": "Starter"}"#),
    Make(
        "price",
        "id",
        "/v1/prices",
        r#"{"productId": "{product}", "amount": 2900, "currency": "EUR", "recurring": {"interval": "month"}}"#,
    ),
]);
const SUBSCRIPTION: Step =
    Make("subscription", "id", "/v1/subscriptions", r#"{"customerId": "{customer}", "priceId": "{price}"}"#);
/// It ends sooner than it would be told of.
const TRIAL: Step = Make(
    "subscription",
    "id",
    "/v1/subscriptions",
    r#"{"customerId": "{customer}", "priceId": "{price}", "trialPeriodDays": 1}"#,
);
const DECLINED_SUBSCRIPTION: Step = Make(
    "subscription",
    "id",
    "/v1/subscriptions",
    r#"{"customerId": "{customer}", "priceId": "{price}", "defaultMethodId": "pm_test_0002"}"#,
);
const SENT_INVOICE: Step = Make(
    "subscription",
    "id",
    "/v1/subscriptions",
    r#"{"customerId": "{customer}", "priceId": "{price}", "collectionMethod": "send_invoice"}"#,
);
const INVOICED: Recipe = Recipe::Steps(&[CUSTOMER, SETUP, CARD, PLAN, SUBSCRIPTION, NEWEST_INVOICE]);
const CHANGES_ITS_MIND: Recipe =
    Recipe::Steps(&[CUSTOMER, SETUP, CARD, PLAN, SUBSCRIPTION, Post(SUBSCRIBED, r#"{"cancelAtPeriodEnd": true}"#)]);
const VOID: Step = Post("/v1/invoices/{invoice}/void", "{}");
const WRITE_OFF: Step = Post("/v1/invoices/{invoice}/mark-uncollectible", "{}");
const NEWEST_INVOICE: Step = Newest("invoice", "/v1/invoices");
const MEMBER: Step = Make("loyaltyAccount", "id", "/v1/loyalty/accounts", r#"{"customerId": "{customer}"}"#);
/// What is earned in it lapses within 30 days and a day or two.
const PROGRAM_OF_A_MONTH: Step =
    Make("program", "id", "/v1/loyalty/programs", r#"{"name": "Points for a month", "currency": {"expiryMonths": 1}}"#);
/// The points that are given here lift to its second tier.
const PROGRAM_WITH_TIERS: Step = Make(
    "program",
    "id",
    "/v1/loyalty/programs",
    r#"{"name": "Tiers", "tierConfig": {"qualifyOn": "points", "period": {"type": "rolling", "months": 12}, "tiers": [
        {"key": "bronze", "name": "Bronze", "rank": 1, "threshold": 0},
        {"key": "silver", "name": "Silver", "rank": 2, "threshold": 40, "multiplier": 1.5}]}}"#,
);
const MEMBER_OF_IT: Step = Make("loyaltyAccount", "id", "/v1/loyalty/accounts", r#"{"programId": "{program}"}"#);
const POINTS: Step = Make(
    "pointsTransaction",
    "id",
    "/v1/loyalty/points/earn",
    r#"{"accountId": "{loyaltyAccount}", "amount": 42, "reason": "a gift"}"#,
);
const REWARD: Step = Make(
    "reward",
    "id",
    "/v1/loyalty/rewards",
    r#"{"name": "EUR 5.00 off", "type": "discount_amount", "cost": 40, "value": {"amount": 500, "currency": "EUR"}}"#,
);
const REDEMPTION: Step =
    Make("redemption", "id", "/v1/loyalty/redemptions", r#"{"accountId": "{loyaltyAccount}", "rewardId": "{reward}"}"#);
/// On the machine where the server runs, at a port where nobody listens.
const ENDPOINT: Step = Make("webhookEndpoint", "id", "/v1/webhooks", r#"{"url": "http://127.0.0.1:9/vinr-trigger"}"#);
