//! Payments as JSON: what comes in and what is shown (spec/payments.md, Payments).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::PaymentId;
use vinr_core::metadata::Metadata;
use vinr_core::payments::{Method, Payment, Presence, Status};

use crate::http::formats::MetadataInput;
use crate::http::list::Page;
use crate::http::shapes::{Failure, Pages, Refund, TypedAccount, TypedCard};

/// What can be shown whole beside its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Expand {
    /// The payment's customer.
    Customer,
}

impl Expand {
    const fn as_str(self) -> &'static str {
        match self {
            Expand::Customer => "customer",
        }
    }

    /// What is asked for, as names with commas between.
    pub(crate) fn names(asked: Option<&[Expand]>) -> Option<String> {
        let names: Vec<&str> = asked?.iter().map(|one| one.as_str()).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    /// Whether it is among such names.
    pub(crate) fn is_in(self, names: Option<&str>) -> bool {
        names.is_some_and(|names| names.split(',').any(|name| name == self.as_str()))
    }
}

/// What is asked beside an id in the path.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retrieve {
    /// What to show whole.
    #[schemars(length(max = 10))]
    pub(crate) expand: Option<Vec<Expand>>,
}

/// What creates a payment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) id: Option<String>,
    /// What to charge, in minor units of the currency.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    pub(crate) amount: i64,
    /// ISO 4217 code, in any case.
    #[schemars(extend("format" = "currency"))]
    pub(crate) currency: String,
    /// Shown to the buyer.
    #[schemars(length(max = 500), extend("format" = "printable"))]
    pub(crate) description: Option<String>,
    /// Where the hosted page sends the buyer afterwards.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(crate) return_url: Option<String>,
    /// Where the hosted page sends a buyer who gives up.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(crate) cancel_url: Option<String>,
    /// Whether to take the money at once (the default) or by a later capture.
    pub(crate) capture: Option<bool>,
    /// The same as a word.
    pub(crate) capture_method: Option<CaptureWord>,
    /// Whose payment it is.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// What pays.
    #[schemars(extend("format" = "id:pm"))]
    pub(crate) payment_method_id: Option<String>,
    /// Whether to charge now.
    pub(crate) confirm: Option<bool>,
    /// The buyer is not there; implies `confirm`.
    pub(crate) off_session: Option<bool>,
    /// Keep what pays for the customer's next payments: the card, the account that is debited, or the one that an iDEAL
    /// payment comes from. A card is kept once it has paid or is held, an account once its first debit is completed.
    /// Without a customer the hosted page asks the buyer for an e-mail address and makes one.
    pub(crate) save_payment_method: Option<bool>,
    /// Text on the buyer's statement.
    #[schemars(length(min = 1, max = 22), extend("format" = "statement-descriptor"))]
    pub(crate) statement_descriptor: Option<String>,
    /// Where a receipt goes.
    #[schemars(length(max = 254), extend("format" = "mail"))]
    pub(crate) receipt_email: Option<String>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
    /// Redemptions of the payer's, each of which takes its discount off the amount. One that cannot be used is told with the
    /// reason, and no payment is created. What they leave nothing of completes at once, without a charge.
    #[schemars(length(max = 10))]
    pub(crate) redemptions: Option<Vec<String>>,
    /// Whether to use the customer's store credit in this currency, after redemptions and before the card: as much as there
    /// is. It is held as long as the payment may complete, taken when it does, and goes back when it is cancelled, expires,
    /// or has failed and nobody can try again. What it leaves nothing of completes at once, without a charge. The default is
    /// no.
    pub(crate) use_store_credit: Option<bool>,
    /// What to show whole.
    #[schemars(length(max = 10))]
    pub(crate) expand: Option<Vec<Expand>>,
}

/// How money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureWord {
    /// With the authorization.
    Automatic,
    /// By a capture of its own.
    Manual,
}

/// What confirms a payment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Confirm {
    /// What pays.
    #[schemars(extend("format" = "id:pm"))]
    pub(crate) payment_method_id: Option<String>,
    /// The buyer is not there.
    pub(crate) off_session: Option<bool>,
    /// What the buyer was shown, in minor units. If the payment is of another amount by now, because a discount ended, it is
    /// not charged.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    pub(crate) amount: Option<i64>,
    /// With a public key: the session's client secret. It may come in the header `X-Vinr-Client-Secret` instead.
    #[schemars(length(max = 255))]
    pub(crate) client_secret: Option<String>,
    /// What to show whole.
    #[schemars(length(max = 10))]
    pub(crate) expand: Option<Vec<Expand>>,
}

/// What captures a payment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct Capture {
    /// Minor units to take; all that is held when absent. The rest is released.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    pub(crate) amount: Option<i64>,
    /// What to show whole.
    #[schemars(length(max = 10))]
    pub(crate) expand: Option<Vec<Expand>>,
}

/// What cancels a payment: nothing more is needed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct Cancel {
    /// What to show whole.
    #[schemars(length(max = 10))]
    pub(crate) expand: Option<Vec<Expand>>,
}

/// What the sandbox's buyer types, and whether the card is kept.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pay {
    /// The card.
    #[serde(flatten)]
    pub(crate) card: TypedCard,
    /// Keep the card for the customer, whatever the payment says.
    pub(crate) save_payment_method: Option<bool>,
    /// Where mail reaches a buyer who is no customer yet and whose card is kept.
    #[schemars(length(max = 254), extend("format" = "mail"))]
    pub(crate) email: Option<String>,
}

/// The account that the sandbox's buyer gives to be debited, and whether it is kept.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Debit {
    /// The account.
    #[serde(flatten)]
    pub(crate) account: TypedAccount,
    /// Keep the account for the customer, whatever the payment says.
    pub(crate) save_payment_method: Option<bool>,
    /// Where mail reaches a buyer who is no customer yet and whose account is kept.
    #[schemars(length(max = 254), extend("format" = "mail"))]
    pub(crate) email: Option<String>,
}

/// Which payments to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<PaymentId>,
    /// Only those that stand so.
    pub(crate) status: Option<StatusWord>,
    /// Only this customer's.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// Only those of this payment link.
    #[schemars(extend("format" = "id:link"))]
    pub(crate) payment_link_id: Option<String>,
    /// Only in this currency.
    #[schemars(extend("format" = "currency"))]
    pub(crate) currency: Option<String>,
    /// What to show whole.
    #[schemars(length(max = 10))]
    pub(crate) expand: Option<Vec<Expand>>,
}

/// A payment's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusWord {
    /// Waiting for the buyer.
    Pending,
    /// With the acquirer.
    Processing,
    /// A 3DS challenge is open.
    RequiresAuthentication,
    /// The issuer wants the buyer.
    RequiresAction,
    /// Held, not captured.
    Authorized,
    /// Captured.
    Completed,
    /// Declined.
    Failed,
    /// Given up.
    Cancelled,
    /// Out of time.
    Expired,
}

impl StatusWord {
    /// The word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        let status = match self {
            StatusWord::Pending => Status::Pending,
            StatusWord::Processing => Status::Processing,
            StatusWord::RequiresAuthentication => Status::RequiresAuthentication,
            StatusWord::RequiresAction => Status::RequiresAction,
            StatusWord::Authorized => Status::Authorized,
            StatusWord::Completed => Status::Completed,
            StatusWord::Failed => Status::Failed,
            StatusWord::Cancelled => Status::Cancelled,
            StatusWord::Expired => Status::Expired,
        };
        status.as_str()
    }
}

/// A payment as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Payment")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `payment`.
    object: &'static str,
    /// Where it stands; the list's `status` filter names them all.
    status: &'static str,
    /// What is to be charged, in minor units of the currency: what is left after discounts and store credit.
    amount: i64,
    /// Held and not yet captured.
    amount_capturable: i64,
    /// Taken.
    amount_captured: i64,
    /// Given back of what was taken, or on its way back.
    amount_refunded: i64,
    /// ISO 4217 code.
    currency: &'static str,
    /// Shown to the buyer.
    description: Option<&'a str>,
    /// Whose payment it is.
    customer_id: Option<&'a str>,
    /// What paid or was last tried; after iDEAL with `savePaymentMethod`, the bank account that it yielded.
    payment_method_id: Option<&'a str>,
    /// Its type: `card`, `ideal` or `sepa_debit`.
    method: Option<&'static str>,
    /// What may be shown of the card.
    card: Option<Card<'a>>,
    /// What may be shown of the account that is debited.
    sepa_debit: Option<SepaDebit<'a>>,
    /// The whole customer, where `expand` asks for it; null if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<serde_json::Value>,
    /// Where the hosted page sends the buyer afterwards.
    return_url: Option<&'a str>,
    /// Where the hosted page sends a buyer who gives up.
    cancel_url: Option<&'a str>,
    /// The hosted page.
    checkout_url: String,
    /// Where the buyer answers an open 3DS challenge, or approves the payment at their bank.
    authentication_url: Option<String>,
    /// `automatic` or `manual`.
    capture_method: &'static str,
    /// Whether the buyer was away at the last attempt.
    off_session: bool,
    /// Whether what pays is kept for the customer.
    save_payment_method: bool,
    /// The redemptions that reduce it.
    redemptions: Vec<&'a str>,
    /// What each of them takes off.
    discounts: Vec<Discount<'a>>,
    /// What it was before discounts and store credit, in minor units.
    original_amount: i64,
    /// What the customer's store credit pays of it, in minor units: held while it may complete, taken when it does.
    credit_applied: i64,
    /// What of that was given back or is on its way back.
    credit_refunded: i64,
    /// Why the last attempt brought no money. Of an `authorized` payment: why its capture was refused, which another
    /// `payment.authorized` tells; the hold stands.
    failure: Option<Failure>,
    /// Attempts that brought no money. After ten of them its checkout is closed.
    failure_count: u32,
    /// Text on the buyer's statement.
    statement_descriptor: Option<&'a str>,
    /// Where a receipt goes.
    receipt_email: Option<&'a str>,
    /// VINR's fee in minor units, known once captured.
    fee: Option<i64>,
    /// The invoice that it is for.
    invoice_id: Option<&'a str>,
    /// The payment link that made it.
    payment_link_id: Option<&'a str>,
    /// The newest refund, whole.
    latest_refund: Option<Refund<'a>>,
    /// Each status it had, with its time.
    timeline: Vec<Milestone<'a>>,
    /// Your own notes.
    metadata: Pairs<'a>,
    /// When its checkout closes.
    expires_at: String,
    /// When the money was taken.
    completed_at: Option<String>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

impl Shown<'_> {
    /// With its customer beside its id.
    #[must_use]
    pub(crate) fn with_customer(self, customer: Option<serde_json::Value>) -> Self {
        Shown { customer, ..self }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Card<'a> {
    brand: &'static str,
    last4: &'a str,
    exp_month: u8,
    exp_year: u16,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SepaDebit<'a> {
    /// Where the account is, ISO 3166.
    country: &'static str,
    /// The last four characters of its number.
    last4: &'a str,
    /// Whose account it is.
    account_holder: &'a str,
    /// The mandate under which it is debited, as its holder's statement names it.
    mandate_reference: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Discount<'a> {
    /// The redemption that grants it.
    redemption_id: &'a str,
    /// Minor units.
    amount: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Milestone<'a> {
    /// The status it got, or had.
    status: &'static str,
    /// When.
    at: String,
    /// What was noted; null for a change of status.
    note: Option<&'a str>,
}

type Pairs<'a> = BTreeMap<&'a str, &'a str>;

/// A payment as JSON.
pub(crate) fn data(payment: &Payment, pages: Pages<'_>) -> String {
    serde_json::to_string(&show(payment, pages)).expect("texts and numbers are JSON")
}

/// A payment as it is shown.
pub(crate) fn show<'a>(payment: &'a Payment, pages: Pages<'_>) -> Shown<'a> {
    let method = payment.method.as_ref();
    let page = |place| pages.url(place, payment.id.as_str(), &payment.checkout_token);
    Shown {
        id: payment.id.as_str(),
        object: "payment",
        status: payment.status.as_str(),
        amount: payment.amount.amount,
        amount_capturable: payment.amount_capturable,
        amount_captured: payment.amount_captured,
        amount_refunded: payment.amount_refunded,
        currency: payment.amount.currency.code(),
        description: payment.description.as_deref(),
        customer_id: payment.customer_id.as_ref().map(vinr_core::ids::CustomerId::as_str),
        payment_method_id: method.and_then(|method| method.id.as_ref()).map(vinr_core::ids::PaymentMethodId::as_str),
        method: method.map(|method| method.method_type().as_str()),
        card: card(payment),
        sepa_debit: method.and_then(Method::bank_account).map(|account| SepaDebit {
            country: account.country.code(),
            last4: &account.last4,
            account_holder: &account.holder,
            mandate_reference: &account.mandate,
        }),
        customer: None,
        return_url: payment.return_url.as_deref(),
        cancel_url: payment.cancel_url.as_deref(),
        checkout_url: page("checkout"),
        authentication_url: payment.authenticate_until.map(|_| page("authenticate")),
        capture_method: payment.capture.as_str(),
        off_session: payment.presence == Presence::OffSession,
        save_payment_method: payment.save_method,
        redemptions: payment.discounts.iter().map(|one| one.redemption.as_str()).collect(),
        discounts: payment.discounts.iter().map(discount).collect(),
        original_amount: payment.original_amount(),
        credit_applied: payment.credit_applied,
        credit_refunded: payment.credit_refunded,
        failure: payment.failure.map(Failure::of),
        failure_count: payment.failure_count,
        statement_descriptor: payment.statement_descriptor.as_deref(),
        receipt_email: payment.receipt_email.as_deref(),
        fee: payment.fee,
        invoice_id: payment.invoice_id.as_ref().map(vinr_core::ids::InvoiceId::as_str),
        payment_link_id: payment.link_id.as_ref().map(vinr_core::ids::PaymentLinkId::as_str),
        latest_refund: payment.latest_refund.as_deref().map(Refund::of),
        timeline: payment.timeline.iter().map(milestone).collect(),
        metadata: pairs(&payment.metadata),
        expires_at: payment.expires_at.rfc3339(),
        completed_at: payment.completed_at.map(vinr_core::time::Timestamp::rfc3339),
        created_at: payment.created_at.rfc3339(),
    }
}

/// What may be shown of the card that pays.
pub(super) fn card(payment: &Payment) -> Option<Card<'_>> {
    let card = payment.method.as_ref()?.card()?;
    let (exp_month, exp_year) = (card.expiry.month, card.expiry.year);
    Some(Card { brand: card.brand.as_str(), last4: &card.last4, exp_month, exp_year })
}

fn discount(one: &vinr_core::payments::Discount) -> Discount<'_> {
    Discount { redemption_id: one.redemption.as_str(), amount: one.amount }
}

fn milestone(one: &vinr_core::payments::Milestone) -> Milestone<'_> {
    Milestone { status: one.status.as_str(), at: one.at.rfc3339(), note: one.note.as_deref() }
}

fn pairs(metadata: &Metadata) -> Pairs<'_> {
    metadata.iter().collect()
}
