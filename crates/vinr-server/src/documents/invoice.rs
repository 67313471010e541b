//! An invoice as a PDF that a bookkeeper files (Directive 2006/112/EC, article 226): number and days, both parties with
//! their VAT ids, what was sold and when, and for each rate what was taxed, the tax and both together.
//!
//! It computes nothing: what it prints was decided elsewhere, and adds up there.

mod lines;
mod sheets;
mod sums;

use vinr_core::calendar::Day;
use vinr_core::colours::Colour;
use vinr_core::money::Money;

use super::fonts::Fonts;
use super::paper;
use super::words::Words;
use crate::locale::Locale;
use sheets::Sheets;

/// Everything that an invoice says.
#[derive(Debug, Clone)]
pub struct InvoiceDocument {
    /// The language of everything that is not the merchant's own text.
    pub locale: Locale,
    /// Who sells.
    pub seller: Seller,
    /// Who is to pay.
    pub buyer: Party,
    /// Its number; a draft has none.
    pub number: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// The day it was issued; a draft has none.
    pub issued_on: Option<Day>,
    /// The day by which it is to be paid.
    pub due_on: Option<Day>,
    /// The days that it is for, both included.
    pub period: Option<(Day, Day)>,
    /// What was sold, in the order in which it is printed.
    pub lines: Vec<InvoiceLine>,
    /// What it comes to.
    pub sums: Sums,
    /// What the buyer writes on a transfer.
    pub payment_reference: Option<String>,
    /// The page where it can be seen and paid. Printed while something is due.
    pub hosted_url: Option<String>,
    /// The merchant's own words beneath everything.
    pub footer: Option<String>,
}

/// A name and an address as they stand on an envelope.
#[derive(Debug, Clone, Default)]
pub struct Party {
    /// Of the business or the person.
    pub name: String,
    /// The lines of the address, the country's last.
    pub address: Vec<String>,
    /// The number for value added tax, with its country's letters.
    pub vat_id: Option<String>,
}

/// Who sells, and what that looks like.
#[derive(Debug, Clone)]
pub struct Seller {
    /// Name and address.
    pub party: Party,
    /// Where to write to.
    pub email: Option<String>,
    /// The merchant's colour; what is printed in it is darkened until it can be read on white.
    pub accent: Colour,
}

/// How an invoice stands, as far as its paper says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not issued: it bears a word across each page.
    Draft,
    /// To be paid, given up or not.
    Open,
    /// Paid, on this day.
    Paid(Day),
    /// Withdrawn: it bears a word across each page.
    Void,
}

/// One thing that was sold.
#[derive(Debug, Clone)]
pub struct InvoiceLine {
    /// What it is.
    pub description: String,
    /// The days that it is for, both included.
    pub period: Option<(Day, Day)>,
    /// How many; nothing where a number says nothing.
    pub quantity: Option<i64>,
    /// The price of one, as the reader's language writes it; of prices in tiers nothing.
    pub unit_price: Option<String>,
    /// What was taken off, as an amount above zero.
    pub discount: Option<Money>,
    /// How it is taxed.
    pub tax: LineTax,
    /// What it comes to before the discount, without the tax that is added.
    pub amount: Money,
}

/// How a line is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTax {
    /// Not at all, and nothing is said about it.
    None,
    /// At a rate in thousandths of a percent: 19,000 is 19 %.
    Rate(i64),
    /// The buyer owes the tax.
    ReverseCharge,
}

/// What an invoice comes to, in the order in which it is printed. All amounts are of one currency.
#[derive(Debug, Clone)]
pub struct Sums {
    /// The lines together.
    pub subtotal: Money,
    /// What discounts take off, zero or more.
    pub discounts: Money,
    /// What is left without tax.
    pub net: Money,
    /// The tax, a row for each rate.
    pub taxes: Vec<TaxRow>,
    /// Everything together, with tax.
    pub total: Money,
    /// What the customer's credit takes over, zero or more.
    pub credit_applied: Money,
    /// What was paid, zero or more.
    pub paid: Money,
    /// What is left to pay.
    pub due: Money,
}

/// The tax of one rate.
#[derive(Debug, Clone)]
pub struct TaxRow {
    /// What the tax is called, such as `VAT`.
    pub name: String,
    /// The rate.
    pub tax: LineTax,
    /// What it is reckoned from, after discounts and without tax.
    pub net: Money,
    /// The tax.
    pub amount: Money,
    /// Both together.
    pub gross: Money,
}

/// The invoice as a PDF: for the same values the same bytes.
pub fn render(invoice: &InvoiceDocument) -> Vec<u8> {
    let (fonts, words) = (Fonts::open(), Words::of(invoice.locale));
    let mut sheets = Sheets::begin(&fonts, invoice, words);
    sheets.head();
    sheets.parties();
    sheets.asked_for();
    sheets.lines();
    sheets.sums();
    sheets.taxes();
    sheets.notes();
    paper::print(&sheets.finished(), &fonts, &about(invoice, words))
}

fn about(invoice: &InvoiceDocument, words: &Words) -> paper::About {
    paper::About {
        title: title(invoice, words),
        author: invoice.seller.party.name.clone(),
        language: invoice.locale.tag(),
        day: invoice.issued_on,
    }
}

/// What the paper is called: `Invoice INV-000001`.
fn title(invoice: &InvoiceDocument, words: &Words) -> String {
    match &invoice.number {
        Some(number) => format!("{} {number}", words.invoice),
        None => format!("{} ({})", words.invoice, words.draft),
    }
}

/// Money as a language writes it, as far as the fonts go: the sign of the baht is not in them.
pub(super) fn written(locale: Locale, money: Money) -> String {
    locale.money(money).replace('฿', money.currency.code())
}

/// The first and the last day of a period, or the one day that it is.
fn days(locale: Locale, (first, last): (Day, Day)) -> String {
    // A line is broken between the two days, and within neither.
    let whole = |day: Day| locale.day(day).replace(' ', "\u{a0}");
    if first == last { whole(first) } else { format!("{} – {}", whole(first), whole(last)) }
}

#[cfg(test)]
mod tests;
