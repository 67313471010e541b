//! Redemptions as rows.

use vinr_core::ids::{AccountId, CustomerId, LoyaltyAccountId, PaymentId, ProgramId, RedemptionId, RewardId};
use vinr_core::money::{Currency, Money};
use vinr_core::redemptions::{Redemption, Status};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::{Unit, read_reward_value, read_slices, reward_value_text, slices_text};

const REDEMPTIONS: Table = Table {
    name: "redemptions",
    columns: &[
        Column::text("loyalty_account_id"),
        Column::text("customer_id"),
        Column::text("program_id"),
        Column::text("reward_id"),
        Column::text("status"),
        Column::int("points"),
        Column::text("slices"),
        Column::text("type"),
        Column::text("value"),
        Column::int("discount"),
        Column::text("currency"),
        Column::text("code"),
        Column::text("payment_id"),
        Column::int("expires_at"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of redemptions.
pub(crate) const LIST: List = List {
    table: "redemptions",
    columns: "id, loyalty_account_id, customer_id, program_id, reward_id, status, points, slices, type, value, discount, \
              currency, code, payment_id, expires_at, created_at",
    order: "created_at",
    // Most are used or run out, and some of these are found at once; what is not over yet, or was cancelled, is what
    // people look for.
    indexes: &[
        Index { on: &["status"], rows: Indexed::Without("status", &["applied", "released"]) },
        Index { on: &["loyalty_account_id"], rows: Indexed::All },
        Index { on: &["payment_id"], rows: Indexed::All },
    ],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &RedemptionId) -> Result<Option<Redemption>> {
    Ok(unit.store.load(&REDEMPTIONS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A redemption to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &RedemptionId) -> Result<Redemption> {
    let row = reads.load(&REDEMPTIONS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("redemption", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Redemption {
    let mut row = row.reader();
    let id = RedemptionId::parse(row.text()).expect("the database holds redemption ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, redemption: &Redemption, contested: bool) {
    let (id, values) = (redemption.id.as_str(), values(redemption));
    if contested { unit.store.claim(&REDEMPTIONS, id, values) } else { unit.store.insert(&REDEMPTIONS, id, values) }
}

pub(super) fn update(unit: &mut Unit<'_>, redemption: &Redemption) {
    unit.store.update(&REDEMPTIONS, redemption.id.as_str(), values(redemption));
}

fn values(redemption: &Redemption) -> Vec<Value> {
    vec![
        redemption.account.as_str().into(),
        redemption.customer_id.as_ref().map(CustomerId::as_str).into(),
        redemption.program_id.as_str().into(),
        redemption.reward_id.as_str().into(),
        redemption.status.as_str().into(),
        redemption.points.into(),
        slices_text(&redemption.slices).into(),
        redemption.value.kind().as_str().into(),
        reward_value_text(&redemption.value).into(),
        redemption.discount.map(|off| off.amount).into(),
        redemption.discount.map(|off| off.currency.code()).into(),
        redemption.code.clone().into(),
        redemption.payment_id.as_ref().map(PaymentId::as_str).into(),
        redemption.expires_at.millis().into(),
        redemption.created_at.millis().into(),
    ]
}

fn read(id: RedemptionId, row: &mut RowReader<'_>) -> Redemption {
    const HOLDS: &str = "the database holds ids";
    let account = LoyaltyAccountId::parse(row.text()).expect(HOLDS);
    let customer_id = row.opt_text().map(|id| CustomerId::parse(id).expect(HOLDS));
    let program_id = ProgramId::parse(row.text()).expect(HOLDS);
    let reward_id = RewardId::parse(row.text()).expect(HOLDS);
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let points = row.int();
    let slices = read_slices(row.text());
    let (kind, value) = (row.text(), row.text());
    let value = read_reward_value(kind, value);
    let (off, currency) = (row.opt_int(), row.opt_text());
    let currency = currency.map(|code| Currency::parse(code).expect("the database holds currencies"));
    let discount = off.zip(currency).map(|(off, currency)| Money::new(off, currency));
    let code = row.opt_text().map(str::to_owned);
    let payment_id = row.opt_text().map(|id| PaymentId::parse(id).expect(HOLDS));
    Redemption {
        id,
        account,
        customer_id,
        program_id,
        reward_id,
        status,
        points,
        slices,
        value,
        discount,
        code,
        payment_id,
        expires_at: Timestamp::from_millis(row.int()),
        created_at: Timestamp::from_millis(row.int()),
    }
}
