//! Exports: everything of one kind that an account has, as the API shows it, a page at a time and newest first.
//!
//! A page is a read of its own. So an export of any length holds no snapshot open, needs no memory beyond a page, and
//! sees what is created after its first page in no other.

use vinr_core::ids::AccountId;
use vinr_core::time::Timestamp;
use vinr_store::{Db, Row};

use crate::error::Result;
use crate::http::list::{self, List, Page};
use crate::http::shapes::Pages;
use crate::{balance_transactions, events, payments};

/// Objects on a page: one statement's worth.
const PAGE: i64 = 500;

/// What can be exported. A further kind is a further line, and its columns.
pub const KINDS: &[Kind] = &[
    Kind { name: "payments", columns: PAYMENTS, list: &payments::store::LIST, read: payment },
    Kind { name: "balance-transactions", columns: LINES, list: &balance_transactions::store::LIST, read: line },
    Kind { name: "events", columns: EVENTS, list: &events::store::LIST, read: event },
];

/// One kind of objects.
#[derive(Debug)]
pub struct Kind {
    /// What it is called: the API's own plural.
    pub name: &'static str,
    /// What a table has of an object.
    pub columns: &'static [Column],
    list: &'static List,
    read: fn(&Row, Pages<'_>) -> String,
}

/// A column of a table: what it is called, and where in the object it is (a JSON pointer, RFC 6901).
pub type Column = (&'static str, &'static str);

/// What is exported.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whose.
    pub account: AccountId,
    /// Where the server is reached, for the addresses of pages.
    pub public_url: String,
    /// What was created in this second of the account's clock or later.
    pub from: Option<Timestamp>,
    /// What was created before this second.
    pub to: Option<Timestamp>,
}

/// A page of an export.
#[derive(Debug)]
pub struct Part {
    /// Objects as the API shows them, a line of JSON each, newest first; there may be none on a page that is not the last.
    pub objects: Vec<String>,
    /// Where the next page begins; nothing after the last.
    pub next: Option<String>,
}

/// The page that begins there, the first one without.
///
/// # Errors
/// The store is away, or the object where the page begins is no longer there.
pub async fn page(db: &Db, kind: &Kind, ask: &Ask, from: Option<String>) -> Result<Part> {
    let [since, before] = [ask.from, ask.to].map(|moment| moment.map(Timestamp::seconds));
    let place: Page<()> = Page::within(PAGE, from, since, before);
    let pages = Pages { public_url: &ask.public_url, account: &ask.account };
    let read = |row: &Row| (row.text(0).to_owned(), (kind.read)(row, pages));
    let found = list::page(db, &ask.account, kind.list, &place, Vec::new(), read).await?;
    Ok(Part { objects: found.data, next: found.page.next_cursor.filter(|_| found.page.has_more) })
}

fn payment(row: &Row, pages: Pages<'_>) -> String {
    payments::wire::data(&payments::store::read_listed(row), pages)
}

fn line(row: &Row, _: Pages<'_>) -> String {
    balance_transactions::wire::data(balance_transactions::store::read(row))
}

fn event(row: &Row, _: Pages<'_>) -> String {
    let (event, sequence) = events::store::read(row);
    event.render(sequence)
}

/// The addresses of its pages open a payment to whoever has them: they are not for tables that are handed around.
const PAYMENTS: &[Column] = &[
    ("id", "/id"),
    ("created_at", "/created_at"),
    ("status", "/status"),
    ("currency", "/currency"),
    ("amount", "/amount"),
    ("amountCapturable", "/amountCapturable"),
    ("amountCaptured", "/amountCaptured"),
    ("amountRefunded", "/amountRefunded"),
    ("fee", "/fee"),
    ("description", "/description"),
    ("customerId", "/customerId"),
    ("paymentMethodId", "/paymentMethodId"),
    ("method", "/method"),
    ("cardBrand", "/card/brand"),
    ("cardLast4", "/card/last4"),
    ("cardExpMonth", "/card/expMonth"),
    ("cardExpYear", "/card/expYear"),
    ("captureMethod", "/captureMethod"),
    ("offSession", "/offSession"),
    ("failureCode", "/failure/code"),
    ("failureCategory", "/failure/category"),
    ("failureCount", "/failureCount"),
    ("statementDescriptor", "/statementDescriptor"),
    ("receiptEmail", "/receiptEmail"),
    ("invoiceId", "/invoiceId"),
    ("completedAt", "/completedAt"),
    ("expiresAt", "/expiresAt"),
    ("metadata", "/metadata"),
];

const LINES: &[Column] = &[
    ("id", "/id"),
    ("created_at", "/created_at"),
    ("type", "/type"),
    ("source", "/source"),
    ("currency", "/currency"),
    ("amount", "/amount"),
    ("fee", "/fee"),
    ("net", "/net"),
    ("availableAt", "/availableAt"),
];

const EVENTS: &[Column] = &[
    ("id", "/id"),
    ("sequence", "/sequence"),
    ("type", "/type"),
    ("created", "/created"),
    ("apiVersion", "/apiVersion"),
    ("objectId", "/data/id"),
    ("data", "/data"),
];
