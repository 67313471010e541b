//! What the lines of the balance add up to.

mod store;

use std::collections::BTreeMap;

use vinr_store::Snapshot;

use crate::error::Result;

/// The nets of an account's lines by currency, read in pages; `told` hears how many were read.
pub(super) async fn nets(
    snapshot: &Snapshot,
    account: &str,
    mut told: impl FnMut(usize),
) -> Result<BTreeMap<String, i128>> {
    let mut nets = BTreeMap::new();
    let mut after = String::new();
    while let Some(last) = store::page(snapshot, account, &after, &mut nets, &mut told).await? {
        after = last;
    }
    Ok(nets)
}
