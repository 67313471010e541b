//! Settlements: what an account's days came to. Rules are in `vinr_core::settlements`; here they meet rows.

pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::calendar::Day;
use vinr_core::ids::SettlementId;
use vinr_core::money::Currency;
use vinr_core::settlements::{Open, Settlement, Totals};

use crate::error::Result;
use crate::record::{Noun, Unit};

/// The settlement of the day in a currency; the first line of a day opens it.
///
/// Which settlements are open is part of the account's context, so a line costs no read, and whoever opens or closes
/// one makes those stale who did not know of it.
pub(crate) fn of_today(unit: &mut Unit<'_>, currency: Currency) -> Open {
    unit.guard();
    let now = unit.now();
    let books = unit.books();
    if let Some(open) = books.open.iter().find(|open| open.currency == currency && now < open.closes_at) {
        return open.clone();
    }
    // Another process whose clock is ahead may have closed this day already: what comes late is of the next one.
    let from = now.max(books.settled_until);
    let zone = &unit.context.settings.time_zone;
    let closes_at = Day::of(from, zone).end(zone);
    let open = Open { id: SettlementId::from_bits(unit.env.id_bits()), currency, opened_at: now, closes_at };
    unit.bump_context();
    store::open(unit, &open);
    unit.timer(Noun::Settlement, open.id.as_str(), None, Some(closes_at));
    unit.books().open.push(open.clone());
    open
}

/// Counts a line in.
pub(crate) fn count(unit: &mut Unit<'_>, open: &Open, line: Totals) {
    store::add(unit, &open.id, line);
}

/// A settlement that is open, for one who closes it.
pub(crate) async fn find_open(unit: &mut Unit<'_>, id: &SettlementId) -> Result<Option<Open>> {
    store::find_open(unit, id).await
}

/// The settlements in a currency whose day is over.
pub(crate) fn overdue(unit: &mut Unit<'_>, currency: Currency) -> Vec<Open> {
    let now = unit.now();
    let open = unit.books().open.iter();
    open.filter(|open| open.currency == currency && open.closes_at <= now).cloned().collect()
}

/// What an open settlement has come to, which must not change until the commit.
pub(crate) async fn totals(unit: &mut Unit<'_>, open: &Open) -> Result<Totals> {
    store::totals(unit, &open.id).await
}

/// Puts a closed settlement in the place of the open one.
pub(crate) fn close(unit: &mut Unit<'_>, settlement: &Settlement) {
    unit.bump_context();
    store::close(unit, settlement);
    unit.timer(Noun::Settlement, settlement.id.as_str(), Some(settlement.closed_at), None);
    let id = &settlement.id;
    unit.books().open.retain(|open| open.id != *id);
}

/// Writes a settlement that was never open.
pub(crate) fn insert(unit: &mut Unit<'_>, settlement: &Settlement) {
    store::insert(unit, settlement);
}
