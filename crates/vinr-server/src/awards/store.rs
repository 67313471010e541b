//! Awards as rows, with what took of them and what rules with caps have given.

use vinr_core::awards::{Award, Cause, Taken};
use vinr_core::earning_rules::{Cap, Rule};
use vinr_core::ids::{LoyaltyAccountId, PaymentId, PointsTransactionId, ProgramId};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, RowReader, Table, Value};

use crate::error::Result;
use crate::record::Unit;

/// What payments earned.
const POINTS_AWARDS: Table = Table {
    name: "points_awards",
    columns: &[
        Column::text("payment_id"),
        Column::text("program_id"),
        Column::text("loyalty_account_id"),
        Column::text("transaction_id"),
        Column::int("points"),
        Column::int("clawed"),
        Column::int("waived"),
        Column::int("expires_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// What refunds and disputes have taken of them, as long as it stands.
const CLAWBACKS: Table = Table {
    name: "clawbacks",
    columns: &[
        Column::text("award_id"),
        Column::text("transaction_id"),
        Column::int("clawed"),
        Column::int("waived"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// What a rule with a cap has given a member in a window.
const EARNING_CAPS: Table =
    Table { name: "earning_caps", columns: &[Column::int("points")], unique: &[], kind: Kind::Tally };

/// What one refund or dispute took.
pub(crate) struct Clawback {
    /// How much.
    pub(crate) taken: Taken,
    /// The transaction that took it.
    pub(crate) transaction: PointsTransactionId,
}

/// What a payment earned in a program, if it did. That it did not is not certain at the commit; whoever gives claims it.
pub(crate) async fn find(unit: &mut Unit<'_>, payment: &PaymentId, program: &ProgramId) -> Result<Option<Award>> {
    let row = unit.store.load(&POINTS_AWARDS, &award_id(payment, program)).await?;
    Ok(row.map(|row| read(&mut row.reader())))
}

/// Stages what a payment earned; another award of the same payment and program makes the unit stale.
pub(crate) fn give(unit: &mut Unit<'_>, award: &Award) {
    unit.store.claim(&POINTS_AWARDS, &award_id(&award.payment_id, &award.program_id), values(award));
}

/// Stages an award of which something was taken, or to which it was given again.
pub(crate) fn update(unit: &mut Unit<'_>, award: &Award) {
    unit.store.update(&POINTS_AWARDS, &award_id(&award.payment_id, &award.program_id), values(award));
}

/// What a refund or a dispute took in a program, if that stands.
pub(crate) async fn clawback(unit: &mut Unit<'_>, cause: &Cause, program: &ProgramId) -> Result<Option<Clawback>> {
    let row = unit.store.load(&CLAWBACKS, &clawback_id(cause, program)).await?;
    Ok(row.map(|row| {
        let transaction =
            PointsTransactionId::parse(row.text(1)).expect("the database holds ids of points transactions");
        Clawback { taken: Taken { clawed: row.int(2), waived: row.int(3) }, transaction }
    }))
}

/// Stages what a refund or a dispute took of an award.
pub(crate) fn insert_clawback(unit: &mut Unit<'_>, cause: &Cause, award: &Award, clawback: &Clawback) {
    let values = vec![
        award_id(&award.payment_id, &award.program_id).into(),
        clawback.transaction.as_str().into(),
        clawback.taken.clawed.into(),
        clawback.taken.waived.into(),
        unit.now().millis().into(),
    ];
    unit.store.insert(&CLAWBACKS, &clawback_id(cause, &award.program_id), values);
}

/// Stages that what it took was given again.
pub(crate) fn remove_clawback(unit: &mut Unit<'_>, cause: &Cause, program: &ProgramId) {
    unit.store.remove(&CLAWBACKS, &clawback_id(cause, program));
}

/// What a rule has given a member in the window of its cap that it is now.
pub(crate) async fn capped_so_far(
    unit: &mut Unit<'_>,
    rule: &Rule,
    cap: Cap,
    member: &LoyaltyAccountId,
) -> Result<i64> {
    let row = unit.store.load(&EARNING_CAPS, &cap_id(unit, rule, cap, member)).await?;
    Ok(row.map_or(0, |row| row.int(0)))
}

/// Counts points towards a cap.
pub(crate) fn count_towards_cap(unit: &mut Unit<'_>, rule: &Rule, cap: Cap, member: &LoyaltyAccountId, points: i64) {
    let id = cap_id(unit, rule, cap, member);
    unit.store.add(&EARNING_CAPS, &id, "points", points, None);
}

fn award_id(payment: &PaymentId, program: &ProgramId) -> String {
    format!("{payment}:{program}")
}

fn clawback_id(cause: &Cause, program: &ProgramId) -> String {
    format!("{}:{program}", cause.as_str())
}

fn cap_id(unit: &Unit<'_>, rule: &Rule, cap: Cap, member: &LoyaltyAccountId) -> String {
    let zone = &unit.context.settings.time_zone;
    let since = cap.window.first_day(unit.now(), zone).map(|day| day.start(zone).millis());
    format!("{}:{member}:{}:{}", rule.id, cap.window, since.unwrap_or_default())
}

fn values(award: &Award) -> Vec<Value> {
    vec![
        award.payment_id.as_str().into(),
        award.program_id.as_str().into(),
        award.account.as_str().into(),
        award.transaction.as_str().into(),
        award.points.into(),
        award.clawed.into(),
        award.waived.into(),
        award.expires_at.map(Timestamp::millis).into(),
    ]
}

fn read(row: &mut RowReader<'_>) -> Award {
    Award {
        payment_id: PaymentId::parse(row.text()).expect("the database holds payment ids"),
        program_id: ProgramId::parse(row.text()).expect("the database holds program ids"),
        account: LoyaltyAccountId::parse(row.text()).expect("the database holds ids of loyalty accounts"),
        transaction: PointsTransactionId::parse(row.text()).expect("the database holds ids of points transactions"),
        points: row.int(),
        clawed: row.int(),
        waived: row.int(),
        expires_at: row.opt_int().map(Timestamp::from_millis),
    }
}
