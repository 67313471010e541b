//! The tiers of members, computed once more from what was earned and spent: nothing here asks the core.

use std::collections::BTreeMap;

use vinr_core::events::EventType;
use vinr_core::ids::{LoyaltyAccountId, PaymentId};
use vinr_core::payments::Payment;
use vinr_core::points::{Kind, Transaction};
use vinr_core::tiers::{PeriodType, QualifyOn, Tier, TierConfig};
use vinr_core::time::Timestamp;

use super::{Commit, Folds};
use crate::world::Broken;

/// What months count, by their number since the year 0: ten-thousandths that were spent, and points.
pub(super) type Months = BTreeMap<i64, (i128, i128)>;

impl Folds {
    /// What a payment brought counts towards the tier of a member, or went back.
    pub(super) fn spent(
        &mut self,
        commit: &mut Commit<'_>,
        id: &LoyaltyAccountId,
        payment: &PaymentId,
        (month, more): (i64, i64),
        at: Timestamp,
    ) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), payment.clone());
        let known = self.payments.get(&key).ok_or_else(|| format!("{payment} counts, and nobody made it"))?;
        if known.completed_at.map(month_of) != Some(index(month)) {
            return Err(format!("{payment} counts in {month} for {id}: {known:?}"));
        }
        let counted = self.loyalty.spent.entry((commit.account.to_owned(), (payment.clone(), id.clone()))).or_default();
        *counted += i128::from(more);
        if known.amount_refunded + known.amount_disputed == 0 {
            self.before_payment(commit, id, at)?;
        }
        let months = self.loyalty.months.entry((commit.account.to_owned(), id.clone())).or_default();
        months.entry(index(month)).or_default().0 += i128::from(more);
        commit.tiered.insert(id.clone(), at);
        Ok(())
    }

    /// What was earned counts in its month, and what is taken back or given again in that of its award.
    pub(super) fn points_count(&mut self, commit: &mut Commit<'_>, moved: &Transaction) -> Result<(), Broken> {
        let Some(month) = moved.month else { return Ok(()) };
        let month = index(month.number());
        let is_right = match (moved.movement.kind, &moved.source.payment) {
            (Kind::Earn, _) => month == month_of(moved.created_at),
            (Kind::Clawback | Kind::ClawbackReversal, Some(payment)) => {
                let award = (commit.account.to_owned(), (payment.clone(), moved.program_id.clone()));
                self.loyalty.awards.get(&award).is_some_and(|award| award.month == Some(month))
            }
            _ => false,
        };
        if !is_right {
            return Err(format!("it counts in another month than it should: {moved:?}"));
        }
        if moved.movement.kind == Kind::Earn && moved.source.payment.is_some() {
            self.before_payment(commit, &moved.account, moved.created_at)?;
        }
        let months = self.loyalty.months.entry((commit.account.to_owned(), moved.account.clone())).or_default();
        months.entry(month).or_default().1 += i128::from(moved.movement.points);
        commit.tiered.insert(moved.account.clone(), moved.created_at);
        Ok(())
    }

    /// Remembers the tier in which a member is before a payment counts.
    fn before_payment(&mut self, commit: &mut Commit<'_>, id: &LoyaltyAccountId, at: Timestamp) -> Result<(), Broken> {
        if !commit.tiers_before.contains_key(id) {
            let tier = self.tier_of(commit.account, id, at)?;
            commit.tiers_before.insert(id.clone(), tier);
        }
        Ok(())
    }

    /// A member was put into a tier: the one that comes of what counts, and with an event if it is another.
    pub(super) fn settled(
        &mut self,
        commit: &mut Commit<'_>,
        id: &LoyaltyAccountId,
        tier: &str,
        at: Timestamp,
    ) -> Result<(), Broken> {
        let due =
            self.tier_of(commit.account, id, at)?.ok_or_else(|| format!("{id} came into {tier}, of no program"))?;
        if due.key != tier {
            return Err(format!("{id} came into {tier}, and what counts makes it {}", due.key));
        }
        let lowest = self.lowest_tier(commit.account, id)?.map(|tier| tier.key);
        let member = self.member_of(commit.account, id)?;
        let from = member.account.tier.replace(tier.to_owned()).or(lowest);
        if from.as_deref() != Some(tier) {
            commit.wanted.push((id.to_string(), EventType::LoyaltyTierChanged));
        }
        self.changed.members.insert((commit.account.into(), id.clone()));
        Ok(())
    }

    /// Whoever earned, spent, or had something taken back is in the tier that comes of it.
    pub(super) fn tiers_stand(&self, commit: &Commit<'_>) -> Result<(), Broken> {
        for (id, at) in &commit.tiered {
            let Some(due) = self.tier_of(commit.account, id, *at)? else { continue };
            let member = self.loyalty.members.get(&(commit.account.to_owned(), id.clone()));
            let is = member.and_then(|member| member.account.tier.as_deref());
            if is != Some(&due.key) {
                return Err(format!("{id} is in {is:?}, and what counts makes it {}", due.key));
            }
        }
        Ok(())
    }

    /// A payment counts what it brought, less what went back.
    pub(super) fn spend_adds_up(&self, commit: &Commit<'_>) -> Result<(), Broken> {
        for id in commit.payments.keys() {
            let Some(payment) = self.payments.get(&(commit.account.to_owned(), id.clone())) else { continue };
            let counts = self.loyalty.spent.iter().filter(|((of, (one, _)), _)| of == commit.account && one == id);
            for ((_, (_, member)), counted) in counts {
                if *counted != brought(payment) {
                    return Err(format!("{id} counts {counted} for {member}: {payment:?}"));
                }
            }
        }
        Ok(())
    }

    /// The tier that what counts makes now; nothing where the program has none.
    pub(super) fn tier_of(&self, account: &str, id: &LoyaltyAccountId, at: Timestamp) -> Result<Option<Tier>, Broken> {
        let Some(config) = self.tiers_of(account, id)? else { return Ok(None) };
        let (now, length) = (month_of(at), i64::from(config.period.months));
        let first = match config.period.kind {
            PeriodType::Rolling => now - length,
            PeriodType::Calendar => now - now.rem_euclid(length),
        };
        let months = self.loyalty.months.get(&(account.to_owned(), id.clone()));
        let counted = months.into_iter().flat_map(|months| months.range(first..=now)).map(|(_, count)| count);
        let figure: i128 = match config.qualify_on {
            QualifyOn::Spend => counted.map(|count| count.0).sum::<i128>().div_euclid(100),
            QualifyOn::Points => counted.map(|count| count.1).sum(),
        };
        let reached = config.tiers.iter().filter(|tier| i128::from(tier.threshold) <= figure.max(0));
        Ok(reached.max_by_key(|tier| tier.threshold).cloned())
    }

    /// The tier that everybody is in at least.
    pub(super) fn lowest_tier(&self, account: &str, id: &LoyaltyAccountId) -> Result<Option<Tier>, Broken> {
        Ok(self.tiers_of(account, id)?.and_then(|config| config.tiers.into_iter().min_by_key(|tier| tier.rank)))
    }

    fn tiers_of(&self, account: &str, id: &LoyaltyAccountId) -> Result<Option<TierConfig>, Broken> {
        let member = self.loyalty.members.get(&(account.to_owned(), id.clone()));
        let member = member.ok_or_else(|| format!("nobody opened {id}"))?;
        Ok(self.program_of(account, &member.account.program_id)?.tiers)
    }
}

/// What a payment brought and did not give back, in ten-thousandths of a major unit.
fn brought(payment: &Payment) -> i128 {
    let major = match payment.amount.currency.code() {
        "JPY" => 1,
        "KWD" => 1_000,
        _ => 100,
    };
    let back = (payment.amount_refunded + payment.amount_disputed).min(payment.amount_captured);
    i128::from(payment.amount_captured - back) * 10_000 / major
}

/// The month of a moment: stories are told in UTC.
pub(super) fn month_of(at: Timestamp) -> i64 {
    let text = at.rfc3339();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<i64>().ok());
    number(0..4).unwrap_or_default() * 12 + number(5..7).unwrap_or_default() - 1
}

/// The same of a month as rows have it: 202611.
pub(super) fn index(number: i64) -> i64 {
    number.div_euclid(100) * 12 + number.rem_euclid(100) - 1
}
