//! What must hold after every step: rows are what their events make of them, and money adds up.

use vinr_core::awards::Award;
use vinr_core::ids::{AccountId, LoyaltyAccountId};
use vinr_core::loyalty_accounts::LoyaltyAccount;
use vinr_core::payments::Payment;
use vinr_store::Db;

use crate::store;
use crate::witness::points::Held;
use crate::witness::{Has, Of, Purse};
use crate::world::{Broken, World};

/// Compares what changed since the last time. Nothing runs while this reads: the simulated disk answers at once.
pub(crate) async fn rows(world: &World) -> Result<u64, Broken> {
    let changed = world.witness.changed();
    for key in &changed.payments {
        payment(world, key).await?;
    }
    for key in &changed.refunds {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::refund_row(&world.eye, &account, id).await.ok();
        let fold = world.witness.with(|folds| folds.refunds.get(key).cloned());
        same(id, row.as_ref(), fold.as_ref())?;
    }
    for key in &changed.disputes {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::dispute_row(&world.eye, &account, id).await.ok();
        let fold = world.witness.with(|folds| folds.disputes.get(key).cloned());
        same(id, row.as_ref(), fold.as_ref())?;
    }
    for key in &changed.links {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::link_row(&world.eye, &account, id).await.ok();
        let fold = world.witness.with(|folds| folds.links.get(key).cloned());
        same(id, row.as_ref(), fold.as_ref())?;
    }
    for key in &changed.redemptions {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::redemption_row(&world.eye, &account, id).await.ok();
        let fold = world.witness.with(|folds| folds.loyalty.redemptions.get(key).map(|one| one.redemption.clone()));
        same(id, row.as_ref(), fold.as_ref())?;
    }
    for key in &changed.rewards {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::reward_row(&world.eye, &account, id).await.ok();
        let fold = world.witness.with(|folds| folds.loyalty.rewards.get(key).cloned());
        same(id, row.as_ref(), fold.as_ref())?;
    }
    for key in &changed.members {
        member(world, key).await?;
    }
    for key in &changed.credit {
        credit(world, key).await?;
    }
    for key in &changed.setups {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::setup_row(&world.eye, &account, id).await.ok();
        let fold = world.witness.with(|folds| folds.setups.get(key).cloned());
        same(id, row.as_ref(), fold.as_ref())?;
    }
    for key in &changed.endpoints {
        let (account, id) = (account(&key.0)?, &key.1);
        let row = vinr_server::endpoint_row(&world.eye, &account, id).await;
        let row = row.map_err(|error| format!("endpoint: {error}"))?;
        let fold = world.witness.with(|folds| folds.endpoints.get(key).cloned());
        same(id, row.as_ref(), fold.as_ref())?;
    }
    Ok(changed.commits)
}

async fn payment(world: &World, key: &Of<vinr_core::ids::PaymentId>) -> Result<(), Broken> {
    let (account, id) = (account(&key.0)?, &key.1);
    let row = vinr_server::payment_row(&world.eye, &account, id).await.ok();
    let held =
        |award: &Award| (award.program_id.clone(), award.account.clone(), award.points, award.clawed, award.waived);
    let mut earned: Vec<Held> = row.as_ref().map(|row| row.awards.iter().map(held).collect()).unwrap_or_default();
    earned.sort();
    let row = row.map(|row| Payment { awards: Vec::new(), ..row });
    let (fold, awards) = world.witness.with(|folds| {
        let awards = folds.loyalty.awards.iter().filter(|((of, (payment, _)), _)| *of == key.0 && payment == id);
        let awards: Vec<Held> = awards.map(|((_, (_, program)), award)| award.held(program)).collect();
        (folds.payments.get(key).cloned(), awards)
    });
    same(id, row.as_ref(), fold.as_ref())?;
    same(id, Some(&earned), Some(&awards))
}

/// A member, and what lies in their lots. When their timer goes off is not told by what happens to them.
async fn member(world: &World, key: &Of<LoyaltyAccountId>) -> Result<(), Broken> {
    let (account, id) = (account(&key.0)?, &key.1);
    let lots = store::lots(&world.eye, account.as_str(), id.as_str()).await?;
    let row = vinr_server::member_row(&world.eye, &account, id).await.ok();
    let row = row.map(|row| {
        let lapse: i64 = lots.iter().map(|(_, points)| points).sum();
        let rest = row.balance.max(0) - lapse;
        let lots = lots.into_iter().chain((rest != 0).then_some((i64::MAX, rest))).collect::<Vec<_>>();
        (LoyaltyAccount { wakes_at: None, noticed_until: None, tier_until: None, ..row }, lots)
    });
    let fold = world.witness.with(|folds| folds.loyalty.members.get(key).cloned());
    let fold = fold.map(|fold| {
        let account = LoyaltyAccount { wakes_at: None, noticed_until: None, tier_until: None, ..fold.account };
        (account, fold.lots.into_iter().collect())
    });
    same(id, row.as_ref(), fold.as_ref())
}

/// What a customer has in a currency.
async fn credit(world: &World, key: &Of<Purse>) -> Result<(), Broken> {
    let (account, (customer, currency)) = (account(&key.0)?, &key.1);
    let rows = vinr_server::credit_rows(&world.eye, &account, customer).await;
    let rows = rows.map_err(|error| format!("credit: {error}"))?;
    let row = rows.iter().find(|row| row.currency.code() == *currency);
    let row = row.map(|row| Has { balance: row.balance, held: row.held });
    let fold = world.witness.with(|folds| folds.credit.purses.get(key).copied());
    same(customer, row.as_ref(), fold.as_ref())
}

fn account(id: &str) -> Result<AccountId, Broken> {
    AccountId::parse(id).map_err(|error| format!("{id}: {error}"))
}

fn same<T: PartialEq + std::fmt::Debug>(
    id: &impl std::fmt::Display,
    row: Option<&T>,
    fold: Option<&T>,
) -> Result<(), Broken> {
    if row == fold {
        return Ok(());
    }
    Err(format!("the row of {id} is not what its events make of it:\n  row  {row:?}\n  fold {fold:?}"))
}

/// Money adds up, payments hold and took what was transferred, and numbers have no gaps.
pub(crate) async fn ledger(db: &Db) -> Result<(), Broken> {
    let differences = vinr_server::ledger::verify(db, |_| {}).await.map_err(|error| format!("verify: {error}"))?;
    if differences.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    Err(format!("the ledger does not add up: {}", told.join("; ")))
}
