//! Members as rows, with their lots.

use std::collections::BTreeMap;

use vinr_core::ids::{AccountId, CustomerId, LoyaltyAccountId, ProgramId};
use vinr_core::loyalty_accounts::{Lot, Lots, LoyaltyAccount, Status};
use vinr_core::metadata::Metadata;
use vinr_core::points::Slice;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const LOYALTY_ACCOUNTS: Table = Table {
    name: "loyalty_accounts",
    columns: &[
        Column::text("program_id").fixed(),
        Column::text("customer_id").fixed(),
        Column::text("status"),
        Column::int("balance"),
        Column::int("pending"),
        Column::int("lifetime"),
        Column::text("metadata"),
        Column::int("wakes_at"),
        Column::int("noticed_until"),
        Column::int("created_at").fixed(),
        Column::text("tier"),
        Column::int("tier_until"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// One for each customer and program.
const MEMBERSHIPS: Table =
    Table { name: "memberships", columns: &[Column::text("loyalty_account_id")], unique: &[], kind: Kind::AppendOnly };

/// What of a member's points lapses when. What never lapses is the rest of their balance, and no row.
const POINTS_LOTS: Table =
    Table { name: "points_lots", columns: &[Column::int("points")], unique: &[], kind: Kind::Tally };

/// The list of members.
pub(crate) const LIST: List = List {
    table: "loyalty_accounts",
    columns: "id, program_id, customer_id, status, balance, pending, lifetime, metadata, wakes_at, noticed_until, created_at, \
              tier, tier_until",
    order: "created_at",
    indexes: &[Index { on: &["program_id"], rows: Indexed::All }, Index { on: &["customer_id"], rows: Indexed::All }],
};

/// The member that a customer is in a program, by the id of their membership.
const MEMBER: &str = "SELECT l.id, l.program_id, l.customer_id, l.status, l.balance, l.pending, l.lifetime, l.metadata, \
     l.wakes_at, l.noticed_until, l.created_at, l.tier, l.tier_until, l.version \
     FROM memberships m JOIN loyalty_accounts l ON l.account = m.account AND l.id = m.loyalty_account_id \
     WHERE m.account = $1 AND m.id = $2";

/// The open lots of a member as they are stored. Whoever changes one changes the member's row, which was loaded.
const OPEN_LOTS: &str =
    "SELECT id, points FROM points_lots WHERE account = $1 AND id >= $2 AND id <= $3 AND points > 0 ORDER BY id";

pub(super) async fn find(unit: &mut Unit<'_>, id: &LoyaltyAccountId) -> Result<Option<LoyaltyAccount>> {
    Ok(unit.store.load(&LOYALTY_ACCOUNTS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// The member that a customer is in a program.
pub(super) async fn member(
    unit: &mut Unit<'_>,
    customer: &CustomerId,
    program: &ProgramId,
) -> Result<Option<LoyaltyAccount>> {
    let params = [unit.context.account.as_str().into(), membership_id(customer, program).into()];
    let found = unit.store.load_found(&LOYALTY_ACCOUNTS, MEMBER, &params).await?;
    Ok(found.map(|(id, row)| {
        let id = LoyaltyAccountId::parse(&id).expect("the database holds ids of loyalty accounts");
        read(id, &mut row.reader())
    }))
}

/// The open lots of a member as they are in this unit, whose row was loaded.
///
/// # Panics
/// If more lies in them than the member has.
pub(crate) async fn lots(unit: &mut Unit<'_>, member: &LoyaltyAccount) -> Result<Lots> {
    let id = &member.id;
    let params =
        [unit.context.account.as_str().into(), lot_id(id, Timestamp::EPOCH).into(), lot_id(id, Timestamp::MAX).into()];
    let rows = unit.store.query_stored(OPEN_LOTS, &params).await?;
    let lot = |row: &Row| Lot { expires_at: Some(lapses(row.text(0))), points: row.int(1) };
    let mut lots = Lots::new(rows.iter().map(lot).collect());
    for (lot, points) in unit.store.added(&POINTS_LOTS, "points").filter(|(lot, _)| is_of(lot, id)) {
        lots.apply(Slice { expires_at: Some(lapses(lot)), points });
    }
    let rest = member.balance.max(0) - lots.points();
    assert!(rest >= 0, "{id} has {} points, and more than these lie in lots", member.balance);
    lots.apply(Slice { expires_at: None, points: rest });
    Ok(lots)
}

/// Adds to a lot, or takes of it. Of what never lapses the balance is the account.
pub(super) fn add(unit: &mut Unit<'_>, id: &LoyaltyAccountId, slice: &Slice) {
    if let Some(expires_at) = slice.expires_at {
        // The member's row says what there is; a lot below zero would be a wrong number, and is an outage.
        unit.store.add(&POINTS_LOTS, &lot_id(id, expires_at), "points", slice.points, Some(0));
    }
}

/// A member to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &LoyaltyAccountId) -> Result<LoyaltyAccount> {
    let row = reads.load(&LOYALTY_ACCOUNTS, account.as_str(), id.as_str()).await?;
    let found = row.map(|row| read(id.clone(), &mut row.reader()));
    found.ok_or_else(|| ApiError::missing("loyalty account", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> LoyaltyAccount {
    let mut row = row.reader();
    let id = LoyaltyAccountId::parse(row.text()).expect("the database holds ids of loyalty accounts");
    read(id, &mut row)
}

/// The member that a customer is in a program.
pub(super) async fn membership(
    unit: &mut Unit<'_>,
    customer: &CustomerId,
    program: &ProgramId,
) -> Result<Option<LoyaltyAccountId>> {
    let row = unit.store.load(&MEMBERSHIPS, &membership_id(customer, program)).await?;
    Ok(row.map(|row| LoyaltyAccountId::parse(row.text(0)).expect("the database holds ids of loyalty accounts")))
}

/// Stages a new member; an id the caller chose may be taken, as the customer's place may be, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, account: &LoyaltyAccount, contested: bool) {
    let (id, values) = (account.id.as_str(), values(account));
    if contested {
        unit.store.claim(&LOYALTY_ACCOUNTS, id, values);
    } else {
        unit.store.insert(&LOYALTY_ACCOUNTS, id, values);
    }
    if let Some(customer) = &account.customer_id {
        unit.store.claim(&MEMBERSHIPS, &membership_id(customer, &account.program_id), vec![id.into()]);
    }
}

pub(super) fn update(unit: &mut Unit<'_>, account: &LoyaltyAccount) {
    unit.store.update(&LOYALTY_ACCOUNTS, account.id.as_str(), values(account));
}

fn membership_id(customer: &CustomerId, program: &ProgramId) -> String {
    format!("{customer}:{program}")
}

fn lot_id(id: &LoyaltyAccountId, expires_at: Timestamp) -> String {
    format!("{id}:{:016}", expires_at.millis())
}

/// Whether a lot with this id is this member's.
fn is_of(lot: &str, id: &LoyaltyAccountId) -> bool {
    lot.rsplit_once(':').is_some_and(|(member, _)| member == id.as_str())
}

/// When a lot with this id lapses.
fn lapses(lot: &str) -> Timestamp {
    let moment = lot.rsplit_once(':').and_then(|(_, moment)| moment.parse().ok());
    Timestamp::from_millis(moment.expect("a lot's id has a moment"))
}

fn values(account: &LoyaltyAccount) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = account.metadata.iter().collect();
    vec![
        account.program_id.as_str().into(),
        account.customer_id.as_ref().map(CustomerId::as_str).into(),
        account.status.as_str().into(),
        account.balance.into(),
        account.pending.into(),
        account.lifetime.into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        account.wakes_at.map(Timestamp::millis).into(),
        account.noticed_until.map(Timestamp::millis).into(),
        account.created_at.millis().into(),
        account.tier.clone().into(),
        account.tier_until.map(Timestamp::millis).into(),
    ]
}

fn read(id: LoyaltyAccountId, row: &mut RowReader<'_>) -> LoyaltyAccount {
    let program_id = ProgramId::parse(row.text()).expect("the database holds program ids");
    let customer_id = row.opt_text().map(|id| CustomerId::parse(id).expect("the database holds customer ids"));
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let (balance, pending, lifetime) = (row.int(), row.int(), row.int());
    let metadata = serde_json::from_str(row.text()).expect("the database holds metadata");
    let wakes_at = row.opt_int().map(Timestamp::from_millis);
    let noticed_until = row.opt_int().map(Timestamp::from_millis);
    let created_at = Timestamp::from_millis(row.int());
    let tier = row.opt_text().map(str::to_owned);
    let tier_until = row.opt_int().map(Timestamp::from_millis);
    LoyaltyAccount {
        id,
        program_id,
        customer_id,
        status,
        balance,
        pending,
        lifetime,
        metadata: Metadata::from_stored(metadata),
        wakes_at,
        tier,
        tier_until,
        noticed_until,
        created_at,
    }
}
