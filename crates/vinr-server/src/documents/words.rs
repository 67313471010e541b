//! What is printed on documents, in every language. A language that lacks a word does not compile.

mod bulgarian;
mod english;
mod french;
mod german;
mod spanish;

use crate::locale::Locale;

/// The words of one language, with holes for what a document knows: `{amount}`, `{date}`, `{page}`, `{pages}`.
pub(super) struct Words {
    pub(super) invoice: &'static str,
    pub(super) number: &'static str,
    pub(super) issued: &'static str,
    pub(super) due: &'static str,
    pub(super) period: &'static str,
    pub(super) currency: &'static str,
    pub(super) reference: &'static str,
    pub(super) bill_to: &'static str,
    pub(super) vat_id: &'static str,
    pub(super) description: &'static str,
    pub(super) quantity: &'static str,
    pub(super) unit_price: &'static str,
    pub(super) tax: &'static str,
    pub(super) amount: &'static str,
    pub(super) discount: &'static str,
    pub(super) subtotal: &'static str,
    pub(super) net: &'static str,
    pub(super) gross: &'static str,
    pub(super) total: &'static str,
    pub(super) credit: &'static str,
    pub(super) paid_amount: &'static str,
    pub(super) amount_due: &'static str,
    pub(super) page: &'static str,
    /// How the law of this language's countries calls it (Directive 2006/112/EC, article 226, 11a).
    pub(super) reverse_charge: &'static str,
    pub(super) reverse_charge_note: &'static str,
    pub(super) pay_online: &'static str,
    pub(super) due_now: &'static str,
    pub(super) due_by: &'static str,
    pub(super) draft: &'static str,
    pub(super) paid: &'static str,
    pub(super) paid_on: &'static str,
    pub(super) void: &'static str,
}

impl Words {
    /// The words of a language.
    pub(super) const fn of(locale: Locale) -> &'static Words {
        match locale {
            Locale::English => &english::WORDS,
            Locale::Bulgarian => &bulgarian::WORDS,
            Locale::German => &german::WORDS,
            Locale::French => &french::WORDS,
            Locale::Spanish => &spanish::WORDS,
        }
    }
}
