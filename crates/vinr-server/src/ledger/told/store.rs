//! Events of an account, counted in ranges of their numbers.

use vinr_core::events::EventType;
use vinr_store::{Snapshot, Value};

use crate::error::Result;

/// The types that are counted, in the order of the columns of [`COUNTED`].
pub(super) const COUNTED_TYPES: [EventType; 12] = [
    EventType::PaymentCreated,
    EventType::PaymentCompleted,
    EventType::PaymentCancelled,
    EventType::PaymentExpired,
    EventType::PaymentRefunded,
    EventType::RefundFailed,
    EventType::DisputeCreated,
    EventType::DisputeWon,
    EventType::SettlementCreated,
    EventType::PayoutCreated,
    EventType::PayoutPaid,
    EventType::PayoutFailed,
];

const COUNTER: &str = "SELECT sequence FROM counters WHERE account = $1 AND id = 'self'";
const RESET: &str = "SELECT sequence FROM resets WHERE account = $1 AND id = 'self'";
const NUMBERED: &str = "SELECT COUNT(*) FROM events WHERE account = $1 AND sequence > $2 AND sequence <= $3";
/// The events of a range, and how many of them are of each type in [`COUNTED_TYPES`].
const COUNTED: &str = "SELECT COUNT(*), \
     COUNT(CASE type WHEN 'payment.created' THEN 1 END), COUNT(CASE type WHEN 'payment.completed' THEN 1 END), \
     COUNT(CASE type WHEN 'payment.cancelled' THEN 1 END), COUNT(CASE type WHEN 'payment.expired' THEN 1 END), \
     COUNT(CASE type WHEN 'payment.refunded' THEN 1 END), COUNT(CASE type WHEN 'refund.failed' THEN 1 END), \
     COUNT(CASE type WHEN 'dispute.created' THEN 1 END), COUNT(CASE type WHEN 'dispute.won' THEN 1 END), \
     COUNT(CASE type WHEN 'settlement.created' THEN 1 END), COUNT(CASE type WHEN 'payout.created' THEN 1 END), \
     COUNT(CASE type WHEN 'payout.paid' THEN 1 END), COUNT(CASE type WHEN 'payout.failed' THEN 1 END) \
     FROM events WHERE account = $1 AND sequence > $2 AND sequence <= $3";
const NUMBERED_BEYOND: &str = "SELECT COUNT(*) FROM events WHERE account = $1 AND sequence > $2";

/// The number that the last event has by the counter, and the last one that a reset removed.
pub(super) async fn bounds(snapshot: &Snapshot, account: &str) -> Result<(i64, i64)> {
    let last = count(snapshot, COUNTER, &[account.into()]).await?;
    Ok((last, count(snapshot, RESET, &[account.into()]).await?))
}

/// How many events have numbers in this range, beginning after the first.
pub(super) async fn numbered(snapshot: &Snapshot, account: &str, from: i64, to: i64) -> Result<i64> {
    count(snapshot, NUMBERED, &[account.into(), from.into(), to.into()]).await
}

/// How many events have numbers after this one.
pub(super) async fn numbered_beyond(snapshot: &Snapshot, account: &str, last: i64) -> Result<i64> {
    count(snapshot, NUMBERED_BEYOND, &[account.into(), last.into()]).await
}

/// How many events a range of numbers has, and how many of each type in [`COUNTED_TYPES`].
pub(super) async fn counted(
    snapshot: &Snapshot,
    account: &str,
    from: i64,
    to: i64,
) -> Result<(i64, [i64; COUNTED_TYPES.len()])> {
    let rows = snapshot.query(COUNTED, &[account.into(), from.into(), to.into()]).await?;
    let row = rows.first().expect("a count has one row");
    Ok((row.int(0), std::array::from_fn(|place| row.int(place + 1))))
}

async fn count(snapshot: &Snapshot, sql: &'static str, params: &[Value]) -> Result<i64> {
    Ok(snapshot.query(sql, params).await?.first().map_or(0, |row| row.int(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_in_the_order_of_the_types() {
        let named: Vec<&str> = COUNTED.split('\'').skip(1).step_by(2).collect();
        assert_eq!(named, COUNTED_TYPES.map(EventType::as_str));
    }
}
