//! An account's sandbox as it was on its first day (spec/sandbox.md, Helpers).
//!
//! All of it goes in one commit, so that nobody sees a half of it: a request that was being decided meanwhile finds that
//! the account has changed, and is decided again on nothing. What stays is the account with its settings and keys. Its
//! events go on with the next number, so that a consumer that remembers one misses nothing.

pub(crate) mod routes;
mod store;
mod wire;

use vinr_core::programs;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use crate::accounts;
use crate::context;
use crate::error::{ApiError, Result};
use crate::record::Unit;

/// The tables of which nothing is left. A test compares this with the schema, so that a new table is put here or among
/// those that stay.
const WIPED: &[&str] = &[
    "attempts",
    "balance_transactions",
    "balances",
    "billed_periods",
    "card_vault",
    "clawbacks",
    "client_secrets",
    "coupon_codes",
    "coupons",
    "credit_transactions",
    "customer_credit",
    "customer_metadata",
    "customers",
    "delivery_attempts",
    "disputes",
    "dunning_policies",
    "earning_caps",
    "earning_rules",
    "emails",
    "events",
    "idempotency",
    "invoice_counters",
    "invoice_items",
    "invoice_lines",
    "invoices",
    "jobs",
    "loyalty_accounts",
    "memberships",
    "open_settlements",
    "payment_links",
    "payment_methods",
    "payments",
    "payout_plans",
    "payouts",
    "points_lots",
    "points_transactions",
    "prices",
    "products",
    "programs",
    "redemptions",
    "refunds",
    "rewards",
    "settlement_totals",
    "settlements",
    "setups",
    "subscription_items",
    "subscriptions",
    "tax_rates",
    "tier_counts",
    "tier_spends",
    "transfers",
    "usage_periods",
    "usage_records",
    "usage_totals",
    "webhook_deliveries",
    "webhook_endpoints",
];

/// Removes everything that the account has, and sets its clock to the world's time.
///
/// # Errors
/// `clock_advancing` while the clock is being advanced: what falls due then needs its rows.
async fn wipe(unit: &mut Unit<'_>) -> Result<Timestamp> {
    if !context::stop_clock(unit.store).await? {
        let message = "the clock is being advanced; wait until it has arrived";
        return Err(ApiError::from(Refusal::new(Code::ClockAdvancing, message)).retry_after(1));
    }
    store::remember(unit.store).await?;
    accounts::forget_policy(unit).await?;
    unit.store.wipe(WIPED);
    let now = Timestamp::from_millis(unit.wall.millis());
    unit.store.insert(&context::PROGRAMS, programs::DEFAULT_ID, context::default_program_values(now));
    unit.bump_context();
    Ok(now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vinr_store::Migration;

    use super::WIPED;
    use crate::bootstrap::MIGRATIONS;

    /// What an account is, and what is no account's.
    const KEPT: [&str; 6] = ["accounts", "clocks", "counters", "installation", "keys", "resets"];

    #[test]
    fn every_table_is_wiped_or_kept() {
        let tables: BTreeSet<&str> = Migration::tables(MIGRATIONS).map(|(name, _)| name).collect();
        let listed: BTreeSet<&str> = WIPED.iter().copied().chain(KEPT).collect();
        assert_eq!(tables, listed, "a new table goes into WIPED, or is kept for a reason");
        assert_eq!(listed.len(), WIPED.len() + KEPT.len(), "nothing is in both");
    }
}
