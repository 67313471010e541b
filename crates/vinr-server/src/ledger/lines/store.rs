//! The lines of the balance, a page at a time.

use std::collections::BTreeMap;

use vinr_store::Snapshot;

use crate::error::Result;

const LINES: &str = "SELECT id, currency, net FROM balance_transactions \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";

/// Adds a page of lines up; gives the last one's id while there may be more.
pub(super) async fn page(
    snapshot: &Snapshot,
    account: &str,
    after: &str,
    nets: &mut BTreeMap<String, i128>,
    told: &mut impl FnMut(usize),
) -> Result<Option<String>> {
    let page = snapshot.query(LINES, &[account.into(), after.into()]).await?;
    for row in &page {
        *nets.entry(row.text(1).to_owned()).or_default() += i128::from(row.int(2));
    }
    told(page.len());
    Ok(page.last().map(|row| row.text(0).to_owned()))
}
