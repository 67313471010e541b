use proptest::prelude::*;

use super::*;
use crate::ledger::Balances;
use crate::money::Currency;
use crate::payments::Capture;
use crate::payments::tests::{created, now};

/// A captured payment of 100.00 of which so much was given back.
fn captured(refunded: i64) -> Payment {
    let mut payment = created(Capture::Automatic, Money::new(10_000, Currency::EUR));
    payment.status = payments::Status::Completed;
    (payment.amount_captured, payment.amount_refunded) = (10_000, refunded);
    payment
}

fn ask(amount: Option<i64>) -> Open {
    Open { id: DisputeId::from_bits(2), amount, reason: Reason::Fraudulent }
}

fn fee() -> Money {
    Money::new(1_500, Currency::EUR)
}

fn opened(payment: &Payment, amount: Option<i64>) -> Dispute {
    open(ask(amount), payment, fee(), now()).expect("a dispute").0
}

fn says(text: &str) -> Command {
    let evidence = [(EvidenceField::UncategorizedText, Some(text.into()))].into();
    Command::Update { evidence, metadata: Metadata::new() }
}

/// Does it and gives the statuses it passes through.
fn play(dispute: &mut Dispute, command: Command, at: Timestamp) -> Result<Vec<Status>, Code> {
    let events = decide(dispute, command, at).map_err(|refusal| refusal.code)?;
    Ok(events
        .iter()
        .map(|event| {
            evolve(dispute, event);
            dispute.status
        })
        .collect())
}

/// Dispute after a refund of 30.00 of 100.00: at most 70.00 can be booked; if the network reports more, book 70.00.
#[test]
fn a_dispute_takes_what_is_left_at_most() {
    let payment = captured(3_000);
    for (reported, booked) in [(None, 7_000), (Some(10_000), 7_000), (Some(7_000), 7_000), (Some(1), 1)] {
        assert_eq!(opened(&payment, reported).amount.amount, booked, "{reported:?}");
    }
    let all_back = open(ask(None), &captured(10_000), fee(), now()).expect_err("nothing is left");
    assert_eq!(all_back.code, Code::PaymentNotDisputable);
    let mut waiting = captured(0);
    waiting.status = payments::Status::Authorized;
    let refused = open(ask(None), &waiting, fee(), now()).expect_err("nothing was captured");
    assert_eq!(refused.code, Code::PaymentNotDisputable);
    assert!(refused.message.contains("authorized"), "{}", refused.message);
}

#[test]
fn amount_and_fee_are_taken_at_the_opening_and_come_back_with_a_win() {
    let mut ledger = Balances::default();
    let dispute = opened(&captured(0), None);
    let pending = |ledger: &Balances| ledger.get(LedgerAccount::MerchantPending, Currency::EUR).posted;
    for transfer in transfers(&dispute, &Event::Opened) {
        ledger.apply(&transfer);
    }
    assert_eq!((pending(&ledger), ledger.get(LedgerAccount::Fees, Currency::EUR).posted), (-11_500, 1_500));
    assert_eq!(transfers(&dispute, &Event::Lost), [], "what is lost stays taken");
    for transfer in transfers(&dispute, &Event::Won) {
        ledger.apply(&transfer);
    }
    assert_eq!((pending(&ledger), ledger.get(LedgerAccount::Network, Currency::EUR).posted), (0, 0));
    for (event, amount, fee) in [(Event::Opened, -10_000, 1_500), (Event::Won, 10_000, -1_500)] {
        let line = entry(&dispute, &event).expect("a line of the balance");
        assert_eq!((line.amount.amount, line.fee, line.net()), (amount, fee, amount - fee));
    }
    assert_eq!(entry(&dispute, &Event::Lost), None);
    let free = Dispute { fee: 0, ..dispute };
    assert_eq!(transfers(&free, &Event::Opened).len(), 1, "no fee, no transfer of one");
}

#[test]
fn evidence_says_how_a_dispute_ends_and_otherwise_time_does() {
    let review_over = now().plus(REVIEW_TAKES);
    for (text, at_once, later) in [
        (Some("here is winning_evidence"), Some(Status::Won), Status::Won),
        (Some("losing_evidence"), Some(Status::Lost), Status::Lost),
        (Some("winning_evidence and losing_evidence"), Some(Status::Lost), Status::Lost),
        (Some("the parcel was signed for"), None, Status::Won),
        (None, None, Status::Lost),
    ] {
        let mut dispute = opened(&captured(0), None);
        if let Some(text) = text {
            play(&mut dispute, says(text), now()).expect("noted");
        }
        let passed = play(&mut dispute, Command::Submit, now()).expect("submitted");
        let expected: Vec<Status> = [Status::UnderReview].into_iter().chain(at_once).collect();
        assert_eq!(passed, expected, "{text:?}");
        assert_eq!(play(&mut dispute, Command::TimeOut, review_over.minus(Span::milliseconds(1))), Ok(vec![]));
        play(&mut dispute, Command::TimeOut, review_over).expect("time does not refuse");
        assert_eq!((dispute.status, due(&dispute)), (later, None), "{text:?}");
    }
}

#[test]
fn an_answer_that_is_overdue_is_lost_and_cannot_be_given_any_more() {
    let mut dispute = opened(&captured(0), None);
    let (at, command) = due(&dispute).expect("a timer");
    assert_eq!(at, now().plus(Span::days(7)));
    play(&mut dispute, says("too late"), at.minus(Span::milliseconds(1))).expect("a moment before");
    assert_eq!(play(&mut dispute, Command::Submit, at), Err(Code::DisputeNotAnswerable), "the timer may be late");
    assert_eq!(play(&mut dispute, command, at), Ok(vec![Status::Lost]));
}

#[test]
fn the_matrix_of_status_and_command() {
    let mut allowed = Vec::new();
    for status in Status::ALL {
        for (name, command) in [("evidence", says("x")), ("submit", Command::Submit), ("accept", Command::Accept)] {
            let dispute = Dispute { status: *status, ..opened(&captured(0), None) };
            if decide(&dispute, command, now()).is_ok() {
                allowed.push(format!("{status} {name}"));
            }
        }
    }
    assert_eq!(allowed, ["needs_response evidence", "needs_response submit", "needs_response accept"]);
}

#[test]
fn evidence_is_merged_and_notes_may_change_to_the_end() {
    let mut dispute = opened(&captured(0), None);
    play(&mut dispute, says("one"), now()).expect("noted");
    assert_eq!(play(&mut dispute, says("one"), now()), Ok(vec![]), "nothing new is not told");
    let more = [(EvidenceField::Receipt, Some("two".into())), (EvidenceField::UncategorizedText, None)].into();
    let metadata = Metadata::new();
    play(&mut dispute, Command::Update { evidence: more, metadata }, now()).expect("noted");
    assert_eq!(dispute.evidence, [(EvidenceField::Receipt, String::from("two"))].into());
    play(&mut dispute, Command::Accept, now()).expect("given in");
    let metadata = Metadata::new().merged([("case".into(), Some("7".into()))]).expect("notes");
    let notes = Command::Update { evidence: BTreeMap::new(), metadata };
    assert_eq!(play(&mut dispute, notes, now()), Ok(vec![Status::Lost]));
}

proptest! {
    /// Disputes and refunds of one payment, whatever happens to them: together never more than was captured.
    #[test]
    fn disputes_and_refunds_never_exceed_what_was_captured(
        steps in proptest::collection::vec((0..3_u8, 1..9_000_i64, 0..8_usize), 1..60),
    ) {
        let mut payment = captured(0);
        let mut disputes: Vec<Dispute> = Vec::new();
        for (kind, amount, which) in steps {
            let known = disputes.len();
            if kind == 0 || known == 0 {
                let Ok((dispute, event)) = open(ask(Some(amount)), &payment, fee(), now()) else { continue };
                let command = of_payment(&dispute, &event).expect("an opening takes");
                for change in payments::decide(&payment, command, now()).expect("it fits") {
                    payments::evolve(&mut payment, &change, now());
                }
                disputes.push(dispute);
            } else {
                let dispute = &mut disputes[which % known];
                let command = if kind == 1 { Command::Accept } else { Command::Submit };
                if kind == 2 {
                    let _ = play(dispute, says("winning_evidence"), now());
                }
                for event in decide(dispute, command, now()).unwrap_or_default() {
                    evolve(dispute, &event);
                    let Some(change) = of_payment(dispute, &event) else { continue };
                    for change in payments::decide(&payment, change, now()).expect("it fits") {
                        payments::evolve(&mut payment, &change, now());
                    }
                }
            }
            let taken: i64 = disputes.iter().filter(|one| one.status != Status::Won).map(|one| one.amount.amount).sum();
            prop_assert_eq!(payment.amount_disputed, taken);
            prop_assert!(taken <= payment.amount_captured);
        }
    }
}
