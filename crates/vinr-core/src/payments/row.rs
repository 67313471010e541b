//! The payment's state: what one row of `payments` holds.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::awards::Award;
use crate::cards::{Brand, Expiry, FailureCode};
use crate::countries::Country;
use crate::ids::{
    AttemptId, CustomerId, InvoiceId, PaymentId, PaymentLinkId, PaymentMethodId, ProgramId, RedemptionId,
};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::payment_methods::Saving;
use crate::refunds::Refund;
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Failed attempts after which a payment's checkout closes. The specification names no number; no buyer has that many cards.
pub const FAILURES_MAX: u32 = 10;

wire_enum! {
    /// Where a payment stands (spec/payments.md, status table).
    pub enum Status {
        /// Waiting for the buyer, nothing charged.
        Pending = "pending",
        /// With the acquirer, outcome not known.
        Processing = "processing",
        /// A 3DS challenge is open.
        RequiresAuthentication = "requires_authentication",
        /// Off session, the issuer wants the buyer.
        RequiresAction = "requires_action",
        /// Held, not captured.
        Authorized = "authorized",
        /// Captured.
        Completed = "completed",
        /// The last attempt brought no money.
        Failed = "failed",
        /// Given up by the merchant.
        Cancelled = "cancelled",
        /// Ran out of time.
        Expired = "expired",
    }
}

wire_enum! {
    /// Whether money is taken with the authorization or by a later capture.
    pub enum Capture {
        /// With the authorization.
        Automatic = "automatic",
        /// By a capture of its own.
        Manual = "manual",
    }
}

/// Whether the buyer is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In the checkout, able to answer a challenge.
    OnSession,
    /// Charged by the merchant without the buyer.
    OffSession,
}

/// What is kept of a card: enough to recognise it, never enough to charge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSummary {
    /// The scheme.
    pub brand: Brand,
    /// The last four digits.
    pub last4: String,
    /// Its last month.
    pub expiry: Expiry,
}

wire_enum! {
    /// What sort of thing pays.
    pub enum MethodType {
        /// A card.
        Card = "card",
        /// A transfer that the buyer approves at their bank.
        Ideal = "ideal",
        /// A debit of an account in the euro area, by mandate.
        SepaDebit = "sepa_debit",
    }
}

/// What is kept of an account that is debited: enough to recognise it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// Where it is.
    pub country: Country,
    /// The last four characters of its number.
    pub last4: String,
    /// Whose it is, as the buyer typed it: the mandate is theirs.
    pub holder: String,
    /// The reference of the mandate under which it is debited, which stands on its holder's statement.
    pub mandate: String,
}

/// What pays, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instrument {
    /// A card.
    Card(CardSummary),
    /// The buyer's bank, which is not told to anybody.
    Ideal,
    /// An account that is debited.
    SepaDebit(BankAccount),
}

/// What pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The stored method or test token; none for what was typed on the page and not kept. Once an iDEAL payment is
    /// completed that was to keep what pays, it is the account that it yielded: iDEAL itself pays once.
    pub id: Option<PaymentMethodId>,
    /// What is shown of it.
    pub instrument: Instrument,
}

impl Method {
    /// The card, if it is one.
    pub fn card(&self) -> Option<&CardSummary> {
        match &self.instrument {
            Instrument::Card(card) => Some(card),
            Instrument::Ideal | Instrument::SepaDebit(_) => None,
        }
    }

    /// The account that is debited, if it is one.
    pub fn bank_account(&self) -> Option<&BankAccount> {
        match &self.instrument {
            Instrument::SepaDebit(account) => Some(account),
            Instrument::Card(_) | Instrument::Ideal => None,
        }
    }

    /// What sort of thing it is.
    pub fn method_type(&self) -> MethodType {
        match self.instrument {
            Instrument::Card(_) => MethodType::Card,
            Instrument::Ideal => MethodType::Ideal,
            Instrument::SepaDebit(_) => MethodType::SepaDebit,
        }
    }
}

/// A capture that is with the acquirer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturePending {
    /// The acquirer's idempotency key.
    pub attempt: AttemptId,
    /// Minor units asked for.
    pub amount: i64,
}

/// One line of the payment's history: the status it got and when, or what was noted while it had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// The status it got, or had.
    pub status: Status,
    /// When, on the account's clock.
    pub at: Timestamp,
    /// What was noted; nothing for a change of status.
    pub note: Option<String>,
}

/// What a redemption takes off a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// The redemption.
    pub redemption: RedemptionId,
    /// Minor units; always positive.
    pub amount: i64,
}

/// A payment. Amounts are minor units of `amount.currency()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Where it stands.
    pub status: Status,
    /// What is to be charged: what is left after discounts and store credit.
    pub amount: Money,
    /// What redemptions take off, in the order in which they were named.
    pub discounts: Vec<Discount>,
    /// What the customer's store credit pays: held as long as the payment may still complete, and nothing once it has
    /// ended without money.
    pub credit_applied: i64,
    /// What of that was given back, or will be with a refund that is on its way.
    pub credit_refunded: i64,
    /// What it earned, once in each program.
    pub awards: Vec<Award>,
    /// Held and not yet captured.
    pub amount_capturable: i64,
    /// Taken.
    pub amount_captured: i64,
    /// Given back or on its way back.
    pub amount_refunded: i64,
    /// In open disputes or lost by them: taken by the network, and not to be given back a second time.
    pub amount_disputed: i64,
    /// The newest refund as it stands.
    pub latest_refund: Option<Box<Refund>>,
    /// Shown to the buyer.
    pub description: Option<String>,
    /// Whose payment it is.
    pub customer_id: Option<CustomerId>,
    /// What paid or was last tried.
    pub method: Option<Method>,
    /// Where the buyer goes afterwards.
    pub return_url: Option<String>,
    /// Where a buyer goes who gives up.
    pub cancel_url: Option<String>,
    /// Secret of the hosted page.
    pub checkout_token: String,
    /// When money is taken.
    pub capture: Capture,
    /// Whether the buyer was there at the last attempt, or will be at the first.
    pub presence: Presence,
    /// Whether what pays is kept for the customer.
    pub save_method: bool,
    /// The pending method of what is being charged, to be kept if it pays. While the buyer is at their bank for iDEAL
    /// its id is drawn and the method not there yet: the bank's answer brings the account.
    pub saving: Option<Saving>,
    /// Why the last attempt brought no money.
    pub failure: Option<FailureCode>,
    /// Attempts that brought no money.
    pub failure_count: u32,
    /// Text on the buyer's statement.
    pub statement_descriptor: Option<String>,
    /// Where a receipt goes.
    pub receipt_email: Option<String>,
    /// VINR's fee, known once captured.
    pub fee: Option<i64>,
    /// The current attempt at the acquirer.
    pub attempt: Option<AttemptId>,
    /// A capture that is with the acquirer.
    pub capturing: Option<CapturePending>,
    /// Its history.
    pub timeline: Vec<Milestone>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// End of the open challenge.
    pub authenticate_until: Option<Timestamp>,
    /// End of the hold.
    pub authorized_until: Option<Timestamp>,
    /// When a slow bank says whether the money comes.
    pub clears_at: Option<Timestamp>,
    /// End of the checkout.
    pub expires_at: Timestamp,
    /// When the money was taken.
    pub completed_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The link that made it.
    pub link_id: Option<PaymentLinkId>,
    /// The invoice that it is for.
    pub invoice_id: Option<InvoiceId>,
}

impl Payment {
    /// Whether so many attempts have failed that there is no further one: whoever goes on is likely to be trying out cards
    /// that are not theirs.
    pub fn is_tried_out(&self) -> bool {
        self.status == Status::Failed && self.failure_count >= FAILURES_MAX
    }

    /// What it earned in a program.
    pub fn award(&self, program: &ProgramId) -> Option<&Award> {
        self.awards.iter().find(|award| award.program_id == *program)
    }

    /// What it was before discounts and store credit, in minor units.
    ///
    /// # Panics
    /// If that does not fit 64 bits; a payment was of no more when it was created.
    pub fn original_amount(&self) -> i64 {
        let off = super::discounts::off(&self.discounts);
        let original = self.amount.amount.checked_add(off).and_then(|sum| sum.checked_add(self.credit_applied));
        original.expect("an original amount fits 64 bits")
    }

    /// Whether something else than the method pays a part of it, or all.
    pub fn is_reduced(&self) -> bool {
        !self.discounts.is_empty() || self.credit_applied > 0
    }

    /// Whether all that was paid went back, money and store credit.
    pub fn is_refunded(&self) -> bool {
        let paid = self.amount_captured > 0 || self.credit_applied > 0;
        paid && self.amount_refunded == self.amount_captured && self.credit_refunded == self.credit_applied
    }

    /// Whether there is nothing left that its buyer could do: then a client secret opens nothing any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        match self.status {
            Status::Authorized | Status::Completed => true,
            Status::Pending
            | Status::Processing
            | Status::RequiresAuthentication
            | Status::RequiresAction
            | Status::Failed
            | Status::Cancelled
            | Status::Expired => self.is_over_unpaid(now),
        }
    }

    /// Whether it ended without money, or none can come any more: its checkout closed, or its attempts are used up.
    pub fn is_over_unpaid(&self, now: Timestamp) -> bool {
        match self.status {
            Status::Cancelled | Status::Expired => true,
            Status::Failed if self.is_tried_out() => true,
            Status::Pending | Status::RequiresAction | Status::Failed => self.expires_at <= now,
            Status::Processing | Status::RequiresAuthentication | Status::Authorized | Status::Completed => false,
        }
    }
}
