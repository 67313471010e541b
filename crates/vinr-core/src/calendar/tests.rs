use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::parse(name).expect("a zone")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

#[test]
fn the_same_instant_is_another_day_elsewhere() {
    let late = at("2026-04-15T22:30:00Z");
    assert_eq!(Day::of(late, &TimeZone::utc()).end(&TimeZone::utc()), at("2026-04-16T00:00:00Z"));
    let sofia = zone("Europe/Sofia");
    assert_eq!(Day::of(late, &sofia).end(&sofia), at("2026-04-16T21:00:00Z"));
    let chicago = zone("America/Chicago");
    assert_eq!(Day::of(late, &chicago).end(&chicago), at("2026-04-16T05:00:00Z"));
}

#[test]
fn a_day_in_which_the_clock_is_changed_has_23_or_25_hours() {
    let berlin = zone("Europe/Berlin");
    let hours = |text| {
        let day = Day::of(at(text), &berlin);
        day.end(&berlin).since(day.start(&berlin)).as_seconds() / 3_600
    };
    assert_eq!(
        [hours("2026-03-28T12:00:00Z"), hours("2026-03-29T12:00:00Z"), hours("2026-10-25T12:00:00Z")],
        [24, 23, 25]
    );
}

#[test]
fn a_day_without_a_midnight_begins_with_the_hour_after_it() {
    // In Beirut the clock goes from 00:00 to 01:00 on the last Sunday of March.
    let beirut = zone("Asia/Beirut");
    let day = Day::of(at("2026-03-29T12:00:00Z"), &beirut);
    assert_eq!(day.start(&beirut), at("2026-03-28T22:00:00Z"));
    assert_eq!(Day::of(day.start(&beirut), &beirut), day);
}

#[test]
fn an_instant_lies_in_its_day_in_every_hour_of_a_year() {
    for name in ["UTC", "America/St_Johns", "Pacific/Auckland", "Asia/Kathmandu"] {
        let zone = zone(name);
        for hour in 0..9_000 {
            let now = at("2026-01-01T00:00:00Z").plus(crate::time::Span::hours(hour));
            let day = Day::of(now, &zone);
            assert!(day.start(&zone) <= now && now < day.end(&zone), "{name} {now}");
        }
    }
}

#[test]
fn a_day_is_written_by_year_month_and_day() {
    let leap = Day::of(at("2028-02-29T12:00:00Z"), &TimeZone::utc());
    assert_eq!(leap.parts(), (2_028, 2, 29));
}
