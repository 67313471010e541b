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
    Open { id: DisputeId::from_bits(2), amount, reason: Reason::Fraudulent, opening: Opening::Dispute }
}

/// What a dispute could take of a payment of 100.00 of which nothing was given back.
fn exposure() -> Exposure {
    exposure_of(&captured(0))
}

fn exposure_of(payment: &Payment) -> Exposure {
    Exposure::of(payment, Money::new(1_500, Currency::EUR))
}

fn opened(payment: &Payment, amount: Option<i64>) -> Dispute {
    open(ask(amount), payment, exposure_of(payment), now()).expect("a dispute").0
}

fn warning(amount: Option<i64>) -> Dispute {
    let ask = Open { opening: Opening::Warning, ..ask(amount) };
    open(ask, &captured(0), exposure(), now()).expect("a warning").0
}

fn says(text: &str) -> Command {
    let evidence = [(EvidenceField::UncategorizedText, Some(text.into()))].into();
    Command::Update { evidence, metadata: Metadata::new() }
}

/// Does it and gives the statuses it passes through.
fn play(dispute: &mut Dispute, command: Command, at: Timestamp) -> Result<Vec<Status>, Code> {
    let events = decide(dispute, command, exposure(), at).map_err(|refusal| refusal.code)?;
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
    let all_back =
        open(ask(None), &captured(10_000), exposure_of(&captured(10_000)), now()).expect_err("nothing is left");
    assert_eq!(all_back.code, Code::PaymentNotDisputable);
    let mut waiting = captured(0);
    waiting.status = payments::Status::Authorized;
    let refused = open(ask(None), &waiting, exposure_of(&waiting), now()).expect_err("nothing was captured");
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
        for (name, command) in [
            ("evidence", says("x")),
            ("submit", Command::Submit),
            ("accept", Command::Accept),
            ("escalate", Command::Escalate),
            ("close", Command::Close),
        ] {
            let mut dispute = Dispute { status: *status, ..opened(&captured(0), None) };
            if let Ok(passed) = play(&mut dispute, command, now()) {
                let passed: Vec<&str> = passed.into_iter().map(Status::as_str).collect();
                allowed.push(format!("{status} {name}: {}", passed.join(", ")));
            }
        }
    }
    let expected = [
        "warning_needs_response evidence: warning_needs_response",
        "warning_needs_response submit: warning_under_review",
        "warning_needs_response accept: warning_closed",
        "warning_needs_response escalate: needs_response",
        "warning_needs_response close: warning_closed",
        "warning_under_review escalate: needs_response",
        "warning_under_review close: warning_closed",
        "needs_response evidence: needs_response",
        "needs_response submit: under_review",
        "needs_response accept: lost",
    ];
    assert_eq!(allowed, expected);
}

#[test]
fn a_warning_moves_nothing_until_it_becomes_a_dispute() {
    let ask = Open { opening: Opening::Warning, ..ask(Some(4_000)) };
    let (mut dispute, event) = open(ask, &captured(0), exposure(), now()).expect("a warning");
    assert_eq!((event.clone(), dispute.status, dispute.fee), (Event::Warned, Status::WarningNeedsResponse, 0));
    for event in [event, Event::Submitted { decided_at: now() }, Event::Closed] {
        assert_eq!((transfers(&dispute, &event), entry(&dispute, &event)), (Vec::new(), None), "{event:?}");
        assert!(of_payment(&dispute, &event).is_none(), "{event:?}");
    }
    // Meanwhile all but 15.00 of the payment was given back.
    let exposure = Exposure { left: 1_500, fee: 2_000 };
    let later = now().plus(Span::days(1));
    let events = decide(&dispute, Command::Escalate, exposure, later).expect("escalated");
    let [escalated] = events.as_slice() else { panic!("one event: {events:?}") };
    assert!(matches!(of_payment(&dispute, escalated), Some(payments::Command::Dispute { amount: 1_500 })));
    let mut ledger = Balances::default();
    for transfer in transfers(&dispute, escalated) {
        ledger.apply(&transfer);
    }
    assert_eq!(ledger.get(LedgerAccount::MerchantPending, Currency::EUR).posted, -3_500);
    let line = entry(&dispute, escalated).expect("a line of the balance");
    assert_eq!((line.amount.amount, line.fee), (-1_500, 2_000));
    evolve(&mut dispute, escalated);
    assert_eq!((dispute.status, dispute.amount.amount, dispute.fee), (Status::NeedsResponse, 1_500, 2_000));
    assert_eq!(due(&dispute), Some((later.plus(EVIDENCE_DUE), Command::TimeOut)), "there is time to answer again");
    for transfer in transfers(&dispute, &Event::Won) {
        ledger.apply(&transfer);
    }
    assert_eq!(ledger.get(LedgerAccount::MerchantPending, Currency::EUR).posted, 0, "a win brings it all back");
}

#[test]
fn evidence_decides_whether_a_warning_becomes_a_dispute_and_otherwise_time_does() {
    let review_over = now().plus(REVIEW_TAKES);
    for (text, at_once, later) in [
        (Some("winning_evidence"), Some(Status::WarningClosed), Status::WarningClosed),
        (Some("losing_evidence"), Some(Status::NeedsResponse), Status::NeedsResponse),
        (Some("the parcel was signed for"), None, Status::WarningClosed),
        (None, None, Status::NeedsResponse),
    ] {
        let mut dispute = warning(None);
        if let Some(text) = text {
            play(&mut dispute, says(text), now()).expect("noted");
        }
        let passed = play(&mut dispute, Command::Submit, now()).expect("submitted");
        let expected: Vec<Status> = [Status::WarningUnderReview].into_iter().chain(at_once).collect();
        assert_eq!(passed, expected, "{text:?}");
        play(&mut dispute, Command::TimeOut, review_over).expect("time does not refuse");
        assert_eq!(dispute.status, later, "{text:?}");
    }
    let mut silent = warning(None);
    let (at, command) = due(&silent).expect("a timer");
    assert_eq!(play(&mut silent, Command::Submit, at), Err(Code::DisputeNotAnswerable), "the timer may be late");
    assert_eq!(play(&mut silent, command, at), Ok(vec![Status::NeedsResponse]), "who says nothing is disputed");
}

#[test]
fn a_warning_of_what_is_gone_comes_to_nothing() {
    let gone = Exposure { left: 0, fee: 1_500 };
    for command in [Command::Escalate, Command::TimeOut] {
        let dispute = warning(None);
        let events = decide(&dispute, command, gone, dispute.evidence_due_at).expect("decided");
        assert_eq!(events, [Event::Closed]);
        assert_eq!(given_in(&dispute, gone), None);
    }
    let left = Exposure { left: 600, ..gone };
    assert_eq!((given_in(&warning(None), left), given_in(&warning(Some(500)), left)), (Some(600), Some(500)));
    assert_eq!(given_in(&opened(&captured(0), None), left), None, "what is taken cannot be given");
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
        steps in proptest::collection::vec((0..6_u8, 1..9_000_i64, 0..8_usize), 1..60),
    ) {
        let mut payment = captured(0);
        let mut disputes: Vec<Dispute> = Vec::new();
        for (kind, amount, which) in steps {
            let known = disputes.len();
            if kind <= 1 || known == 0 {
                let opening = if kind == 0 { Opening::Dispute } else { Opening::Warning };
                let ask = Open { opening, ..ask(Some(amount)) };
                let Ok((dispute, event)) = open(ask, &payment, exposure_of(&payment), now()) else { continue };
                let command = of_payment(&dispute, &event);
                prop_assert_eq!(command.is_some(), opening == Opening::Dispute);
                let changes = command.map(|command| payments::decide(&payment, command, now()).expect("it fits"));
                for change in changes.unwrap_or_default() {
                    payments::evolve(&mut payment, &change, now());
                }
                disputes.push(dispute);
            } else {
                let dispute = &mut disputes[which % known];
                let exposure = exposure_of(&payment);
                let evidence = if amount % 2 == 0 { "winning_evidence" } else { "losing_evidence" };
                let command = match kind {
                    2 => Command::Accept,
                    3 => Command::Escalate,
                    4 => Command::Close,
                    _ => {
                        let _ = play(dispute, says(evidence), now());
                        Command::Submit
                    }
                };
                for event in decide(dispute, command, exposure, now()).unwrap_or_default() {
                    evolve(dispute, &event);
                    let Some(change) = of_payment(dispute, &event) else { continue };
                    for change in payments::decide(&payment, change, now()).expect("it fits") {
                        payments::evolve(&mut payment, &change, now());
                    }
                }
            }
            let takes = |one: &&Dispute| {
                matches!(one.status, Status::NeedsResponse | Status::UnderReview | Status::Lost)
            };
            let taken: i64 = disputes.iter().filter(takes).map(|one| one.amount.amount).sum();
            prop_assert_eq!(payment.amount_disputed, taken);
            prop_assert!(taken <= payment.amount_captured);
        }
    }
}
