use alloc::string::ToString;

use proptest::prelude::*;

use super::{Span, Timestamp, WallTime};

fn read(text: &str) -> Option<i64> {
    Timestamp::parse(text).map(Timestamp::millis)
}

#[test]
fn an_instant_is_written_in_utc_with_milliseconds_only_when_there_are_some() {
    let seconds = Timestamp::from_seconds(1_776_249_000);
    assert_eq!(seconds.rfc3339(), "2026-04-15T10:30:00Z");
    assert_eq!(seconds.plus(Span::milliseconds(7)).rfc3339(), "2026-04-15T10:30:00.007Z");
    assert_eq!(seconds.plus(Span::milliseconds(120)).rfc3339(), "2026-04-15T10:30:00.120Z");
    assert_eq!(seconds.minus(Span::milliseconds(1)).to_string(), "2026-04-15T10:29:59.999Z");
    assert_eq!(WallTime::EPOCH.rfc3339(), "1970-01-01T00:00:00Z");
    assert_eq!(Timestamp::from_seconds(1_709_251_199).rfc3339(), "2024-02-29T23:59:59Z");
}

#[test]
fn instants_stay_within_the_years_that_can_be_written() {
    assert_eq!(Timestamp::from_millis(i64::MIN).rfc3339(), "0001-01-01T00:00:00Z");
    assert_eq!(Timestamp::from_seconds(i64::MAX).rfc3339(), "9999-12-30T00:00:00Z");
    assert_eq!(Timestamp::MAX.plus(Span::days(400)), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.minus(Span::days(i64::MAX)), Timestamp::MIN);
}

#[test]
fn every_form_of_rfc_3339_is_read() {
    let expected = Some(1_776_249_000_000);
    for text in [
        "2026-04-15T10:30:00Z",
        "2026-04-15t10:30:00z",
        "2026-04-15 10:30:00Z",
        "2026-04-15T10:30:00.000Z",
        "2026-04-15T10:30:00.0009999999999999999999999999Z",
        "2026-04-15T13:30:00+03:00",
        "2026-04-15T00:30:00-10:00",
        "2026-04-15T10:30:00-00:00",
        "2026-04-16T10:29:00+23:59",
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    assert_eq!(read("1969-12-31T23:59:59.5Z"), Some(-500));
    assert_eq!(read("1990-12-31T23:59:60Z"), read("1990-12-31T23:59:59Z"));
    assert_eq!(read("2024-02-29T00:00:00Z"), Some(1_709_164_800_000));
}

#[test]
fn what_is_not_rfc_3339_is_not_read() {
    for text in [
        "",
        "2026-04-15",
        "2026-04-15T10:30:00",
        "2026-04-15T10:30Z",
        "2026-04-15T10:30:00.Z",
        "2026-04-15T10:30:00,5Z",
        "2026-04-15T10:30:00+3:00",
        "2026-04-15T10:30:00+0300",
        "2026-04-15T10:30:00+24:00",
        "2026-04-15T10:30:00+03:60",
        "2026-04-15T24:00:00Z",
        "2026-04-15T10:60:00Z",
        "2026-04-15T10:30:61Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-04-00T00:00:00Z",
        "+2026-04-15T10:30:00Z",
        "20260-4-15T10:30:00Z",
        "2026-04-15T10:30:00Z ",
        " 2026-04-15T10:30:00Z",
        "2026-04-15T10:30:00Z[UTC]",
        "１026-04-15T10:30:00Z",
        "1776249000",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn spans_count_in_their_unit_and_never_overflow() {
    assert_eq!(Span::hours(72), Span::days(3));
    assert_eq!(Span::minutes(1).as_seconds(), 60);
    assert_eq!(Span::milliseconds(-1).as_seconds(), -1);
    assert_eq!(Span::days(i64::MAX).plus(Span::days(1)).millis(), i64::MAX);
    let later = Timestamp::from_seconds(100);
    assert_eq!(Timestamp::from_seconds(40).since(later), Span::seconds(-60));
}

#[test]
fn the_calendar_is_that_of_utc() {
    let new_year = Timestamp::from_seconds(1_767_225_600);
    assert_eq!((new_year.year(), new_year.month()), (2026, 1));
    let before = new_year.minus(Span::milliseconds(1));
    assert_eq!((before.year(), before.month()), (2025, 12));
}

fn instants() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.millis()..=Timestamp::MAX.millis()).prop_map(Timestamp::from_millis)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(at in instants()) {
        prop_assert_eq!(Timestamp::parse(&at.rfc3339()), Some(at));
    }

    #[test]
    fn whole_seconds_are_written_without_a_fraction(at in instants()) {
        let whole = Timestamp::from_seconds(at.seconds());
        prop_assert_eq!(whole.rfc3339().len(), 20);
        prop_assert!(whole <= at);
    }

    #[test]
    fn the_order_of_texts_with_milliseconds_is_the_order_of_instants(a in instants(), b in instants()) {
        let at = |t: Timestamp| Timestamp::from_millis(t.millis() / 1_000 * 1_000 + 1);
        let (a, b) = (at(a), at(b));
        prop_assert_eq!(a.cmp(&b), a.rfc3339().cmp(&b.rfc3339()));
    }

    #[test]
    fn a_span_leads_from_one_instant_to_the_other(a in instants(), b in instants()) {
        prop_assert_eq!(a.plus(b.since(a)), b);
        prop_assert_eq!(b.minus(b.since(a)), a);
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,40}") {
        let _ = Timestamp::parse(&text);
    }

    #[test]
    fn an_offset_moves_the_instant_by_itself(at in instants(), hours in 0_i64..24, minutes in 0_i64..60) {
        let at = Timestamp::from_seconds(at.seconds());
        let text = at.rfc3339();
        let bare = text.trim_end_matches('Z');
        let ahead = read(&format!("{bare}+{hours:02}:{minutes:02}"));
        let behind = read(&format!("{bare}-{hours:02}:{minutes:02}"));
        let offset_ms = (hours * 60 + minutes) * 60_000;
        let held = |millis: i64| Some(Timestamp::from_millis(millis).millis());
        prop_assert_eq!(ahead, held(at.millis() - offset_ms));
        prop_assert_eq!(behind, held(at.millis() + offset_ms));
    }
}
