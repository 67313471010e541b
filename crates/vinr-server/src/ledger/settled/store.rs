//! Lines, settlements, plans and payouts of an account, read in pages.

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::balance::{Entry, Funds, Kind};
use vinr_core::money::{Currency, Money};
use vinr_core::payouts::Status;
use vinr_core::settlements::Totals;
use vinr_store::{Row, Snapshot};

use super::super::store::each;
use super::{Lines, Payout, Plan, Settled, Way};
use crate::error::Result;

const LINES: &str = "SELECT id, type, currency, amount, fee, net, source, settlement_id FROM balance_transactions \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const TOTALS: &str = "SELECT id, gross, refunds, disputes, fees, net, transactions FROM settlement_totals \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const OPEN: &str = "SELECT id FROM open_settlements WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const SETTLEMENTS: &str = "SELECT id, gross, refunds, disputes, fees, net, transactions, plan_id FROM settlements \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const PLANS: &str = "SELECT id, currency, net, settlements, payout_id FROM payout_plans \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const PAYOUTS: &str = "SELECT id, status, currency, amount, plan_id, settlements FROM payouts \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";

pub(super) async fn lines(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Lines> {
    let mut lines = Lines::default();
    each(snapshot, LINES, account, told, |row| {
        let kind = Kind::parse(row.text(1)).expect("the database holds types of lines");
        let currency = Currency::parse(row.text(2)).expect("the database holds currencies");
        let (amount, net) = (Money::new(row.int(3), currency), row.int(5));
        let entry = Entry { kind, amount, fee: row.int(4), source: row.text(6).to_owned(), funds: Funds::Settled };
        if entry.net() != net {
            lines.wrong.push(row.text(0).to_owned());
        }
        *lines.nets.entry(row.text(2).to_owned()).or_default() += i128::from(net);
        *lines.fees.entry(row.text(2).to_owned()).or_default() += i128::from(Totals::of(&entry).fees);
        let way = if amount.amount < 0 { Way::Takes } else { Way::Gives };
        *lines.counts.entry((kind, way)).or_default() += 1;
        if kind == Kind::Payout {
            *lines.payouts.entry(entry.source.clone()).or_default() += i128::from(net);
        }
        if let Some(settlement) = row.opt_text(7) {
            *lines.totals.entry(settlement.to_owned()).or_default() += Totals::of(&entry);
        }
    })
    .await?;
    Ok(lines)
}

pub(super) async fn totals(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Totals>> {
    let mut found = BTreeMap::new();
    each(snapshot, TOTALS, account, told, |row| {
        found.insert(row.text(0).to_owned(), read_totals(row));
    })
    .await?;
    Ok(found)
}

pub(super) async fn open(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    each(snapshot, OPEN, account, told, |row| {
        found.insert(row.text(0).to_owned());
    })
    .await?;
    Ok(found)
}

pub(super) async fn settlements(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Settled>> {
    let mut found = BTreeMap::new();
    each(snapshot, SETTLEMENTS, account, told, |row| {
        let settled = Settled { totals: read_totals(row), plan: row.text(7).to_owned() };
        found.insert(row.text(0).to_owned(), settled);
    })
    .await?;
    Ok(found)
}

pub(super) async fn plans(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Plan>> {
    let mut found = BTreeMap::new();
    each(snapshot, PLANS, account, told, |row| {
        let (net, settlements) = (row.int(2), row.int(3));
        let payout = row.opt_text(4).map(str::to_owned);
        found.insert(row.text(0).to_owned(), Plan { currency: row.text(1).to_owned(), net, settlements, payout });
    })
    .await?;
    Ok(found)
}

pub(super) async fn payouts(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Payout>> {
    let mut found = BTreeMap::new();
    each(snapshot, PAYOUTS, account, told, |row| {
        let payout = Payout {
            status: Status::parse(row.text(1)).expect("the database holds statuses"),
            currency: row.text(2).to_owned(),
            amount: row.int(3),
            plan: row.text(4).to_owned(),
            settlements: row.int(5),
        };
        found.insert(row.text(0).to_owned(), payout);
    })
    .await?;
    Ok(found)
}

fn read_totals(row: &Row) -> Totals {
    Totals {
        gross: row.int(1),
        refunds: row.int(2),
        disputes: row.int(3),
        fees: row.int(4),
        net: row.int(5),
        transactions: row.int(6),
    }
}
