use super::*;
use crate::cards::{Brand, Expiry};
use crate::ids::PaymentId;
use crate::mandates::{self, Origin};

fn method(year: u16, month: u8) -> PaymentMethod {
    let card = CardSummary { brand: Brand::Visa, last4: "4242".into(), expiry: Expiry { year, month } };
    let issuer = Issuer { funding: Funding::Credit, country: None };
    let (id, name) = (PaymentMethodId::from_bits(1), Some(String::new()));
    let kept = Kept::Card(KeptCard { summary: card, issuer });
    create(Create { id, kept, fingerprint: "f".into(), name, source: Source::Surface }, Timestamp::from_seconds(0))
}

fn account() -> PaymentMethod {
    let origin = Origin::Payment(PaymentId::from_bits(4));
    let mandate = Mandate::accept(5, origin, Timestamp::from_seconds(0));
    let country = Country::parse("DE").expect("a country");
    let kept = Kept::Account(KeptAccount { country, last4: "3000".into(), mandate });
    let (id, name) = (PaymentMethodId::from_bits(6), Some("Ada Lovelace".into()));
    create(Create { id, kept, fingerprint: "f".into(), name, source: Source::Surface }, Timestamp::from_seconds(0))
}

fn card(method: &PaymentMethod) -> CardSummary {
    method.card().expect("a card").clone()
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
    assert_eq!(decide(&warned, Command::Update(card(&warned)), start), Ok(Vec::new()), "nothing is other");
    let digits = CardSummary { last4: "1881".into(), ..card(&warned) };
    let renamed = played(warned, Command::Update(digits.clone()), start);
    assert_eq!((card(&renamed), due(&renamed)), (digits.clone(), None), "it was warned of this month already");
    let later = CardSummary { expiry: Expiry { year: 2031, month: 12 }, ..digits };
    let renewed = played(renamed, Command::Update(later.clone()), start);
    assert_eq!((card(&renewed), due(&renewed).map(|(at, _)| at)), (later.clone(), method(2031, 12).expiring_at));
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
    let PaymentMethod { id, kept, fingerprint, name, .. } = method(2031, 12);
    let token = tokenise(Create { id, kept, fingerprint, name, source: Source::Surface }, now);
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

#[test]
fn a_detached_account_has_no_mandate_any_more() {
    let now = Timestamp::from_seconds(0);
    let active = played(account(), Command::Attach(customer()), now);
    let mandate = |method: &PaymentMethod| method.account().expect("an account").mandate.clone();
    assert_eq!((mandate(&active).status, active.method_type()), (mandates::Status::Active, MethodType::SepaDebit));
    assert_eq!(check_usable(&active, Some(&customer()), now), Ok(()));
    let detached = played(active.clone(), Command::Detach, now);
    assert_eq!(mandate(&detached), Mandate { status: mandates::Status::Revoked, ..mandate(&active) });
    let refused = check_usable(&detached, Some(&customer()), now).expect_err("refused");
    assert_eq!(refused.code, Code::PaymentMethodDetached);
}

#[test]
fn an_account_does_not_expire_and_is_not_renewed() {
    let start = Timestamp::from_seconds(0);
    let active = played(account(), Command::Attach(customer()), start);
    let late = start.plus(Span::days(40_000));
    assert_eq!((due(&active), active.has_expired(late)), (None, false));
    let refused = decide(&active, Command::Update(card(&method(2031, 12))), start).expect_err("refused");
    assert_eq!(refused.code, Code::ParameterInvalid);
    assert_eq!(decide(&active, Command::Warn, late), Ok(Vec::new()));
}
