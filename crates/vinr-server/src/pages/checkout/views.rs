//! The templates of what is typed and of the bank's question, filled.

use std::sync::LazyLock;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use vinr_core::cards::{Brand, FailureCode};
use vinr_core::keys::Environment;
use vinr_core::money::Money;
use vinr_core::payment_methods::{self as core, PaymentMethod};
use vinr_core::payments::{CardSummary, Payment};

use super::super::brand::Look;
use super::super::texts::Texts;
use super::super::{FRAMED_POLICY, html, html_under};
use super::Opened;
use super::form::{Account, Beside, Errors, IDEAL, Number, SEPA_DEBIT};
use super::kept::Kept;
use crate::app::App;
use crate::context::AccountContext;
use crate::locale::Locale;

/// Descriptions beyond this many characters are shown in part until the buyer asks for the rest.
const DESCRIPTION_LENGTH_SHOWN: usize = 180;

/// What is bought, or that a card is to be saved: on every page.
#[derive(Clone)]
pub(in crate::pages) struct Order<'a> {
    pub(in crate::pages) locale: Locale,
    pub(in crate::pages) t: &'static Texts,
    pub(in crate::pages) sandbox: bool,
    pub(in crate::pages) merchant: &'a str,
    pub(in crate::pages) look: Look,
    pub(in crate::pages) description: Option<&'a str>,
    /// What a payment was before its discounts and store credit, and what they take off.
    pub(in crate::pages) reduced: Option<Reduced>,
    headline: String,
}

/// How a payment comes to its amount, in the buyer's language.
#[derive(Clone)]
pub(in crate::pages) struct Reduced {
    pub(in crate::pages) original: String,
    pub(in crate::pages) off: Option<String>,
    pub(in crate::pages) credit: Option<String>,
}

impl<'a> Order<'a> {
    /// With the amount, or what else stands large on the page.
    pub(super) fn new(opened: &'a Opened, headline: String, description: Option<&'a str>) -> Order<'a> {
        Order::of(&opened.app, &opened.context, opened.locale, headline, description)
    }

    /// The same where nothing is opened yet.
    pub(super) fn of(
        app: &App,
        context: &'a AccountContext,
        locale: Locale,
        headline: String,
        description: Option<&'a str>,
    ) -> Order<'a> {
        let AccountContext { account, settings, .. } = context;
        let look = Look::of(account, &settings.branding);
        let sandbox = app.settings.environment == Environment::Sandbox;
        let (t, merchant) = (Texts::of(locale), &settings.name);
        Order { locale, t, sandbox, merchant, look, description, reduced: None, headline }
    }

    /// With how a payment comes to its amount.
    pub(super) fn reduced(self, payment: &Payment) -> Order<'a> {
        let (original, currency) = (payment.original_amount(), payment.amount.currency);
        let credit = payment.credit_applied;
        let off = original - payment.amount.amount - credit;
        let money = |amount| self.locale.money(Money::new(amount, currency));
        let taken = |amount: i64| (amount > 0).then(|| money(-amount));
        let reduced = Reduced { original: money(original), off: taken(off), credit: taken(credit) };
        Order { reduced: Some(reduced), ..self }
    }

    /// The amount, or what else stands large on the page.
    pub(in crate::pages) fn headline(&self) -> &str {
        &self.headline
    }

    /// A sentence that names the merchant.
    pub(in crate::pages) fn with_merchant(&self, text: &str) -> String {
        text.replace("{merchant}", self.merchant)
    }

    /// Whether the description is too long to stand there whole.
    pub(in crate::pages) fn is_long(&self) -> bool {
        self.description.is_some_and(|text| text.chars().count() > DESCRIPTION_LENGTH_SHOWN)
    }
}

/// What the form is to be.
pub(in crate::pages) struct Entering<'a> {
    pub(in crate::pages) action: &'a str,
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) declined: Option<Declined>,
    pub(in crate::pages) errors: &'a Errors,
    /// The customer's cards and accounts.
    pub(in crate::pages) saved: &'a [PaymentMethod],
    pub(in crate::pages) banks: Banks,
    /// Whether iDEAL is among what banks offer.
    pub(in crate::pages) offers_ideal: bool,
    /// What the page says that it charges, in minor units.
    pub(in crate::pages) quoted: Option<i64>,
    pub(in crate::pages) asks_email: bool,
    /// Whether the card or the account is kept.
    pub(in crate::pages) keeps: bool,
    pub(in crate::pages) button: String,
    /// What the button says while it works.
    pub(in crate::pages) working: &'static str,
    /// Where a buyer goes who gives up.
    pub(in crate::pages) way_out: Option<String>,
}

/// Whether banks are offered beside cards, and which way was tried before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Banks {
    /// They are not.
    None,
    /// They are.
    Offered,
    /// iDEAL was tried.
    Ideal,
    /// A debit was tried.
    Debit,
}

/// The bank said no before.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Declined {
    pub(in crate::pages) code: FailureCode,
    /// Whether the card was typed, and not one that was saved.
    pub(in crate::pages) was_typed: bool,
}

/// What a form has to say after a try.
pub(in crate::pages) struct Said {
    pub(in crate::pages) notice: Option<Notice>,
    pub(in crate::pages) errors: Marked,
    /// The field that comes next.
    pub(in crate::pages) focus: &'static str,
}

impl Said {
    /// What was wrong with the form, or else what the bank said.
    pub(in crate::pages) fn of(t: &'static Texts, errors: &Errors, declined: Option<Declined>) -> Said {
        let declined = declined.filter(|_| errors.beside.is_none() && !errors.is_about_a_field());
        let remedy = declined.filter(|declined| declined.was_typed).map(|declined| Remedy::of(declined.code));
        let notice = match errors.beside {
            Some(Beside::Price) => Some(Notice { is_refusal: false, text: t.price_changed }),
            Some(Beside::Unusable) => Some(Notice { is_refusal: true, text: t.unusable }),
            Some(Beside::Trouble) => Some(Notice { is_refusal: false, text: t.trouble }),
            None => declined.map(|declined| Notice { is_refusal: true, text: t.declined(declined.code) }),
        };
        let focus = match remedy {
            Some(Remedy::AnotherCard) => "number",
            Some(Remedy::RightCode | Remedy::SameCard) => "cvc",
            None => "",
        };
        Said { notice, errors: Marked::of(t, errors, remedy), focus }
    }
}

/// What a buyer does about a decline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// Takes another card.
    AnotherCard,
    /// Types the security code of this one again: it was wrong.
    RightCode,
    /// Tries this one again; its security code is not kept.
    SameCard,
}

impl Remedy {
    fn of(code: FailureCode) -> Remedy {
        match code {
            FailureCode::CardDeclined
            | FailureCode::InsufficientFunds
            | FailureCode::ExpiredCard
            | FailureCode::CardLost
            | FailureCode::CardStolen => Remedy::AnotherCard,
            FailureCode::IncorrectCvc => Remedy::RightCode,
            FailureCode::ProcessingError
            | FailureCode::AuthenticationFailed
            | FailureCode::AuthenticationExpired
            | FailureCode::BankDeclined
            | FailureCode::AccountClosed
            | FailureCode::DebitNotAuthorized => Remedy::SameCard,
        }
    }
}

#[derive(Template)]
#[template(path = "form.html")]
struct Entry<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    entering: &'a Entering<'a>,
    brands: &'static str,
    notice: Option<Notice>,
    /// The field that comes next.
    focus: &'static str,
    errors: Marked,
    kept: &'a Kept,
    saved: Vec<SavedMethod>,
    /// Whether the buyer may choose between more than a card.
    chooses: bool,
    /// What is chosen until the buyer chooses.
    chosen: Choice,
    /// What the holder of a debited account agrees to.
    mandate: String,
    /// That the account behind an iDEAL payment is kept.
    ideal_keeps: Option<String>,
    /// What typing a card is called beside the rest.
    card: &'static str,
    consent: Option<String>,
    back: String,
}

/// What a form begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// A saved card or account.
    Saved,
    /// The fields of a card.
    Card,
    /// iDEAL.
    Ideal,
    /// A debit.
    Debit,
}

/// What stands above the form.
pub(in crate::pages) struct Notice {
    /// A card that was refused is another thing than something that went wrong.
    pub(in crate::pages) is_refusal: bool,
    pub(in crate::pages) text: &'static str,
}

/// A saved card or account as a choice.
struct SavedMethod {
    id: String,
    label: String,
    /// When a card expires, or that it is an account.
    says: String,
    /// What an account is debited under.
    mandate: Option<String>,
    chosen: bool,
}

impl SavedMethod {
    fn of(order: &Order<'_>, method: &PaymentMethod, chosen: bool) -> SavedMethod {
        let t = order.t;
        let says = match method.card() {
            Some(card) => expires(t, card),
            None => t.saved_account.to_owned(),
        };
        let mandate = method
            .account()
            .map(|account| order.with_merchant(t.mandate_again).replace("{mandate}", &account.mandate.reference));
        SavedMethod { id: method.id.to_string(), label: label(method), says, mandate, chosen }
    }
}

/// What stands under each field.
#[derive(Default)]
pub(in crate::pages) struct Marked {
    pub(in crate::pages) email: Option<&'static str>,
    pub(in crate::pages) number: Option<&'static str>,
    pub(in crate::pages) expiry: Option<&'static str>,
    pub(in crate::pages) cvc: Option<String>,
    pub(in crate::pages) iban: Option<&'static str>,
    pub(in crate::pages) holder: Option<&'static str>,
}

impl Marked {
    fn of(t: &'static Texts, errors: &Errors, remedy: Option<Remedy>) -> Marked {
        let number = errors.number.map(|problem| match problem {
            Number::NotATestCard => t.test_card_only,
            Number::TestCard => t.real_card_only,
            Number::Wrong => t.invalid_number,
        });
        let another = (remedy == Some(Remedy::AnotherCard)).then_some(t.another_number);
        let cvc = errors.cvc.map(|brand| t.invalid_cvc.replace("{digits}", &code_digits(brand)));
        let wrong = (remedy == Some(Remedy::RightCode)).then(|| t.wrong_cvc.to_owned());
        Marked {
            email: errors.email.then_some(t.invalid_email),
            number: number.or(another),
            expiry: errors.expiry.then_some(t.invalid_expiry),
            cvc: cvc.or(wrong),
            iban: errors.iban.map(|problem| match problem {
                Account::Wrong => t.invalid_iban,
                Account::NotATestAccount => t.test_account_only,
            }),
            holder: errors.holder.then_some(t.invalid_holder),
        }
    }
}

/// How long the security codes of a scheme are.
fn code_digits(brand: Brand) -> String {
    match brand.code_digits() {
        (fewest, most) if fewest == most => fewest.to_string(),
        (fewest, most) => format!("{fewest}–{most}"),
    }
}

/// What the form's script knows of schemes: the core's own table.
pub(in crate::pages) static BRANDS: LazyLock<String> = LazyLock::new(|| {
    let known = Brand::ALL.iter().map(|brand| {
        let prefixes = Brand::PREFIXES.iter().filter(|(of, ..)| of == brand);
        json!({
            "name": if *brand == Brand::Unknown { "" } else { brand.name() },
            "prefixes": prefixes.map(|(_, count, from, to)| json!([count, from, to])).collect::<Vec<_>>(),
            "groups": brand.groups(),
            "code": code_digits(*brand),
        })
    });
    known.collect::<serde_json::Value>().to_string()
});

/// The form, with what went wrong before.
pub(in crate::pages) fn entry(order: &Order<'_>, entering: &Entering<'_>) -> Response {
    let (t, kept) = (order.t, &entering.errors.kept);
    let Said { notice, errors, focus } = Said::of(t, entering.errors, entering.declined);
    // The first one is offered, unless the buyer chose otherwise before or it was just declined.
    let before = kept.method.as_deref();
    let offers = before.is_none() && notice.is_none();
    let choice = |(index, method): (usize, &PaymentMethod)| {
        let chosen = if offers { index == 0 } else { before == Some(method.id.as_str()) };
        SavedMethod::of(order, method, chosen)
    };
    let saved: Vec<SavedMethod> = entering.saved.iter().enumerate().map(choice).collect();
    let offered = entering.banks != Banks::None;
    let chosen = match (entering.banks, before) {
        (Banks::Ideal, _) | (Banks::Offered | Banks::Debit, Some(IDEAL)) => Choice::Ideal,
        (Banks::Debit, _) | (Banks::Offered, Some(SEPA_DEBIT)) => Choice::Debit,
        (Banks::None | Banks::Offered, _) if saved.iter().any(|one| one.chosen) => Choice::Saved,
        (Banks::None | Banks::Offered, _) => Choice::Card,
    };
    let page = Entry {
        order,
        t,
        locale: order.locale,
        brands: &BRANDS,
        notice,
        focus,
        errors,
        kept,
        chooses: offered || !saved.is_empty(),
        chosen,
        mandate: order.with_merchant(if entering.keeps { t.mandate_kept } else { t.mandate }),
        ideal_keeps: entering.keeps.then(|| order.with_merchant(t.ideal_keeps)),
        card: if saved.is_empty() { t.card } else { t.another_card },
        saved,
        consent: entering.keeps.then(|| order.with_merchant(t.consent)),
        back: order.with_merchant(t.back),
        entering,
    };
    html(StatusCode::OK, &page)
}

/// A card or an account as buyers know it.
pub(in crate::pages) fn label(method: &PaymentMethod) -> String {
    match &method.kept {
        core::Kept::Card(card) => format!("{} •••• {}", card.summary.brand.name(), card.summary.last4),
        core::Kept::Account(account) => format!("{} •••• {}", account.country.code(), account.last4),
    }
}

/// Until when it is good.
pub(in crate::pages) fn expires(t: &'static Texts, card: &CardSummary) -> String {
    t.expires.replace("{date}", &format!("{:02}/{:02}", card.expiry.month, card.expiry.year % 100))
}

#[derive(Template)]
#[template(path = "link.html")]
struct Link<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    title: String,
    action: &'a str,
}

/// What a payment link is for, and the way on. Looking at it makes no payment.
pub(super) fn link(order: &Order<'_>, action: &str) -> Response {
    let title = order.with_merchant(order.t.link_title);
    html(StatusCode::OK, &Link { order, t: order.t, locale: order.locale, title, action })
}

#[derive(Template)]
#[template(path = "challenge.html")]
struct Challenge<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    bank: &'a str,
    way_out: Option<String>,
    back: String,
}

/// The bank's question in its frame.
pub(in crate::pages) fn challenge(order: &Order<'_>, bank: &str, way_out: Option<String>) -> Response {
    let back = order.with_merchant(order.t.back);
    html(StatusCode::OK, &Challenge { order, t: order.t, locale: order.locale, bank, way_out, back })
}

#[derive(Template)]
#[template(path = "bank.html")]
struct Bank<'a> {
    t: &'static Texts,
    locale: Locale,
    question: String,
    action: &'a str,
    /// Whether the page around the frame follows it, or stays.
    leads: bool,
}

/// What stands in the frame: in the sandbox a bank of our own.
pub(in crate::pages) fn bank(order: &Order<'_>, question: String, action: &str) -> Response {
    let page = Bank { t: order.t, locale: order.locale, question, action, leads: true };
    html_under(FRAMED_POLICY, StatusCode::OK, &page)
}

/// The same within card fields, which stay where they are.
pub(in crate::pages) fn bank_within(policy: &str, locale: Locale, question: String, action: &str) -> Response {
    html_under(policy, StatusCode::OK, &Bank { t: Texts::of(locale), locale, question, action, leads: false })
}

#[derive(Template)]
#[template(path = "ideal.html")]
struct Ideal<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    question: String,
    action: &'a str,
    leave: &'a str,
    back: String,
}

/// The page of a bank that iDEAL leads to: in the sandbox one of our own.
pub(super) fn ideal(order: &Order<'_>, question: String, action: &str, leave: &str) -> Response {
    let back = order.with_merchant(order.t.leave_bank);
    html(StatusCode::OK, &Ideal { order, t: order.t, locale: order.locale, question, action, leave, back })
}
