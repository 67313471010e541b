//! When a settlement is paid out, and when that arrives: periods and business days.

use crate::accounts::{PayoutInterval, PayoutSchedule};
use crate::calendar::Day;

/// The last day of the period that a settlement's day is in: the payout is made when it is over.
pub fn period_end(schedule: PayoutSchedule, day: Day) -> Day {
    match schedule.interval {
        PayoutInterval::Daily => day,
        PayoutInterval::Weekly => day.last_of_week(),
        PayoutInterval::Monthly => day.last_of_month(),
    }
}

/// The day on which a payout that was made after this one is at the merchant's bank.
pub fn arrives_on(schedule: PayoutSchedule, day: Day) -> Day {
    day.plus_business_days(schedule.delay_days)
}
