use super::*;
use crate::cards::{Brand, Expiry};

fn method(year: u16, month: u8) -> PaymentMethod {
    let card = CardSummary { brand: Brand::Visa, last4: "4242".into(), expiry: Expiry { year, month } };
    let issuer = Issuer { funding: Funding::Credit, country: None };
    let (id, name) = (PaymentMethodId::from_bits(1), Some(String::new()));
    let ask = Create { id, card, issuer, fingerprint: "f".into(), name, source: Source::Surface };
    create(ask, Timestamp::from_seconds(0))
}

fn customer() -> CustomerId {
    CustomerId::from_bits(2)
}

fn played(mut method: PaymentMethod, command: Command, now: Timestamp) -> PaymentMethod {
    for event in decide(&method, command, now).expect("allowed") {
        evolve(&mut method, &event);
    }
    method
}

#[test]
fn a_method_is_attached_once_and_detached_for_good() {
    let now = Timestamp::from_seconds(0);
    let pending = method(2031, 12);
    assert_eq!(pending.name, None, "no name is no name");
    let missing = Some(Code::ResourceMissing);
    let code = |method: &PaymentMethod, command| decide(method, command, now).err().map(|refusal| refusal.code);
    assert_eq!(code(&pending, Command::Detach), missing);
    let active = played(pending, Command::Attach(customer()), now);
    assert_eq!((active.status, active.customer_id.as_ref()), (Status::Active, Some(&customer())));
    assert_eq!(code(&active, Command::Attach(CustomerId::from_bits(3))), missing);
    let detached = played(active, Command::Detach, now);
    assert_eq!((detached.status, due(&detached)), (Status::Detached, None));
    for command in [Command::Attach(customer()), Command::Detach] {
        assert_eq!(code(&detached, command), missing);
    }
}

#[test]
fn a_card_that_ends_soon_is_told_of_once_thirty_days_before() {
    let active = played(method(2028, 2), Command::Attach(customer()), Timestamp::from_seconds(0));
    let (at, command) = due(&active).expect("a timer");
    assert_eq!(at.rfc3339(), "2028-01-31T00:00:00Z", "2028 is a leap year: February ends on the 29th");
    assert_eq!(decide(&active, command.clone(), at.minus(Span::milliseconds(1))), Ok(Vec::new()));
    let told = played(active, command.clone(), at);
    assert_eq!((due(&told), decide(&told, command, at)), (None, Ok(Vec::new())));
    assert_eq!(method(2031, 12).expiring_at.map(Timestamp::rfc3339).as_deref(), Some("2031-12-02T00:00:00Z"));
}

#[test]
fn a_renewed_card_is_told_of_once_and_its_new_last_month_is_warned_of_anew() {
    let start = Timestamp::from_seconds(0);
    let active = played(method(2028, 2), Command::Attach(customer()), start);
    let (warned_at, warn) = due(&active).expect("a timer");
    let warned = played(active, warn, warned_at);
    assert_eq!(decide(&warned, Command::Update(warned.card.clone()), start), Ok(Vec::new()), "nothing is other");
    let digits = CardSummary { last4: "1881".into(), ..warned.card.clone() };
    let renamed = played(warned, Command::Update(digits.clone()), start);
    assert_eq!((&renamed.card, due(&renamed)), (&digits, None), "it was warned of this month already");
    let later = CardSummary { expiry: Expiry { year: 2031, month: 12 }, ..digits };
    let renewed = played(renamed, Command::Update(later.clone()), start);
    assert_eq!((&renewed.card, due(&renewed).map(|(at, _)| at)), (&later, method(2031, 12).expiring_at));
    let detached = played(renewed, Command::Detach, start);
    let refused = |method| decide(method, Command::Update(later.clone()), start).err().map(|refusal| refusal.code);
    assert_eq!(refused(&detached), Some(Code::PaymentMethodDetached));
    assert_eq!(refused(&method(2031, 12)), Some(Code::ResourceMissing), "nobody sees it yet");
}

#[test]
fn what_may_not_be_charged_is_refused_with_its_own_code() {
    let now = Timestamp::from_seconds(0);
    let active = played(method(1970, 1), Command::Attach(customer()), now);
    let code = |method: &PaymentMethod, customer: Option<&CustomerId>, now| {
        check_usable(method, customer, now).err().map(|refusal| refusal.code)
    };
    assert_eq!(code(&active, Some(&customer()), now), None);
    assert_eq!(code(&active, None, now), None, "a payment without customer takes the method's");
    let other = CustomerId::from_bits(9);
    assert_eq!(code(&active, Some(&other), now), Some(Code::PaymentMethodMismatch));
    let february = Timestamp::from_seconds(31 * 86_400);
    assert_eq!(code(&active, None, february.minus(Span::milliseconds(1))), None);
    assert_eq!(code(&active, None, february), Some(Code::PaymentMethodExpired));
    assert_eq!(code(&method(2031, 12), None, now), Some(Code::ResourceMissing));
    let detached = played(active, Command::Detach, now);
    assert_eq!(code(&detached, Some(&customer()), now), Some(Code::PaymentMethodDetached));
}

#[test]
fn a_tokenised_card_is_nobodys_for_a_day_at_most() {
    let now = Timestamp::from_seconds(0);
    let PaymentMethod { id, card, issuer, fingerprint, name, .. } = method(2031, 12);
    let token = tokenise(Create { id, card, issuer, fingerprint, name, source: Source::Surface }, now);
    assert_eq!((token.status, token.customer_id.as_ref()), (Status::Active, None));
    assert_eq!(due(&token), Some((now.plus(UNCLAIMED_LIVES), Command::Detach)));
    check_usable(&token, Some(&customer()), now).expect("it may pay for anybody");
    let theirs = played(token.clone(), Command::Attach(customer()), now);
    assert_eq!((theirs.status, theirs.customer_id.as_ref()), (Status::Active, Some(&customer())));
    assert_eq!(due(&theirs).map(|(_, command)| command), Some(Command::Warn), "then it stays");
    let other = CustomerId::from_bits(3);
    assert_eq!(
        decide(&theirs, Command::Attach(other), now).map_err(|refusal| refusal.code),
        Err(Code::ResourceMissing),
        "and it is theirs for good"
    );
    assert_eq!(played(token, Command::Detach, now).status, Status::Detached);
}

#[test]
fn a_merchants_program_charges_what_was_typed_on_our_pages_for_its_customers_or_has_an_attestation() {
    let now = Timestamp::from_seconds(0);
    let code = |method: &PaymentMethod, status| check_attested(method, status).err().map(|refusal| refusal.code);
    let unowned = method(2031, 12);
    let owned = played(unowned.clone(), Command::Attach(customer()), now);
    let by_api = PaymentMethod { source: Source::Api, ..owned.clone() };
    assert_eq!(code(&owned, AttestationStatus::Missing), None);
    for wants in [unowned, by_api] {
        assert_eq!(code(&wants, AttestationStatus::Missing), Some(Code::PciAttestationRequired));
        assert_eq!(code(&wants, AttestationStatus::Attested), None);
    }
}
