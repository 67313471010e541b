//! The buyer's language, and money, days and shares as that language writes them.

mod months;
mod signs;

use vinr_core::calendar::Day;
use vinr_core::money::Money;

/// A language that pages, documents and e-mails speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// English.
    English,
    /// Bulgarian.
    Bulgarian,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

impl Locale {
    /// Every language, the one that everybody gets otherwise first.
    pub(crate) const ALL: [Locale; 5] =
        [Locale::English, Locale::Bulgarian, Locale::German, Locale::French, Locale::Spanish];

    /// Its tag in HTML and HTTP.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Locale::English => "en",
            Locale::Bulgarian => "bg",
            Locale::German => "de",
            Locale::French => "fr",
            Locale::Spanish => "es",
        }
    }

    /// The first language that both sides speak, by the weights of an `Accept-Language` header (RFC 9110, 12.5.4).
    pub(crate) fn of(header: &str) -> Locale {
        let mut wanted: Vec<(f32, &str)> = header.split(',').filter_map(weighted).collect();
        // Stable: of equal weights the first one named is meant.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let spoken = |tag: &str| {
            let language = tag.split('-').next().unwrap_or_default();
            Locale::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(language))
        };
        wanted.into_iter().find_map(|(_, tag)| spoken(tag)).unwrap_or(Locale::English)
    }

    /// An amount as this language writes it (CLDR 48).
    pub fn money(self, money: Money) -> String {
        let exponent = usize::from(money.currency.exponent());
        let digits = format!("{:0>width$}", money.amount.unsigned_abs(), width = exponent + 1);
        let (major, minor) = digits.split_at(digits.len() - exponent);
        let mut number = self.grouped(major);
        if !minor.is_empty() {
            number.push(self.point());
            number.push_str(minor);
        }
        let minus = if money.amount < 0 { "-" } else { "" };
        let sign = signs::sign(money.currency.code(), self.place());
        match self {
            // Letters keep their distance from digits; signs do not.
            Locale::English if sign.ends_with(char::is_alphabetic) => format!("{minus}{sign}\u{a0}{number}"),
            Locale::English => format!("{minus}{sign}{number}"),
            Locale::Bulgarian | Locale::German | Locale::French | Locale::Spanish => {
                format!("{minus}{number}\u{a0}{sign}")
            }
        }
    }

    /// A day, with its month as a word (CLDR 48, the long form).
    pub fn day(self, day: Day) -> String {
        let (year, month, day) = day.parts();
        let name = months::name(month, self.place());
        match self {
            Locale::English => format!("{name} {day}, {year}"),
            Locale::Bulgarian => format!("{day} {name} {year} г."),
            Locale::German => format!("{day}. {name} {year}"),
            Locale::French => format!("{day} {name} {year}"),
            Locale::Spanish => format!("{day} de {name} de {year}"),
        }
    }

    /// A share in thousandths of a percent: 19,000 is 19 % (CLDR 48).
    pub fn percent(self, thousandths: i64) -> String {
        let (whole, rest) = (thousandths.unsigned_abs() / 1_000, thousandths.unsigned_abs() % 1_000);
        let mut number = self.grouped(&whole.to_string());
        if rest > 0 {
            number.push(self.point());
            number.push_str(format!("{rest:03}").trim_end_matches('0'));
        }
        let minus = if thousandths < 0 { "-" } else { "" };
        match self {
            Locale::English | Locale::Bulgarian => format!("{minus}{number}%"),
            Locale::German | Locale::Spanish => format!("{minus}{number}\u{a0}%"),
            Locale::French => format!("{minus}{number}\u{202f}%"),
        }
    }

    /// What stands before decimals.
    const fn point(self) -> char {
        match self {
            Locale::English => '.',
            Locale::Bulgarian | Locale::German | Locale::French | Locale::Spanish => ',',
        }
    }

    /// Its place in [`Locale::ALL`].
    fn place(self) -> usize {
        Locale::ALL.iter().position(|one| *one == self).unwrap_or(0)
    }

    /// The digits of a whole number in groups.
    pub(crate) fn grouped(self, major: &str) -> String {
        let (separator, fewest) = match self {
            Locale::English => (',', 4),
            Locale::German => ('.', 4),
            Locale::French => ('\u{202f}', 4),
            Locale::Spanish => ('.', 5),
            Locale::Bulgarian => ('\u{a0}', 5),
        };
        if major.len() < fewest {
            return major.to_owned();
        }
        let mut grouped = String::with_capacity(major.len() + major.len() / 3);
        for (index, digit) in major.chars().enumerate() {
            if index > 0 && (major.len() - index).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }
}

fn weighted(part: &str) -> Option<(f32, &str)> {
    let mut pieces = part.split(';').map(str::trim);
    let tag = pieces.next().filter(|tag| !tag.is_empty())?;
    let weight = match pieces.find_map(|piece| piece.strip_prefix("q=")) {
        Some(weight) => weight.parse().ok()?,
        None => 1.0,
    };
    (weight > 0.0).then_some((weight, tag))
}

#[cfg(test)]
mod tests {
    use vinr_core::accounts::TimeZone;
    use vinr_core::money::Currency;
    use vinr_core::time::Timestamp;

    use super::*;

    #[test]
    fn the_weights_of_the_header_decide() {
        for (header, expected) in [
            ("", Locale::English),
            ("de", Locale::German),
            ("fr-CH, fr;q=0.9, en;q=0.8", Locale::French),
            ("it, bg;q=0.4, es;q=0.5", Locale::Spanish),
            ("it, ja", Locale::English),
            ("de;q=0, BG-bg;q=0.1", Locale::Bulgarian),
            ("de;q=x, ;;, fr", Locale::French),
        ] {
            assert_eq!(Locale::of(header), expected, "{header}");
        }
    }

    #[test]
    fn days_and_shares_are_written_as_each_language_writes_them() {
        let day = Day::of(Timestamp::from_seconds(1_796_083_200), &TimeZone::utc());
        assert_eq!(
            Locale::ALL.map(|locale| locale.day(day)),
            ["December 1, 2026", "1 декември 2026 г.", "1. Dezember 2026", "1 décembre 2026", "1 de diciembre de 2026"]
        );
        assert_eq!(
            Locale::ALL.map(|locale| locale.percent(5_500)),
            ["5.5%", "5,5%", "5,5\u{a0}%", "5,5\u{202f}%", "5,5\u{a0}%"]
        );
        assert_eq!(Locale::German.percent(19_000), "19\u{a0}%");
        assert_eq!(Locale::English.percent(-8_875), "-8.875%");
    }

    #[test]
    fn money_is_written_as_each_language_writes_it() {
        let euros = |amount| Money::new(amount, Currency::EUR);
        let written = |money: Money| Locale::ALL.map(|locale| locale.money(money));
        assert_eq!(written(euros(1_000)), ["€10.00", "10,00\u{a0}€", "10,00\u{a0}€", "10,00\u{a0}€", "10,00\u{a0}€"]);
        assert_eq!(
            written(euros(123_456_789)),
            [
                "€1,234,567.89",
                "1\u{a0}234\u{a0}567,89\u{a0}€",
                "1.234.567,89\u{a0}€",
                "1\u{202f}234\u{202f}567,89\u{a0}€",
                "1.234.567,89\u{a0}€"
            ]
        );
        assert_eq!(Locale::Spanish.money(euros(123_456)), "1234,56\u{a0}€", "four digits stay together");
        let yen = Money::new(1_000, Currency::parse("JPY").expect("a currency"));
        assert_eq!((Locale::English.money(yen), Locale::German.money(yen)), ("¥1,000".into(), "1.000\u{a0}¥".into()));
        assert_eq!(Locale::French.money(Money::new(-50, Currency::USD)), "-0,50\u{a0}$US");
        let dinars = Money::new(5, Currency::parse("KWD").expect("a currency"));
        assert_eq!(Locale::English.money(dinars), "KWD\u{a0}0.005");
    }
}
