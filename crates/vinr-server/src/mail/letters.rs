//! What is written to customers: plain values in, a subject and a text in their language out.

use askama::Template;
use vinr_core::calendar::Day;
use vinr_core::colours::Colour;
use vinr_core::money::Money;

use super::texts::Texts;
use crate::locale::Locale;

/// Who writes.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// The business's name.
    pub name: String,
    /// Where answers go.
    pub email: Option<String>,
    /// Its colour.
    pub accent: Colour,
}

/// A letter to a customer.
#[derive(Debug, Clone)]
pub enum Letter {
    /// An invoice is there.
    InvoiceFinalized(InvoiceFinalized),
    /// A charge for one did not go through.
    PaymentFailed(PaymentFailed),
    /// Money came.
    Receipt(Receipt),
}

/// How an invoice is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// It is charged, and there is nothing to do.
    Automatic,
    /// The customer pays it.
    ByHand,
}

/// An invoice is there.
#[derive(Debug, Clone)]
pub struct InvoiceFinalized {
    /// The customer's language.
    pub locale: Locale,
    /// Who writes.
    pub merchant: Merchant,
    /// The invoice's number.
    pub number: String,
    /// What is to be paid.
    pub due: Money,
    /// By when.
    pub due_on: Option<Day>,
    /// By whom.
    pub collection: Collection,
    /// Where it can be seen and paid.
    pub hosted_url: Option<String>,
    /// The invoice as a PDF.
    pub pdf: Vec<u8>,
}

/// A charge for an invoice did not go through.
#[derive(Debug, Clone)]
pub struct PaymentFailed {
    /// The customer's language.
    pub locale: Locale,
    /// Who writes.
    pub merchant: Merchant,
    /// The invoice's number.
    pub number: String,
    /// What was to be charged.
    pub amount: Money,
    /// What should have paid, such as `Visa •••• 4242`.
    pub method: Option<String>,
    /// When it is tried again, if it is.
    pub next_attempt_on: Option<Day>,
    /// Where it can be paid, and with what.
    pub hosted_url: Option<String>,
}

/// Money came.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The customer's language.
    pub locale: Locale,
    /// Who writes.
    pub merchant: Merchant,
    /// The number of the invoice that was paid.
    pub number: Option<String>,
    /// What was paid.
    pub amount: Money,
    /// When.
    pub paid_on: Day,
    /// With what, such as `Visa •••• 4242`.
    pub method: Option<String>,
    /// Where it can be seen.
    pub hosted_url: Option<String>,
    /// The paid invoice as a PDF.
    pub pdf: Option<Vec<u8>>,
}

/// A letter as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) from_name: String,
    pub(super) reply_to: Option<String>,
    /// The name and the bytes of a PDF.
    pub(super) attached: Option<(String, Vec<u8>)>,
}

/// What fills the templates.
struct View {
    locale: Locale,
    merchant: Merchant,
    subject: String,
    heading: String,
    paragraphs: Vec<String>,
    facts: Vec<(&'static str, String)>,
    button: Option<(&'static str, String)>,
    questions: String,
    test: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Plain<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    view: &'a View,
    accent: Colour,
    accent_ink: Colour,
}

impl Letter {
    /// The letter in the customer's language; one of a sandbox says so.
    pub(super) fn written(&self, is_test: bool) -> Written {
        let (mut view, attached) = match self {
            Letter::InvoiceFinalized(letter) => letter.view(),
            Letter::PaymentFailed(letter) => (letter.view(), None),
            Letter::Receipt(letter) => letter.view(),
        };
        view.test = is_test.then_some(Texts::of(view.locale).test);
        let accent = view.merchant.accent.readable_on(&[Colour::WHITE]);
        let html = Html { view: &view, accent, accent_ink: accent.best_ink(&[Colour::WHITE, Colour::BLACK]) };
        Written {
            text: Plain { view: &view }.render().expect("templates write into memory"),
            html: html.render().expect("templates write into memory"),
            subject: view.subject,
            from_name: view.merchant.name,
            reply_to: view.merchant.email,
            attached,
        }
    }
}

impl InvoiceFinalized {
    fn view(&self) -> (View, Option<(String, Vec<u8>)>) {
        let t = Texts::of(self.locale);
        let amount = self.locale.money(self.due);
        let by = self.due_on.map(|day| self.locale.day(day));
        let heading = match &by {
            Some(day) => t.invoice_due_by.replace("{date}", day),
            None => t.invoice_due.to_owned(),
        };
        let what_follows = match self.collection {
            Collection::Automatic => t.invoice_automatic,
            Collection::ByHand => t.invoice_by_hand,
        };
        let view = View {
            locale: self.locale,
            merchant: self.merchant.clone(),
            subject: with_number(t.invoice_subject, &self.number).replace("{merchant}", &self.merchant.name),
            heading: heading.replace("{amount}", &amount),
            paragraphs: vec![with_number(t.invoice_attached, &self.number), what_follows.to_owned()],
            facts: facts([(t.number, Some(self.number.clone())), (t.amount, Some(amount)), (t.due, by)]),
            button: self.hosted_url.clone().map(|url| (t.invoice_button, url)),
            questions: questions(t, &self.merchant),
            test: None,
        };
        (view, Some((file_name(&self.number), self.pdf.clone())))
    }
}

impl PaymentFailed {
    fn view(&self) -> View {
        let t = Texts::of(self.locale);
        let amount = self.locale.money(self.amount);
        let again = match self.next_attempt_on {
            Some(day) => t.failed_again.replace("{date}", &self.locale.day(day)),
            None => t.failed_for_good.to_owned(),
        };
        View {
            locale: self.locale,
            merchant: self.merchant.clone(),
            subject: with_number(t.failed_subject, &self.number).replace("{merchant}", &self.merchant.name),
            heading: t.failed_heading.replace("{amount}", &amount),
            paragraphs: vec![with_number(t.failed_text, &self.number), again],
            facts: facts([
                (t.number, Some(self.number.clone())),
                (t.amount, Some(amount)),
                (t.method, self.method.clone()),
            ]),
            button: self.hosted_url.clone().map(|url| (t.failed_button, url)),
            questions: questions(t, &self.merchant),
            test: None,
        }
    }
}

impl Receipt {
    fn view(&self) -> (View, Option<(String, Vec<u8>)>) {
        let t = Texts::of(self.locale);
        let amount = self.locale.money(self.amount);
        let view = View {
            locale: self.locale,
            merchant: self.merchant.clone(),
            subject: t.receipt_subject.replace("{merchant}", &self.merchant.name),
            heading: t.receipt_heading.replace("{amount}", &amount),
            paragraphs: vec![t.receipt_text.replace("{merchant}", &self.merchant.name)],
            facts: facts([
                (t.number, self.number.clone()),
                (t.amount, Some(amount)),
                (t.paid_on, Some(self.locale.day(self.paid_on))),
                (t.method, self.method.clone()),
            ]),
            button: self.hosted_url.clone().map(|url| (t.receipt_button, url)),
            questions: questions(t, &self.merchant),
            test: None,
        };
        let name = self.number.as_deref().map_or_else(|| "receipt.pdf".to_owned(), file_name);
        (view, self.pdf.clone().map(|pdf| (name, pdf)))
    }
}

fn with_number(text: &str, number: &str) -> String {
    text.replace("{number}", number)
}

fn facts<const N: usize>(all: [(&'static str, Option<String>); N]) -> Vec<(&'static str, String)> {
    all.into_iter().filter_map(|(label, fact)| Some((label, fact?))).collect()
}

fn questions(t: &Texts, merchant: &Merchant) -> String {
    match &merchant.email {
        Some(email) => t.questions.replace("{email}", email),
        None => t.no_questions.replace("{merchant}", &merchant.name),
    }
}

/// A name for a file that every system takes.
fn file_name(number: &str) -> String {
    let plain: String =
        number.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("{plain}.pdf")
}

#[cfg(test)]
mod tests;
