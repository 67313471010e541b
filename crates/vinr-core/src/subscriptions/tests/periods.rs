//! Periods from the anchor: spec/traps.md, sections 3 to 5, and that they tile.

use alloc::string::String;
use alloc::vec::Vec;

use super::{at, with_trial};
use crate::accounts::TimeZone;
use crate::calendar::{Day, later};
use crate::prices::Interval;
use crate::subscriptions::{Cycle, Schedule, create};
use crate::time::{Span, Timestamp};

fn zone(name: &str) -> TimeZone {
    TimeZone::parse(name).expect("a zone")
}

fn every(interval: Interval) -> Cycle {
    Cycle { interval, count: 1 }
}

fn starts(anchor: &str, interval: Interval, zone: &TimeZone, count: u32) -> Vec<String> {
    let schedule = Schedule::from_anchor(at(anchor), every(interval), 0);
    (0..count).map(|number| schedule.period(number, zone).start.rfc3339()).collect()
}

#[test]
fn the_thirty_first_comes_back_after_a_short_month() {
    // Section 3.
    let utc = TimeZone::utc();
    assert_eq!(
        starts("2023-01-31T00:00:00Z", Interval::Month, &utc, 6).join(" "),
        "2023-01-31T00:00:00Z 2023-02-28T00:00:00Z 2023-03-31T00:00:00Z 2023-04-30T00:00:00Z 2023-05-31T00:00:00Z \
         2023-06-30T00:00:00Z"
    );
    let from_the_30th = starts("2024-01-30T00:00:00Z", Interval::Month, &utc, 4).join(" ");
    assert_eq!(from_the_30th, "2024-01-30T00:00:00Z 2024-02-29T00:00:00Z 2024-03-30T00:00:00Z 2024-04-30T00:00:00Z");
}

#[test]
fn the_29th_of_february_comes_back_every_four_years() {
    // Section 4.
    assert_eq!(
        starts("2024-02-29T00:00:00Z", Interval::Year, &TimeZone::utc(), 5),
        [
            "2024-02-29T00:00:00Z",
            "2025-02-28T00:00:00Z",
            "2026-02-28T00:00:00Z",
            "2027-02-28T00:00:00Z",
            "2028-02-29T00:00:00Z"
        ]
    );
}

#[test]
fn a_renewal_keeps_its_time_of_the_day_when_the_clocks_are_changed() {
    // Section 5: 03:30 does not exist on the 29th of March in Sofia, and comes twice on the 25th of October.
    let sofia = zone("Europe/Sofia");
    assert_eq!(
        starts("2026-02-28T01:30:00Z", Interval::Day, &sofia, 31)[29..],
        ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
    );
    assert_eq!(
        starts("2026-10-24T00:30:00Z", Interval::Day, &sofia, 3),
        ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
}

#[test]
fn the_second_of_two_equal_times_is_not_moved_to_the_first() {
    let sofia = zone("Europe/Sofia");
    let second = "2026-10-25T01:30:00Z";
    assert_eq!(starts(second, Interval::Day, &sofia, 2), [second, "2026-10-26T01:30:00Z"]);
}

#[test]
fn a_month_has_the_hours_that_its_clocks_have_shown() {
    // Section 5: 743 hours in March, 745 in October.
    let sofia = zone("Europe/Sofia");
    let hours =
        |anchor: &str| Schedule::from_anchor(at(anchor), every(Interval::Month), 0).period(0, &sofia).seconds() / 3_600;
    assert_eq!([hours("2026-02-28T22:00:00Z"), hours("2026-09-30T21:00:00Z")], [743, 745]);
}

#[test]
fn an_evening_in_utc_is_the_next_month_in_sofia() {
    // Section 5.
    let schedule = Schedule::from_anchor(at("2025-12-31T22:00:00Z"), every(Interval::Month), 0);
    let usage = at("2026-01-31T22:30:00Z");
    assert!(schedule.period(1, &zone("Europe/Sofia")).contains(usage));
    assert!(!schedule.period(0, &zone("Europe/Sofia")).contains(usage));
}

#[test]
fn a_trial_is_counted_in_days_of_the_calendar() {
    // Section 5: 14 days from the 20th of March at 10:00 end at 10:00, though the clocks are put ahead in between.
    let sofia = zone("Europe/Sofia");
    let now = at("2026-03-20T08:00:00Z");
    let (subscription, _) = create(with_trial(14, None), &sofia, now).expect("a trial");
    assert_eq!(subscription.current.end, at("2026-04-03T07:00:00Z"));
    assert_eq!(subscription.trial.and_then(|trial| trial.announce_at), Some(at("2026-03-31T07:00:00Z")));
}

const ZONES: [&str; 6] =
    ["UTC", "Europe/Sofia", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham"];
const YEARS: i64 = 10;

/// Every anchor of these days at every half hour of them, as the zone's clocks show it.
fn anchors(zone: &TimeZone) -> Vec<Timestamp> {
    let days = [
        "2023-01-28T12:00:00Z",
        "2023-01-29T12:00:00Z",
        "2023-01-30T12:00:00Z",
        "2023-01-31T12:00:00Z",
        "2024-02-29T12:00:00Z",
    ];
    let of_day = |day: &str| {
        let day = Day::of(at(day), zone);
        (0..48).map(move |half_hours| day.start(zone).plus(Span::minutes(half_hours * 30)))
    };
    days.into_iter().flat_map(of_day).collect()
}

#[test]
fn periods_tile_for_ten_years_in_six_zones() {
    for name in ZONES {
        let zone = zone(name);
        for anchor in anchors(&zone) {
            for (interval, in_year) in [(Interval::Month, 12), (Interval::Year, 1)] {
                tiles(anchor, every(interval), in_year, &zone);
            }
        }
        // By the day and the week it is many more; one anchor a day is enough.
        for anchor in anchors(&zone).into_iter().step_by(48) {
            tiles(anchor, every(Interval::Week), 52, &zone);
            tiles(anchor, every(Interval::Day), 365, &zone);
        }
    }
}

/// Each period begins where the one before ended, on the anchor's day or the last one of a shorter month.
fn tiles(anchor: Timestamp, cycle: Cycle, in_year: i64, zone: &TimeZone) {
    let schedule = Schedule::from_anchor(anchor, cycle, 0);
    let mut end = anchor;
    for number in 0..u32::try_from(in_year * YEARS).expect("a few thousand") {
        let period = schedule.period(number, zone);
        assert_eq!(period.start, end, "{cycle:?} {anchor} {zone} {number}");
        assert!(period.start < period.end, "{cycle:?} {anchor} {zone} {number}");
        let (first, day) = (Day::of(anchor, zone), Day::of(period.start, zone));
        if cycle.interval == Interval::Month {
            assert_eq!(day, first.plus_months(number), "{anchor} {zone}");
        }
        end = period.end;
    }
    let years = later(anchor, 12 * YEARS, 0, zone);
    if in_year <= 12 {
        assert_eq!(end, years, "nothing is lost: {anchor} {zone}");
    }
}
