//! Redemptions: points exchanged for a reward (spec/engagement.md, Rewards and redemptions; spec/traps.md, section 12).
//!
//! ```text
//!  issued ──attach──▶ attached ──apply──▶ applied ──give back──▶ released    the order was refunded in full
//!    │ ▲──detach────────┤
//!    │                  ├──cancel──▶ cancelled     the merchant gives the points back
//!    └──────────────────┴──time────▶ released      nobody used it within half an hour
//!  applied                                         at once, for what is no discount
//! ```
//!
//! While the payment that carries it is on its way to the acquirer, or holds money, a redemption is held: it is neither
//! cancelled nor released until that ends, because nobody may be charged the full price for what was offered at less.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::{CustomerId, LoyaltyAccountId, PaymentId, ProgramId, RedemptionId, RewardId};
use crate::money::Money;
use crate::payments;
use crate::points::Slice;
use crate::refusal::{Code, Refusal};
use crate::rewards::{Reward, Value};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

/// How long a redemption waits for a completed payment.
pub const USED_WITHIN: Span = Span::minutes(30);

wire_enum! {
    /// Where a redemption stands.
    pub enum Status {
        /// The points are taken, and nothing was bought with it yet.
        Issued = "issued",
        /// A payment carries it.
        Attached = "attached",
        /// It was used.
        Applied = "applied",
        /// The points went back: it was not used in time, or its order was refunded in full.
        Released = "released",
        /// The merchant gave the points back.
        Cancelled = "cancelled",
    }
}

/// A redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// Its id.
    pub id: RedemptionId,
    /// Whose points.
    pub account: LoyaltyAccountId,
    /// The customer they belong to.
    pub customer_id: Option<CustomerId>,
    /// In which program.
    pub program_id: ProgramId,
    /// What for.
    pub reward_id: RewardId,
    /// Where it stands.
    pub status: Status,
    /// How many points were taken.
    pub points: i64,
    /// Of which lots.
    pub slices: Vec<Slice>,
    /// What the reward was worth when it was chosen.
    pub value: Value,
    /// What it takes off, in minor units; for a part of a payment known once that carries it.
    pub discount: Option<Money>,
    /// What the member shows for what is no discount.
    pub code: Option<String>,
    /// The payment that carries it.
    pub payment_id: Option<PaymentId>,
    /// Until when it has to be used.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: RedemptionId,
    /// What the member shows for what is no discount; drawn by the server.
    pub code: String,
}

/// Everything that can be asked of a redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A payment of this amount carries it; so much of that is still to be paid.
    Attach {
        /// Which.
        payment: PaymentId,
        /// What it was before any discount.
        amount: Money,
        /// What is left of that after other discounts, in minor units.
        left: i64,
    },
    /// The payment brought money, or needed none.
    Apply,
    /// The merchant gives the points back.
    Cancel,
    /// Half an hour went by, or what held it ended after that.
    TimeOut,
    /// The order was refunded in full.
    GiveBack,
    /// That refund failed, and the points are taken again of these lots.
    TakeAgain {
        /// What of each.
        slices: Vec<Slice>,
    },
}

/// What happened to a redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A payment carries it.
    Attached {
        /// Which.
        payment: PaymentId,
        /// What it takes off.
        discount: Money,
    },
    /// It was used.
    Applied,
    /// The points go back, unused.
    Released,
    /// The points go back, because the merchant said so.
    Cancelled,
    /// The points go back although it was used.
    GivenBack,
    /// They are spent again.
    TakenAgain {
        /// Of which lots.
        slices: Vec<Slice>,
    },
}

/// Whether the payment that carries a redemption holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The payment may still be charged at the lower price, or was.
    Held,
    /// It waits for its buyer, or ended without money.
    Free,
}

/// Whether a payment in this state holds what it carries.
pub const fn hold(status: payments::Status) -> Hold {
    use payments::Status as S;
    match status {
        S::Processing | S::RequiresAuthentication | S::RequiresAction | S::Authorized | S::Completed => Hold::Held,
        S::Pending | S::Failed | S::Cancelled | S::Expired => Hold::Free,
    }
}

/// A redemption of a reward, whose points were taken of these lots. What is no discount is used at once.
pub fn create(
    ask: Create,
    reward: &Reward,
    (account, customer_id): (LoyaltyAccountId, Option<CustomerId>),
    slices: Vec<Slice>,
    now: Timestamp,
) -> Redemption {
    let (status, discount, code) = match &reward.value {
        Value::Amount(off) => (Status::Issued, Some(*off), None),
        Value::Percent { .. } => (Status::Issued, None, None),
        Value::Credit(_) => (Status::Applied, None, None),
        Value::Product { .. } | Value::Partner { .. } => (Status::Applied, None, Some(ask.code)),
    };
    Redemption {
        id: ask.id,
        account,
        customer_id,
        program_id: reward.program_id.clone(),
        reward_id: reward.id.clone(),
        status,
        points: reward.cost,
        slices,
        value: reward.value.clone(),
        discount,
        code,
        payment_id: None,
        expires_at: now.plus(USED_WITHIN),
        created_at: now,
    }
}

/// Decides a command; `hold` is what the payment says that carries it.
///
/// # Errors
/// `redemption_not_usable` with the reason, `redemption_in_use`.
pub fn decide(redemption: &Redemption, command: Command, hold: Hold, now: Timestamp) -> Result<Option<Event>, Refusal> {
    use Status::{Applied, Attached, Cancelled, Issued, Released};
    match (redemption.status, command) {
        (Issued, Command::Attach { payment, amount, left }) => attach(redemption, payment, amount, left, now).map(Some),
        (Attached | Applied | Released | Cancelled, Command::Attach { .. }) => {
            Err(not_usable(&format!("it is {} already", redemption.status)))
        }
        (Attached, Command::Apply) => Ok(Some(Event::Applied)),
        (Issued | Applied | Released | Cancelled, Command::Apply) => Ok(None),
        (Issued, Command::Cancel) => Ok(Some(Event::Cancelled)),
        (Attached, Command::Cancel) if hold == Hold::Free => Ok(Some(Event::Cancelled)),
        (Applied, Command::Cancel) if matches!(redemption.value, Value::Credit(_)) => Err(credit_given()),
        (Attached | Applied, Command::Cancel) => Err(in_use()),
        (Released | Cancelled, Command::Cancel) => {
            Err(not_usable(&format!("it is {} already, and its points went back", redemption.status)))
        }
        (Issued | Attached, Command::TimeOut) => {
            let over = redemption.expires_at <= now && hold == Hold::Free;
            Ok(over.then_some(Event::Released))
        }
        (Applied | Released | Cancelled, Command::TimeOut) => Ok(None),
        (Applied, Command::GiveBack) => Ok(Some(Event::GivenBack)),
        (Issued | Attached | Released | Cancelled, Command::GiveBack) => Ok(None),
        (Released, Command::TakeAgain { slices }) if redemption.payment_id.is_some() => {
            Ok(Some(Event::TakenAgain { slices }))
        }
        (Issued | Attached | Applied | Released | Cancelled, Command::TakeAgain { .. }) => Ok(None),
    }
}

/// Applies an event; the only place where a redemption changes.
pub fn evolve(redemption: &mut Redemption, event: Event) {
    match event {
        Event::Attached { payment, discount } => {
            redemption.status = Status::Attached;
            redemption.payment_id = Some(payment);
            redemption.discount = Some(discount);
        }
        Event::Applied => redemption.status = Status::Applied,
        Event::TakenAgain { slices } => {
            redemption.status = Status::Applied;
            redemption.slices = slices;
        }
        Event::Released => {
            redemption.status = Status::Released;
            redemption.payment_id = None;
        }
        Event::Cancelled => {
            redemption.status = Status::Cancelled;
            redemption.payment_id = None;
        }
        // The order stays known, because its refund may fail yet.
        Event::GivenBack => redemption.status = Status::Released,
    }
}

/// When time itself releases a redemption, if nothing holds it then.
pub const fn due(redemption: &Redemption) -> Option<Timestamp> {
    match redemption.status {
        Status::Issued | Status::Attached => Some(redemption.expires_at),
        Status::Applied | Status::Released | Status::Cancelled => None,
    }
}

fn attach(
    redemption: &Redemption,
    payment: PaymentId,
    amount: Money,
    left: i64,
    now: Timestamp,
) -> Result<Event, Refusal> {
    if redemption.expires_at <= now {
        return Err(not_usable("its half hour is over"));
    }
    if left == 0 {
        return Err(not_usable("nothing is left to be paid that it could be taken off"));
    }
    let discount = redemption.value.discount(amount, left).ok_or_else(|| {
        let of = redemption.discount.map_or_else(|| "no discount".into(), |off| format!("{}", off.currency));
        not_usable(&format!("it is {of}, and the payment is in {}", amount.currency))
    })?;
    if discount == 0 {
        return Err(not_usable("its part of this payment is less than the smallest amount there is"));
    }
    Ok(Event::Attached { payment, discount: Money::new(discount, amount.currency) })
}

/// A redemption stays where it is.
pub fn in_use() -> Refusal {
    let message = "its payment is on its way, holds money or is paid: cancel or refund that payment instead";
    Refusal::new(Code::RedemptionInUse, message)
}

/// Credit that was given may be held or spent by now, so it is not taken away again.
fn credit_given() -> Refusal {
    let message = "its store credit is the customer's already: it stays theirs, and the points stay spent";
    Refusal::new(Code::RedemptionInUse, message)
}

/// Why a redemption cannot be used.
pub fn not_usable(reason: &str) -> Refusal {
    Refusal::new(Code::RedemptionNotUsable, format!("this redemption cannot be used: {reason}")).at("redemptions")
}

#[cfg(test)]
mod tests;
