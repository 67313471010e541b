use proptest::prelude::*;

use super::*;

const ON_TOP: Rate = Rate { percent_millis: 21_000, is_inclusive: false };

fn lines(amount: i64, count: usize, rate: Rate) -> Vec<Line> {
    vec![Line { amount, rate: Some(rate) }; count]
}

fn tax(lines: &[Line], mode: TaxMode) -> Vec<i64> {
    taxes(lines, mode, Treatment::Standard, Currency::EUR).iter().map(|taxed| taxed.tax).collect()
}

#[test]
fn tax_on_top_is_rounded_for_each_line_or_once_for_the_invoice() {
    let nineteen = Rate { percent_millis: 19_000, is_inclusive: false };
    for (lines, by_line, by_invoice) in
        [(lines(999, 3, ON_TOP), 630, 629), (lines(10, 5, ON_TOP), 10, 11), (lines(33, 3, nineteen), 18, 19)]
    {
        assert_eq!(tax(&lines, TaxMode::PerLine).iter().sum::<i64>(), by_line);
        assert_eq!(tax(&lines, TaxMode::PerInvoice).iter().sum::<i64>(), by_invoice);
    }
}

#[test]
fn tax_of_the_invoice_is_shared_out_to_its_lines_by_the_largest_remainder() {
    assert_eq!(tax(&lines(999, 3, ON_TOP), TaxMode::PerInvoice), [210, 210, 209]);
    assert_eq!(tax(&lines(10, 5, ON_TOP), TaxMode::PerInvoice), [3, 2, 2, 2, 2]);
    let twenty = Rate { percent_millis: 20_000, is_inclusive: false };
    let notes = [6_833, 6_833, 5_750, 8_500].map(|amount| Line { amount, rate: Some(twenty) });
    let gross: i64 =
        taxes(&notes, TaxMode::PerInvoice, Treatment::Standard, Currency::EUR).iter().map(|t| t.gross).sum();
    assert_eq!(gross, 33_499, "279.16 × 1.2");
}

#[test]
fn of_an_inclusive_price_the_net_is_rounded_and_the_tax_is_the_rest() {
    let four = Rate { percent_millis: 4_000, is_inclusive: true };
    for mode in [TaxMode::PerLine, TaxMode::PerInvoice] {
        let taxed = taxes(&lines(299, 1, four), mode, Treatment::Standard, Currency::EUR);
        assert_eq!(taxed, [Taxed { net: 288, tax: 11, gross: 299 }]);
    }
}

#[test]
fn lines_of_several_rates_and_of_none_are_taxed_apart() {
    let nine = Rate { percent_millis: 9_000, is_inclusive: false };
    let lines = [
        Line { amount: 999, rate: Some(ON_TOP) },
        Line { amount: 999, rate: Some(nine) },
        Line { amount: 999, rate: None },
        Line { amount: 999, rate: Some(ON_TOP) },
    ];
    assert_eq!(tax(&lines, TaxMode::PerInvoice), [210, 90, 0, 210], "419.58 is 420, and 89.91 is 90");
}

#[test]
fn a_credit_takes_back_the_tax_that_was_charged() {
    for mode in [TaxMode::PerLine, TaxMode::PerInvoice] {
        let charged = tax(&lines(999, 3, ON_TOP), mode);
        let credited = tax(&lines(-999, 3, ON_TOP), mode);
        assert_eq!(charged, credited.iter().map(|tax| -tax).collect::<Vec<_>>());
    }
    let change = [-1_000, 2_500].map(|amount| Line { amount, rate: Some(ON_TOP) });
    assert_eq!(tax(&change, TaxMode::PerInvoice), [-210, 525]);
}

#[test]
fn tax_on_top_is_what_cards_can_be_charged_with_in_each_currency() {
    let one =
        |amount, currency| taxes(&lines(amount, 1, ON_TOP), TaxMode::PerLine, Treatment::Standard, currency)[0].tax;
    assert_eq!(one(980, Currency::parse("JPY").expect("a currency")), 206, "205.8");
    assert_eq!(one(12_340, Currency::KWD), 2_590, "2591.4");
}

#[test]
fn a_business_in_another_member_state_owes_the_tax_itself() {
    let country = |code| Country::parse(code);
    let id = |text| VatId::parse(text).expect("a VAT id");
    let german = id("DE123456789");
    let of = Treatment::of;
    assert_eq!(of(country("BG"), Some(&german)), Treatment::ReverseCharge);
    assert_eq!(of(country("GR"), Some(&german)), Treatment::ReverseCharge);
    assert_eq!(of(country("DE"), Some(&german)), Treatment::Standard, "at home");
    assert_eq!(of(country("GR"), Some(&id("EL123456789"))), Treatment::Standard, "Greece writes EL");
    assert_eq!(of(country("CH"), Some(&german)), Treatment::Standard, "not in the union");
    assert_eq!((of(None, Some(&german)), of(country("BG"), None)), (Treatment::Standard, Treatment::Standard));

    let inclusive = Rate { is_inclusive: true, ..ON_TOP };
    let lines = [ON_TOP, inclusive].map(|rate| Line { amount: 1_210, rate: Some(rate) });
    let taxed = taxes(&lines, TaxMode::PerLine, Treatment::ReverseCharge, Currency::EUR);
    assert_eq!(taxed, [Taxed { net: 1_210, tax: 0, gross: 1_210 }; 2]);
}

fn rate(percent_millis: i64) -> TaxRate {
    TaxRate {
        id: TaxRateId::parse("txr_bg").expect("an id"),
        display_name: "VAT".into(),
        rate: Rate { percent_millis, is_inclusive: false },
        country: Country::parse("BG"),
        is_active: true,
        metadata: Metadata::new(),
        created_at: Timestamp::EPOCH,
    }
}

#[test]
fn everything_that_is_wrong_with_a_tax_rate_is_named_at_once() {
    let mut wrong = rate(100_001);
    wrong.display_name = String::new();
    let refusals = check(&wrong).expect_err("two things are wrong");
    let params: Vec<_> = refusals.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
    assert_eq!(params, ["displayName", "percentage"]);
    assert_eq!((check(&rate(0)), check(&rate(100_000))), (Ok(()), Ok(())));
}

#[test]
fn a_rate_keeps_how_much_it_is() {
    let changes = Changes { display_name: Some("ДДС".into()), is_active: Some(false), ..Changes::default() };
    let after = changed(rate(20_000), changes).expect("nothing is wrong");
    assert_eq!((after.display_name.as_str(), after.is_active, after.rate), ("ДДС", false, rate(20_000).rate));
}

proptest! {
    /// In both modes the parts of a line add up, and the lines of an invoice are never further from the exact tax than a unit.
    #[test]
    fn the_lines_add_up(
        amounts in proptest::collection::vec(-100_000_i64..1_000_000, 1..9),
        percent_millis in 0_i64..=100_000,
        is_inclusive in any::<bool>(),
        per_invoice in any::<bool>(),
    ) {
        let rate = Rate { percent_millis, is_inclusive };
        let lines: Vec<_> = amounts.iter().map(|amount| Line { amount: *amount, rate: Some(rate) }).collect();
        let mode = if per_invoice { TaxMode::PerInvoice } else { TaxMode::PerLine };
        let taxed = taxes(&lines, mode, Treatment::Standard, Currency::EUR);
        for (amount, taxed) in amounts.iter().zip(&taxed) {
            prop_assert_eq!(taxed.net + taxed.tax, taxed.gross);
            prop_assert_eq!(if is_inclusive { taxed.gross } else { taxed.net }, *amount);
            let exact = rate.part(*amount);
            let part = if is_inclusive { taxed.net } else { taxed.tax };
            prop_assert!((exact.floor() - 1..=exact.ceil() + 1).contains(&part), "{} of {}", part, amount);
        }
        if per_invoice {
            let part: i64 = taxed.iter().map(|taxed| if is_inclusive { taxed.net } else { taxed.tax }).sum();
            prop_assert_eq!(part, rate.part(amounts.iter().sum()).round());
        }
    }
}
