//! The sums of the ledger, read.

use std::collections::BTreeMap;

use vinr_core::ids::AccountId;
use vinr_store::{Db, Row};

use super::{Balances, Difference, Movement};
use crate::error::Result;

/// A post clears the whole of what was held; a void clears its amount.
const MOVEMENTS: &str = "SELECT account, debit, credit, unit, \
     CAST(SUM(CASE WHEN phase IN ('posted', 'post') THEN amount ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE phase WHEN 'pending' THEN amount WHEN 'post' THEN -held WHEN 'void' THEN -amount ELSE 0 END) AS BIGINT) \
     FROM transfers GROUP BY account, debit, credit, unit ORDER BY account, debit, credit, unit";
const BALANCES: &str = "SELECT account, id, posted, pending FROM balances ORDER BY account, id";
/// What each payment holds by its transfers, against what its row says can be captured.
const HELD: &str = "SELECT p.account, p.id, p.amount_capturable, CAST(COALESCE(h.held, 0) AS BIGINT) \
     FROM payments p LEFT JOIN (SELECT account, source_id, \
     SUM(CASE phase WHEN 'pending' THEN amount WHEN 'post' THEN -held WHEN 'void' THEN -amount ELSE 0 END) AS held \
     FROM transfers GROUP BY account, source_id) h ON h.account = p.account AND h.source_id = p.id \
     WHERE p.amount_capturable <> COALESCE(h.held, 0) ORDER BY p.account, p.id";
const NUMBERS: &str = "SELECT n.account, n.sequence, CAST(COALESCE(e.first, 1) AS BIGINT), CAST(COALESCE(e.last, 0) AS BIGINT), \
     CAST(COALESCE(e.many, 0) AS BIGINT) FROM counters n LEFT JOIN (SELECT account, MIN(sequence) AS first, \
     MAX(sequence) AS last, COUNT(*) AS many FROM events GROUP BY account) e ON e.account = n.account \
     WHERE n.id = 'self' ORDER BY n.account";
const OF_MERCHANT: &str = "SELECT id, posted FROM balances WHERE account = $1 ORDER BY id";

/// What a verification looks at, all of one moment.
pub(super) struct Everything {
    pub(super) movements: Vec<Movement>,
    pub(super) balances: Balances,
    pub(super) overheld: Vec<Difference>,
    pub(super) gaps: Vec<Difference>,
}

pub(super) async fn everything(db: &Db) -> Result<Everything> {
    let snapshot = db.snapshot().await?;
    let movements = snapshot.query(MOVEMENTS, &[]).await?.iter().map(movement).collect();
    let mut balances = Balances::new();
    for row in snapshot.query(BALANCES, &[]).await? {
        let sums = (i128::from(row.int(2)), i128::from(row.int(3)));
        balances.insert((row.text(0).to_owned(), row.text(1).to_owned()), sums);
    }
    let overheld = snapshot.query(HELD, &[]).await?.iter().map(overheld).collect();
    let gaps = snapshot.query(NUMBERS, &[]).await?.iter().filter_map(gap).collect();
    Ok(Everything { movements, balances, overheld, gaps })
}

fn movement(row: &Row) -> Movement {
    let key = |column: usize| format!("{}:{}", row.text(column), row.text(3));
    Movement {
        account: row.text(0).to_owned(),
        debit: key(1),
        credit: key(2),
        posted: i128::from(row.int(4)),
        pending: i128::from(row.int(5)),
    }
}

fn overheld(row: &Row) -> Difference {
    Difference {
        account: row.text(0).to_owned(),
        subject: format!("{} held", row.text(1)),
        expected: row.int(2).to_string(),
        found: row.int(3).to_string(),
    }
}

/// Events are numbered 1, 2, 3 … up to the counter; none is ever deleted.
fn gap(row: &Row) -> Option<Difference> {
    let (next, first, last, many) = (row.int(1), row.int(2), row.int(3), row.int(4));
    let whole = first == 1 && last == next && many == next;
    (!whole).then(|| Difference {
        account: row.text(0).to_owned(),
        subject: "event numbers".to_owned(),
        expected: format!("1 to {next} without a gap"),
        found: format!("{many} events from {first} to {last}"),
    })
}

/// Available and pending of each currency of a merchant.
pub(super) async fn of_merchant(db: &Db, account: &AccountId) -> Result<BTreeMap<String, (i64, i64)>> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in db.query(OF_MERCHANT, &[account.as_str().into()]).await? {
        match row.text(0).split_once(':') {
            Some(("merchant_available", unit)) => sums.entry(unit.to_owned()).or_default().0 = row.int(1),
            Some(("merchant_pending", unit)) => sums.entry(unit.to_owned()).or_default().1 = row.int(1),
            _ => {}
        }
    }
    Ok(sums)
}
