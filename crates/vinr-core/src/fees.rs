//! What the platform keeps of a payment: basis points of the amount plus a fixed part.

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
}

impl FeeSchedule {
    /// So many basis points (up to 10,000), and a fixed part in minor units for some currencies.
    pub fn new(bps: u32, fixed: BTreeMap<Currency, i64>) -> Result<Self, Refusal> {
        if bps > BPS_WHOLE {
            return Err(Refusal::new(Code::ParameterInvalid, "expected 0 to 10000 basis points").at("fees.bps"));
        }
        if let Some((currency, _)) = fixed.iter().find(|(_, amount)| !(0..=PAYMENT_AMOUNT_MAX).contains(*amount)) {
            return Err(Refusal::new(
                Code::ParameterInvalid,
                format!("expected an amount from 0 to {PAYMENT_AMOUNT_MAX}"),
            )
            .at(format!("fees.fixed.{currency}")));
        }
        Ok(Self { bps, fixed })
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
    /// 1.5 %, and €0.25 for payments in euro.
    fn default() -> Self {
        Self { bps: 150, fixed: BTreeMap::from([(Currency::EUR, 25)]) }
    }
}

#[cfg(test)]
mod tests;
