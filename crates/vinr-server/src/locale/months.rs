//! The months, as they stand within a date (CLDR 48).

/// The months in the order of `Locale::ALL`: English, Bulgarian, German, French, Spanish.
#[rustfmt::skip]
const MONTHS: [[&str; 12]; 5] = [
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ["януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември", "октомври", "ноември", "декември"],
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
];

/// A month, January being 1, in a language by its place in `Locale::ALL`.
pub(super) fn name(month: i8, language: usize) -> &'static str {
    let index = usize::try_from(month).unwrap_or(1).saturating_sub(1);
    MONTHS.get(language).and_then(|months| months.get(index)).copied().unwrap_or_default()
}
