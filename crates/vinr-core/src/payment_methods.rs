//! Saved payment methods: cards that can be charged again, and accounts that can be debited again (spec/payments.md,
//! Payment methods).
//!
//! ```text
//!  pending ──attach──▶ active ──detach──▶ detached
//!                        ▲  │ attach
//!           tokenise ────┘◀─┘
//! ```
//!
//! A method is pending while the charge or the check that will attach it is not over: nobody sees it, and it goes if that
//! ends badly. A tokenised one is active at once and nobody's until it is attached; if it is not within a day, it is
//! detached. A detached method is never charged again. An account has a mandate, which is revoked when it is detached.
//!
//! An account is attached when its first debit is completed, days after its holder agreed to it, and not when the debit
//! is sent: until the money is there nobody knows that the account exists and is the holder's, and a number that was
//! typed for a debit that fails must not become somebody's default.

use alloc::string::String;
use alloc::vec::Vec;

use crate::accounts::AttestationStatus;
use crate::countries::Country;
use crate::ids::{CustomerId, PaymentMethodId};
use crate::mandates::Mandate;
use crate::payments::{CardSummary, MethodType};
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

/// How long before its end a merchant is told that a card expires.
pub const EXPIRING_AHEAD: Span = Span::days(30);

/// How long a tokenised card that is nobody's can be charged: numbers that no customer has do not lie about.
pub const UNCLAIMED_LIVES: Span = Span::hours(24);

wire_enum! {
    /// Where a saved method stands.
    pub enum Status {
        /// Waits for the charge or check that attaches it; shown to nobody.
        Pending = "pending",
        /// Can be charged.
        Active = "active",
        /// Can never be charged again.
        Detached = "detached",
    }
}

wire_enum! {
    /// Where a card or an account was typed.
    pub enum Source {
        /// On a page or in fields of ours: no program of the merchant's has seen it.
        Surface = "surface",
        /// In a merchant's own program, which sent it to the API.
        Api = "api",
    }
}

wire_enum! {
    /// Whose money a card spends.
    pub enum Funding {
        /// The bank's, for a while.
        Credit = "credit",
        /// The holder's account.
        Debit = "debit",
        /// What was paid in before.
        Prepaid = "prepaid",
        /// Not known.
        Unknown = "unknown",
    }
}

/// What is known of a card beside what its holder typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer {
    /// Whose money it spends.
    pub funding: Funding,
    /// Where its bank is.
    pub country: Option<Country>,
}

/// A card that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCard {
    /// What may be shown of it.
    pub summary: CardSummary,
    /// What is known of its bank.
    pub issuer: Issuer,
}

/// A bank account that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAccount {
    /// Where its bank is.
    pub country: Country,
    /// The last four characters of its number.
    pub last4: String,
    /// Its holder's leave to debit it.
    pub mandate: Mandate,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A card.
    Card(KeptCard),
    /// A bank account.
    Account(KeptAccount),
}

impl Kept {
    /// When its merchant is told that it expires; accounts do not.
    fn expiring_at(&self) -> Option<Timestamp> {
        match self {
            Kept::Card(card) => Some(expiring_at(&card.summary)),
            Kept::Account(_) => None,
        }
    }
}

/// A saved card or bank account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Its id.
    pub id: PaymentMethodId,
    /// Whose it is, once attached.
    pub customer_id: Option<CustomerId>,
    /// What it is.
    pub kept: Kept,
    /// The same for the same number in one account, and says nothing about the number.
    pub fingerprint: String,
    /// The name on the card, or of the account's holder.
    pub name: Option<String>,
    /// Where it was typed.
    pub source: Source,
    /// Where it stands.
    pub status: Status,
    /// When the merchant is told that it expires, until that was done.
    pub expiring_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl PaymentMethod {
    /// The card, if it is one.
    pub fn card(&self) -> Option<&CardSummary> {
        match &self.kept {
            Kept::Card(card) => Some(&card.summary),
            Kept::Account(_) => None,
        }
    }

    /// The bank account, if it is one.
    pub fn account(&self) -> Option<&KeptAccount> {
        match &self.kept {
            Kept::Account(account) => Some(account),
            Kept::Card(_) => None,
        }
    }

    /// What sort of thing it is.
    pub fn method_type(&self) -> MethodType {
        match self.kept {
            Kept::Card(_) => MethodType::Card,
            Kept::Account(_) => MethodType::SepaDebit,
        }
    }

    /// Whether it is a card whose last month is over.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.card().is_some_and(|card| card.expiry.is_past(now))
    }
}

/// A card or an account that is to be kept if what it is used for succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// The pending method.
    pub method: PaymentMethodId,
    /// Whose it will be.
    pub owner: Owner,
}

/// Whose a saved method will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A customer that is there.
    Known(CustomerId),
    /// One that comes into being with the method.
    New {
        /// Drawn before, so that the payment can name it.
        id: CustomerId,
        /// What the buyer typed.
        email: String,
    },
}

impl Owner {
    /// The customer's id.
    pub fn id(&self) -> &CustomerId {
        match self {
            Owner::Known(id) | Owner::New { id, .. } => id,
        }
    }

    /// What the buyer typed who is no customer yet.
    pub fn email(&self) -> Option<&str> {
        match self {
            Owner::Known(_) => None,
            Owner::New { email, .. } => Some(email),
        }
    }
}

/// What can be asked of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Give it to this customer.
    Attach(CustomerId),
    /// Never charge it again.
    Detach,
    /// Show this of the card from now on: the network's account updater renewed it.
    Update(CardSummary),
    /// Its last month nears ([`due`]).
    Warn,
}

/// What happened to a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A customer has it.
    Attached(CustomerId),
    /// It is never charged again.
    Detached,
    /// It was renewed, and this is shown of it.
    Updated(CardSummary),
    /// It expires soon.
    Expiring,
}

/// What a method is made of.
#[derive(Debug, Clone)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: PaymentMethodId,
    /// What it is.
    pub kept: Kept,
    /// See [`PaymentMethod::fingerprint`].
    pub fingerprint: String,
    /// The name on the card, or of the account's holder.
    pub name: Option<String>,
    /// Where it was typed.
    pub source: Source,
}

/// A method that waits to be attached.
pub fn create(ask: Create, now: Timestamp) -> PaymentMethod {
    PaymentMethod {
        id: ask.id,
        customer_id: None,
        expiring_at: ask.kept.expiring_at(),
        kept: ask.kept,
        fingerprint: ask.fingerprint,
        name: ask.name.filter(|name| !name.is_empty()),
        source: ask.source,
        status: Status::Pending,
        created_at: now,
    }
}

/// A card that can be charged at once, and is nobody's.
pub fn tokenise(ask: Create, now: Timestamp) -> PaymentMethod {
    PaymentMethod { status: Status::Active, ..create(ask, now) }
}

/// Decides a command.
///
/// # Errors
/// `resource_missing` for a method that nobody can see any more; `payment_method_detached` for one that is not renewed;
/// `parameter_invalid` for an account that is to be renewed as a card.
pub fn decide(method: &PaymentMethod, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match (method.status, command) {
        (Status::Pending, Command::Attach(customer)) => Ok(vec![Event::Attached(customer)]),
        (Status::Active, Command::Attach(customer)) if method.customer_id.is_none() => {
            Ok(vec![Event::Attached(customer)])
        }
        (Status::Active, Command::Detach) => Ok(vec![Event::Detached]),
        (Status::Active, Command::Update(card)) => match method.card() {
            Some(shown) if *shown == card => Ok(Vec::new()),
            Some(_) => Ok(vec![Event::Updated(card)]),
            None => Err(not_a_card()),
        },
        (Status::Detached, Command::Update(_)) => Err(detached()),
        (Status::Active, Command::Warn) => match due(method) {
            Some((at, Command::Warn)) if at <= now => Ok(vec![Event::Expiring]),
            _ => Ok(Vec::new()),
        },
        (Status::Pending | Status::Detached, Command::Warn) => Ok(Vec::new()),
        (Status::Active | Status::Detached, Command::Attach(_))
        | (Status::Pending | Status::Detached, Command::Detach)
        | (Status::Pending, Command::Update(_)) => Err(missing(&method.id)),
    }
}

/// Applies an event.
pub fn evolve(method: &mut PaymentMethod, event: &Event) {
    match event {
        Event::Attached(customer) => {
            method.customer_id = Some(customer.clone());
            method.status = Status::Active;
        }
        Event::Detached => {
            method.status = Status::Detached;
            method.expiring_at = None;
            if let Kept::Account(account) = &mut method.kept {
                account.mandate.revoke();
            }
        }
        Event::Updated(card) => {
            let Kept::Card(kept) = &mut method.kept else { return };
            // A new last month is warned of anew; the same one was told of already, or will be.
            if card.expiry != kept.summary.expiry {
                method.expiring_at = Some(expiring_at(card));
            }
            kept.summary = card.clone();
        }
        Event::Expiring => method.expiring_at = None,
    }
}

/// Forgets whose card or account it was: its customer is forgotten.
pub fn forget(method: &mut PaymentMethod) {
    method.name = None;
}

fn expiring_at(card: &CardSummary) -> Timestamp {
    card.expiry.end().minus(EXPIRING_AHEAD)
}

/// When the merchant is to be told that the card expires, or when a card that is nobody's is detached.
pub fn due(method: &PaymentMethod) -> Option<(Timestamp, Command)> {
    match method.status {
        Status::Active if method.customer_id.is_none() => {
            Some((method.created_at.plus(UNCLAIMED_LIVES), Command::Detach))
        }
        Status::Active => method.expiring_at.map(|at| (at, Command::Warn)),
        Status::Pending | Status::Detached => None,
    }
}

/// Whether a method may be charged for this customer now; a payment that names no customer takes the method's.
///
/// # Errors
/// `resource_missing`, `payment_method_mismatch`, `payment_method_detached`, `payment_method_expired`.
pub fn check_usable(method: &PaymentMethod, customer: Option<&CustomerId>, now: Timestamp) -> Result<(), Refusal> {
    let refused = |code, message: &str| Err(Refusal::new(code, message).at("paymentMethodId"));
    match method.status {
        Status::Pending => return Err(missing(&method.id).at("paymentMethodId")),
        Status::Detached => return Err(detached().at("paymentMethodId")),
        Status::Active => {}
    }
    let is_anothers = |customer| method.customer_id.as_ref().is_some_and(|owner| owner != customer);
    if customer.is_some_and(is_anothers) {
        return refused(Code::PaymentMethodMismatch, "this payment method belongs to another customer");
    }
    if method.has_expired(now) {
        return refused(Code::PaymentMethodExpired, "this card has expired; ask the customer for another one");
    }
    Ok(())
}

/// Whether a merchant's program may charge a method by itself: one that was typed on a surface of ours and is a customer's,
/// or any with a SAQ D attestation on file (spec/payments.md).
///
/// # Errors
/// `pci_attestation_required`.
pub fn check_attested(method: &PaymentMethod, attestation: AttestationStatus) -> Result<(), Refusal> {
    let is_ours = method.source == Source::Surface && method.customer_id.is_some();
    if is_ours || attestation == AttestationStatus::Attested {
        return Ok(());
    }
    let message = "this method was not saved for a customer on a page of VINR's: charging it with a secret key needs a PCI SAQ \
                   D attestation on file";
    Err(Refusal::new(Code::PciAttestationRequired, message).at("paymentMethodId"))
}

/// An account has nothing that a card's network could renew.
pub fn not_a_card() -> Refusal {
    Refusal::new(
        Code::ParameterInvalid,
        "this payment method is a bank account; only cards are renewed by their network",
    )
}

fn detached() -> Refusal {
    Refusal::new(Code::PaymentMethodDetached, "this payment method was detached and cannot be charged again")
}

/// There is no such method, or none that may be seen.
pub fn missing(id: &PaymentMethodId) -> Refusal {
    Refusal::new(Code::ResourceMissing, format!("there is no payment method {id} in this account and environment"))
}

#[cfg(test)]
mod tests;
