//! What members have is what their transactions come to, and so are their lots, the ledger of their program, and what
//! payments have earned (spec/engagement.md, Reconciliation; spec/traps.md, section 17).

mod store;

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::awards::Award;
use vinr_core::points::{Kind, Slice};
use vinr_store::Snapshot;

use super::{Balances, Difference, Invariant, unequal};
use crate::error::Result;

/// What transactions add up to.
#[derive(Default)]
struct Sums {
    /// By the ledger's balance that they move beside what members have, and that.
    ledger: BTreeMap<String, i128>,
    /// By member: all of them, and what was earned less what was taken back.
    members: BTreeMap<String, (i128, i128)>,
    /// By payment and program: what it earned, and what was taken back.
    awards: BTreeMap<String, (i128, i128)>,
    /// What was put into lots and not taken out, by member and moment. What never lapses lies in none.
    lots: BTreeMap<String, i128>,
}

/// A member, as far as they are checked.
struct Member {
    balance: i64,
    lifetime: i64,
}

impl Sums {
    /// What a part of a movement did to its lot.
    fn lie(&mut self, member: &str, slice: &Slice) {
        if let Some(lapses) = slice.expires_at {
            *self.lots.entry(format!("{member}:{:016}", lapses.millis())).or_default() += i128::from(slice.points);
        }
    }

    fn count(&mut self, member: &str, program: &str, kind: Kind, points: i64, payment: Option<&str>) {
        let points = i128::from(points);
        let (other, lasting) = match kind {
            Kind::Earn | Kind::Clawback | Kind::ClawbackReversal => ("points_issued", points),
            Kind::Adjust => ("points_issued", 0),
            Kind::Redeem | Kind::Release => ("points_redeemed", 0),
            Kind::Expire => ("points_expired", 0),
        };
        *self.ledger.entry(format!("points_outstanding:{program}")).or_default() += points;
        *self.ledger.entry(format!("{other}:{program}")).or_default() -= points;
        let sums = self.members.entry(member.to_owned()).or_default();
        *sums = (sums.0 + points, sums.1 + lasting);
        let Some(payment) = payment else { return };
        let award = self.awards.entry(format!("{payment}:{program}")).or_default();
        match kind {
            Kind::Earn => award.0 += points,
            Kind::Clawback | Kind::ClawbackReversal => award.1 -= points,
            Kind::Redeem | Kind::Release | Kind::Adjust | Kind::Expire => {}
        }
    }
}

/// Whether a balance is one of points.
pub(super) fn is_of_points(key: &str) -> bool {
    key.starts_with("points_")
}

/// Adds everything up, from the transactions on.
pub(super) async fn check(
    snapshot: &Snapshot,
    account: &str,
    balances: &Balances,
    mut told: impl FnMut(usize),
) -> Result<Vec<Invariant>> {
    let sums = store::sums(snapshot, account, &mut told).await?;
    let members = store::members(snapshot, account, &mut told).await?;
    let lots = store::lots(snapshot, account, &mut told).await?;
    let awards = store::awards(snapshot, account, &mut told).await?;
    let taken = store::clawbacks(snapshot, account, &mut told).await?;
    Ok(vec![
        Invariant { name: "points_ledger_equals_transactions", differences: ledger(account, &sums, balances) },
        Invariant { name: "members_have_what_their_transactions_say", differences: have(account, &sums, &members) },
        Invariant { name: "members_have_what_lies_in_their_lots", differences: lie(account, &sums, &members, &lots) },
        Invariant {
            name: "payments_earned_what_was_kept_clawed_and_waived",
            differences: earned(account, &sums, &awards, &taken),
        },
    ])
}

fn ledger(account: &str, sums: &Sums, balances: &Balances) -> Vec<Difference> {
    let booked = balances.iter().filter(|(key, _)| is_of_points(key));
    let booked: BTreeMap<&String, i128> = booked.map(|(key, (posted, _))| (key, *posted)).collect();
    let keys: BTreeSet<&String> = sums.ledger.keys().chain(booked.keys().copied()).collect();
    let of = |sum: Option<&i128>| sum.copied().unwrap_or_default();
    let pairs =
        keys.into_iter().map(|key| (format!("{key} as transacted"), of(sums.ledger.get(key)), of(booked.get(key))));
    unequal(account, pairs)
}

fn have(account: &str, sums: &Sums, members: &BTreeMap<String, Member>) -> Vec<Difference> {
    let ids: BTreeSet<&String> = sums.members.keys().chain(members.keys()).collect();
    let pairs = ids.into_iter().map(|id| {
        let is = members.get(id).map_or((0, 0), |member| (i128::from(member.balance), i128::from(member.lifetime)));
        (format!("{id} balance and lifetime"), sums.members.get(id).copied().unwrap_or_default(), is)
    });
    unequal(account, pairs)
}

fn lie(
    account: &str,
    sums: &Sums,
    members: &BTreeMap<String, Member>,
    lots: &BTreeMap<String, i128>,
) -> Vec<Difference> {
    let ids: BTreeSet<&String> = sums.lots.keys().chain(lots.keys()).collect();
    let of = |sum: Option<&i128>| sum.copied().unwrap_or_default();
    let pairs = ids.into_iter().map(|id| (format!("{id} lot"), of(sums.lots.get(id)), of(lots.get(id))));
    let mut differences = unequal(account, pairs);
    let mut lapse: BTreeMap<&str, i128> = BTreeMap::new();
    for (id, points) in lots {
        *lapse.entry(id.split(':').next().unwrap_or_default()).or_default() += points;
    }
    for (member, lapse) in lapse {
        let balance = members.get(member).map_or(0, |member| i128::from(member.balance.max(0)));
        if lapse > balance {
            let (account, subject) = (account.to_owned(), format!("{member} lots"));
            differences.push(Difference {
                account,
                subject,
                expected: format!("at most {balance}"),
                found: lapse.to_string(),
            });
        }
    }
    differences
}

fn earned(
    account: &str,
    sums: &Sums,
    awards: &BTreeMap<String, Award>,
    taken: &BTreeMap<String, (i128, i128)>,
) -> Vec<Difference> {
    let ids: BTreeSet<&String> = sums.awards.keys().chain(awards.keys()).chain(taken.keys()).collect();
    let mut differences = Vec::new();
    for id in ids {
        let award = awards.get(id);
        let says = |part: fn(&Award) -> i64| award.map_or(0, |award| i128::from(part(award)));
        let (points, clawed, waived) =
            (says(|award| award.points), says(|award| award.clawed), says(|award| award.waived));
        let moved = sums.awards.get(id).copied().unwrap_or_default();
        let stands = taken.get(id).copied().unwrap_or_default();
        differences
            .extend(unequal(account, [(format!("{id} earned and clawed"), moved, (points, clawed))].into_iter()));
        let pair = (format!("{id} clawed and waived"), stands, (clawed, waived));
        differences.extend(unequal(account, [pair].into_iter()));
        if clawed < 0 || waived < 0 || clawed + waived > points {
            let found = format!("{clawed} clawed and {waived} waived");
            let (account, subject) = (account.to_owned(), format!("{id} kept"));
            differences.push(Difference { account, subject, expected: format!("a part of {points}"), found });
        }
    }
    differences
}
