use proptest::prelude::*;
use std::vec::Vec;

use super::*;

fn award(points: i64) -> Award {
    Award {
        program_id: ProgramId::from_bits(2),
        account: LoyaltyAccountId::from_bits(3),
        transaction: PointsTransactionId::from_bits(4),
        points,
        clawed: 0,
        waived: 0,
        expires_at: None,
    }
}

/// What each of these refunds takes back of so many points for so much money.
fn taken(points: i64, captured: i64, refunds: &[i64]) -> Vec<i64> {
    let (mut award, mut gone) = (award(points), 0);
    let mut each = |refund: &i64| {
        gone += refund;
        let clawed = due(&award, gone, captured);
        take(&mut award, Taken { clawed, waived: 0 });
        clawed
    };
    refunds.iter().map(&mut each).collect()
}

/// spec/traps.md, section 11: the table, and the table of the seed.
#[test]
fn partial_refunds_take_back_what_adds_up_to_the_whole() {
    assert_eq!(taken(42, 4_200, &[4_200]), [42]);
    assert_eq!(taken(42, 4_200, &[2_100, 2_100]), [21, 21]);
    assert_eq!(taken(42, 4_200, &[1_400, 1_400, 1_400]), [14, 14, 14]);
    assert_eq!(taken(42, 4_200, &[420; 10]), [4, 4, 5, 4, 4, 4, 4, 5, 4, 4]);
    assert_eq!(taken(5, 1_000, &[333, 333, 334]), [2, 1, 2]);
    assert_eq!(taken(37, 3_700, &[1_233, 1_233, 1_234]), [12, 13, 12]);
    assert_eq!(taken(42, 4_250, &[1_000, 1_000, 1_000, 1_250]), [10, 10, 10, 12]);
}

#[test]
fn refunds_of_less_than_a_point_take_their_points_all_the_same() {
    let refunds: Vec<i64> = core::iter::repeat_n(99, 42).chain([42]).collect();
    let taken = taken(42, 4_200, &refunds);
    assert_eq!(taken[..10], [1; 10]);
    assert_eq!(taken.iter().sum::<i64>(), 42);
}

#[test]
fn what_was_let_go_of_is_not_taken_later() {
    let mut award = award(42);
    take(&mut award, Taken { clawed: 10, waived: 11 });
    assert_eq!(due(&award, 2_100, 4_200), 0);
    assert_eq!(due(&award, 4_200, 4_200), 21);
}

#[test]
fn a_refund_that_fails_gives_again_exactly_what_it_took() {
    let mut award = award(5);
    let first = Taken { clawed: due(&award, 333, 1_000), waived: 0 };
    take(&mut award, first);
    let second = Taken { clawed: due(&award, 666, 1_000), waived: 0 };
    take(&mut award, second);
    restore(&mut award, first);
    assert_eq!((first.clawed, second.clawed, award.clawed), (2, 1, 1));
    assert_eq!(due(&award, 333, 1_000), 1, "rounded on all that is gone");
    assert_eq!(due(&award, 1_000, 1_000), 4);
}

proptest! {
    #[test]
    fn whatever_is_refunded_in_whatever_parts_all_points_are_gone_at_the_end(
        points in 0_i64..100_000,
        parts in proptest::collection::vec(1_i64..10_000, 1..40),
        failing in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let captured: i64 = parts.iter().sum();
        let (mut award, mut gone) = (award(points), 0);
        for (part, fails) in parts.iter().zip(&failing) {
            let taken = Taken { clawed: due(&award, gone + part, captured), waived: 0 };
            take(&mut award, taken);
            if *fails {
                restore(&mut award, taken);
            } else {
                gone += part;
            }
            prop_assert!((award.clawed - share(points, gone, captured)).abs() <= 1);
        }
        let rest = due(&award, captured, captured);
        prop_assert_eq!(award.clawed + rest, points);
    }
}
