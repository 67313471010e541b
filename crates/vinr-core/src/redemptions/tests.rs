use std::vec::Vec;

use super::*;
use crate::currencies::Currency;
use crate::metadata::Metadata;

fn at(minutes: i64) -> Timestamp {
    Timestamp::EPOCH.plus(Span::minutes(minutes))
}

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn issued(value: Value) -> Redemption {
    let reward = Reward {
        id: RewardId::parse("rwd_5eur_off").expect("an id"),
        program_id: ProgramId::parse("prog_default").expect("an id"),
        name: "EUR 5.00 off".into(),
        cost: 500,
        value,
        inventory: None,
        is_active: true,
        tier: None,
        metadata: Metadata::new(),
        created_at: Timestamp::EPOCH,
    };
    let slices = vec![Slice { expires_at: None, points: -500 }];
    let ask = Create { id: RedemptionId::from_bits(1), code: "ABCD".into() };
    create(ask, &reward, (LoyaltyAccountId::from_bits(2), None), slices, at(0))
}

fn five_off() -> Redemption {
    issued(Value::Amount(eur(500)))
}

fn attach(amount: Money, left: i64) -> Command {
    Command::Attach { payment: PaymentId::from_bits(3), amount, left }
}

fn again() -> Command {
    Command::TakeAgain { slices: Vec::new() }
}

fn tell(redemption: &mut Redemption, command: Command, hold: Hold, now: Timestamp) -> Result<Option<Event>, Code> {
    let event = decide(redemption, command, hold, now).map_err(|refusal| refusal.code)?;
    if let Some(event) = event.clone() {
        evolve(redemption, event);
    }
    Ok(event)
}

/// spec/traps.md, section 12.
#[test]
fn five_euros_off_forty_two_are_thirty_seven() {
    let mut redemption = five_off();
    let event = tell(&mut redemption, attach(eur(4_200), 4_200), Hold::Free, at(1));
    assert_eq!(event, Ok(Some(Event::Attached { payment: PaymentId::from_bits(3), discount: eur(500) })));
    assert_eq!(tell(&mut redemption, Command::Apply, Hold::Held, at(2)), Ok(Some(Event::Applied)));
    assert_eq!(redemption.status, Status::Applied);
}

#[test]
fn what_cannot_be_used_says_why() {
    let mut redemption = five_off();
    let usd = Money::new(4_200, Currency::parse("USD").expect("a currency"));
    for (command, now) in
        [(attach(usd, 4_200), at(1)), (attach(eur(4_200), 0), at(1)), (attach(eur(4_200), 4_200), at(30))]
    {
        assert_eq!(tell(&mut redemption, command, Hold::Free, now), Err(Code::RedemptionNotUsable));
    }
    assert!(tell(&mut redemption, attach(eur(4_200), 4_200), Hold::Free, at(29)).is_ok());
    assert_eq!(tell(&mut redemption, attach(eur(4_200), 4_200), Hold::Free, at(29)), Err(Code::RedemptionNotUsable));
}

#[test]
fn a_part_that_comes_to_nothing_is_no_discount() {
    let mut redemption = issued(Value::Percent { bps: 100 });
    assert_eq!(tell(&mut redemption, attach(eur(49), 49), Hold::Free, at(1)), Err(Code::RedemptionNotUsable));
    let event = tell(&mut redemption, attach(eur(50), 50), Hold::Free, at(1));
    assert_eq!(event, Ok(Some(Event::Attached { payment: PaymentId::from_bits(3), discount: eur(1) })));
}

#[test]
fn at_half_an_hour_it_is_released_unless_its_payment_holds_it() {
    let mut redemption = five_off();
    assert_eq!(due(&redemption), Some(at(30)));
    assert_eq!(tell(&mut redemption, Command::TimeOut, Hold::Free, at(29)), Ok(None));
    tell(&mut redemption, attach(eur(4_200), 4_200), Hold::Free, at(29)).expect("it can be attached");
    assert_eq!(tell(&mut redemption, Command::TimeOut, Hold::Held, at(30)), Ok(None), "a challenge is open");
    assert_eq!(tell(&mut redemption, Command::TimeOut, Hold::Free, at(31)), Ok(Some(Event::Released)));
    assert_eq!(tell(&mut redemption, Command::Apply, Hold::Held, at(31)), Ok(None), "the first of the two wins");
}

#[test]
fn what_is_held_is_not_cancelled() {
    let mut redemption = five_off();
    tell(&mut redemption, attach(eur(4_200), 4_200), Hold::Free, at(1)).expect("it can be attached");
    assert_eq!(tell(&mut redemption, Command::Cancel, Hold::Held, at(2)), Err(Code::RedemptionInUse));
    assert_eq!(tell(&mut redemption, Command::Cancel, Hold::Free, at(2)), Ok(Some(Event::Cancelled)));
    assert_eq!(tell(&mut redemption, Command::Cancel, Hold::Free, at(2)), Err(Code::RedemptionNotUsable));
}

#[test]
fn an_order_that_is_refunded_in_full_gives_its_points_back_once() {
    let mut redemption = five_off();
    tell(&mut redemption, attach(eur(4_200), 4_200), Hold::Free, at(1)).expect("it can be attached");
    tell(&mut redemption, Command::Apply, Hold::Held, at(2)).expect("it can be used");
    assert_eq!(tell(&mut redemption, Command::GiveBack, Hold::Held, at(3)), Ok(Some(Event::GivenBack)));
    assert_eq!(tell(&mut redemption, Command::GiveBack, Hold::Held, at(3)), Ok(None));
    assert_eq!(tell(&mut redemption, again(), Hold::Held, at(4)), Ok(Some(Event::TakenAgain { slices: Vec::new() })));
    assert_eq!((redemption.status, redemption.slices.len()), (Status::Applied, 0));
}

#[test]
fn what_is_no_discount_is_used_at_once_and_has_a_code() {
    let coffee = issued(Value::Product { product: "prod_coffee".into(), quantity: 1 });
    assert_eq!((coffee.status, coffee.code.as_deref(), coffee.discount), (Status::Applied, Some("ABCD"), None));
    assert_eq!(due(&coffee), None);
}

#[test]
fn every_command_has_an_answer_in_every_state() {
    let commands = [
        ("attach", attach(eur(4_200), 4_200)),
        ("apply", Command::Apply),
        ("cancel", Command::Cancel),
        ("time_out", Command::TimeOut),
        ("give_back", Command::GiveBack),
        ("take_again", again()),
    ];
    let mut matrix = Vec::new();
    for status in Status::ALL {
        for (name, command) in &commands {
            let mut redemption = five_off();
            redemption.status = *status;
            redemption.payment_id = Some(PaymentId::from_bits(3)).filter(|_| *status != Status::Issued);
            let now = if *name == "time_out" { at(30) } else { at(1) };
            let answer = match tell(&mut redemption, command.clone(), Hold::Free, now) {
                Ok(Some(_)) => redemption.status.as_str(),
                Ok(None) => "-",
                Err(code) => code.as_str(),
            };
            matrix.push(format!("{status} {name}: {answer}"));
        }
    }
    assert_eq!(matrix.join("\n"), include_str!("matrix.txt").trim_end());
}

#[test]
fn a_payment_that_may_be_charged_or_was_holds_what_it_carries() {
    let held = payments::Status::ALL.iter().filter(|status| hold(**status) == Hold::Held);
    let held: Vec<&str> = held.map(|status| status.as_str()).collect();
    assert_eq!(held, ["processing", "requires_authentication", "requires_action", "authorized", "completed"]);
}
