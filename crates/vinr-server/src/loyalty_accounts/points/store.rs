//! Transactions of points as rows, never changed.

use std::collections::BTreeSet;

use vinr_core::calendar::Month;
use vinr_core::ids::{
    AccountId, CustomerId, DisputeId, EarningRuleId, LoyaltyAccountId, PaymentId, PointsTransactionId, ProgramId,
    RedemptionId, RefundId,
};
use vinr_core::money::{Currency, Money};
use vinr_core::points::{Kind as MovementKind, Movement, Source, Transaction};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{self, Index, Indexed, List};
use crate::record::{Unit, read_slices, slices_text};

const POINTS_TRANSACTIONS: Table = Table {
    name: "points_transactions",
    columns: &[
        Column::text("loyalty_account_id"),
        Column::text("customer_id"),
        Column::text("program_id"),
        Column::text("type"),
        Column::int("points"),
        Column::text("slices"),
        Column::int("waived"),
        Column::int("balance_after"),
        Column::text("payment_id"),
        Column::text("refund_id"),
        Column::text("dispute_id"),
        Column::text("redemption_id"),
        Column::text("rule_id"),
        Column::int("paid"),
        Column::text("currency"),
        Column::text("reason"),
        Column::int("expires_at"),
        Column::int("created_at"),
        Column::int("month"),
        Column::text("further_of"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// How many transactions one statement reads.
const READ_AT_ONCE: usize = 128;

/// The list of transactions.
pub(crate) const LIST: List = List {
    table: "points_transactions",
    columns: "id, loyalty_account_id, customer_id, program_id, type, points, slices, waived, balance_after, payment_id, \
              refund_id, dispute_id, redemption_id, rule_id, paid, currency, reason, expires_at, created_at, \
              month",
    order: "id",
    indexes: &[
        // Where most is earned some is found at once; what else became of points is what people look for.
        Index { on: &["type"], rows: Indexed::Without("type", &["earn"]) },
        Index { on: &["loyalty_account_id"], rows: Indexed::All },
    ],
};

/// The transactions of a payment that its awards do not name.
const FURTHER: &str = "SELECT id FROM points_transactions WHERE account = $1 AND further_of = $2";

/// A transaction to be shown.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &PointsTransactionId) -> Result<Transaction> {
    let row = reads.load(&POINTS_TRANSACTIONS, account.as_str(), id.as_str()).await?;
    let found = row.map(|row| read(id.clone(), &mut row.reader()));
    found.ok_or_else(|| ApiError::missing("points transaction", id.as_str()))
}

/// The transactions of a payment, newest first; `first` are those that its awards name.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn of_payment(
    reads: &impl Read,
    account: &AccountId,
    payment: &PaymentId,
    first: impl Iterator<Item = &PointsTransactionId>,
) -> Result<Vec<Transaction>> {
    let mut ids: BTreeSet<String> = first.map(String::from).collect();
    let further = reads.query(FURTHER, &[account.as_str().into(), payment.as_str().into()]).await?;
    ids.extend(further.iter().map(|row| row.text(0).to_owned()));
    let mut found: Vec<Transaction> = Vec::with_capacity(ids.len());
    let ids: Vec<String> = ids.into_iter().collect();
    for some in ids.chunks(READ_AT_ONCE) {
        let rows = list::rows(reads, account, &LIST, &some.iter().cloned().collect()).await?;
        found.extend(rows.iter().map(read_listed));
    }
    found.sort_by(|one, other| other.id.cmp(&one.id));
    Ok(found)
}

/// A transaction that an answer is made of; it never changes.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &PointsTransactionId) -> Result<Transaction> {
    let row = unit.store.load(&POINTS_TRANSACTIONS, id.as_str()).await?;
    let found = row.map(|row| read(id.clone(), &mut row.reader()));
    found.ok_or_else(|| ApiError::missing("points transaction", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Transaction {
    let mut row = row.reader();
    let id = PointsTransactionId::parse(row.text()).expect("the database holds ids of points transactions");
    read(id, &mut row)
}

/// Stages a new transaction; the first one of an award is found by its payment, which names it.
pub(super) fn insert(unit: &mut Unit<'_>, transaction: &Transaction, is_named: bool) {
    unit.store.insert(&POINTS_TRANSACTIONS, transaction.id.as_str(), values(transaction, is_named));
}

fn values(transaction: &Transaction, is_named: bool) -> Vec<Value> {
    let Source { payment, refund, dispute, redemption, rule, paid } = &transaction.source;
    vec![
        transaction.account.as_str().into(),
        transaction.customer_id.as_ref().map(CustomerId::as_str).into(),
        transaction.program_id.as_str().into(),
        transaction.movement.kind.as_str().into(),
        transaction.movement.points.into(),
        slices_text(&transaction.movement.slices).into(),
        transaction.waived.into(),
        transaction.balance_after.into(),
        payment.as_ref().map(PaymentId::as_str).into(),
        refund.as_ref().map(RefundId::as_str).into(),
        dispute.as_ref().map(DisputeId::as_str).into(),
        redemption.as_ref().map(RedemptionId::as_str).into(),
        rule.as_ref().map(EarningRuleId::as_str).into(),
        paid.map(|paid| paid.amount).into(),
        paid.map(|paid| paid.currency.code()).into(),
        transaction.reason.clone().into(),
        transaction.expires_at.map(Timestamp::millis).into(),
        transaction.created_at.millis().into(),
        transaction.month.map(Month::number).into(),
        payment.as_ref().filter(|_| !is_named).map(PaymentId::as_str).into(),
    ]
}

fn read(id: PointsTransactionId, row: &mut RowReader<'_>) -> Transaction {
    const HOLDS: &str = "the database holds ids";
    let account = LoyaltyAccountId::parse(row.text()).expect(HOLDS);
    let customer_id = row.opt_text().map(|id| CustomerId::parse(id).expect(HOLDS));
    let program_id = ProgramId::parse(row.text()).expect(HOLDS);
    let kind = MovementKind::parse(row.text()).expect("the database holds kinds of movements");
    let points = row.int();
    let slices = read_slices(row.text());
    let (waived, balance_after) = (row.int(), row.int());
    let payment = row.opt_text().map(|id| PaymentId::parse(id).expect(HOLDS));
    let refund = row.opt_text().map(|id| RefundId::parse(id).expect(HOLDS));
    let dispute = row.opt_text().map(|id| DisputeId::parse(id).expect(HOLDS));
    let redemption = row.opt_text().map(|id| RedemptionId::parse(id).expect(HOLDS));
    let rule = row.opt_text().map(|id| EarningRuleId::parse(id).expect(HOLDS));
    let amount = row.opt_int();
    let currency = row.opt_text().map(|code| Currency::parse(code).expect("the database holds currencies"));
    let paid = amount.zip(currency).map(|(amount, currency)| Money::new(amount, currency));
    let reason = row.opt_text().map(str::to_owned);
    let expires_at = row.opt_int().map(Timestamp::from_millis);
    let created_at = Timestamp::from_millis(row.int());
    let month = row.opt_int().map(|number| Month::from_number(number).expect("the database holds months"));
    Transaction {
        id,
        account,
        customer_id,
        program_id,
        movement: Movement { kind, points, slices },
        source: Source { payment, refund, dispute, redemption, rule, paid },
        waived,
        balance_after,
        reason,
        expires_at,
        month,
        created_at,
    }
}
