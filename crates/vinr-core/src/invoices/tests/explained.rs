//! Lines say how they came about, and what they say is what they are.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::currencies::Currency;
use crate::exact::ExactAmount;
use crate::ids::InvoiceLineId;
use crate::invoices::{About, Computation, Line, Named, explain};
use crate::prices::{Basis, Piece};
use crate::proration::Share;

fn piece(basis: Basis, tier: Option<usize>, quantity: i64, unit_amount: &str) -> Piece {
    let unit_amount = ExactAmount::parse(unit_amount).expect("an amount");
    Piece { basis, tier, quantity, unit_amount, exact: unit_amount.times(quantity).expect("it fits") }
}

fn line(computation: Computation, currency: Currency) -> Line {
    Line::new(InvoiceLineId::from_bits(1), ("Line".into(), 1), computation, About::default(), currency).expect("a line")
}

fn explained(computation: Computation, currency: Currency) -> (i64, String, Vec<String>) {
    let line = line(computation, currency);
    let explanation = explain(&line, currency);
    (line.amount, explanation.formula, explanation.sentences)
}

#[test]
fn a_credit_says_which_part_of_what_was_charged_comes_back() {
    let share = Share { numerator: 1_431_000, denominator: 2_678_400 };
    let unused = Computation::Unused { charged: 2_900, share, carried: 0 };
    let (amount, formula, sentences) = explained(unused, Currency::EUR);
    assert_eq!(amount, -1_549);
    assert_eq!(formula, "−round(2900 × 1431000 ÷ 2678400) = -1549");
    assert_eq!(
        sentences,
        [
            "€29.00 was charged for a time of which a part is not used.",
            "Not used: 1431000 of 2678400 seconds.",
            "Of what was charged, that part is €15.49, rounded once to the nearest minor unit, half away from zero."
        ]
    );
}

#[test]
fn a_charge_for_a_part_of_a_period_says_what_the_whole_costs() {
    let share = Share { numerator: 1_431_000, denominator: 2_678_400 };
    let prorated = Computation::Prorated { pieces: vec![piece(Basis::Units, None, 1, "9900")], share };
    let (amount, formula, sentences) = explained(prorated, Currency::EUR);
    assert_eq!(amount, 5_289);
    assert_eq!(formula, "round((1 × 9900) × 1431000 ÷ 2678400) = 5289");
    assert_eq!(
        sentences[1..3],
        ["The whole period costs €99.00.".to_string(), "This is for 1431000 of 2678400 seconds.".to_string()]
    );
}

#[test]
fn what_is_carried_from_credit_to_credit_is_said() {
    let share = Share { numerator: 950_400, denominator: 1_814_400 };
    let unused = Computation::Unused { charged: 6_706, share, carried: 483_870_968 };
    let (amount, formula, sentences) = explained(unused, Currency::EUR);
    assert_eq!(amount, -3_512);
    assert_eq!(formula, "−round(6706 × 950400 ÷ 1814400 − 483870968 ÷ 1000000000) = -3512");
    assert!(sentences[2].contains("earlier credits"), "{sentences:?}");
}

#[test]
fn units_finer_than_a_cent_are_rounded_once_together() {
    // Section 6: €0.00125 × 12,345.
    let priced = Computation::Priced { pieces: vec![piece(Basis::Units, None, 12_345, "0.125")] };
    let (amount, formula, sentences) = explained(priced, Currency::EUR);
    assert_eq!((amount, formula.as_str()), (1_543, "round(12345 × 0.125) = 1543"));
    assert_eq!(sentences[0], "12345 units at 0.125 minor units of EUR each are 1543.125 minor units of EUR.");
}

#[test]
fn tiers_are_named_one_by_one() {
    let pieces = vec![
        piece(Basis::Slice, Some(0), 10, "500"),
        piece(Basis::Slice, Some(1), 1, "400"),
        piece(Basis::Flat, Some(1), 1, "100"),
    ];
    let (amount, formula, sentences) = explained(Computation::Priced { pieces }, Currency::EUR);
    assert_eq!((amount, formula.as_str()), (5_500, "round(10 × 500 + 1 × 400 + 1 × 100) = 5500"));
    assert_eq!(
        sentences[..3],
        [
            "10 units in tier 1 at €5.00 each are €50.00.".to_string(),
            "1 units in tier 2 at €4.00 each are €4.00.".to_string(),
            "Tier 2 costs €1.00 once.".to_string()
        ]
    );
}

#[test]
fn a_currency_with_three_decimals_says_what_it_is_rounded_to() {
    let share = Share { numerator: 17, denominator: 31 };
    let prorated = Computation::Prorated { pieces: vec![piece(Basis::Units, None, 1, "12345")], share };
    let (amount, _, sentences) = explained(prorated, Currency::KWD);
    assert_eq!(amount, 6_770);
    assert!(sentences.last().is_some_and(|said| said.contains("nearest 10 minor units")), "{sentences:?}");
}

#[test]
fn discount_and_tax_are_part_of_the_explanation() {
    let named = Computation::Named(Named { quantity: 3, unit_amount: 999 });
    let line = Line { discount: 297, net: 2_700, tax: 567, ..line(named, Currency::EUR) };
    let explanation = explain(&line, Currency::EUR);
    assert_eq!(explanation.formula, "3 × 999 = 2997");
    assert_eq!(
        explanation.sentences,
        ["3 at €9.99 each.", "A discount takes €2.97 off.", "Without tax it is €27.00; the tax is €5.67."]
    );
}
