use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::refusal::Short;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}T00:00:00Z")).expect("an instant")
}

/// A member with their lots, as rows would have them.
struct Member {
    account: LoyaltyAccount,
    lots: Lots,
}

impl Member {
    fn new() -> Self {
        let ask = Create {
            id: LoyaltyAccountId::from_bits(1),
            program_id: ProgramId::from_bits(2),
            customer_id: None,
            metadata: Metadata::new(),
        };
        Self { account: create(ask, at("2026-01-01")), lots: Lots::default() }
    }

    fn apply(&mut self, movements: Vec<Movement>) -> Vec<Movement> {
        for movement in &movements {
            evolve(&mut self.account, movement);
            for slice in &movement.slices {
                self.lots.apply(*slice);
            }
            assert_eq!(self.lots.points(), self.account.balance.max(0), "the balance is the lots less the debt");
        }
        movements
    }

    fn earn(&mut self, points: i64, expires_at: Option<Timestamp>) -> Vec<Movement> {
        let earned = earn(&self.account, points, expires_at).expect("points can be earned");
        self.apply(vec![earned])
    }

    fn redeem(&mut self, points: i64) -> Result<Vec<Slice>, Refusal> {
        let spent = redeem(&self.account, &self.lots, points)?;
        self.apply(vec![spent.clone()]);
        Ok(spent.slices)
    }

    fn adjust(&mut self, points: i64) -> Result<Vec<Movement>, Refusal> {
        let adjusted = match points {
            0.. => adjust_up(&self.account, points, None)?,
            _ => adjust_down(&self.account, &self.lots, -points)?,
        };
        Ok(self.apply(vec![adjusted]))
    }

    fn release(&mut self, taken: &[Slice], now: Timestamp) -> Vec<Movement> {
        let released = release(&self.account, taken, now);
        self.apply(released)
    }

    fn lots(&self) -> Vec<(i64, Option<Timestamp>)> {
        self.lots.iter().map(|lot| (lot.points, lot.expires_at)).collect()
    }
}

fn parts(movements: &[Movement]) -> Vec<(Kind, i64)> {
    movements.iter().map(|movement| (movement.kind, movement.points)).collect()
}

/// spec/traps.md, section 13.
#[test]
fn what_lapses_first_is_spent_first_and_goes_back_where_it_came_from() {
    let (march, june) = (Some(at("2026-03-01")), Some(at("2026-06-01")));
    let mut member = Member::new();
    member.earn(50, june);
    member.earn(100, march);
    let slices = member.redeem(120).expect("there are 150");
    assert_eq!(
        slices,
        [Slice { expires_at: march, points: -100 }, Slice { expires_at: june, points: -20 }],
        "the hundred that lapse in March, and twenty of the others"
    );
    let back = member.release(&slices, at("2026-03-15"));
    assert_eq!(parts(&back), [(Kind::Release, 120), (Kind::Expire, -100)], "what has lapsed lapses at once");
    assert_eq!((member.account.balance, member.lots()), (50, vec![(50, june)]));
}

/// spec/traps.md, section 14.
#[test]
fn a_debt_is_repaid_by_what_is_earned_next() {
    let mut member = Member::new();
    member.earn(42, None);
    member.redeem(32).expect("there are 42");
    let (movement, taken) = claw_back(&member.account, &member.lots, 42, None, Shortfall::Owed);
    member.apply(vec![movement]);
    assert_eq!((member.account.balance, taken), (-32, Taken { clawed: 42, waived: 0 }));
    let refused = member.redeem(1).expect_err("there is a debt");
    assert_eq!((refused.code, refused.short), (Code::InsufficientPoints, Some(Short { have: -32, need: 1 })));
    member.earn(50, None);
    assert_eq!((member.account.balance, member.lots()), (18, vec![(18, None)]));
    assert_eq!(member.account.lifetime, 50, "42 + 50 earned, 42 taken back");
}

#[test]
fn without_a_debt_what_is_not_there_is_waived() {
    let mut member = Member::new();
    member.earn(42, None);
    member.redeem(32).expect("there are 42");
    let (movement, taken) = claw_back(&member.account, &member.lots, 42, None, Shortfall::Waived);
    assert_eq!((movement.points, taken), (-10, Taken { clawed: 10, waived: 32 }));
    member.apply(vec![movement]);
    assert_eq!(member.account.balance, 0);
}

#[test]
fn a_clawback_takes_of_the_lot_it_earned_first_and_is_undone_exactly() {
    let (march, june) = (Some(at("2026-03-01")), Some(at("2026-06-01")));
    let mut member = Member::new();
    member.earn(30, march);
    member.earn(20, june);
    member.redeem(40).expect("there are 50");
    let (movement, _) = claw_back(&member.account, &member.lots, 20, june, Shortfall::Owed);
    assert_eq!(movement.slices, [Slice { expires_at: june, points: -10 }]);
    member.apply(vec![movement.clone()]);
    assert_eq!(member.account.balance, -10);
    let again = restore(&member.account, &movement, june, at("2026-02-10"));
    member.apply(again);
    assert_eq!((member.account.balance, member.lots()), (10, vec![(10, june)]));
}

#[test]
fn what_came_back_is_taken_again_of_where_it_lies_then_of_the_rest_then_as_a_debt() {
    let (march, june) = (Some(at("2026-03-01")), Some(at("2026-06-01")));
    let mut member = Member::new();
    member.earn(100, march);
    member.earn(50, june);
    let slices = member.redeem(120).expect("there are 150");
    member.release(&slices, at("2026-02-02"));
    let (movement, again) = take_again(&member.lots, &slices, at("2026-02-03"));
    assert_eq!((movement.points, &movement.slices, &again), (-120, &slices, &slices));
    member.redeem(140).expect("there are 150");
    let (movement, again) = take_again(&member.lots, &slices, at("2026-02-03"));
    assert_eq!((movement.points, &movement.slices[..]), (-120, &[Slice { expires_at: june, points: -10 }][..]));
    assert_eq!(sum(&again), -120, "what is owed comes back too if the order is refunded once more");
    member.apply(vec![movement]);
    assert_eq!(member.account.balance, -110);
    member.release(&again, at("2026-02-04"));
    assert_eq!((member.account.balance, member.lots()), (10, vec![(10, None)]));
    let (movement, again) = take_again(&member.lots, &slices, at("2026-03-02"));
    assert_eq!((movement.points, sum(&again)), (-20, -20), "the hundred of March are gone already");
}

#[test]
fn what_may_come_back_is_counted() {
    let mut member = Member::new();
    expect_back(&mut member.account, 500);
    expect_back(&mut member.account, -500);
    assert_eq!(member.account.pending, 0);
}

#[test]
fn a_member_is_told_thirty_days_before_and_once() {
    let (march, june) = (at("2026-03-01"), at("2026-06-01"));
    let mut member = Member::new();
    member.earn(100, Some(march));
    member.earn(50, Some(june));
    assert_eq!(member.account.wakes_at, Some(at("2026-01-30")));
    assert_eq!(notices(&member.account, &member.lots, at("2026-01-29")), []);
    let told = notices(&member.account, &member.lots, at("2026-01-30"));
    assert_eq!(told, [Lot { expires_at: Some(march), points: 100 }]);
    member.account.noticed_until = Some(march);
    assert_eq!(notices(&member.account, &member.lots, at("2026-01-31")), []);
    let slices = member.redeem(60).expect("there are 150");
    member.release(&slices, at("2026-01-31"));
    assert_eq!(notices(&member.account, &member.lots, at("2026-01-31")), [], "they were told of what came back, too");
    assert_eq!(due(&member.account, &member.lots), Some(march));
    assert_eq!(parts(&lapse(&member.lots, march)), [(Kind::Expire, -100)]);
    let lapsed = lapse(&member.lots, march);
    member.apply(lapsed);
    assert_eq!(due(&member.account, &member.lots), Some(at("2026-05-02")));
    assert_eq!(lapse(&member.lots, march), [], "nothing lapses twice");
}

#[test]
fn an_adjustment_never_goes_below_zero() {
    let mut member = Member::new();
    assert!(member.adjust(-1).is_err());
    member.adjust(10).expect("points can be given");
    member.adjust(-10).expect("there are 10");
    assert_eq!((member.account.balance, member.account.lifetime), (0, 0));
}

#[test]
fn a_closed_membership_takes_back_what_is_released_and_no_more() {
    let mut member = Member::new();
    member.account.status = Status::Closed;
    let Member { account, lots } = &member;
    for moved in
        [earn(account, 1, None), redeem(account, lots, 0), adjust_up(account, 1, None), adjust_down(account, lots, 0)]
    {
        assert_eq!(moved.expect_err("it is closed").code, Code::LoyaltyAccountClosed);
    }
    let back = member.release(&[Slice { expires_at: None, points: -5 }], at("2026-01-02"));
    assert_eq!(parts(&back), [(Kind::Release, 5)]);
}

/// Nobody is given more than there can be; what was theirs comes back all the same, with the money it goes with.
#[test]
fn what_comes_back_is_never_too_much() {
    let mut member = Member::new();
    member.earn(POINTS_MAX, None);
    let slices = member.redeem(500).expect("there are more");
    let (taken, _) = claw_back(&member.account, &member.lots, 42, None, Shortfall::Owed);
    member.apply(vec![taken.clone()]);
    member.adjust(542).expect("that many are missing");
    for refused in [earn(&member.account, 1, None), adjust_up(&member.account, 1, None)] {
        assert_eq!(refused.expect_err("there are as many as there can be").code, Code::ParameterInvalid);
    }
    let now = at("2026-01-02");
    assert_eq!(parts(&member.release(&slices, now)), [(Kind::Release, 500)]);
    let again = restore(&member.account, &taken, None, now);
    assert_eq!(parts(&member.apply(again)), [(Kind::ClawbackReversal, 42)]);
    assert_eq!(member.account.balance, POINTS_MAX + 542);
    assert!(member.adjust(-POINTS_MAX).is_ok(), "and all of it can be spent");
}

#[test]
fn of_nothing_that_comes_back_there_is_no_movement() {
    let member = Member::new();
    let nothing = Movement { kind: Kind::Clawback, points: 0, slices: Vec::new() };
    assert_eq!(release(&member.account, &[], at("2026-01-02")), []);
    assert_eq!(restore(&member.account, &nothing, None, at("2026-01-02")), []);
}

/// What may happen to a member, drawn.
#[derive(Clone, Debug)]
enum Step {
    Earn(i64, Option<i64>),
    Redeem(i64),
    Release,
    ClawBack(i64, bool),
    Restore,
    Adjust(i64),
    Days(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let lives = proptest::option::of(1_i64..90);
    prop_oneof![
        (0_i64..500, lives).prop_map(|(points, days)| Step::Earn(points, days)),
        (0_i64..300).prop_map(Step::Redeem),
        Just(Step::Release),
        (0_i64..300, any::<bool>()).prop_map(|(points, owed)| Step::ClawBack(points, owed)),
        Just(Step::Restore),
        (-200_i64..200).prop_map(Step::Adjust),
        (1_i64..40).prop_map(Step::Days),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_balance_is_the_lots_less_the_debt(steps in proptest::collection::vec(step(), 0..60)) {
        let (mut member, mut now) = (Member::new(), at("2026-01-01"));
        let (mut redeemed, mut clawed) = (Vec::new(), Vec::new());
        let mut sum = 0;
        for step in steps {
            let moved = match step {
                Step::Earn(points, days) => {
                    let expires_at = days.map(|days| now.plus(Span::days(days)));
                    member.earn(points, expires_at)
                }
                Step::Redeem(points) => {
                    let spent = redeem(&member.account, &member.lots, points).ok();
                    redeemed.extend(spent.iter().map(|movement| movement.slices.clone()));
                    member.apply(spent.into_iter().collect())
                }
                Step::Release => match redeemed.pop() {
                    Some(slices) => member.release(&slices, now),
                    None => Vec::new(),
                },
                Step::ClawBack(points, owed) => {
                    let shortfall = if owed { Shortfall::Owed } else { Shortfall::Waived };
                    let (movement, taken) = claw_back(&member.account, &member.lots, points, None, shortfall);
                    prop_assert_eq!(taken.clawed + taken.waived, points);
                    clawed.push(movement.clone());
                    member.apply(vec![movement])
                }
                Step::Restore => match clawed.pop() {
                    Some(taken) => {
                        let again = restore(&member.account, &taken, None, now);
                        prop_assert_eq!(again.first().map_or(0, |first| first.points), -taken.points);
                        member.apply(again)
                    }
                    None => Vec::new(),
                },
                Step::Adjust(points) => member.adjust(points).unwrap_or_default(),
                Step::Days(days) => {
                    now = now.plus(Span::days(days));
                    let lapsed = lapse(&member.lots, now);
                    member.apply(lapsed)
                }
            };
            sum += moved.iter().map(|movement| movement.points).sum::<i64>();
            prop_assert_eq!(member.account.balance, sum);
            let late = member.lots.iter().any(|lot| lot.expires_at.is_some_and(|at| at <= now));
            prop_assert!(!late, "nothing that has lapsed can be spent");
            let wakes_at = member.account.wakes_at;
            let is_in_time = |due: Timestamp| wakes_at.is_some_and(|wakes_at| wakes_at <= due);
            prop_assert!(due(&member.account, &member.lots).is_none_or(is_in_time), "nothing lapses unseen");
        }
    }
}
