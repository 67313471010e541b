//! Members of loyalty programs and what moves their points (spec/engagement.md, Accounts; spec/traps.md, sections 13, 14).
//!
//! ```text
//!  earn, adjust ──▶ lots ──redeem──▶ (reward)      the lot that lapses first is spent first
//!                    │ ▲──────release─┘            back into the lots it came from
//!                    ├──clawback──▶ (the program)   of the lot it was earned in, then of the others, then a debt
//!                    └──expire────▶ (nobody)
//! ```
//!
//! The balance is what lies in open lots, less the debt; there is never both. What comes in repays the debt first. A
//! member is the row in the way of everything that happens to their points, so two redemptions can never spend the same
//! point.

use alloc::string::String;
use alloc::vec::Vec;

use crate::accounts::TimeZone;
use crate::awards::Taken;
use crate::calendar::Month;
use crate::ids::{CustomerId, LoyaltyAccountId, ProgramId};
use crate::metadata::Metadata;
use crate::points::{Kind, Movement, POINTS_MAX, Slice};
use crate::programs::Shortfall;
use crate::refusal::{Code, Refusal};
use crate::tiers::{Counts, TierConfig};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

/// How long before points lapse their member is told.
pub const NOTICE: Span = Span::days(30);

wire_enum! {
    /// Where a membership stands.
    pub enum Status {
        /// Points come and go.
        Active = "active",
        /// It was ended: nothing is earned or spent any more.
        Closed = "closed",
    }
}

/// A member of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoyaltyAccount {
    /// Its id.
    pub id: LoyaltyAccountId,
    /// The program.
    pub program_id: ProgramId,
    /// Whose it is; `None` for a member who is no customer.
    pub customer_id: Option<CustomerId>,
    /// Where it stands.
    pub status: Status,
    /// Points that can be spent; negative for a debt.
    pub balance: i64,
    /// Points that were spent on rewards which are not used yet, and may come back.
    pub pending: i64,
    /// All that was ever earned, less what was taken back.
    pub lifetime: i64,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When something may happen to the lots by itself; never later than it does.
    pub wakes_at: Option<Timestamp>,
    /// The tier that the member was told last: not what decides, which is what counts.
    pub tier: Option<String>,
    /// When they come into another tier by itself, because what counts now will then count no more.
    pub tier_until: Option<Timestamp>,
    /// The member was told of every lot that lapses until then, of each once: not again of what comes into one later.
    pub noticed_until: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// What lies in an open lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// When it lapses; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Points; always positive.
    pub points: i64,
}

/// A member's open lots, in the order in which they are spent: the one that lapses first, first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lots(Vec<Lot>);

/// A new member.
#[derive(Clone, Debug)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: LoyaltyAccountId,
    /// The program.
    pub program_id: ProgramId,
    /// Whose it is.
    pub customer_id: Option<CustomerId>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

/// What a merchant wants of a member; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Whether points come and go.
    pub status: Option<Status>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

impl Lots {
    /// Open lots in any order.
    ///
    /// # Panics
    /// If a lot is empty.
    pub fn new(mut lots: Vec<Lot>) -> Self {
        assert!(lots.iter().all(|lot| lot.points > 0), "an open lot has points");
        lots.sort_by_key(|lot| lot.expires_at.unwrap_or(Timestamp::MAX));
        Self(lots)
    }

    /// What lies in all of them.
    ///
    /// # Panics
    /// If the sum does not fit 64 bits.
    pub fn points(&self) -> i64 {
        self.0.iter().fold(0_i64, |sum, lot| sum.checked_add(lot.points).expect("a member's points fit 64 bits"))
    }

    /// Each of them, the one that lapses first, first.
    pub fn iter(&self) -> impl Iterator<Item = &Lot> {
        self.0.iter()
    }

    /// Puts into a lot, or takes of it.
    ///
    /// # Panics
    /// If more is taken than there is.
    pub fn apply(&mut self, slice: Slice) {
        let place = self.0.iter().position(|lot| lot.expires_at == slice.expires_at);
        let there = place.and_then(|place| self.0.get(place)).map_or(0, |lot| lot.points);
        let points = there.checked_add(slice.points).expect("a lot fits 64 bits");
        assert!(points >= 0, "a lot of {there} points cannot give {}", slice.points);
        if let Some(place) = place {
            self.0.remove(place);
        }
        if points > 0 {
            let order = |lot: &Lot| lot.expires_at.unwrap_or(Timestamp::MAX);
            let lot = Lot { expires_at: slice.expires_at, points };
            let place = self.0.partition_point(|other| order(other) < order(&lot));
            self.0.insert(place, lot);
        }
    }

    /// So many points of the lots in their order, but first of one that is named; what is not there is not taken.
    fn take(&self, points: i64, first: Option<Option<Timestamp>>) -> Vec<Slice> {
        let (mut left, mut slices) = (points, Vec::new());
        let named = self.0.iter().filter(|lot| first == Some(lot.expires_at));
        let others = self.0.iter().filter(|lot| first != Some(lot.expires_at));
        for lot in named.chain(others) {
            let taken = left.min(lot.points);
            if taken <= 0 {
                break;
            }
            left = left.saturating_sub(taken);
            slices.push(Slice { expires_at: lot.expires_at, points: taken.saturating_neg() });
        }
        slices
    }
}

/// A new member, with nothing yet.
pub fn create(ask: Create, now: Timestamp) -> LoyaltyAccount {
    let Create { id, program_id, customer_id, metadata } = ask;
    LoyaltyAccount {
        id,
        program_id,
        customer_id,
        status: Status::Active,
        balance: 0,
        pending: 0,
        lifetime: 0,
        metadata,
        wakes_at: None,
        tier: None,
        tier_until: None,
        noticed_until: None,
        created_at: now,
    }
}

/// A member with changes.
///
/// # Errors
/// Metadata beyond its limits.
pub fn changed(account: LoyaltyAccount, changes: Changes) -> Result<LoyaltyAccount, Refusal> {
    let metadata = account.metadata.merged(changes.metadata)?;
    Ok(LoyaltyAccount { status: changes.status.unwrap_or(account.status), metadata, ..account })
}

/// Points are given: any number, also none.
///
/// # Errors
/// `loyalty_account_closed`; more points than anybody is given.
pub fn earn(account: &LoyaltyAccount, points: i64, expires_at: Option<Timestamp>) -> Result<Movement, Refusal> {
    grant(account, Kind::Earn, points, expires_at)
}

/// The merchant corrects the balance upwards.
///
/// # Errors
/// As [`earn`].
pub fn adjust_up(account: &LoyaltyAccount, points: i64, expires_at: Option<Timestamp>) -> Result<Movement, Refusal> {
    grant(account, Kind::Adjust, points, expires_at)
}

/// The merchant corrects the balance downwards.
///
/// # Errors
/// As [`redeem`].
pub fn adjust_down(account: &LoyaltyAccount, lots: &Lots, points: i64) -> Result<Movement, Refusal> {
    spend(account, lots, Kind::Adjust, points)
}

/// Points are spent on a reward.
///
/// # Errors
/// `insufficient_points` with what there is and what was needed, `loyalty_account_closed`.
pub fn redeem(account: &LoyaltyAccount, lots: &Lots, points: i64) -> Result<Movement, Refusal> {
    spend(account, lots, Kind::Redeem, points)
}

/// Gives back what a redemption took of these lots, also to a closed membership. What comes back into a lot that has lapsed
/// meanwhile lapses at once; of no points there is no movement.
pub fn release(account: &LoyaltyAccount, taken: &[Slice], now: Timestamp) -> Vec<Movement> {
    give_back(account, Kind::Release, &reversed(taken), now)
}

/// Takes points back that a payment earned: of the lot it was earned in, then of those that lapse first, then as a debt or
/// not at all.
pub fn claw_back(
    account: &LoyaltyAccount,
    lots: &Lots,
    due: i64,
    lot: Option<Timestamp>,
    shortfall: Shortfall,
) -> (Movement, Taken) {
    let there = account.balance.max(0);
    let clawed = match shortfall {
        Shortfall::Owed => due,
        Shortfall::Waived => due.min(there),
    };
    let slices = lots.take(clawed, Some(lot));
    let movement = Movement { kind: Kind::Clawback, points: clawed.saturating_neg(), slices };
    (movement, Taken { clawed, waived: due.saturating_sub(clawed) })
}

/// Gives again what a clawback took, into the lots it came from, as [`release`] does; what had become a debt comes into the
/// lot of the award.
pub fn restore(account: &LoyaltyAccount, taken: &Movement, lot: Option<Timestamp>, now: Timestamp) -> Vec<Movement> {
    let mut slices = reversed(&taken.slices);
    let owed = taken.points.saturating_neg().saturating_sub(sum(&slices));
    slices.extend((owed > 0).then_some(Slice { expires_at: lot, points: owed }));
    give_back(account, Kind::ClawbackReversal, &slices, now)
}

/// What lapses by now, a movement for each lot.
pub fn lapse(lots: &Lots, now: Timestamp) -> Vec<Movement> {
    let lapsed = lots.iter().filter(|lot| lot.expires_at.is_some_and(|at| at <= now));
    lapsed.map(|lot| lapsing(lot.expires_at, lot.points)).collect()
}

/// The lots whose lapse is near and of which the member was not told.
pub fn notices(account: &LoyaltyAccount, lots: &Lots, now: Timestamp) -> Vec<Lot> {
    let near = |at: Timestamp| now < at && at.minus(NOTICE) <= now && account.noticed_until < Some(at);
    lots.iter().filter(|lot| lot.expires_at.is_some_and(near)).copied().collect()
}

/// Applies a movement; with [`Lots::apply`] the only place where a member's points change.
///
/// # Panics
/// If the balance leaves 64 bits.
pub fn evolve(account: &mut LoyaltyAccount, movement: &Movement) {
    let added = |number: i64, more: i64| number.checked_add(more).expect("a member's points fit 64 bits");
    account.balance = added(account.balance, movement.points);
    match movement.kind {
        Kind::Earn | Kind::Clawback | Kind::ClawbackReversal => {
            account.lifetime = added(account.lifetime, movement.points);
        }
        Kind::Redeem | Kind::Release | Kind::Adjust | Kind::Expire => {}
    }
    for slice in movement.slices.iter().filter(|slice| slice.points > 0) {
        let wakes = slice.expires_at.map(|at| next_look(at, account.noticed_until));
        account.wakes_at = [account.wakes_at, wakes].into_iter().flatten().min();
    }
}

/// Spends again what was given back for an order whose refund then failed: of the lots it had come from, then of the
/// others, then as a debt. What has lapsed meanwhile is gone already. With the movement comes what of each lot would be
/// given back if the order were refunded once more, debts and all.
pub fn take_again(lots: &Lots, slices: &[Slice], now: Timestamp) -> (Movement, Vec<Slice>) {
    let mut left = lots.clone();
    let (mut points, mut taken) = (0_i64, Vec::with_capacity(slices.len()));
    for slice in slices.iter().filter(|slice| slice.expires_at.is_none_or(|at| now < at)) {
        points = points.saturating_sub(slice.points);
        let own = left.iter().find(|lot| lot.expires_at == slice.expires_at).map_or(0, |lot| lot.points);
        let own = Slice { points: slice.points.max(own.saturating_neg()), ..*slice };
        left.apply(own);
        taken.extend((own.points < 0).then_some(own));
    }
    let rest = points.saturating_add(sum(&taken));
    taken.extend(left.take(rest, None));
    let owed = points.saturating_add(sum(&taken));
    let movement = Movement { kind: Kind::Redeem, points: points.saturating_neg(), slices: taken.clone() };
    taken.extend((owed > 0).then_some(Slice { expires_at: None, points: owed.saturating_neg() }));
    (movement, taken)
}

/// So many points more, or less, may come back from redemptions that are not used yet.
///
/// # Panics
/// If more than was expected has come back or was used.
pub fn expect_back(account: &mut LoyaltyAccount, points: i64) {
    account.pending = account.pending.checked_add(points).expect("a member's points fit 64 bits");
    assert!(account.pending >= 0, "more came back or was used than was expected");
}

/// When something happens to these lots by itself.
pub fn due(account: &LoyaltyAccount, lots: &Lots) -> Option<Timestamp> {
    lots.iter().filter_map(|lot| lot.expires_at).map(|at| next_look(at, account.noticed_until)).min()
}

/// When something may happen to a member by itself: to their lots or to their tier.
pub fn timer(account: &LoyaltyAccount) -> Option<Timestamp> {
    [account.wakes_at, account.tier_until].into_iter().flatten().min()
}

/// Another tier than a member was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierChange {
    /// The one that they were told.
    pub from: String,
    /// The one that they are in.
    pub to: String,
}

/// Puts a member into the tier that this month and what counts in it make, and says until when they are in it if nothing
/// more happens. Who was told of no tier yet was in the lowest.
pub fn settle(
    account: &mut LoyaltyAccount,
    config: &TierConfig,
    counts: &Counts,
    month: Month,
    zone: &TimeZone,
) -> Option<TierChange> {
    let to = config.tier(counts, month).key.clone();
    let from = account.tier.replace(to.clone()).unwrap_or_else(|| config.lowest().key.clone());
    account.tier_until = config.changes_in(counts, month).map(|month| month.start(zone));
    (from != to).then_some(TierChange { from, to })
}

/// When a lot is to be looked at: when its member is to be told, or, if that was done, when it lapses.
fn next_look(expires_at: Timestamp, noticed_until: Option<Timestamp>) -> Timestamp {
    if noticed_until < Some(expires_at) { expires_at.minus(NOTICE) } else { expires_at }
}

/// The same parts the other way round.
fn reversed(slices: &[Slice]) -> Vec<Slice> {
    slices.iter().map(|slice| Slice { points: slice.points.saturating_neg(), ..*slice }).collect()
}

fn sum(slices: &[Slice]) -> i64 {
    slices.iter().fold(0_i64, |sum, slice| sum.saturating_add(slice.points))
}

/// Points that come in by somebody's will: no member is given more than there can be.
fn grant(
    account: &LoyaltyAccount,
    kind: Kind,
    points: i64,
    expires_at: Option<Timestamp>,
) -> Result<Movement, Refusal> {
    check_open(account)?;
    if account.balance.saturating_add(points) > POINTS_MAX {
        let message = format!("a member has {POINTS_MAX} points at most");
        return Err(Refusal::new(Code::ParameterInvalid, message).at("points"));
    }
    Ok(give(account, kind, &[Slice { expires_at, points }]))
}

/// Points that come in: a debt is repaid first, with what would lapse first.
fn give(account: &LoyaltyAccount, kind: Kind, slices: &[Slice]) -> Movement {
    let mut debt = account.balance.saturating_neg().max(0);
    let mut rest = Vec::with_capacity(slices.len());
    for slice in slices {
        let repaid = debt.min(slice.points);
        debt = debt.saturating_sub(repaid);
        let points = slice.points.saturating_sub(repaid);
        rest.extend((points > 0).then_some(Slice { points, ..*slice }));
    }
    Movement { kind, points: sum(slices), slices: rest }
}

/// Gives back, and lets lapse at once what lies in lots that have lapsed. What was theirs before is never too much.
fn give_back(account: &LoyaltyAccount, kind: Kind, slices: &[Slice], now: Timestamp) -> Vec<Movement> {
    let given = give(account, kind, slices);
    let over = given.slices.iter().filter(|slice| slice.expires_at.is_some_and(|at| at <= now));
    let mut movements: Vec<Movement> = over.map(|slice| lapsing(slice.expires_at, slice.points)).collect();
    if given.points != 0 {
        movements.insert(0, given);
    }
    movements
}

fn lapsing(expires_at: Option<Timestamp>, points: i64) -> Movement {
    let taken = points.saturating_neg();
    Movement { kind: Kind::Expire, points: taken, slices: vec![Slice { expires_at, points: taken }] }
}

fn check_open(account: &LoyaltyAccount) -> Result<(), Refusal> {
    match account.status {
        Status::Active => Ok(()),
        Status::Closed => {
            let message = "this membership is closed: nothing is earned or spent any more";
            Err(Refusal::new(Code::LoyaltyAccountClosed, message))
        }
    }
}

/// Points that go out by somebody's will: never more than there are.
fn spend(account: &LoyaltyAccount, lots: &Lots, kind: Kind, points: i64) -> Result<Movement, Refusal> {
    check_open(account)?;
    let have = account.balance.max(0);
    if points > have {
        let message = format!("{points} points are needed, and the member has {}", account.balance);
        return Err(Refusal::new(Code::InsufficientPoints, message).at("points").short(account.balance, points));
    }
    assert_eq!(lots.points(), have, "a member's lots are the balance");
    Ok(Movement { kind, points: points.saturating_neg(), slices: lots.take(points, None) })
}

#[cfg(test)]
mod tests;
