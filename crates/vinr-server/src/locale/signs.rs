//! How languages write currencies (CLDR 48), where one of them does not write the code.

/// The code, then the sign in the order of `Locale::ALL`: English, Bulgarian, German, French, Spanish.
#[rustfmt::skip]
const SIGNS: [(&str, [&str; 5]); 39] = [
    ("ARS", ["ARS", "ARS", "ARS", "$AR", "ARS"]),
    ("AUD", ["A$", "AUD", "AU$", "$AU", "AUD"]),
    ("BMD", ["BMD", "BMD", "BMD", "$BM", "BMD"]),
    ("BND", ["BND", "BND", "BND", "$BN", "BND"]),
    ("BRL", ["R$", "BRL", "R$", "R$", "BRL"]),
    ("BZD", ["BZD", "BZD", "BZD", "$BZ", "BZD"]),
    ("CAD", ["CA$", "CAD", "CA$", "$CA", "CAD"]),
    ("CLP", ["CLP", "CLP", "CLP", "$CL", "CLP"]),
    ("CNY", ["CN¥", "CNY", "CN¥", "CNY", "CNY"]),
    ("COP", ["COP", "COP", "COP", "$CO", "COP"]),
    ("EUR", ["€", "€", "€", "€", "€"]),
    ("FJD", ["FJD", "FJD", "FJD", "$FJ", "FJD"]),
    ("FKP", ["FKP", "FKP", "FKP", "£FK", "FKP"]),
    ("GBP", ["£", "GBP", "£", "£GB", "GBP"]),
    ("GIP", ["GIP", "GIP", "GIP", "£GI", "GIP"]),
    ("HKD", ["HK$", "HKD", "HK$", "HKD", "HKD"]),
    ("ILS", ["₪", "ILS", "₪", "₪", "ILS"]),
    ("INR", ["₹", "INR", "₹", "₹", "INR"]),
    ("JPY", ["¥", "JPY", "¥", "JPY", "JPY"]),
    ("KRW", ["₩", "KRW", "₩", "₩", "KRW"]),
    ("LBP", ["LBP", "LBP", "LBP", "£LB", "LBP"]),
    ("MXN", ["MX$", "MXN", "MX$", "$MX", "MXN"]),
    ("NAD", ["NAD", "NAD", "NAD", "$NA", "NAD"]),
    ("NZD", ["NZ$", "NZD", "NZ$", "$NZ", "NZD"]),
    ("PHP", ["₱", "PHP", "PHP", "PHP", "PHP"]),
    ("SBD", ["SBD", "SBD", "SBD", "$SB", "SBD"]),
    ("SGD", ["SGD", "SGD", "SGD", "$SG", "SGD"]),
    ("SRD", ["SRD", "SRD", "SRD", "$SR", "SRD"]),
    ("THB", ["THB", "THB", "฿", "THB", "฿"]),
    ("TTD", ["TTD", "TTD", "TTD", "$TT", "TTD"]),
    ("TWD", ["NT$", "TWD", "NT$", "TWD", "TWD"]),
    ("USD", ["$", "щ.д.", "$", "$US", "US$"]),
    ("UYU", ["UYU", "UYU", "UYU", "$UY", "UYU"]),
    ("VND", ["₫", "VND", "₫", "₫", "₫"]),
    ("WST", ["WST", "WST", "WST", "$WS", "WST"]),
    ("XAF", ["FCFA", "FCFA", "FCFA", "FCFA", "XAF"]),
    ("XCD", ["EC$", "XCD", "EC$", "XCD", "XCD"]),
    ("XOF", ["F\u{202f}CFA", "F\u{202f}CFA", "F\u{202f}CFA", "F\u{202f}CFA", "XOF"]),
    ("XPF", ["CFPF", "CFPF", "CFPF", "FCFP", "CFPF"]),
];

/// What stands for a currency in a language, by its place in `Locale::ALL`.
pub(super) fn sign(code: &'static str, language: usize) -> &'static str {
    let found = SIGNS.iter().find(|(known, _)| *known == code);
    found.and_then(|(_, signs)| signs.get(language)).copied().unwrap_or(code)
}
