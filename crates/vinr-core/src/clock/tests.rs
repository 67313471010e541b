use super::{ADVANCE_MAX, Advance, Clock, advance_target};
use crate::refusal::Code;
use crate::time::{Span, Timestamp, WallTime};

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

#[test]
fn a_clock_that_was_moved_shows_the_same_instant_both_ways() {
    let wall = WallTime::from_millis(1_795_000_000_123);
    let clock = Clock { offset_ms: 86_400_000 };
    let shown = clock.account_now(wall);
    assert_eq!(shown.millis(), wall.millis() + 86_400_000);
    assert_eq!(clock.wall_of(shown), wall);
    assert_eq!(Clock::showing(shown, wall), clock);
    assert_eq!(Clock::default().account_now(wall).millis(), wall.millis());
}

#[test]
fn the_clock_moves_by_a_span_or_to_an_instant() {
    let later = NOW.plus(Span::days(365));
    assert_eq!(advance_target(NOW, Advance::By(Span::days(365))), Ok(later));
    assert_eq!(advance_target(NOW, Advance::To(later)), Ok(later));
    assert_eq!(advance_target(NOW, Advance::To(NOW)), Ok(NOW));
}

#[test]
fn the_clock_never_goes_back() {
    let to = advance_target(NOW, Advance::To(NOW.minus(Span::milliseconds(1)))).expect_err("a refusal");
    assert_eq!((to.code, to.param.as_deref()), (Code::ParameterInvalid, Some("to")));
    let by = advance_target(NOW, Advance::By(Span::seconds(-1))).expect_err("a refusal");
    assert_eq!((by.code, by.param.as_deref()), (Code::ParameterInvalid, Some("seconds")));
}

#[test]
fn one_call_moves_the_clock_by_two_years_at_most() {
    assert_eq!(advance_target(NOW, Advance::By(ADVANCE_MAX)), Ok(NOW.plus(ADVANCE_MAX)));
    let beyond = ADVANCE_MAX.plus(Span::milliseconds(1));
    assert!(advance_target(NOW, Advance::By(beyond)).is_err());
    assert!(advance_target(NOW, Advance::To(Timestamp::MAX)).is_err());
}

#[test]
fn two_calendar_years_fit_in_one_call_also_over_a_leap_day() {
    let from = Timestamp::parse("2027-03-01T00:00:00Z").expect("an instant");
    let to = Timestamp::parse("2029-03-01T00:00:00Z").expect("an instant");
    assert_eq!(advance_target(from, Advance::To(to)), Ok(to));
}
