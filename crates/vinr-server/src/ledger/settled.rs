//! A payout is the sum of its settlements, a settlement of its lines, and the ledger of all of them.

mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use vinr_core::balance::Kind;
use vinr_core::events::EventType;
use vinr_core::payouts::Status;
use vinr_core::settlements::Totals;
use vinr_store::Snapshot;

use super::told::Tally;
use super::{Balances, Difference};
use crate::error::Result;

/// What the lines of an account's balance add up to.
#[derive(Default)]
struct Lines {
    /// By currency.
    nets: BTreeMap<String, i128>,
    /// What the platform kept, by currency.
    fees: BTreeMap<String, i128>,
    /// How many there are of each kind that give to the merchant, and that take.
    counts: BTreeMap<(Kind, Way), i64>,
    /// By settlement.
    totals: BTreeMap<String, Totals>,
    /// What payouts took and gave back, by payout.
    payouts: BTreeMap<String, i128>,
    /// Those whose net is not their amount less their fee.
    wrong: Vec<String>,
}

/// Which way a line goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// To the merchant.
    Gives,
    /// From the merchant.
    Takes,
}

/// A closed settlement, as far as it is checked.
struct Settled {
    totals: Totals,
    plan: String,
}

/// A plan, as far as it is checked.
struct Plan {
    currency: String,
    net: i64,
    settlements: i64,
    payout: Option<String>,
}

/// A payout, as far as it is checked.
struct Payout {
    status: Status,
    currency: String,
    amount: i64,
    plan: String,
    settlements: i64,
}

/// Adds everything up, from the lines on.
pub(super) async fn check(
    snapshot: &Snapshot,
    account: &str,
    balances: &Balances,
    tally: &mut Tally,
    mut told: impl FnMut(usize),
) -> Result<Vec<Difference>> {
    let mut proof = Proof { account, differences: Vec::new() };
    let lines = store::lines(snapshot, account, &mut told).await?;
    let counted = store::totals(snapshot, account, &mut told).await?;
    let open = store::open(snapshot, account, &mut told).await?;
    let settled = store::settlements(snapshot, account, &mut told).await?;
    let plans = store::plans(snapshot, account, &mut told).await?;
    let payouts = store::payouts(snapshot, account, &mut told).await?;
    for id in &lines.wrong {
        proof.found(id, "its amount less its fee", "another net");
    }
    proof.settlements(&lines, &counted, &open, &settled);
    proof.plans(&settled, &plans, &payouts);
    proof.payouts(&lines, &plans, &payouts);
    proof.ledger(&lines, &plans, &payouts, balances);
    tally.events_of_lines(&lines);
    tally.events_of_settlements(&settled, &payouts);
    Ok(proof.differences)
}

impl Tally {
    /// What is told with a line of the balance.
    fn events_of_lines(&mut self, lines: &Lines) {
        for ((kind, way), count) in &lines.counts {
            let told = match (kind, way) {
                (Kind::Payment, _) => EventType::PaymentCompleted,
                (Kind::Refund, Way::Takes) => EventType::PaymentRefunded,
                (Kind::Refund, Way::Gives) => EventType::RefundFailed,
                (Kind::Dispute, Way::Gives) => EventType::DisputeWon,
                (Kind::Payout, Way::Takes) => EventType::PayoutCreated,
                // A payout that came back is told with its status if it failed. That one was cancelled is told by no event
                // (spec/payments.md has none): whoever cancelled it has the answer. What disputes take is held against their
                // payments, and their events are counted by their rows.
                (Kind::Payout, Way::Gives) | (Kind::Dispute, Way::Takes) | (Kind::Adjustment | Kind::Fee, _) => {
                    continue;
                }
            };
            self.add(told, *count);
        }
    }

    /// What is told of settlements and payouts.
    fn events_of_settlements(&mut self, settled: &BTreeMap<String, Settled>, payouts: &BTreeMap<String, Payout>) {
        for _ in settled.values() {
            self.add(EventType::SettlementCreated, 1);
        }
        for payout in payouts.values() {
            match payout.status {
                Status::Paid => self.add(EventType::PayoutPaid, 1),
                Status::Failed => self.add(EventType::PayoutFailed, 1),
                Status::Pending | Status::InTransit | Status::Cancelled => {}
            }
        }
    }
}

struct Proof<'a> {
    account: &'a str,
    differences: Vec<Difference>,
}

impl Proof<'_> {
    fn found(&mut self, subject: &str, expected: impl Into<String>, found: impl Into<String>) {
        self.differences.push(Difference::new(self.account, subject, expected, found));
    }

    fn equal<T: Debug + PartialEq>(&mut self, subject: &str, expected: &T, found: &T) {
        if expected != found {
            self.found(subject, format!("{expected:?}"), format!("{found:?}"));
        }
    }

    /// The lines make the totals that were counted, open or closed, and a line is of a settlement that is there.
    fn settlements(
        &mut self,
        lines: &Lines,
        counted: &BTreeMap<String, Totals>,
        open: &BTreeSet<String>,
        settled: &BTreeMap<String, Settled>,
    ) {
        for (id, settlement) in settled {
            let expected = lines.totals.get(id).copied().unwrap_or_default();
            self.equal(id, &expected, &settlement.totals);
        }
        for (id, counted) in counted {
            let expected = lines.totals.get(id).copied().unwrap_or_default();
            self.equal(&format!("{id} as it is counted"), &expected, counted);
        }
        for id in lines.totals.keys().filter(|id| !open.contains(*id) && !settled.contains_key(*id)) {
            self.found(id, "a settlement of these lines", "none");
        }
        for id in open.iter().filter(|id| settled.contains_key(*id)) {
            self.found(id, "open or closed", "both");
        }
    }

    /// What is collected are the settlements that say so, and a payout is all of it.
    fn plans(
        &mut self,
        settled: &BTreeMap<String, Settled>,
        plans: &BTreeMap<String, Plan>,
        payouts: &BTreeMap<String, Payout>,
    ) {
        let mut collected: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for settlement in settled.values() {
            let (net, count) = collected.entry(&settlement.plan).or_default();
            *net = net.saturating_add(settlement.totals.net);
            *count += 1;
        }
        for (id, plan) in plans {
            let expected = collected.remove(id.as_str()).unwrap_or_default();
            self.equal(id, &expected, &(plan.net, plan.settlements));
            let Some(payout) = &plan.payout else { continue };
            let is = payouts.get(payout).map(|payout| (payout.amount, payout.settlements));
            self.equal(payout, &Some(expected), &is);
        }
        for (id, sum) in collected {
            self.found(id, format!("a plan of {sum:?}"), "none");
        }
    }

    /// A payout is of a plan that knows it, took its amount from the balance, and gave it back if it did not arrive.
    fn payouts(&mut self, lines: &Lines, plans: &BTreeMap<String, Plan>, payouts: &BTreeMap<String, Payout>) {
        for (id, payout) in payouts {
            let known = plans.get(&payout.plan).and_then(|plan| plan.payout.as_ref());
            self.equal(&format!("the plan of {id}"), &Some(id), &known);
            let expected = match payout.status {
                Status::Pending | Status::InTransit | Status::Paid => -i128::from(payout.amount),
                Status::Failed | Status::Cancelled => 0,
            };
            let found = lines.payouts.get(id).copied().unwrap_or_default();
            self.equal(&format!("balance transactions of {id}"), &expected, &found);
        }
    }

    /// What the merchant has is what the lines come to, and what the platform kept is their fees; what of it is available is
    /// what is collected; what left is on its way or there.
    fn ledger(
        &mut self,
        lines: &Lines,
        plans: &BTreeMap<String, Plan>,
        payouts: &BTreeMap<String, Payout>,
        balances: &Balances,
    ) {
        let mut sums: BTreeMap<String, i128> = BTreeMap::new();
        for (currency, net) in &lines.nets {
            *sums.entry(format!("balance transactions in {currency}")).or_default() += net;
        }
        for (currency, fees) in &lines.fees {
            *sums.entry(format!("fees:{currency}")).or_default() += fees;
        }
        for plan in plans.values().filter(|plan| plan.payout.is_none()) {
            *sums.entry(format!("merchant_available:{}", plan.currency)).or_default() += i128::from(plan.net);
        }
        for payout in payouts.values() {
            let place = match payout.status {
                Status::Pending | Status::InTransit => "payouts_in_transit",
                Status::Paid => "merchant_bank",
                Status::Failed | Status::Cancelled => continue,
            };
            *sums.entry(format!("{place}:{}", payout.currency)).or_default() += i128::from(payout.amount);
        }
        let mut booked: BTreeMap<String, i128> = BTreeMap::new();
        for (key, (posted, _)) in balances {
            let Some((place, currency)) = key.split_once(':') else { continue };
            if matches!(place, "merchant_available" | "payouts_in_transit" | "merchant_bank" | "fees") {
                *booked.entry(key.clone()).or_default() += posted;
            }
            if matches!(place, "merchant_pending" | "merchant_available") {
                *booked.entry(format!("balance transactions in {currency}")).or_default() += posted;
            }
        }
        let keys: BTreeSet<&String> = sums.keys().chain(booked.keys()).collect();
        for key in keys {
            let of = |sums: &BTreeMap<String, i128>| sums.get(key).copied().unwrap_or_default();
            self.equal(&format!("{key} as settled"), &of(&sums), &of(&booked));
        }
    }
}
