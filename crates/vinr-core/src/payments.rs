//! One payment, from the buyer's first sight of it to its end (spec/payments.md, "Payments").
//!
//! ```text
//!            ┌────────────── confirm ──────────────┐
//!            │                                     ▼
//!  pending ──┼─▶ expired, cancelled          processing ──▶ completed
//!            │                                 │ │ │ └────▶ authorized ──capture──▶ completed
//!            │   requires_authentication ◀─────┘ │ │              └──▶ cancelled, expired
//!            │   requires_action ◀───────────────┘ │
//!            └── failed (while its checkout is open) ◀─────┘
//! ```
//!
//! Refused: a second confirmation of what is decided, a capture of more than was authorized, a cancellation of
//! what is with the acquirer. A refund does not change the status. What discounts and store credit leave nothing of
//! completes at once.

mod decide;
mod discounts;
mod evolve;
mod row;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::balance::Funds;
pub use decide::{amount, bank_gate, confirm_gate, create, decide, due, refundable, refundable_credit, takes_bank};
pub use discounts::{charged, check_quote, undiscounted, unless_charged};
pub use evolve::evolve;
pub use row::{
    BankAccount, Capture, CapturePending, CardSummary, Discount, Instrument, Method, MethodType, Milestone, Payment,
    Presence, Status,
};

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::balance::{Entry, Kind};
use crate::cards::FailureCode;
use crate::fees::FeeSchedule;
use crate::ids::{AttemptId, CustomerId, InvoiceId, PaymentId, PaymentLinkId, RedemptionId};
use crate::ledger::{LedgerAccount, Phase, Transfer, Unit};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::payment_methods::Saving;
use crate::refunds::Refund;
use crate::time::{Span, Timestamp};

/// How long an unpaid payment's checkout stays open.
pub const CHECKOUT_OPEN: Span = Span::hours(24);
/// How long an abandoned 3DS challenge stays open before the attempt fails.
pub const CHALLENGE_OPEN: Span = Span::minutes(15);
/// How long an authorization holds before it lapses uncaptured.
pub const AUTHORIZATION_LIVES: Span = Span::days(7);
/// The pair of metadata that names a member, for a payment without a customer (spec/engagement.md).
pub const LOYALTY_ACCOUNT: &str = "loyalty_account";

/// What a merchant asks for when creating a payment; already parsed and valid in itself.
#[derive(Debug, Clone)]
pub struct Create {
    /// Chosen by the caller (sandbox) or drawn by the server.
    pub id: PaymentId,
    /// What is to be paid, before discounts and store credit.
    pub amount: Money,
    /// What redemptions take off that.
    pub discounts: Vec<Discount>,
    /// What the customer's store credit pays of the rest, in minor units.
    pub credit: i64,
    /// Shown to the buyer and on the merchant's lists.
    pub description: Option<String>,
    /// Where the hosted page sends the buyer afterwards.
    pub return_url: Option<String>,
    /// Where the hosted page sends a buyer who gives up.
    pub cancel_url: Option<String>,
    /// Whether money is taken at once or after a separate capture.
    pub capture: Capture,
    /// Whose payment it is.
    pub customer_id: Option<CustomerId>,
    /// Whether the buyer is there to answer a challenge.
    pub presence: Presence,
    /// Whether what pays is kept for the customer.
    pub save_method: bool,
    /// Text on the buyer's card statement.
    pub statement_descriptor: Option<String>,
    /// Where a receipt goes.
    pub receipt_email: Option<String>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// The secret in the hosted page's address; never the payment's id.
    pub checkout_token: String,
    /// The link that makes it.
    pub link: Option<LinkOf>,
    /// The invoice that it is for.
    pub invoice_id: Option<InvoiceId>,
}

/// What a payment has of the link that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkOf {
    /// The link.
    pub id: PaymentLinkId,
    /// When the link ends: so does the payment's checkout, if that is sooner.
    pub expires_at: Option<Timestamp>,
}

/// What the acquirer said of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The issuer holds the amount.
    Approved {
        /// The simulated network pays this card's funds out without delay.
        funds: Funds,
    },
    /// The issuer wants the buyer to prove who they are.
    Challenge,
    /// A slow bank has it, and says then what became of it.
    Slow {
        /// When.
        until: Timestamp,
    },
    /// No money; the reason is for the merchant and, in their words, the buyer.
    Declined(FailureCode),
}

/// Everything that can be asked of a payment after its creation.
#[derive(Debug, Clone)]
pub enum Command<'a> {
    /// Send it to the acquirer with this method, as this attempt.
    Confirm {
        /// What pays.
        method: Method,
        /// Whether the buyer is there this time: on the hosted page always, whatever the merchant tried before.
        presence: Presence,
        /// The acquirer's idempotency key for this try.
        attempt: AttemptId,
        /// Where what pays is kept if it does.
        saving: Option<Saving>,
    },
    /// The acquirer answered this attempt.
    Settle {
        /// The attempt that was answered; another than the current one changes nothing.
        attempt: AttemptId,
        /// Its answer.
        outcome: Outcome,
        /// The merchant's prices.
        fees: &'a FeeSchedule,
    },
    /// The buyer passed the challenge; the attempt goes on.
    Authenticated,
    /// The buyer failed the challenge.
    AuthenticationFailed,
    /// The challenge was left open too long ([`due`]).
    AuthenticationExpired,
    /// Take the money that is held; `None` takes all of it.
    Capture {
        /// Minor units; what is not taken is released.
        amount: Option<i64>,
        /// The acquirer's idempotency key for this capture.
        attempt: AttemptId,
    },
    /// The acquirer took the money of this capture.
    Captured {
        /// The capture that was answered.
        attempt: AttemptId,
        /// Where the money waits.
        funds: Funds,
        /// The merchant's prices.
        fees: &'a FeeSchedule,
    },
    /// The acquirer refused this capture; the hold stands.
    CaptureRefused {
        /// The capture that was answered.
        attempt: AttemptId,
        /// Why.
        code: FailureCode,
    },
    /// Give this refund's amount back to the buyer.
    Refund(Box<Refund>),
    /// This refund arrived.
    RefundSettled(Box<Refund>),
    /// This refund did not arrive: its amount is the merchant's again.
    RefundFailed(Box<Refund>),
    /// The network takes this much back until the dispute about it is decided.
    Dispute {
        /// Minor units.
        amount: i64,
    },
    /// A dispute was won: this much is the merchant's again.
    DisputeWon {
        /// Minor units.
        amount: i64,
    },
    /// There is nothing to charge: discounts and store credit took all of it.
    CompleteUncharged,
    /// A redemption takes nothing off any more.
    EndDiscount(RedemptionId),
    /// Its history is to say this too.
    Note(String),
    /// A slow bank has had its time ([`due`]): whoever fires this asks it, and settles the attempt.
    Clear,
    /// The merchant gives it up.
    Cancel,
    /// Its time is over ([`due`]).
    Expire,
}

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It exists.
    Created,
    /// It is with the acquirer.
    Submitted {
        /// What pays.
        method: Method,
        /// Whether the buyer is there.
        presence: Presence,
        /// The acquirer's idempotency key.
        attempt: AttemptId,
        /// Where what pays is kept if it does.
        saving: Option<Saving>,
    },
    /// The buyer must answer a 3DS challenge until then.
    AuthenticationRequired {
        /// End of the challenge.
        until: Timestamp,
    },
    /// The buyer passed the challenge; the acquirer goes on.
    AuthenticationPassed,
    /// Off session, and the issuer wants the buyer.
    ActionRequired,
    /// It is with a slow bank.
    Clearing {
        /// When it is known what became of it.
        until: Timestamp,
    },
    /// The amount is held until then.
    Authorized {
        /// End of the hold.
        until: Timestamp,
    },
    /// A capture is with the acquirer.
    CaptureRequested(CapturePending),
    /// The acquirer refused the capture; the hold stands.
    CaptureRefused(FailureCode),
    /// The money is taken.
    Completed {
        /// Minor units taken.
        captured: i64,
        /// VINR's fee in minor units.
        fee: i64,
        /// Where the money waits.
        funds: Funds,
    },
    /// A refund took its amount.
    Refunded(Box<Refund>),
    /// A refund arrived, as it stands now.
    RefundSettled(Box<Refund>),
    /// A refund gave its amount back, and stands as this.
    RefundFailed(Box<Refund>),
    /// The network took this much back, in minor units.
    Disputed {
        /// Minor units.
        amount: i64,
    },
    /// The network gave this much again, in minor units.
    DisputeWon {
        /// Minor units.
        amount: i64,
    },
    /// A redemption takes nothing off any more, and the payment is of that much more.
    DiscountEnded {
        /// Which.
        redemption: RedemptionId,
    },
    /// It failed, nobody can try again, and its store credit is the customer's again.
    CreditReleased,
    /// Something that its history says and that changes nothing.
    Noted(String),
    /// The attempt brought no money.
    Failed(FailureCode),
    /// The merchant gave it up.
    Cancelled,
    /// Its time was over.
    Expired,
}

impl Event {
    /// The status a payment has after this event, where the event changes it.
    pub fn status(&self) -> Option<Status> {
        match self {
            Event::Created => Some(Status::Pending),
            Event::Submitted { .. } | Event::AuthenticationPassed => Some(Status::Processing),
            Event::AuthenticationRequired { .. } => Some(Status::RequiresAuthentication),
            Event::ActionRequired => Some(Status::RequiresAction),
            Event::Authorized { .. } => Some(Status::Authorized),
            Event::Completed { .. } => Some(Status::Completed),
            Event::Failed(_) => Some(Status::Failed),
            Event::Cancelled => Some(Status::Cancelled),
            Event::Expired => Some(Status::Expired),
            Event::CaptureRequested(_)
            | Event::Clearing { .. }
            | Event::CaptureRefused(_)
            | Event::Refunded(_)
            | Event::RefundSettled(_)
            | Event::RefundFailed(_)
            | Event::Disputed { .. }
            | Event::DisputeWon { .. }
            | Event::DiscountEnded { .. }
            | Event::CreditReleased
            | Event::Noted(_) => None,
        }
    }
}

/// What an event moves in the ledger; `payment` is the state before the event.
pub fn transfers(payment: &Payment, event: &Event) -> Vec<Transfer> {
    let unit = || Unit::Currency(payment.amount.currency);
    let held = payment.amount_capturable;
    match event {
        Event::Authorized { .. } => vec![Transfer {
            debit: LedgerAccount::Network,
            credit: LedgerAccount::MerchantPending,
            unit: unit(),
            amount: payment.amount.amount,
            phase: Phase::Pending,
        }],
        Event::Completed { captured: 0, .. } => Vec::new(),
        Event::Completed { captured, fee, funds } => {
            let credit = match funds {
                Funds::Settled => LedgerAccount::MerchantPending,
                Funds::AtOnce => LedgerAccount::MerchantAvailable,
            };
            let taken = |phase| Transfer { debit: LedgerAccount::Network, credit, unit: unit(), amount: *captured, phase };
            let is_held = payment.status == Status::Authorized;
            let mut moved = match funds {
                Funds::Settled if is_held => vec![taken(Phase::Post { held })],
                // What was held for later is let go, and taken for now.
                Funds::AtOnce if is_held => vec![released(unit(), held), taken(Phase::Posted)],
                Funds::Settled | Funds::AtOnce => vec![taken(Phase::Posted)],
            };
            if *fee > 0 {
                moved.push(Transfer {
                    debit: credit,
                    credit: LedgerAccount::Fees,
                    unit: unit(),
                    amount: *fee,
                    phase: Phase::Posted,
                });
            }
            moved
        }
        Event::Cancelled | Event::Expired if payment.status == Status::Authorized => vec![released(unit(), held)],
        Event::Created
        | Event::Submitted { .. }
        | Event::AuthenticationRequired { .. }
        | Event::AuthenticationPassed
        | Event::ActionRequired
        | Event::CaptureRequested(_)
        | Event::CaptureRefused(_)
        // What refunds and disputes move, they book themselves.
        | Event::Refunded(_)
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::Clearing { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_)
        | Event::Failed(_)
        | Event::Cancelled
        | Event::Expired => Vec::new(),
    }
}

/// A hold that ends without money.
fn released(unit: Unit, held: i64) -> Transfer {
    let (debit, credit) = (LedgerAccount::Network, LedgerAccount::MerchantPending);
    Transfer { debit, credit, unit, amount: held, phase: Phase::Void }
}

/// The line of the merchant's balance that an event writes; `payment` is the state before the event.
pub fn entry(payment: &Payment, event: &Event) -> Option<Entry> {
    match event {
        Event::Completed { captured: 0, .. } => None,
        Event::Completed { captured, fee, funds } => Some(Entry {
            kind: Kind::Payment,
            amount: Money::new(*captured, payment.amount.currency),
            fee: *fee,
            source: payment.id.as_str().into(),
            funds: *funds,
        }),
        // A hold is nobody's money yet; refunds and disputes write lines of their own.
        Event::Created
        | Event::Submitted { .. }
        | Event::AuthenticationRequired { .. }
        | Event::AuthenticationPassed
        | Event::ActionRequired
        | Event::Authorized { .. }
        | Event::CaptureRequested(_)
        | Event::CaptureRefused(_)
        | Event::Clearing { .. }
        | Event::Refunded(_)
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_)
        | Event::Failed(_)
        | Event::Cancelled
        | Event::Expired => None,
    }
}
