//! Tax rates, and the tax of an invoice's lines (spec/billing.md, Tax rates; spec/traps.md, section 8).
//!
//! Exclusive tax is added to a line and rounded to what cards can be charged with. Of an inclusive line the net is rounded
//! and the tax is the rest, so that both add up to what the buyer was told. Where an account rounds once for the invoice, the
//! lines with one rate are taxed together, and what that comes to is shared out by the largest remainder.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::accounts::TaxMode;
use crate::countries::Country;
use crate::ids::TaxRateId;
use crate::metadata::Metadata;
use crate::money::{Currency, Ratio};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::vat_ids::{VatId, is_member_state};
use crate::wire_enum::wire_enum;

/// Longest display name, in characters.
pub const DISPLAY_NAME_LENGTH_MAX: usize = 50;
/// Thousandths of a percent in the whole.
pub const MILLIS_WHOLE: i64 = 100_000;

/// How much a tax is, and whether prices have it in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Thousandths of a percent: 21 % is 21,000.
    pub percent_millis: i64,
    /// Whether the amount of a line has the tax in it.
    pub is_inclusive: bool,
}

/// A tax rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    /// Its id.
    pub id: TaxRateId,
    /// For buyers: `VAT`.
    pub display_name: String,
    /// How much it is.
    pub rate: Rate,
    /// Whose tax it is.
    pub country: Option<Country>,
    /// Whether something new can have it.
    pub is_active: bool,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What is to be other; what is not named stays. How much it is stays as it was made: invoices name it.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For buyers.
    pub display_name: Option<String>,
    /// Whether something new can have it.
    pub is_active: Option<bool>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A tax rate with changes.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut rate: TaxRate, changes: Changes) -> Result<TaxRate, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match rate.metadata.merged(changes.metadata) {
        Ok(metadata) => rate.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    rate.display_name = changes.display_name.unwrap_or(rate.display_name);
    rate.is_active = changes.is_active.unwrap_or(rate.is_active);
    wrong.extend(problems(&rate));
    if wrong.is_empty() { Ok(rate) } else { Err(wrong) }
}

/// Checks a tax rate as it was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(rate: &TaxRate) -> Result<(), Vec<Refusal>> {
    let wrong = problems(rate);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn problems(rate: &TaxRate) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    if !(1..=DISPLAY_NAME_LENGTH_MAX).contains(&rate.display_name.chars().count()) {
        let message = format!("expected 1 to {DISPLAY_NAME_LENGTH_MAX} characters");
        wrong.push(Refusal::new(Code::ParameterInvalid, message).at("displayName"));
    }
    if !(0..=MILLIS_WHOLE).contains(&rate.rate.percent_millis) {
        wrong.push(Refusal::new(Code::ParameterInvalid, "expected 0 to 100").at("percentage"));
    }
    wrong
}

wire_enum! {
    /// Who owes the tax to the tax office.
    pub enum Treatment {
        /// The seller, who takes it from the buyer.
        Standard = "standard",
        /// The buyer, a business in another member state of the EU (Directive 2006/112/EC, articles 44 and 196).
        ReverseCharge = "reverse_charge",
    }
}

impl Treatment {
    /// Who owes the tax of what a business in `seller` sells to somebody with this VAT id.
    pub fn of(seller: Option<Country>, buyer: Option<&VatId>) -> Self {
        let reversed =
            seller.zip(buyer).is_some_and(|(seller, buyer)| is_member_state(seller) && buyer.country() != seller);
        if reversed { Self::ReverseCharge } else { Self::Standard }
    }
}

/// A line of an invoice, as far as tax goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// In minor units, after discounts. Negative for a credit.
    pub amount: i64,
    /// Its tax, if it is taxed.
    pub rate: Option<Rate>,
}

/// What a line comes to, in minor units. The parts add up: `net + tax = gross`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taxed {
    /// Without tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// What is paid.
    pub gross: i64,
}

/// The tax of each line. Under a reverse charge there is none, and a price with tax in it is all net: it is what the buyer was
/// told.
///
/// # Panics
/// If the lines together are no amount (do not fit 64 bits).
pub fn taxes(lines: &[Line], mode: TaxMode, treatment: Treatment, currency: Currency) -> Vec<Taxed> {
    let untaxed = |line: &Line| Taxed { net: line.amount, tax: 0, gross: line.amount };
    let mut taxed: Vec<Taxed> = lines.iter().map(untaxed).collect();
    match treatment {
        Treatment::ReverseCharge => return taxed,
        Treatment::Standard => {}
    }
    for group in groups(lines, mode) {
        let exact: Vec<Ratio> = group.places.iter().map(|place| group.rate.part(lines[*place].amount)).collect();
        let step = if group.rate.is_inclusive { 1 } else { currency.card_step() };
        for (place, part) in group.places.into_iter().zip(shared_out(&exact, step)) {
            taxed[place] = group.rate.taxed(lines[place].amount, part);
        }
    }
    taxed
}

impl Rate {
    /// What is rounded of an amount: the tax on top of it, or the net that is in it.
    fn part(self, amount: i64) -> Ratio {
        if self.is_inclusive {
            let gross = MILLIS_WHOLE.checked_add(self.percent_millis).expect("a rate is 100 % at most");
            Ratio::whole(amount).times(MILLIS_WHOLE, gross)
        } else {
            Ratio::whole(amount).times(self.percent_millis, MILLIS_WHOLE)
        }
    }

    /// An amount with its rounded part.
    fn taxed(self, amount: i64, part: i64) -> Taxed {
        if self.is_inclusive {
            let tax = amount.checked_sub(part).expect("a net is a part of the amount");
            Taxed { net: part, tax, gross: amount }
        } else {
            let gross = amount.checked_add(part).expect("an amount with its tax fits");
            Taxed { net: amount, tax: part, gross }
        }
    }
}

/// Lines that are rounded together.
struct Group {
    rate: Rate,
    places: Vec<usize>,
}

/// The taxed lines: each alone, or those with one rate together.
fn groups(lines: &[Line], mode: TaxMode) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let Some(rate) = line.rate else { continue };
        let of_rate = match mode {
            TaxMode::PerLine => None,
            TaxMode::PerInvoice => groups.iter_mut().find(|group| group.rate == rate),
        };
        match of_rate {
            Some(group) => group.places.push(place),
            None => groups.push(Group { rate, places: vec![place] }),
        }
    }
    groups
}

/// The sum rounded once, as multiples of `step` that are nearest to the parts: what is left after rounding down goes to those
/// that lost most, and the first of equals wins. A sum below zero is shared out as its opposite is, so that a credit for
/// every line takes back what was charged for it. (`money::allocate` shares a whole by weights, and a credit has none.)
fn shared_out(parts: &[Ratio], step: i64) -> Vec<i64> {
    let sum = parts.iter().fold(Ratio::whole(0), |sum, part| sum.plus(*part));
    let whole = sum.round_to(step);
    if whole < 0 {
        let opposite: Vec<Ratio> = parts.iter().map(|part| part.times(-1, 1)).collect();
        let shared = shared_out(&opposite, step);
        return shared.into_iter().map(|part| part.checked_neg().expect("a part is not the least number")).collect();
    }
    let mut left = whole;
    let mut shared = Vec::with_capacity(parts.len());
    for (place, part) in parts.iter().enumerate() {
        let down = part.times(1, step).floor().checked_mul(step).expect("a multiple below a part fits");
        left = left.checked_sub(down).expect("what is left fits");
        shared.push((place, down, part.plus(Ratio::whole(down).times(-1, 1))));
    }
    shared.sort_by_key(|(place, _, lost)| (Reverse(*lost), *place));
    for (_, part, _) in &mut shared {
        if left <= 0 {
            break;
        }
        *part = part.checked_add(step).expect("a part fits");
        left = left.checked_sub(step).expect("something is left");
    }
    assert!(left == 0, "{left} of {whole} is nobody's tax");
    shared.sort_by_key(|(place, _, _)| *place);
    shared.into_iter().map(|(_, part, _)| part).collect()
}

#[cfg(test)]
mod tests;
