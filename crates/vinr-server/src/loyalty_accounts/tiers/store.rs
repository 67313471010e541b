//! What counts towards tiers as rows: what members' months count, and what payments count as spend.

use std::collections::BTreeMap;

use vinr_core::calendar::Month;
use vinr_core::ids::{LoyaltyAccountId, PaymentId, ProgramId};
use vinr_core::tiers::{Count, Counts};
use vinr_store::{Column, Kind, Table, Value};

use crate::error::Result;
use crate::record::Unit;

/// What a member's month counts.
const TIER_COUNTS: Table = Table {
    name: "tier_counts",
    columns: &[Column::int("spend"), Column::int("points")],
    unique: &[],
    kind: Kind::Tally,
};

/// What a payment counts in a program.
const TIER_SPENDS: Table = Table {
    name: "tier_spends",
    columns: &[
        Column::text("payment_id"),
        Column::text("loyalty_account_id"),
        Column::int("month"),
        Column::int("spent"),
        Column::int("gone"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The months of a member's window as they are stored. Whoever changes one changes the member's row, which was loaded.
const COUNTS: &str =
    "SELECT id, spend, points FROM tier_counts WHERE account = $1 AND id >= $2 AND id <= $3 ORDER BY id";

/// What a payment counts. Amounts are ten-thousandths of a major unit.
pub(super) struct Spend {
    /// Whose spend it is.
    pub(super) account: LoyaltyAccountId,
    /// When it counts.
    pub(super) month: Month,
    /// What was captured.
    pub(super) spent: i64,
    /// What of that was refunded or is disputed.
    pub(super) gone: i64,
}

/// What the months of a member whose row was loaded count, with what this unit has added.
pub(super) async fn counts(unit: &mut Unit<'_>, id: &LoyaltyAccountId, first: Month, last: Month) -> Result<Counts> {
    let (from, to) = (count_id(id, first), count_id(id, last));
    let params = [unit.context.account.as_str().into(), from.as_str().into(), to.as_str().into()];
    let mut counts = Counts::new();
    for row in unit.store.query_stored(COUNTS, &params).await? {
        counts.insert(month(row.text(0)), Count { spend: row.int(1), points: row.int(2) });
    }
    let added = |column| -> BTreeMap<Month, i64> {
        let added = unit.store.added(&TIER_COUNTS, column);
        added.filter(|(one, _)| (from.as_str()..=to.as_str()).contains(one)).map(|(one, n)| (month(one), n)).collect()
    };
    for (month, spend) in added("spend") {
        counts.entry(month).or_default().spend += spend;
    }
    for (month, points) in added("points") {
        counts.entry(month).or_default().points += points;
    }
    Ok(counts)
}

/// Adds to what a month counts.
pub(super) fn add(unit: &mut Unit<'_>, id: &LoyaltyAccountId, month: Month, column: &'static str, more: i64) {
    unit.store.add(&TIER_COUNTS, &count_id(id, month), column, more, None);
}

/// What a payment counts in a program, if it does.
pub(super) async fn find(unit: &mut Unit<'_>, payment: &PaymentId, program: &ProgramId) -> Result<Option<Spend>> {
    let row = unit.store.load(&TIER_SPENDS, &spend_id(payment, program)).await?;
    Ok(row.map(|row| {
        let mut row = row.reader();
        let _payment = row.text();
        Spend {
            account: LoyaltyAccountId::parse(row.text()).expect("the database holds ids of loyalty accounts"),
            month: Month::from_number(row.int()).expect("the database holds months"),
            spent: row.int(),
            gone: row.int(),
        }
    }))
}

/// Stages what a payment counts; it completes once.
pub(super) fn insert(unit: &mut Unit<'_>, payment: &PaymentId, program: &ProgramId, spend: &Spend) {
    unit.store.insert(&TIER_SPENDS, &spend_id(payment, program), values(payment, spend));
}

/// Stages that more or less of it is gone.
pub(super) fn update(unit: &mut Unit<'_>, payment: &PaymentId, program: &ProgramId, spend: &Spend) {
    unit.store.update(&TIER_SPENDS, &spend_id(payment, program), values(payment, spend));
}

fn values(payment: &PaymentId, spend: &Spend) -> Vec<Value> {
    vec![
        payment.as_str().into(),
        spend.account.as_str().into(),
        spend.month.number().into(),
        spend.spent.into(),
        spend.gone.into(),
    ]
}

fn count_id(id: &LoyaltyAccountId, month: Month) -> String {
    format!("{id}:{:06}", month.number())
}

fn spend_id(payment: &PaymentId, program: &ProgramId) -> String {
    format!("{payment}:{program}")
}

/// The month of a count with this id.
fn month(id: &str) -> Month {
    let number = id.rsplit_once(':').and_then(|(_, month)| month.parse().ok());
    number.and_then(Month::from_number).expect("a count's id has a month")
}
