use core::fmt::Write as _;

use super::*;
use crate::time::Span;

fn now() -> Timestamp {
    Timestamp::from_seconds(1_717_200_000)
}

fn setup() -> Setup {
    let ask = Create {
        id: SetupId::from_bits(1),
        customer_id: CustomerId::from_bits(2),
        return_url: None,
        cancel_url: None,
        metadata: Metadata::new(),
        checkout_token: "t".into(),
    };
    create(ask, now())
}

fn verify(verdict: Verdict) -> Command {
    Command::Verify { method: PaymentMethodId::from_bits(3), verdict }
}

fn played(mut setup: Setup, command: Command, at: Timestamp) -> Setup {
    for event in decide(&setup, command, at).expect("allowed") {
        evolve(&mut setup, &event);
    }
    setup
}

#[test]
fn an_approved_card_succeeds_and_a_refused_one_may_be_followed_by_another() {
    let failed = played(setup(), verify(Verdict::Declined(FailureCode::CardDeclined)), now());
    assert_eq!((failed.status, failed.failure), (Status::Failed, Some(FailureCode::CardDeclined)));
    assert_eq!((failed.method.as_ref(), due(&failed)), (None, None));
    let saved = played(failed, verify(Verdict::Approved), now());
    assert_eq!((saved.status, saved.failure), (Status::Succeeded, None));
    assert_eq!(saved.method, Some(PaymentMethodId::from_bits(3)));
}

#[test]
fn a_challenge_that_nobody_answers_fails_after_fifteen_minutes() {
    let asked = played(setup(), verify(Verdict::Challenge), now());
    let (at, command) = due(&asked).expect("a timer");
    assert_eq!(at, now().plus(Span::minutes(15)));
    assert_eq!(decide(&asked, command.clone(), at.minus(Span::milliseconds(1))), Ok(Vec::new()));
    assert_eq!(played(asked.clone(), Command::Authenticated, now()).status, Status::Succeeded);
    for late in [command, Command::Authenticated] {
        let failed = played(asked.clone(), late, at);
        assert_eq!((failed.status, failed.failure), (Status::Failed, Some(FailureCode::AuthenticationExpired)));
    }
}

#[test]
fn a_page_that_nobody_opens_expires_after_a_day() {
    let (at, command) = due(&setup()).expect("a timer");
    assert_eq!(at, now().plus(Span::hours(24)));
    let expired = played(setup(), command, at);
    assert_eq!((expired.status, due(&expired)), (Status::Expired, None));
    let refused = decide(&setup(), verify(Verdict::Approved), at).err().map(|refusal| refusal.code);
    assert_eq!(refused, Some(Code::SetupNotConfirmable), "also before its timer fired");
}

#[test]
fn what_is_allowed_in_which_state() {
    let mut page = String::new();
    for status in Status::ALL {
        let row = Setup { status: *status, authenticate_until: Some(now().plus(Span::minutes(1))), ..setup() };
        let commands = [
            ("verify", verify(Verdict::Approved)),
            ("authenticated", Command::Authenticated),
            ("refused", Command::AuthenticationFailed),
            ("time out", Command::TimeOut),
        ];
        for (name, command) in commands {
            if let Ok(events) = decide(&row, command, now())
                && !events.is_empty()
            {
                let mut after = row.clone();
                for event in &events {
                    evolve(&mut after, event);
                }
                let _ = writeln!(page, "{status} {name}: {}", after.status);
            }
        }
    }
    let expected = "pending verify: succeeded\nrequires_authentication authenticated: succeeded\n\
                    requires_authentication refused: failed\nfailed verify: succeeded\n";
    assert_eq!(page, expected);
}
