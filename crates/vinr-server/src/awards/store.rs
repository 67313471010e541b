//! What took of awards, and what rules with caps have given, as rows. Awards themselves are a part of their payment's.

use vinr_core::awards::{Cause, Taken};
use vinr_core::earning_rules::{Cap, Rule};
use vinr_core::ids::{LoyaltyAccountId, PaymentId, PointsTransactionId, ProgramId};
use vinr_store::{Column, Kind, Table};

use crate::error::Result;
use crate::record::Unit;

/// What refunds and disputes have taken of awards, as long as it stands.
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

/// What a refund or a dispute took in a program, if that stands.
pub(crate) async fn clawback(unit: &mut Unit<'_>, cause: &Cause, program: &ProgramId) -> Result<Option<Clawback>> {
    let row = unit.store.load(&CLAWBACKS, &clawback_id(cause, program)).await?;
    Ok(row.map(|row| {
        let transaction =
            PointsTransactionId::parse(row.text(1)).expect("the database holds ids of points transactions");
        Clawback { taken: Taken { clawed: row.int(2), waived: row.int(3) }, transaction }
    }))
}

/// Stages what a refund or a dispute took of what a payment had earned in a program.
pub(crate) fn insert_clawback(
    unit: &mut Unit<'_>,
    cause: &Cause,
    payment: &PaymentId,
    program: &ProgramId,
    clawback: &Clawback,
) {
    let values = vec![
        format!("{payment}:{program}").into(),
        clawback.transaction.as_str().into(),
        clawback.taken.clawed.into(),
        clawback.taken.waived.into(),
        unit.now().millis().into(),
    ];
    unit.store.insert(&CLAWBACKS, &clawback_id(cause, program), values);
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

fn clawback_id(cause: &Cause, program: &ProgramId) -> String {
    format!("{}:{program}", cause.as_str())
}

fn cap_id(unit: &Unit<'_>, rule: &Rule, cap: Cap, member: &LoyaltyAccountId) -> String {
    let zone = &unit.context.settings.time_zone;
    let since = cap.window.first_day(unit.now(), zone).map(|day| day.start(zone).millis());
    format!("{}:{member}:{}:{}", rule.id, cap.window, since.unwrap_or_default())
}
