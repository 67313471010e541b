//! Exports: everything of one kind that an account has, as the API shows it, a page at a time and newest first.
//!
//! A page is a read of its own. So an export of any length holds no snapshot open, needs no memory beyond a page, and
//! sees what is created after its first page in no other.

use vinr_core::ids::AccountId;
use vinr_core::time::Timestamp;
use vinr_store::{Db, Row};

use crate::error::Result;
use crate::http::list::{self, Created, Cursor, List, Page};
use crate::http::shapes::Pages;
use crate::{events, payments};

/// Objects on a page: one statement's worth.
const PAGE: i64 = 500;

/// What can be exported. A further kind is a further line, and its columns.
pub const KINDS: &[Kind] = &[
    Kind { name: "payments", columns: PAYMENTS, list: &payments::store::LIST, read: payment },
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
    read: fn(&Row, Pages<'_>) -> Object,
}

/// A column of a table: what it is called, and where in the object it is (a JSON pointer, RFC 6901).
pub type Column = (&'static str, &'static str);

/// An object that is exported.
#[derive(Debug)]
pub struct Object {
    id: String,
    /// The object as the API shows it, one line of JSON.
    pub json: String,
}

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

/// The next objects, newest first; none after the last.
///
/// # Errors
/// The store is away, or the last object of the page before is no longer there.
pub async fn page(db: &Db, kind: &Kind, ask: &Ask, after: Option<&Object>) -> Result<Vec<Object>> {
    let created =
        Created { gte: ask.from.map(Timestamp::seconds), lt: ask.to.map(Timestamp::seconds), gt: None, lte: None };
    let place = Page::<()> {
        limit: Some(PAGE),
        starting_after: after.map(|object| Cursor::at(object.id.clone())),
        ending_before: None,
        created: Some(created),
    };
    let pages = Pages { public_url: &ask.public_url, account: &ask.account };
    let read = |row: &Row| {
        let object = (kind.read)(row, pages);
        (object.id.clone(), object)
    };
    Ok(list::page(db, &ask.account, kind.list, &place, Vec::new(), read).await?.data)
}

fn payment(row: &Row, pages: Pages<'_>) -> Object {
    let payment = payments::store::read_listed(row);
    Object { id: payment.id.to_string(), json: payments::wire::data(&payment, pages) }
}

fn event(row: &Row, _: Pages<'_>) -> Object {
    let (event, sequence) = events::store::read(row);
    Object { id: event.id.to_string(), json: event.render(sequence) }
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

const EVENTS: &[Column] = &[
    ("id", "/id"),
    ("sequence", "/sequence"),
    ("type", "/type"),
    ("created", "/created"),
    ("apiVersion", "/apiVersion"),
    ("objectId", "/data/id"),
    ("data", "/data"),
];
