//! Lines of the balance with the settlements they are of.

use vinr_core::balance::{Entry, Funds};
use vinr_core::calendar::Day;

use crate::balance_transactions;
use crate::record::Unit;

/// Writes a line of the balance; it is available when its day is over, or at once.
pub(super) fn enter(unit: &mut Unit<'_>, entry: &Entry) {
    let now = unit.now();
    let zone = &unit.context.settings.time_zone;
    let available_at = match entry.funds {
        Funds::Settled => Day::of(now, zone).end(zone),
        Funds::AtOnce => now,
    };
    balance_transactions::insert(unit, entry, available_at);
}
