//! Payment links: an address that makes payments, to be sent in a message or printed as a code (spec/payments.md,
//! Payment links).
//!
//! ```text
//!  open ──places all taken──▶ busy ──one came free──▶ open
//!   │                          └──the last one paid──▶ completed
//!   ├──▶ inactive (the merchant's switch, both ways)
//!   └──▶ expired
//! ```
//!
//! A link with a maximum has as many places. A payment takes one when it goes to the acquirer, before anything is
//! charged, and gives it back if no money comes: so no more payments than that complete, however many buyers press the
//! button at once, and nobody pays in vain.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::{PaymentId, PaymentLinkId};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::payments;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Most completed payments that a maximum may name.
pub const PAYMENTS_MAX: u32 = 1_000_000;

wire_enum! {
    /// Where a link stands.
    pub enum Status {
        /// It can be paid.
        Active = "active",
        /// Switched off.
        Inactive = "inactive",
        /// Its time is over.
        Expired = "expired",
        /// It has brought as many payments as it was made for.
        Completed = "completed",
    }
}

/// How often a link can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uses {
    /// Once.
    Once,
    /// By everybody who has it, up to so many times if there is a maximum.
    Many {
        /// Completed payments at most.
        payments_max: Option<u32>,
    },
}

/// A link. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLink {
    /// Its id.
    pub id: PaymentLinkId,
    /// What each payment charges.
    pub amount: Money,
    /// Shown to the buyer.
    pub description: Option<String>,
    /// How often it can be paid.
    pub uses: Uses,
    /// Whether the merchant has it switched on.
    pub is_active: bool,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Where buyers go afterwards.
    pub return_url: Option<String>,
    /// The merchant's notes; each payment begins with them.
    pub metadata: Metadata,
    /// The secret in its address.
    pub code: String,
    /// The payment that a link for one use stays with.
    pub payment_id: Option<PaymentId>,
    /// Payments that are with the acquirer, or whose amount is held.
    pub payments_open: u32,
    /// Payments that brought money.
    pub payments_completed: u32,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Whether a link can be paid now, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// It can.
    Open,
    /// Others are paying, and no place is left unless one of them fails.
    Busy,
    /// It was paid as often as it may.
    Completed,
    /// The merchant switched it off.
    Inactive,
    /// Its time is over.
    Expired,
}

/// What a merchant asks for.
#[derive(Debug, Clone)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: PaymentLinkId,
    /// What each payment charges.
    pub amount: Money,
    /// Shown to the buyer.
    pub description: Option<String>,
    /// How often it can be paid.
    pub uses: Uses,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Where buyers go afterwards.
    pub return_url: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The secret in its address.
    pub code: String,
}

/// What is to be other; what is not named stays, and `Some(None)` takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether it is switched on.
    pub is_active: Option<bool>,
    /// Shown to the buyer.
    pub description: Option<Option<String>>,
    /// Completed payments at most.
    pub payments_max: Option<Option<u32>>,
    /// When it ends by itself.
    pub expires_at: Option<Option<Timestamp>>,
    /// Where buyers go afterwards.
    pub return_url: Option<Option<String>>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// What a payment of a link has of its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// None: it waits for its buyer, or brought no money.
    None,
    /// One, until it is known whether money comes.
    Held,
    /// One for good.
    Used,
}

impl Place {
    /// What a payment that stands so has.
    pub fn of(status: payments::Status) -> Place {
        match status {
            payments::Status::Processing | payments::Status::RequiresAuthentication | payments::Status::Authorized => {
                Place::Held
            }
            payments::Status::Completed => Place::Used,
            // Off session the issuer wants the buyer: nothing is with the acquirer until the buyer is there.
            payments::Status::RequiresAction
            | payments::Status::Pending
            | payments::Status::Failed
            | payments::Status::Cancelled
            | payments::Status::Expired => Place::None,
        }
    }
}

/// Everything that can be asked of a link.
#[derive(Debug, Clone)]
pub enum Command {
    /// The merchant changes it.
    Update(Changes),
    /// A buyer came, and this payment was made: a link for one use stays with it.
    Visit(PaymentId),
    /// What one of its payments has of its places is other.
    Move {
        /// What it had.
        from: Place,
        /// What it has.
        to: Place,
    },
}

/// What happened to a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The merchant changed it; pairs of metadata are merged already.
    Updated(Changes, Metadata),
    /// It stays with this payment.
    Bound(PaymentId),
    /// A payment took a place.
    Taken,
    /// A payment gave its place back.
    Released,
    /// A payment keeps its place for good.
    Paid,
}

/// A new link.
///
/// # Errors
/// An end that is past; an amount that no payment may have.
pub fn create(ask: Create, now: Timestamp) -> Result<PaymentLink, Refusal> {
    let Create { id, amount, description, uses, expires_at, return_url, metadata, code } = ask;
    payments::amount(amount.amount, amount.currency)?;
    check_end(expires_at, now)?;
    Ok(PaymentLink {
        id,
        amount,
        description,
        uses,
        is_active: true,
        expires_at,
        return_url,
        metadata,
        code,
        payment_id: None,
        payments_open: 0,
        payments_completed: 0,
        created_at: now,
    })
}

/// Decides a command.
///
/// # Errors
/// [`gate`], for a visit or a payment that wants a place; changes that contradict what the link is.
pub fn decide(link: &PaymentLink, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Update(changes) => update(link, changes, now),
        Command::Visit(payment) => {
            gate(link, now)?;
            Ok(match link.uses {
                Uses::Once => vec![Event::Bound(payment)],
                Uses::Many { .. } => Vec::new(),
            })
        }
        Command::Move { from, to } => moved(link, from, to, now),
    }
}

/// Applies an event; the only place where a link changes.
pub fn evolve(link: &mut PaymentLink, event: &Event) {
    match event {
        Event::Updated(changes, metadata) => {
            let Changes { is_active, description, payments_max, expires_at, return_url, metadata: _ } = changes.clone();
            link.is_active = is_active.unwrap_or(link.is_active);
            link.description = description.unwrap_or(link.description.take());
            link.expires_at = expires_at.unwrap_or(link.expires_at);
            link.return_url = return_url.unwrap_or(link.return_url.take());
            link.metadata = metadata.clone();
            if let (Uses::Many { payments_max: most }, Some(wanted)) = (&mut link.uses, payments_max) {
                *most = wanted;
            }
        }
        Event::Bound(payment) => link.payment_id = Some(payment.clone()),
        Event::Taken => link.payments_open = link.payments_open.saturating_add(1),
        Event::Released => link.payments_open = one_less(link.payments_open),
        Event::Paid => {
            link.payments_open = one_less(link.payments_open);
            link.payments_completed = link.payments_completed.saturating_add(1);
        }
    }
    assert!(
        link.payments_max().is_none_or(|most| link.places_taken() <= most),
        "a link brings no more payments than it was made for"
    );
}

impl PaymentLink {
    /// Completed payments at most.
    pub fn payments_max(&self) -> Option<u32> {
        match self.uses {
            Uses::Once => Some(1),
            Uses::Many { payments_max } => payments_max,
        }
    }

    /// Whether more than one buyer may pay.
    pub fn is_reusable(&self) -> bool {
        match self.uses {
            Uses::Once => false,
            Uses::Many { .. } => true,
        }
    }

    /// Whether it can be paid now.
    pub fn door(&self, now: Timestamp) -> Door {
        let most = self.payments_max().unwrap_or(u32::MAX);
        if self.payments_completed >= most {
            Door::Completed
        } else if !self.is_active {
            Door::Inactive
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Door::Expired
        } else if self.places_taken() >= most {
            Door::Busy
        } else {
            Door::Open
        }
    }

    /// Where it stands.
    pub fn status(&self, now: Timestamp) -> Status {
        match self.door(now) {
            Door::Open | Door::Busy => Status::Active,
            Door::Completed => Status::Completed,
            Door::Inactive => Status::Inactive,
            Door::Expired => Status::Expired,
        }
    }

    fn places_taken(&self) -> u32 {
        self.payments_open.saturating_add(self.payments_completed)
    }
}

/// Whether a link can be paid now.
///
/// # Errors
/// `payment_link_used_up`, `payment_link_inactive`, with the reason in the message.
pub fn gate(link: &PaymentLink, now: Timestamp) -> Result<(), Refusal> {
    let refused = |code, message: &str| Err(Refusal::new(code, message));
    match link.door(now) {
        Door::Open => Ok(()),
        Door::Busy => refused(
            Code::PaymentLinkUsedUp,
            "every place of this payment link is taken by a payment that is under way; one that fails gives its place back",
        ),
        Door::Completed => {
            refused(Code::PaymentLinkUsedUp, "this payment link has brought as many payments as it was made for")
        }
        Door::Inactive => refused(Code::PaymentLinkInactive, "this payment link is switched off"),
        Door::Expired => refused(Code::PaymentLinkInactive, "the time of this payment link is over"),
    }
}

fn update(link: &PaymentLink, changes: Changes, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    check_end(changes.expires_at.flatten(), now)?;
    if let Some(most) = changes.payments_max {
        check_maximum(link, most)?;
    }
    let metadata = link.metadata.merged(changes.metadata.clone())?;
    Ok(vec![Event::Updated(changes, metadata)])
}

fn check_maximum(link: &PaymentLink, most: Option<u32>) -> Result<(), Refusal> {
    let refused = |code, message: String| Err(Refusal::new(code, message).at("maxPayments"));
    let taken = link.places_taken();
    match (link.uses, most) {
        (Uses::Once, Some(1)) => Ok(()),
        (Uses::Once, _) => refused(Code::ParameterConflict, "this payment link is for one payment".into()),
        (Uses::Many { .. }, Some(most)) if most < taken => {
            refused(Code::ParameterInvalid, format!("{taken} payments of this link are completed or under way already"))
        }
        (Uses::Many { .. }, _) => Ok(()),
    }
}

fn check_end(end: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    match end {
        Some(end) if end <= now => {
            let message = format!("expected a time after {}, which is now on this account's clock", now.rfc3339());
            Err(Refusal::new(Code::ParameterInvalid, message).at("expiresAt"))
        }
        Some(_) | None => Ok(()),
    }
}

fn moved(link: &PaymentLink, from: Place, to: Place, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match (from, to) {
        (Place::None, Place::Held) => gate(link, now).map(|()| vec![Event::Taken]),
        (Place::Held, Place::None) => Ok(vec![Event::Released]),
        (Place::Held, Place::Used) => Ok(vec![Event::Paid]),
        (Place::None, Place::None) | (Place::Held, Place::Held) | (Place::Used, Place::Used) => Ok(Vec::new()),
        (Place::None, Place::Used) | (Place::Used, Place::None | Place::Held) => {
            panic!("a payment completes from a place that it holds, and keeps it")
        }
    }
}

fn one_less(count: u32) -> u32 {
    count.checked_sub(1).expect("a place that is given up was taken")
}

#[cfg(test)]
mod tests;
