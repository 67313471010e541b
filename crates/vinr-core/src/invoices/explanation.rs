//! How the amount of a line came about, in words and in numbers that anybody can put into a calculator.

use alloc::string::String;
use alloc::vec::Vec;

use super::lines::sum;
use super::{Computation, Line, Named};
use crate::currencies::Currency;
use crate::exact::ExactAmount;
use crate::money::Money;
use crate::prices::{Basis, Piece};
use crate::proration::Share;

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// One sentence a step.
    pub sentences: Vec<String>,
    /// The whole computation in minor units: `round(2900 × 1431000 ÷ 2678400) = 1549`.
    pub formula: String,
}

/// Explains a line of an invoice in a currency.
pub fn explain(line: &Line, currency: Currency) -> Explanation {
    let money = |amount| Money::new(amount, currency).display();
    let step = currency.card_step();
    let mut sentences = Vec::new();
    let formula = match &line.computation {
        Computation::Named(Named { quantity, unit_amount }) => {
            sentences.push(format!("{quantity} at {} each.", money(*unit_amount)));
            format!("{quantity} × {unit_amount} = {}", line.amount)
        }
        Computation::Priced { pieces } => {
            sentences.extend(pieces.iter().map(|piece| said(piece, currency)));
            sentences.push(format!("Together that is {}{}.", money(line.amount), rounded(step)));
            format!("round({}) = {}", added(pieces), line.amount)
        }
        Computation::Prorated { pieces, share } => {
            sentences.extend(pieces.iter().map(|piece| said(piece, currency)));
            let whole = sum(pieces).map_or_else(String::new, |exact| shown(exact, currency));
            sentences.push(format!("The whole period costs {whole}."));
            sentences.push(format!("This is for {}.", part(*share)));
            sentences.push(format!("That part costs {}{}.", money(line.amount), rounded(step)));
            format!("round(({}) × {} ÷ {}) = {}", added(pieces), share.numerator, share.denominator, line.amount)
        }
        Computation::Unused { charged, share, carried } => {
            sentences.push(format!("{} was charged for a time of which a part is not used.", money(*charged)));
            sentences.push(format!("Not used: {}.", part(*share)));
            if *carried != 0 {
                let sentence = "What earlier credits of this period were rounded by is set off, so that all of them are right together.";
                sentences.push(sentence.into());
            }
            sentences.push(format!("Of what was charged, that part is {}{}.", money(credited(line)), rounded(step)));
            let carried = if *carried == 0 { String::new() } else { format!(" − {carried} ÷ 1000000000") };
            format!("−round({charged} × {} ÷ {}{carried}) = {}", share.numerator, share.denominator, line.amount)
        }
    };
    if line.discount != 0 {
        sentences.push(format!("A discount takes {} off.", money(line.discount)));
    }
    if line.tax != 0 {
        sentences.push(format!("Without tax it is {}; the tax is {}.", money(line.net), money(line.tax)));
    }
    Explanation { sentences, formula }
}

/// What a line gives back.
fn credited(line: &Line) -> i64 {
    line.amount.saturating_neg()
}

/// One piece, in words.
fn said(piece: &Piece, currency: Currency) -> String {
    let Piece { basis, tier, quantity, unit_amount, exact } = piece;
    let (each, comes_to) = (shown(*unit_amount, currency), shown(*exact, currency));
    let tier = tier.map_or(0, |place| place.saturating_add(1));
    match basis {
        Basis::Units => format!("{quantity} units at {each} each are {comes_to}."),
        Basis::Slice => format!("{quantity} units in tier {tier} at {each} each are {comes_to}."),
        Basis::Volume => format!("All {quantity} units at {each} each, the price of tier {tier}, are {comes_to}."),
        Basis::Packages => format!("{quantity} packages at {each} each are {comes_to}."),
        Basis::Flat => format!("Tier {tier} costs {comes_to} once."),
    }
}

/// An amount as money if it is one, and in minor units if it is finer.
fn shown(exact: ExactAmount, currency: Currency) -> String {
    match exact.as_whole() {
        Some(amount) => Money::new(amount, currency).display(),
        None => format!("{exact} minor units of {currency}"),
    }
}

/// Pieces as a sum.
fn added(pieces: &[Piece]) -> String {
    let terms: Vec<String> =
        pieces.iter().map(|Piece { quantity, unit_amount, .. }| format!("{quantity} × {unit_amount}")).collect();
    if terms.is_empty() { "0".into() } else { terms.join(" + ") }
}

fn part(share: Share) -> String {
    format!("{} of {} seconds", share.numerator, share.denominator)
}

fn rounded(step: i64) -> String {
    match step {
        1 => ", rounded once to the nearest minor unit, half away from zero".into(),
        step => format!(", rounded once to the nearest {step} minor units, which cards can be charged with"),
    }
}
