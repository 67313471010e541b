use proptest::prelude::*;
use std::vec::Vec;

use super::*;

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

    fn tell(&mut self, command: Command, now: Timestamp) -> Result<Vec<Movement>, Refusal> {
        decide(&self.account, &self.lots, command, now).map(|movements| self.apply(movements))
    }

    fn earn(&mut self, points: i64, expires_at: Option<Timestamp>) {
        self.tell(Command::Earn { points, expires_at }, at("2026-01-01")).expect("points can be earned");
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
    let spent = member.tell(Command::Redeem { points: 120 }, at("2026-02-01")).expect("there are 150");
    let slices = &spent[0].slices;
    assert_eq!(
        slices[..],
        [Slice { expires_at: march, points: -100 }, Slice { expires_at: june, points: -20 }],
        "the hundred that lapse in March, and twenty of the others"
    );
    let slices = reversed(slices);
    let back = member.tell(Command::Release { slices }, at("2026-03-15")).expect("points go back");
    assert_eq!(parts(&back), [(Kind::Release, 120), (Kind::Expire, -100)], "what has lapsed lapses at once");
    assert_eq!((member.account.balance, member.lots()), (50, vec![(50, june)]));
}

/// spec/traps.md, section 14.
#[test]
fn a_debt_is_repaid_by_what_is_earned_next() {
    let mut member = Member::new();
    member.earn(42, None);
    member.tell(Command::Redeem { points: 32 }, at("2026-02-01")).expect("there are 42");
    let (movement, taken) = claw_back(&member.account, &member.lots, 42, None, Shortfall::Owed);
    member.apply(vec![movement]);
    assert_eq!((member.account.balance, taken), (-32, Taken { clawed: 42, waived: 0 }));
    let refused = member.tell(Command::Redeem { points: 1 }, at("2026-02-02")).expect_err("there is a debt");
    assert_eq!(refused.code, Code::InsufficientPoints);
    member.earn(50, None);
    assert_eq!((member.account.balance, member.lots()), (18, vec![(18, None)]));
    assert_eq!(member.account.lifetime, 50, "42 + 50 earned, 42 taken back");
}

#[test]
fn without_a_debt_what_is_not_there_is_waived() {
    let mut member = Member::new();
    member.earn(42, None);
    member.tell(Command::Redeem { points: 32 }, at("2026-02-01")).expect("there are 42");
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
    member.tell(Command::Redeem { points: 40 }, at("2026-02-01")).expect("there are 50");
    let (movement, _) = claw_back(&member.account, &member.lots, 20, june, Shortfall::Owed);
    assert_eq!(movement.slices, [Slice { expires_at: june, points: -10 }]);
    member.apply(vec![movement.clone()]);
    assert_eq!(member.account.balance, -10);
    let again = restore(&member.account, &movement, june, at("2026-02-10")).expect("points are given again");
    member.apply(again);
    assert_eq!((member.account.balance, member.lots()), (10, vec![(10, june)]));
}

#[test]
fn what_came_back_is_taken_again_of_where_it_lies_then_of_the_rest_then_as_a_debt() {
    let (march, june) = (Some(at("2026-03-01")), Some(at("2026-06-01")));
    let mut member = Member::new();
    member.earn(100, march);
    member.earn(50, june);
    let spent = member.tell(Command::Redeem { points: 120 }, at("2026-02-01")).expect("there are 150");
    let slices = spent[0].slices.clone();
    let give_back = |slices: &[Slice]| Command::Release { slices: reversed(slices) };
    member.tell(give_back(&slices), at("2026-02-02")).expect("points go back");
    let (movement, again) = take_again(&member.lots, &slices, at("2026-02-03"));
    assert_eq!((movement.points, &movement.slices, &again), (-120, &slices, &slices));
    member.tell(Command::Redeem { points: 140 }, at("2026-02-03")).expect("there are 150");
    let (movement, again) = take_again(&member.lots, &slices, at("2026-02-03"));
    assert_eq!((movement.points, &movement.slices[..]), (-120, &[Slice { expires_at: june, points: -10 }][..]));
    assert_eq!(sum(&again), -120, "what is owed comes back too if the order is refunded once more");
    member.apply(vec![movement]);
    assert_eq!(member.account.balance, -110);
    member.tell(give_back(&again), at("2026-02-04")).expect("points go back");
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
    let take = |points| Command::Adjust { points, expires_at: None };
    assert!(member.tell(take(-1), at("2026-01-02")).is_err());
    member.tell(take(10), at("2026-01-02")).expect("points can be given");
    member.tell(take(-10), at("2026-01-02")).expect("there are 10");
    assert_eq!((member.account.balance, member.account.lifetime), (0, 0));
}

#[test]
fn a_closed_membership_takes_back_what_is_released_and_no_more() {
    let mut member = Member::new();
    member.account.status = Status::Closed;
    for command in [
        Command::Earn { points: 1, expires_at: None },
        Command::Redeem { points: 0 },
        Command::Adjust { points: 1, expires_at: None },
    ] {
        let refused = member.tell(command, at("2026-01-02")).expect_err("it is closed");
        assert_eq!(refused.code, Code::LoyaltyAccountClosed);
    }
    let slices = vec![Slice { expires_at: None, points: 5 }];
    assert!(member.tell(Command::Release { slices }, at("2026-01-02")).is_ok());
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
                    member.tell(Command::Earn { points, expires_at }, now).unwrap_or_default()
                }
                Step::Redeem(points) => {
                    let spent = member.tell(Command::Redeem { points }, now).unwrap_or_default();
                    redeemed.extend(spent.iter().map(|movement| movement.slices.clone()));
                    spent
                }
                Step::Release => match redeemed.pop() {
                    Some(slices) => member.tell(Command::Release { slices: reversed(&slices) }, now).unwrap_or_default(),
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
                        let again = restore(&member.account, &taken, None, now).expect("points are given again");
                        prop_assert_eq!(again[0].points, -taken.points);
                        member.apply(again)
                    }
                    None => Vec::new(),
                },
                Step::Adjust(points) => {
                    member.tell(Command::Adjust { points, expires_at: None }, now).unwrap_or_default()
                }
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
