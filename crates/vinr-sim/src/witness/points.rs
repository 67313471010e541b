//! What members have: every movement, the lots it is of, and what refunds and disputes take of what payments earned.

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::earning_rules::Rule;
use vinr_core::events::EventType;
use vinr_core::ids::{CustomerId, EarningRuleId, LoyaltyAccountId, PaymentId, ProgramId, RedemptionId, RewardId};
use vinr_core::loyalty_accounts::{self, LoyaltyAccount};
use vinr_core::points::{Kind, Slice, Transaction};
use vinr_core::programs::{Program, Shortfall};
use vinr_core::rewards::Reward;
use vinr_core::time::Timestamp;

use super::payments::LATE_MAX;
use super::redemptions::Redeemed;
use super::{Commit, Folds, Of};
use crate::world::Broken;

/// Loyalty, by the rules.
#[derive(Default)]
pub(crate) struct Loyalty {
    pub(super) programs: BTreeMap<Of<ProgramId>, Program>,
    pub(super) rules: BTreeMap<Of<EarningRuleId>, Rule>,
    pub(crate) members: BTreeMap<Of<LoyaltyAccountId>, Member>,
    /// What payments earned in a program.
    pub(crate) awards: BTreeMap<Of<(PaymentId, ProgramId)>, Award>,
    pub(crate) redemptions: BTreeMap<Of<RedemptionId>, Redeemed>,
    /// With the inventory that redemptions leave of them.
    pub(crate) rewards: BTreeMap<Of<RewardId>, Reward>,
    /// The points that each redemption has of its member.
    pub(super) taken: BTreeMap<Of<RedemptionId>, i64>,
    /// What rules with caps gave in a window.
    pub(super) caps: BTreeMap<Of<String>, i64>,
    /// What each month of a member counts, and what of it each payment is.
    pub(super) months: BTreeMap<Of<LoyaltyAccountId>, super::tiers::Months>,
    pub(super) spent: BTreeMap<Of<(PaymentId, LoyaltyAccountId)>, i128>,
    /// Customers who are not there any more.
    pub(super) deleted: BTreeSet<Of<CustomerId>>,
    /// How often each kind of movement was seen.
    pub(crate) moved: BTreeMap<&'static str, u32>,
}

/// A member with their open lots, by the milliseconds at which they lapse; what never does comes last.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: LoyaltyAccount,
    pub(crate) lots: BTreeMap<i64, i64>,
}

/// What a payment earned in a program, and what of that was taken back.
#[derive(Clone, Debug)]
pub(crate) struct Award {
    pub(super) member: LoyaltyAccountId,
    pub(super) by_rules: bool,
    pub(super) points: i64,
    lot: i64,
    /// The month in which it counts towards a tier.
    pub(super) month: Option<i64>,
    clawed: i64,
    pub(crate) waived: i64,
    /// By refund or dispute what it took and what it let go of, as long as that stands.
    causes: BTreeMap<String, (i64, i64)>,
    /// Whether a refund failed or a dispute was won: what others took stays as it was rounded then.
    undone: bool,
}

/// A program, a member, and what a payment earned them, what of it was clawed back and what was waived.
pub(crate) type Held = (ProgramId, LoyaltyAccountId, i64, i64, i64);

impl Award {
    /// What the payment's row must hold.
    pub(crate) fn held(&self, program: &ProgramId) -> Held {
        (program.clone(), self.member.clone(), self.points, self.clawed, self.waived)
    }

    pub(super) fn new(first: &Transaction, by_rules: bool) -> Award {
        Award {
            member: first.account.clone(),
            by_rules,
            points: 0,
            lot: lot_key(first.expires_at),
            month: first.month.map(|month| super::tiers::index(month.number())),
            clawed: 0,
            waived: 0,
            causes: BTreeMap::new(),
            undone: false,
        }
    }
}

impl Folds {
    pub(super) fn member_opened(&mut self, commit: &mut Commit<'_>, account: &LoyaltyAccount) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), account.id.clone());
        commit.wanted.push((account.id.to_string(), EventType::LoyaltyAccountCreated));
        commit.joined.push((account.id.clone(), account.created_at));
        let same = |member: &Member| {
            member.account.customer_id == account.customer_id && member.account.program_id == account.program_id
        };
        let mut members = self.loyalty.members.iter().filter(|((of, _), _)| of == commit.account);
        if account.customer_id.is_some() && members.any(|(_, member)| same(member)) {
            return Err(format!("a customer is a member twice: {account:?}"));
        }
        self.changed.members.insert(key.clone());
        match self.loyalty.members.insert(key, Member { account: account.clone(), lots: BTreeMap::new() }) {
            None => Ok(()),
            Some(_) => Err(format!("{} was opened twice", account.id)),
        }
    }

    pub(super) fn member_changed(&mut self, account: &str, changed: &LoyaltyAccount) -> Result<(), Broken> {
        let member = self.member_of(account, &changed.id)?;
        member.account.status = changed.status;
        member.account.metadata = changed.metadata.clone();
        self.changed.members.insert((account.into(), changed.id.clone()));
        Ok(())
    }

    pub(super) fn member_of(&mut self, account: &str, id: &LoyaltyAccountId) -> Result<&mut Member, Broken> {
        let member = self.loyalty.members.get_mut(&(account.to_owned(), id.clone()));
        member.ok_or_else(|| format!("points of {id} moved, which nobody opened"))
    }

    /// One movement: of the lots that it should be of, and with the balance that comes of it.
    pub(super) fn moved(&mut self, commit: &mut Commit<'_>, moved: &Transaction) -> Result<(), Broken> {
        let problem = |what: &str| format!("{what}: {moved:?}");
        *self.loyalty.moved.entry(moved.movement.kind.as_str()).or_default() += 1;
        match moved.movement.kind {
            Kind::Earn => self.earned(commit, moved)?,
            Kind::Clawback => self.clawed(commit, moved)?,
            Kind::ClawbackReversal => self.given_again(commit, moved)?,
            Kind::Redeem | Kind::Release => self.redeemed(commit, moved)?,
            Kind::Adjust | Kind::Expire => {}
        }
        self.points_count(commit, moved)?;
        let member = self.member_of(commit.account, &moved.account)?;
        if member.account.program_id != moved.program_id || member.account.customer_id != moved.customer_id {
            return Err(problem("it is of another member's program or customer"));
        }
        let is_first = |kind| kind == Kind::Redeem && !commit.taken_again;
        let spends = is_first(moved.movement.kind) || moved.movement.kind == Kind::Adjust && moved.movement.points < 0;
        if spends && moved.movement.slices != drawn(member, moved.movement.points.saturating_neg(), None) {
            return Err(problem("it is not of the lots that lapse first, or of more than there is"));
        }
        loyalty_accounts::evolve(&mut member.account, &moved.movement);
        for slice in &moved.movement.slices {
            let lot = member.lots.entry(lot_key(slice.expires_at)).or_default();
            *lot += slice.points;
            if *lot < 0 {
                return Err(problem("it takes more of a lot than there is"));
            }
        }
        member.lots.retain(|_, points| *points > 0);
        let balance = member.account.balance;
        if balance != moved.balance_after {
            return Err(problem(&format!("the balance is {balance}")));
        }
        if member.lots.values().sum::<i64>() != balance.max(0) {
            return Err(problem(&format!("the balance is {balance} and the lots are {:?}", member.lots)));
        }
        let lapse = moved.movement.slices.first().and_then(|slice| slice.expires_at);
        if moved.movement.kind == Kind::Expire && lapse.is_none_or(|at| at > moved.created_at) {
            return Err(problem("it was not due yet"));
        }
        commit.members.insert(moved.account.clone(), moved.created_at);
        self.changed.members.insert((commit.account.to_owned(), moved.account.clone()));
        Ok(())
    }

    /// A clawback takes what its payment's refunds and disputes make of the whole, rounded once, less what was taken.
    fn clawed(&mut self, commit: &mut Commit<'_>, moved: &Transaction) -> Result<(), Broken> {
        let problem = |what: &str| format!("{what}: {moved:?}");
        let payment = moved.source.payment.clone().ok_or_else(|| problem("it is of no payment"))?;
        let cause = cause(moved).ok_or_else(|| problem("it is of no refund or dispute"))?;
        let shortfall = self.program_of(commit.account, &moved.program_id)?.shortfall;
        let of = self.payments.get(&(commit.account.to_owned(), payment.clone()));
        let of = of.ok_or_else(|| problem("it is of a payment that nobody made"))?;
        let (gone, captured) = (of.amount_refunded + of.amount_disputed, of.amount_captured);
        let member = self.loyalty.members.get(&(commit.account.to_owned(), moved.account.clone()));
        let member = member.ok_or_else(|| problem("nobody is that member"))?;
        let key = (commit.account.to_owned(), (payment.clone(), moved.program_id.clone()));
        let award = self.loyalty.awards.get_mut(&key).ok_or_else(|| problem("the payment earned nothing"))?;
        let due = part(award.points, gone, captured) - award.clawed - award.waived;
        let (clawed, waived) = (-moved.movement.points, moved.waived);
        let at_once = commit.awarded.contains(&payment);
        if clawed + waived != due && !at_once || clawed + waived <= 0 || clawed < 0 {
            return Err(problem(&format!("{due} points are due for {gone} of {captured}, of {award:?}")));
        }
        let most = match shortfall {
            Shortfall::Owed => clawed + waived,
            Shortfall::Waived => (clawed + waived).min(member.account.balance.max(0)),
        };
        if clawed != most || award.member != moved.account {
            return Err(problem(&format!("{most} points can be taken of {member:?}")));
        }
        if moved.movement.slices != drawn(member, clawed, Some(award.lot)) {
            return Err(problem(&format!("it is not of its own lot and then of those that lapse first: {member:?}")));
        }
        award.clawed += clawed;
        award.waived += waived;
        commit.given_back.insert(payment);
        match award.causes.insert(cause, (clawed, waived)) {
            None => Ok(()),
            Some(_) => Err(problem("its cause took points before")),
        }
    }

    /// What comes back is exactly what that refund or dispute took.
    fn given_again(&mut self, commit: &mut Commit<'_>, moved: &Transaction) -> Result<(), Broken> {
        let problem = |what: &str| format!("{what}: {moved:?}");
        let payment = moved.source.payment.clone().ok_or_else(|| problem("it is of no payment"))?;
        let cause = cause(moved).ok_or_else(|| problem("it is of no refund or dispute"))?;
        let key = (commit.account.to_owned(), (payment.clone(), moved.program_id.clone()));
        let award = self.loyalty.awards.get_mut(&key).ok_or_else(|| problem("the payment earned nothing"))?;
        match award.causes.remove(&cause) {
            Some((clawed, waived)) if clawed == moved.movement.points && award.member == moved.account => {
                award.clawed -= clawed;
                award.waived -= waived;
                award.undone = true;
                commit.given_back.insert(payment);
                Ok(())
            }
            other => Err(problem(&format!("its cause took {other:?}"))),
        }
    }

    /// What a commit leaves: clawbacks add up to what is gone, no lot has lapsed, and what may come back is counted.
    pub(super) fn points_add_up(&mut self, commit: &Commit<'_>) -> Result<(), Broken> {
        for id in &commit.given_back {
            self.clawbacks_add_up(commit.account, id)?;
        }
        for (id, at) in &commit.members {
            let key = (commit.account.to_owned(), id.clone());
            let member = self.loyalty.members.get(&key).ok_or_else(|| format!("nobody is {id}"))?;
            if member.lots.keys().next().is_some_and(|lapse| at.millis().saturating_sub(*lapse) > LATE_MAX.millis()) {
                return Err(format!("points should have lapsed by {}: {member:?}", at.rfc3339()));
            }
        }
        Ok(())
    }

    fn clawbacks_add_up(&mut self, account: &str, id: &PaymentId) -> Result<(), Broken> {
        let of = self.payments.get(&(account.to_owned(), id.clone()));
        let payment = of.ok_or_else(|| format!("{id} gave points back, and nobody made it"))?;
        let (refunds, disputes) = (&self.refunds, &self.disputes);
        let is_over = |cause: &str| {
            let refund = refunds.iter().find(|((of, id), _)| of == account && id.as_str() == cause);
            let dispute = disputes.iter().find(|((of, id), _)| of == account && id.as_str() == cause);
            refund.is_some_and(|(_, refund)| refund.status == vinr_core::refunds::Status::Failed)
                || dispute.is_some_and(|(_, dispute)| dispute.status == vinr_core::disputes::Status::Won)
        };
        let is_undone = refunds.iter().any(|((of, _), refund)| {
            of == account && refund.payment_id == *id && refund.status == vinr_core::refunds::Status::Failed
        }) || disputes.iter().any(|((of, _), dispute)| {
            of == account && dispute.payment_id == *id && dispute.status == vinr_core::disputes::Status::Won
        });
        let awards = self.loyalty.awards.iter_mut();
        for (_, award) in awards.filter(|((of, (payment, _)), _)| of == account && payment == id) {
            award.undone |= is_undone;
            // Of what was only let go of there is no movement back.
            let free = award.causes.iter().find(|(cause, (clawed, _))| *clawed == 0 && is_over(cause));
            if let Some((cause, waived)) = free.map(|(cause, (_, waived))| (cause.clone(), *waived)) {
                award.causes.remove(&cause);
                award.waived -= waived;
                award.undone = true;
            }
            if let Some(cause) = award.causes.keys().find(|cause| is_over(cause)) {
                return Err(format!("{cause} is over, and what it took did not come back: {award:?}"));
            }
            if payment.amount_captured == 0 {
                continue;
            }
            let gone = payment.amount_refunded + payment.amount_disputed;
            let (is, due) = (award.clawed + award.waived, part(award.points, gone, payment.amount_captured));
            let is_whole = gone == 0 || gone == payment.amount_captured;
            if is != due && (is_whole || !award.undone) || is > award.points {
                return Err(format!("{due} points are to be gone, for {gone} of {payment:?}: {award:?}"));
            }
        }
        Ok(())
    }
}

/// `points × gone / captured`, half away from zero.
fn part(points: i64, gone: i64, captured: i64) -> i64 {
    let [points, gone, captured] = [points, gone, captured].map(i128::from);
    i64::try_from((2 * points * gone + captured) / (2 * captured).max(1)).unwrap_or(i64::MAX)
}

/// So many points of a member's lots: of one that is named, then of those that lapse first.
fn drawn(member: &Member, points: i64, first: Option<i64>) -> Vec<Slice> {
    let named = member.lots.iter().filter(|(lot, _)| first == Some(**lot));
    let others = member.lots.iter().filter(|(lot, _)| first != Some(**lot));
    let (mut left, mut slices) = (points, Vec::new());
    for (lot, there) in named.chain(others) {
        let taken = left.min(*there);
        if taken > 0 {
            let expires_at = (*lot != i64::MAX).then(|| Timestamp::from_millis(*lot));
            slices.push(Slice { expires_at, points: -taken });
            left -= taken;
        }
    }
    slices
}

/// What a lot is found by.
pub(super) fn lot_key(expires_at: Option<Timestamp>) -> i64 {
    expires_at.map_or(i64::MAX, Timestamp::millis)
}

/// The refund or dispute that moves points.
fn cause(moved: &Transaction) -> Option<String> {
    let refund = moved.source.refund.as_ref().map(ToString::to_string);
    refund.or_else(|| moved.source.dispute.as_ref().map(ToString::to_string))
}
