use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{
    AttestationStatus, Branding, Changes, KybStatus, PayoutInterval, PayoutSchedule, Settings, TaxMode, TimeZone,
    create, statement_descriptor,
};
use crate::fees::FeeSchedule;
use crate::keys::Environment;
use crate::money::{Currency, Money};
use crate::refusal::Refusal;

fn settings() -> Settings {
    create("Ada's Books").expect("settings")
}

fn changed(settings: &Settings, changes: Changes) -> Result<Settings, Vec<Refusal>> {
    super::changed(settings, changes, Environment::Sandbox)
}

fn problems(changes: Changes) -> Vec<String> {
    let problems = changed(&settings(), changes).expect_err("a problem");
    problems.into_iter().filter_map(|p| p.param).map(String::from).collect()
}

#[test]
fn a_new_account_has_the_defaults_of_the_specification() {
    let settings = settings();
    assert_eq!(settings.time_zone.as_str(), "UTC");
    assert_eq!(settings.payout_schedule, PayoutSchedule { interval: PayoutInterval::Daily, delay_days: 2 });
    assert_eq!(settings.tax_mode, TaxMode::PerLine);
    assert_eq!((settings.kyb, settings.pci_attestation), (KybStatus::Unverified, AttestationStatus::Missing));
    assert_eq!(settings.fees.fee(Money::new(1_000, Currency::EUR)).amount, 40);
    assert!(settings.allows_address([203, 0, 113, 7].into()), "no allow-list, no limit");
}

#[test]
fn only_what_is_named_changes() {
    let before = settings();
    let fees = FeeSchedule::new(0, [].into()).expect("fees");
    let after = changed(
        &before,
        Changes {
            time_zone: Some("europe/sofia".into()),
            country: Some(Some("bg".into())),
            fees: Some(fees.clone()),
            ip_allow_list: Some(vec!["203.0.113.0/24".into()]),
            allowed_origins: Some(vec!["https://Ada.example".into(), "https://ada.example:443".into()]),
            statement_descriptor: Some(Some("ADA BOOKS".into())),
            ..Changes::default()
        },
    )
    .expect("settings");
    assert_eq!((after.name.as_str(), after.time_zone.as_str()), ("Ada's Books", "Europe/Sofia"));
    assert_eq!(after.country.map(|country| country.to_string()), Some("BG".into()));
    assert_eq!(after.fees, fees);
    assert_eq!(after.allowed_origins.len(), 1, "one that is named twice is kept once");
    assert!(after.allows_address([203, 0, 113, 7].into()));
    assert!(!after.allows_address([203, 0, 114, 7].into()));
    assert_eq!(changed(&before, Changes::default()), Ok(before));

    let cleared =
        changed(&after, Changes { country: Some(None), statement_descriptor: Some(None), ..Changes::default() })
            .expect("settings");
    assert_eq!((cleared.country, cleared.statement_descriptor), (None, None));
}

#[test]
fn every_problem_of_a_change_is_reported() {
    let changes = Changes {
        name: Some("  ".into()),
        time_zone: Some("Mars/Olympus".into()),
        country: Some(Some("XX".into())),
        payout_schedule: Some(PayoutSchedule { interval: PayoutInterval::Weekly, delay_days: 31 }),
        branding: Some(Branding { color: Some("red".into()), ..Branding::default() }),
        statement_descriptor: Some(Some("12345".into())),
        ip_allow_list: Some(vec!["nowhere".into()]),
        allowed_origins: Some(vec!["https://*.ada.example".into()]),
        ..Changes::default()
    };
    assert_eq!(
        problems(changes),
        [
            "name",
            "timeZone",
            "country",
            "payoutSchedule.delayDays",
            "branding.color",
            "statementDescriptor",
            "ipAllowList",
            "allowedOrigins"
        ]
    );
}

#[test]
fn a_zone_is_one_of_the_iana_database() {
    assert_eq!(TimeZone::parse("Europe/Sofia").map(|zone| zone.to_string()), Some("Europe/Sofia".into()));
    for name in ["", "+03:00", "Europe", "EET-2", "../etc/passwd"] {
        assert_eq!(TimeZone::parse(name), None, "{name}");
    }
    assert_eq!(TimeZone::parse("UTC"), Some(TimeZone::utc()));
}

#[test]
fn a_statement_descriptor_is_what_card_schemes_carry() {
    assert_eq!(statement_descriptor(" ADA BOOKS 24 "), Ok("ADA BOOKS 24".into()));
    for text in ["", "1234", "Книги", "A*B", "ADA \"BOOKS\"", "TWENTY-THREE CHARACTERS"] {
        assert!(statement_descriptor(text).is_err(), "{text}");
    }
}

#[test]
fn a_name_is_one_line_of_a_hundred_characters_at_most() {
    assert!(create(&"я".repeat(100)).is_ok());
    for name in ["", "\u{7}", "two\nlines", &"я".repeat(101)] {
        assert!(create(name).is_err(), "{name}");
    }
}

#[test]
fn twenty_five_origins_fit_into_a_list() {
    let origins = |count: usize| {
        let origins = (0..count).map(|number| format!("https://shop{number}.example")).collect();
        Changes { allowed_origins: Some(origins), ..Changes::default() }
    };
    assert_eq!(changed(&settings(), origins(25)).expect("settings").allowed_origins.len(), 25);
    assert_eq!(problems(origins(26)), ["allowedOrigins"]);
}
