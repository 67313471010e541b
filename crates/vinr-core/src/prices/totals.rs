//! What a number of units comes to: exact until one rounding, with the pieces that explain it (spec/traps.md, sections 6
//! and 7).
//!
//! A line is rounded to what cards can be charged with: tens of fils where a currency has three decimals, whole minor units
//! elsewhere. So an invoice's total can be charged as it is, and its lines add up to it.

use alloc::vec::Vec;

use super::{Model, Price, QUANTITY_MAX, Tier};
use crate::exact::ExactAmount;
use crate::money::PAYMENT_AMOUNT_MAX;
use crate::refusal::{Code, Refusal};
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What a piece of a total is.
    pub enum Basis {
        /// Units, each at the same amount.
        Units = "units",
        /// The units that fall into one tier, at its amount.
        Slice = "slice",
        /// All units, at the amount of the tier that their number falls into.
        Volume = "volume",
        /// Packages that were begun, each at the same amount.
        Packages = "packages",
        /// What a tier costs once, when it is reached.
        Flat = "flat",
    }
}

/// A piece of a total: `quantity × unit_amount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub basis: Basis,
    /// Which tier prices it, counted from 0.
    pub tier: Option<usize>,
    /// Units or packages; 1 for what is paid once.
    pub quantity: i64,
    /// For each of them.
    pub unit_amount: ExactAmount,
    /// What they come to.
    pub exact: ExactAmount,
}

/// What a number of units comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// In minor units, rounded once.
    pub amount: i64,
    /// The same before it was rounded: the sum of the pieces.
    pub exact: ExactAmount,
    /// It was rounded to a multiple of so many minor units, half away from zero.
    pub step: i64,
    /// What it is made of; nothing for no units.
    pub pieces: Vec<Piece>,
}

/// What `quantity` units cost. Nothing is paid for no units, not even what a tier costs once.
///
/// # Errors
/// `parameter_invalid` for a number of units that cannot be; `amount_too_large` for what no payment can bring.
pub fn total(price: &Price, quantity: i64) -> Result<Total, Refusal> {
    if !(0..=QUANTITY_MAX).contains(&quantity) {
        let message = format!("expected 0 to {QUANTITY_MAX} units");
        return Err(Refusal::new(Code::ParameterInvalid, message).at("quantity"));
    }
    let step = price.currency.card_step();
    sum(pieces(&price.model, quantity), step).ok_or_else(|| {
        let message = format!("{quantity} units of {} come to more than {PAYMENT_AMOUNT_MAX}", price.id);
        Refusal::new(Code::AmountTooLarge, message).at("quantity")
    })
}

/// The pieces together, unless one does not fit or they are more than a payment may be.
fn sum(pieces: Vec<Option<Piece>>, step: i64) -> Option<Total> {
    let pieces = pieces.into_iter().collect::<Option<Vec<Piece>>>()?;
    let exact = pieces.iter().try_fold(ExactAmount::ZERO, |sum, piece| sum.plus(piece.exact))?;
    if exact > ExactAmount::whole(PAYMENT_AMOUNT_MAX)? {
        return None;
    }
    Some(Total { amount: exact.round_to(step), exact, step, pieces })
}

fn pieces(model: &Model, quantity: i64) -> Vec<Option<Piece>> {
    if quantity == 0 {
        return Vec::new();
    }
    match model {
        Model::PerUnit { unit_amount } => vec![piece(Basis::Units, None, quantity, *unit_amount)],
        Model::Package { unit_amount, size } => {
            // Rounded up; both are positive.
            let begun = quantity.checked_sub(1).and_then(|before| before.checked_div(*size));
            let begun = begun.and_then(|full| full.checked_add(1));
            vec![begun.and_then(|begun| piece(Basis::Packages, None, begun, *unit_amount))]
        }
        Model::Graduated(tiers) => graduated(tiers, quantity),
        Model::Volume(tiers) => volume(tiers, quantity),
    }
}

/// Each tier that is reached prices the units in it, and is paid for once.
fn graduated(tiers: &[Tier], quantity: i64) -> Vec<Option<Piece>> {
    let mut pieces = Vec::new();
    let mut below = 0_i64;
    for (place, tier) in tiers.iter().enumerate() {
        if quantity <= below {
            break;
        }
        let end = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity));
        let slice = end.checked_sub(below);
        pieces.push(slice.and_then(|slice| piece(Basis::Slice, Some(place), slice, tier.unit_amount)));
        pieces.extend(flat(place, tier));
        below = end;
    }
    pieces
}

/// The first tier that ends at the number or after it prices all.
fn volume(tiers: &[Tier], quantity: i64) -> Vec<Option<Piece>> {
    let mut pieces = Vec::new();
    let reached = |tier: &Tier| tier.up_to.is_none_or(|up_to| quantity <= up_to);
    if let Some((place, tier)) = tiers.iter().enumerate().find(|(_, tier)| reached(tier)) {
        pieces.push(piece(Basis::Volume, Some(place), quantity, tier.unit_amount));
        pieces.extend(flat(place, tier));
    }
    pieces
}

/// What a tier costs once.
fn flat(place: usize, tier: &Tier) -> Option<Option<Piece>> {
    let is_paid = tier.flat_amount != 0;
    is_paid.then(|| piece(Basis::Flat, Some(place), 1, ExactAmount::whole(tier.flat_amount)?))
}

fn piece(basis: Basis, tier: Option<usize>, quantity: i64, unit_amount: ExactAmount) -> Option<Piece> {
    Some(Piece { basis, tier, quantity, unit_amount, exact: unit_amount.times(quantity)? })
}
