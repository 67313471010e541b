use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn program(months: Option<u32>) -> Program {
    let id = ProgramId::parse(DEFAULT_ID).expect("an id");
    let changes = Changes { expiry_months: Some(months), ..Changes::default() };
    create(id, changes, at("2026-01-01T00:00:00Z")).expect("a program")
}

#[test]
fn points_lapse_at_the_end_of_the_day_so_many_months_later() {
    let sofia = TimeZone::parse("Europe/Sofia").expect("a zone");
    let utc = TimeZone::utc();
    let twelve = program(Some(12));
    assert_eq!(twelve.expiry(at("2026-04-15T10:30:00Z"), &utc), Some(at("2027-04-16T00:00:00Z")));
    assert_eq!(twelve.expiry(at("2026-04-15T21:30:00Z"), &sofia), Some(at("2027-04-16T21:00:00Z")));
    let one = program(Some(1));
    assert_eq!(
        one.expiry(at("2026-01-31T12:00:00Z"), &utc),
        Some(at("2026-03-01T00:00:00Z")),
        "the end of 28 February"
    );
    assert_eq!(
        one.expiry(at("2028-01-31T12:00:00Z"), &utc),
        Some(at("2028-03-01T00:00:00Z")),
        "the end of 29 February"
    );
    assert_eq!(program(None).expiry(at("2026-01-31T12:00:00Z"), &utc), None);
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let asked = Changes {
        name: Some(String::new()),
        points_name: Some("x".repeat(101)),
        point_value: Some(-1),
        expiry_months: Some(Some(0)),
        ..Changes::default()
    };
    let wrong = changed(program(None), asked).expect_err("four things are wrong");
    let params: Vec<_> = wrong.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
    assert_eq!(params, ["name", "currency.name", "currency.pointValue", "currency.expiryMonths"]);
}

#[test]
fn what_is_not_named_stays() {
    let before = program(Some(12));
    assert_eq!(changed(before.clone(), Changes::default()), Ok(before.clone()));
    let after = changed(before, Changes { expiry_months: Some(None), ..Changes::default() }).expect("a program");
    assert_eq!(after.expiry_months, None);
}

#[test]
fn a_fraction_becomes_what_the_program_says() {
    let rounded = |rounding: Rounding| [(7, 2), (13, 4), (3, 1)].map(|(n, d)| rounding.round(Ratio::new(n, d)));
    assert_eq!(rounded(Rounding::Down), [3, 3, 3]);
    assert_eq!(rounded(Rounding::Nearest), [4, 3, 3]);
    assert_eq!(rounded(Rounding::Up), [4, 4, 3]);
}
