//! The lines of a merchant's balance: what came, what went, what it cost. They are written with the transfers they
//! explain (`flows::settlements`) and never changed.

pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::balance::Entry;
use vinr_core::ids::{BalanceTransactionId, SettlementId};
use vinr_core::time::Timestamp;

use crate::record::Unit;

/// Writes a line, of a settlement or of none.
pub(crate) fn insert(unit: &mut Unit<'_>, entry: &Entry, available_at: Timestamp, settlement: Option<&SettlementId>) {
    unit.entered(entry);
    let id = BalanceTransactionId::from_bits(unit.env.id_bits());
    let values = store::values(entry, available_at, settlement, unit.now());
    unit.store.insert(&store::BALANCE_TRANSACTIONS, id.as_str(), values);
}
