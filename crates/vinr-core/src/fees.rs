//! What the platform keeps of a payment, basis points of the amount plus a fixed part, and what it takes for a dispute.

use alloc::collections::BTreeMap;

use crate::currencies::Currency;
use crate::money::{Money, PAYMENT_AMOUNT_MAX, share};
use crate::refusal::{Code, Refusal};

/// Basis points in the whole.
const BPS_WHOLE: u32 = 10_000;

/// The fees of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSchedule {
    bps: u32,
    fixed: BTreeMap<Currency, i64>,
    dispute: BTreeMap<Currency, i64>,
}

/// €15 for disputes in euro.
fn standard_dispute() -> BTreeMap<Currency, i64> {
    BTreeMap::from([(Currency::EUR, 1_500)])
}

impl FeeSchedule {
    /// So many basis points (up to 10,000), and a fixed part in minor units for some currencies; disputes cost the usual.
    pub fn new(bps: u32, fixed: BTreeMap<Currency, i64>) -> Result<Self, Refusal> {
        if bps > BPS_WHOLE {
            return Err(Refusal::new(Code::ParameterInvalid, "expected 0 to 10000 basis points").at("fees.bps"));
        }
        check_parts("fixed", &fixed)?;
        Ok(Self { bps, fixed, dispute: standard_dispute() })
    }

    /// The same schedule with what a dispute costs in minor units; a currency that is not named costs nothing.
    ///
    /// # Errors
    /// Amounts out of range.
    pub fn with_dispute(self, dispute: BTreeMap<Currency, i64>) -> Result<Self, Refusal> {
        check_parts("dispute", &dispute)?;
        Ok(Self { dispute, ..self })
    }

    /// What a dispute costs, in minor units by currency.
    pub const fn dispute(&self) -> &BTreeMap<Currency, i64> {
        &self.dispute
    }

    /// What a dispute in this currency costs.
    pub fn dispute_fee(&self, currency: Currency) -> Money {
        Money::new(self.dispute.get(&currency).copied().unwrap_or(0), currency)
    }

    /// Basis points of the amount.
    pub const fn bps(&self) -> u32 {
        self.bps
    }

    /// The fixed parts in minor units; a currency that is not named has none.
    pub const fn fixed(&self) -> &BTreeMap<Currency, i64> {
        &self.fixed
    }

    /// The fee on a captured amount, rounded once. It may be more than a very small amount.
    ///
    /// # Panics
    /// If the amount is negative.
    pub fn fee(&self, captured: Money) -> Money {
        assert!(captured.amount >= 0, "fees are taken of what was captured, not of a debt");
        let fixed = self.fixed.get(&captured.currency).copied().unwrap_or(0);
        let proportional = share(captured.amount, i64::from(self.bps), i64::from(BPS_WHOLE));
        let amount = proportional.checked_add(fixed).expect("a fee fits 64 bits");
        Money::new(amount, captured.currency)
    }
}

impl Default for FeeSchedule {
    /// 1.5 %, and €0.25 for payments in euro; €15 for disputes in euro.
    fn default() -> Self {
        Self { bps: 150, fixed: BTreeMap::from([(Currency::EUR, 25)]), dispute: standard_dispute() }
    }
}

fn check_parts(name: &str, parts: &BTreeMap<Currency, i64>) -> Result<(), Refusal> {
    let wrong = parts.iter().find(|(_, amount)| !(0..=PAYMENT_AMOUNT_MAX).contains(*amount));
    let Some((currency, _)) = wrong else { return Ok(()) };
    let message = format!("expected an amount from 0 to {PAYMENT_AMOUNT_MAX}");
    Err(Refusal::new(Code::ParameterInvalid, message).at(format!("fees.{name}.{currency}")))
}

#[cfg(test)]
mod tests;
