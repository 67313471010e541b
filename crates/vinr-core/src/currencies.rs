//! The currencies of ISO 4217: active codes (list one as of January 2026) that have a minor unit.
//!
//! Left out are the codes without a minor unit, in which an amount cannot be written: precious
//! metals, special drawing rights, test codes. The exponent is the number of decimals.

use core::fmt;
use core::str::FromStr;

use crate::refusal::{Code, Refusal};

/// One line of the table: code, decimals.
type Row = (&'static str, u8);

/// The table in order of code: [`Currency`] is an index into it.
#[rustfmt::skip]
const TABLE: [Row; 165] = [
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("AOA", 2), ("ARS", 2), ("AUD", 2),
    ("AWG", 2), ("AZN", 2), ("BAM", 2), ("BBD", 2), ("BDT", 2), ("BHD", 3), ("BIF", 0),
    ("BMD", 2), ("BND", 2), ("BOB", 2), ("BOV", 2), ("BRL", 2), ("BSD", 2), ("BTN", 2),
    ("BWP", 2), ("BYN", 2), ("BZD", 2), ("CAD", 2), ("CDF", 2), ("CHE", 2), ("CHF", 2),
    ("CHW", 2), ("CLF", 4), ("CLP", 0), ("CNY", 2), ("COP", 2), ("COU", 2), ("CRC", 2),
    ("CUP", 2), ("CVE", 2), ("CZK", 2), ("DJF", 0), ("DKK", 2), ("DOP", 2), ("DZD", 2),
    ("EGP", 2), ("ERN", 2), ("ETB", 2), ("EUR", 2), ("FJD", 2), ("FKP", 2), ("GBP", 2),
    ("GEL", 2), ("GHS", 2), ("GIP", 2), ("GMD", 2), ("GNF", 0), ("GTQ", 2), ("GYD", 2),
    ("HKD", 2), ("HNL", 2), ("HTG", 2), ("HUF", 2), ("IDR", 2), ("ILS", 2), ("INR", 2),
    ("IQD", 3), ("IRR", 2), ("ISK", 0), ("JMD", 2), ("JOD", 3), ("JPY", 0), ("KES", 2),
    ("KGS", 2), ("KHR", 2), ("KMF", 0), ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2),
    ("KZT", 2), ("LAK", 2), ("LBP", 2), ("LKR", 2), ("LRD", 2), ("LSL", 2), ("LYD", 3),
    ("MAD", 2), ("MDL", 2), ("MGA", 2), ("MKD", 2), ("MMK", 2), ("MNT", 2), ("MOP", 2),
    ("MRU", 2), ("MUR", 2), ("MVR", 2), ("MWK", 2), ("MXN", 2), ("MXV", 2), ("MYR", 2),
    ("MZN", 2), ("NAD", 2), ("NGN", 2), ("NIO", 2), ("NOK", 2), ("NPR", 2), ("NZD", 2),
    ("OMR", 3), ("PAB", 2), ("PEN", 2), ("PGK", 2), ("PHP", 2), ("PKR", 2), ("PLN", 2),
    ("PYG", 0), ("QAR", 2), ("RON", 2), ("RSD", 2), ("RUB", 2), ("RWF", 0), ("SAR", 2),
    ("SBD", 2), ("SCR", 2), ("SDG", 2), ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2),
    ("SOS", 2), ("SRD", 2), ("SSP", 2), ("STN", 2), ("SVC", 2), ("SYP", 2), ("SZL", 2),
    ("THB", 2), ("TJS", 2), ("TMT", 2), ("TND", 3), ("TOP", 2), ("TRY", 2), ("TTD", 2),
    ("TWD", 2), ("TZS", 2), ("UAH", 2), ("UGX", 0), ("USD", 2), ("USN", 2), ("UYI", 0),
    ("UYU", 2), ("UYW", 4), ("UZS", 2), ("VED", 2), ("VES", 2), ("VND", 0), ("VUV", 0),
    ("WST", 2), ("XAD", 2), ("XAF", 0), ("XCD", 2), ("XCG", 2), ("XOF", 0), ("XPF", 0),
    ("YER", 2), ("ZAR", 2), ("ZMW", 2), ("ZWG", 2),
];

/// Signs that name one currency without doubt to a reader of English.
#[rustfmt::skip]
const SYMBOLS: [(&str, &str); 14] = [
    ("EUR", "€"), ("GBP", "£"), ("GEL", "₾"), ("ILS", "₪"), ("INR", "₹"), ("JPY", "¥"),
    ("KRW", "₩"), ("KZT", "₸"), ("NGN", "₦"), ("PHP", "₱"), ("TRY", "₺"), ("UAH", "₴"),
    ("USD", "$"), ("VND", "₫"),
];

/// An active currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

impl Currency {
    /// Euro.
    pub const EUR: Self = Self::known("EUR");
    /// United States dollar.
    pub const USD: Self = Self::known("USD");
    /// Pound sterling.
    pub const GBP: Self = Self::known("GBP");
    /// Japanese yen, which has no minor unit.
    pub const JPY: Self = Self::known("JPY");
    /// Kuwaiti dinar, which has three decimals.
    pub const KWD: Self = Self::known("KWD");

    /// Reads a code in any case.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes = <[u8; 3]>::try_from(code.as_bytes()).ok()?.map(|byte| byte.to_ascii_uppercase());
        let index = TABLE.binary_search_by(|(known, _)| known.as_bytes().cmp(&bytes)).ok()?;
        u8::try_from(index).ok().map(Self)
    }

    /// Reads a parameter named `currency`.
    pub fn from_param(code: &str) -> Result<Self, Refusal> {
        Self::parse(code).ok_or_else(|| {
            Refusal::new(Code::CurrencyUnknown, "expected an active currency code of ISO 4217, such as EUR")
                .at("currency")
        })
    }

    /// Every currency in order of code.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).take(TABLE.len()).map(Self)
    }

    /// The code in upper case.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// How many decimals the minor unit stands for: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u8 {
        self.row().1
    }

    /// Minor units in one major unit: 100 for EUR, 1 for JPY, 1,000 for KWD.
    pub fn minor_per_major(self) -> i64 {
        10_i64.pow(u32::from(self.exponent()))
    }

    /// The smallest amount worth a charge: half of the major unit, or 50 where there is no minor
    /// one. An invoice below it is not charged but carried over.
    pub fn minimum(self) -> i64 {
        match self.exponent() {
            0 => 50,
            _ => self.minor_per_major() / 2,
        }
    }

    /// Card amounts are multiples of this: the card schemes write three decimals with a zero at
    /// the end.
    pub fn card_step(self) -> i64 {
        if self.exponent() == 3 { 10 } else { 1 }
    }

    /// The sign that people write before an amount, where it names no other currency.
    pub fn symbol(self) -> Option<&'static str> {
        let code = self.code();
        SYMBOLS.iter().find(|(known, _)| *known == code).map(|(_, symbol)| *symbol)
    }

    fn row(self) -> Row {
        TABLE[usize::from(self.0)]
    }

    /// The currency of a code that is in the table, found while compiling.
    const fn known(code: &str) -> Self {
        let wanted = code.as_bytes();
        let mut index = 0_u8;
        let mut rest: &[Row] = &TABLE;
        while let [(known, _), tail @ ..] = rest {
            let known = known.as_bytes();
            if known[0] == wanted[0] && known[1] == wanted[1] && known[2] == wanted[2] {
                return Self(index);
            }
            index = index.saturating_add(1);
            rest = tail;
        }
        panic!("the code is not in the table")
    }
}

impl FromStr for Currency {
    type Err = Refusal;

    fn from_str(code: &str) -> Result<Self, Refusal> {
        Self::from_param(code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests;
