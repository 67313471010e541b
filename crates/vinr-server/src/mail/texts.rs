//! What letters say, in every language. A language that lacks a sentence does not compile.

mod bulgarian;
mod english;
mod french;
mod german;
mod spanish;

use crate::locale::Locale;

/// The sentences of one language, with holes for what a letter knows: `{amount}`, `{date}`, `{email}`, `{merchant}`,
/// `{number}`.
pub(super) struct Texts {
    pub(super) test: &'static str,
    pub(super) number: &'static str,
    pub(super) amount: &'static str,
    pub(super) due: &'static str,
    pub(super) paid_on: &'static str,
    pub(super) method: &'static str,
    pub(super) questions: &'static str,
    pub(super) no_questions: &'static str,
    pub(super) invoice_subject: &'static str,
    pub(super) invoice_due: &'static str,
    pub(super) invoice_due_by: &'static str,
    pub(super) invoice_attached: &'static str,
    pub(super) invoice_automatic: &'static str,
    pub(super) invoice_by_hand: &'static str,
    pub(super) invoice_button: &'static str,
    pub(super) failed_subject: &'static str,
    pub(super) failed_heading: &'static str,
    pub(super) failed_text: &'static str,
    pub(super) failed_again: &'static str,
    pub(super) failed_for_good: &'static str,
    pub(super) failed_button: &'static str,
    pub(super) receipt_subject: &'static str,
    pub(super) receipt_heading: &'static str,
    pub(super) receipt_text: &'static str,
    pub(super) receipt_button: &'static str,
}

impl Texts {
    /// The sentences of a language.
    pub(super) const fn of(locale: Locale) -> &'static Texts {
        match locale {
            Locale::English => &english::TEXTS,
            Locale::Bulgarian => &bulgarian::TEXTS,
            Locale::German => &german::TEXTS,
            Locale::French => &french::TEXTS,
            Locale::Spanish => &spanish::TEXTS,
        }
    }
}
