use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::money::Currency;
use crate::time::Span;

fn now() -> Timestamp {
    Timestamp::from_seconds(1_717_200_000)
}

fn ask(uses: Uses) -> Create {
    Create {
        id: PaymentLinkId::from_bits(1),
        amount: Money::new(1_000, Currency::EUR),
        description: Some("A ticket".into()),
        uses,
        expires_at: None,
        return_url: None,
        metadata: Metadata::new(),
        code: "c".into(),
    }
}

fn link(uses: Uses) -> PaymentLink {
    create(ask(uses), now()).expect("a link")
}

fn up_to(payments_max: u32) -> Uses {
    Uses::Many { payments_max: Some(payments_max) }
}

fn play(link: &mut PaymentLink, command: Command) -> Result<usize, Code> {
    let events = decide(link, command, now()).map_err(|refusal| refusal.code)?;
    for event in &events {
        evolve(link, event);
    }
    Ok(events.len())
}

fn moves(link: &mut PaymentLink, from: Place, to: Place) -> Result<usize, Code> {
    play(link, Command::Move { from, to })
}

fn changes(changes: Changes) -> Command {
    Command::Update(changes)
}

#[test]
fn a_place_that_is_taken_is_nobody_elses_until_it_is_given_back() {
    let mut link = link(Uses::Once);
    assert_eq!(moves(&mut link, Place::None, Place::Held), Ok(1));
    assert_eq!((link.door(now()), link.status(now())), (Door::Busy, Status::Active));
    assert_eq!(moves(&mut link, Place::None, Place::Held), Err(Code::PaymentLinkUsedUp));
    assert_eq!(moves(&mut link, Place::Held, Place::None), Ok(1));
    assert_eq!(link.door(now()), Door::Open);
    moves(&mut link, Place::None, Place::Held).expect("a place");
    moves(&mut link, Place::Held, Place::Used).expect("paid");
    assert_eq!((link.door(now()), link.payments_completed, link.payments_open), (Door::Completed, 1, 0));
    assert_eq!(moves(&mut link, Place::None, Place::Held), Err(Code::PaymentLinkUsedUp));
}

#[test]
fn what_is_switched_off_or_over_takes_no_payment() {
    let mut link = link(Uses::Many { payments_max: None });
    play(&mut link, changes(Changes { is_active: Some(false), ..Changes::default() })).expect("switched off");
    assert_eq!(link.status(now()), Status::Inactive);
    assert_eq!(moves(&mut link, Place::None, Place::Held), Err(Code::PaymentLinkInactive));
    let soon = Some(Some(now().plus(Span::minutes(1))));
    play(&mut link, changes(Changes { is_active: Some(true), expires_at: soon, ..Changes::default() }))
        .expect("on again");
    assert_eq!(link.status(now()), Status::Active);
    let later = now().plus(Span::minutes(1));
    assert_eq!(
        (link.status(later), gate(&link, later).map_err(|no| no.code)),
        (Status::Expired, Err(Code::PaymentLinkInactive))
    );
}

#[test]
fn a_link_for_one_use_stays_with_its_payment_and_another_with_none() {
    let visit = || Command::Visit(PaymentId::from_bits(7));
    let (mut once, mut many) = (link(Uses::Once), link(up_to(2)));
    assert_eq!((play(&mut once, visit()), play(&mut many, visit())), (Ok(1), Ok(0)));
    assert_eq!((once.payment_id, many.payment_id), (Some(PaymentId::from_bits(7)), None));
}

#[test]
fn a_maximum_below_what_is_taken_is_refused() {
    let mut link = link(up_to(3));
    moves(&mut link, Place::None, Place::Held).expect("a place");
    moves(&mut link, Place::None, Place::Held).expect("a place");
    let maximum = |most| changes(Changes { payments_max: Some(most), ..Changes::default() });
    assert_eq!(play(&mut link, maximum(Some(1))), Err(Code::ParameterInvalid));
    assert_eq!((play(&mut link, maximum(Some(2))), link.door(now())), (Ok(1), Door::Busy));
    assert_eq!((play(&mut link, maximum(None)), link.door(now())), (Ok(1), Door::Open));
    let mut once = self::link(Uses::Once);
    assert_eq!(play(&mut once, maximum(Some(2))), Err(Code::ParameterConflict));
    assert_eq!(play(&mut once, maximum(None)), Err(Code::ParameterConflict));
}

#[test]
fn an_end_that_is_past_is_refused() {
    let past = create(Create { expires_at: Some(now()), ..ask(Uses::Once) }, now()).expect_err("refused");
    assert_eq!((past.code, past.param.as_deref()), (Code::ParameterInvalid, Some("expiresAt")));
    let link = link(Uses::Once);
    let ends = Changes { expires_at: Some(Some(now())), ..Changes::default() };
    assert_eq!(decide(&link, changes(ends), now()).map_err(|no| no.code), Err(Code::ParameterInvalid));
}

#[test]
fn what_is_not_named_in_a_change_stays() {
    let mut link = link(up_to(3));
    play(&mut link, changes(Changes { return_url: Some(Some("https://a.example".into())), ..Changes::default() }))
        .expect("changed");
    let pairs = vec![("order".into(), Some("1".into()))];
    play(&mut link, changes(Changes { description: Some(None), metadata: pairs, ..Changes::default() }))
        .expect("changed");
    assert_eq!((link.description.as_deref(), link.return_url.as_deref()), (None, Some("https://a.example")));
    assert_eq!((link.metadata.get("order"), link.payments_max()), (Some("1"), Some(3)));
}

#[test]
fn every_status_of_a_payment_says_what_it_has_of_a_links_places() {
    let having = |place| payments::Status::ALL.iter().filter(|status| Place::of(**status) == place).count();
    assert_eq!((having(Place::Held), having(Place::Used), having(Place::None)), (3, 1, 5));
}

proptest! {
    /// However payments come and go: no more complete than the maximum, and a place is lost by none that fails.
    #[test]
    fn no_more_payments_complete_than_a_link_was_made_for(most in 1..5_u32, steps in proptest::collection::vec((0..8_usize, 0..3_u8), 1..60)) {
        let mut link = link(up_to(most));
        let mut places = [Place::None; 8];
        for (payment, step) in steps {
            let from = places[payment];
            let to = match (from, step) {
                (Place::None, _) => Place::Held,
                (Place::Held, 0) => Place::None,
                (Place::Held, 1) => Place::Used,
                (from, _) => from,
            };
            if moves(&mut link, from, to).is_ok() {
                places[payment] = to;
            }
            let count = |wanted| places.iter().filter(|place| **place == wanted).collect::<Vec<_>>().len();
            prop_assert_eq!(count(Place::Used), usize::try_from(link.payments_completed).unwrap_or(usize::MAX));
            prop_assert_eq!(count(Place::Held), usize::try_from(link.payments_open).unwrap_or(usize::MAX));
            prop_assert!(count(Place::Used) + count(Place::Held) <= usize::try_from(most).unwrap_or(0));
        }
    }
}
