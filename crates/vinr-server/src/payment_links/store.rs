//! Payment links as rows.

use std::collections::BTreeMap;

use vinr_core::ids::{AccountId, PaymentId, PaymentLinkId};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payment_links::{PaymentLink, Uses};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, UnitOfWork, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const PAYMENT_LINKS: Table = Table {
    name: "payment_links",
    columns: &[
        Column::int("amount"),
        Column::text("currency"),
        Column::text("description"),
        Column::int("reusable"),
        Column::int("payments_max"),
        Column::int("active"),
        Column::int("expires_at"),
        Column::text("return_url"),
        Column::text("metadata"),
        Column::text("code"),
        Column::text("payment_id"),
        Column::int("payments_open"),
        Column::int("payments_completed"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of links.
pub(super) const LIST: List = List {
    table: "payment_links",
    columns: "id, amount, currency, description, reusable, payments_max, active, expires_at, return_url, metadata, code, \
              payment_id, payments_open, payments_completed, created_at",
    order: "created_at",
    indexes: &[Index { on: &["active"], rows: Indexed::All }],
};

/// The link with this secret in its address.
const OF_CODE: &str = "SELECT id FROM payment_links WHERE account = $1 AND code = $2";

pub(super) async fn find(unit: &mut Unit<'_>, id: &PaymentLinkId) -> Result<Option<PaymentLink>> {
    Ok(unit.store.load(&PAYMENT_LINKS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A link to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &PaymentLinkId) -> Result<PaymentLink> {
    let row = reads.load(&PAYMENT_LINKS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| missing(id))
}

/// The same as a unit's snapshot has it.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn peek(unit: &mut UnitOfWork, id: &PaymentLinkId) -> Result<PaymentLink> {
    let row = unit.peek(&PAYMENT_LINKS, id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| missing(id))
}

/// The id of the link that an address opens.
pub(crate) async fn id_of_code(reads: &impl Read, account: &AccountId, code: &str) -> Result<Option<PaymentLinkId>> {
    let rows = reads.query(OF_CODE, &[account.as_str().into(), code.into()]).await?;
    Ok(rows.first().map(|row| PaymentLinkId::parse(row.text(0)).expect("the database holds link ids")))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> PaymentLink {
    let mut row = row.reader();
    let id = PaymentLinkId::parse(row.text()).expect("the database holds link ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, link: &PaymentLink, contested: bool) {
    if contested {
        unit.store.claim(&PAYMENT_LINKS, link.id.as_str(), values(link));
    } else {
        unit.store.insert(&PAYMENT_LINKS, link.id.as_str(), values(link));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, link: &PaymentLink) {
    unit.store.update(&PAYMENT_LINKS, link.id.as_str(), values(link));
}

fn missing(id: &PaymentLinkId) -> ApiError {
    ApiError::missing("payment link", id.as_str())
}

fn values(link: &PaymentLink) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = link.metadata.iter().collect();
    let payments_max = match link.uses {
        Uses::Once => None,
        Uses::Many { payments_max } => payments_max.map(i64::from),
    };
    vec![
        link.amount.amount.into(),
        link.amount.currency.code().into(),
        link.description.clone().into(),
        link.is_reusable().into(),
        payments_max.into(),
        link.is_active.into(),
        link.expires_at.map(Timestamp::millis).into(),
        link.return_url.clone().into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        link.code.as_str().into(),
        link.payment_id.as_ref().map(PaymentId::as_str).into(),
        i64::from(link.payments_open).into(),
        i64::from(link.payments_completed).into(),
        link.created_at.millis().into(),
    ]
}

fn read(id: PaymentLinkId, row: &mut RowReader<'_>) -> PaymentLink {
    let amount = row.int();
    let amount = Money::new(amount, Currency::parse(row.text()).expect("the database holds currencies"));
    let description = row.opt_text().map(str::to_owned);
    let is_reusable = row.bool();
    let payments_max = row.opt_int().map(count);
    let uses = if is_reusable { Uses::Many { payments_max } } else { Uses::Once };
    let is_active = row.bool();
    let expires_at = row.opt_int().map(Timestamp::from_millis);
    let return_url = row.opt_text().map(str::to_owned);
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let code = row.text().to_owned();
    let payment_id = row.opt_text().map(|id| PaymentId::parse(id).expect("the database holds payment ids"));
    let (payments_open, payments_completed) = (count(row.int()), count(row.int()));
    let created_at = Timestamp::from_millis(row.int());
    PaymentLink {
        id,
        amount,
        description,
        uses,
        is_active,
        expires_at,
        return_url,
        metadata: Metadata::from_stored(pairs),
        code,
        payment_id,
        payments_open,
        payments_completed,
        created_at,
    }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).expect("the database holds counts")
}
