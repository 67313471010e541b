//! Members with the customers they are, and with the rules that welcome them.

pub(crate) mod routes;

use std::sync::Arc;

use vinr_core::earning_rules::Trigger;
use vinr_core::ids::{CustomerId, LoyaltyAccountId, ProgramId};
use vinr_core::loyalty_accounts::Create;
use vinr_core::metadata::Metadata;

use super::earning::{self, Gives};
use crate::customers;
use crate::error::Result;
use crate::loyalty_accounts::{self, Member, tiers};
use crate::record::Unit;

/// Makes somebody a member, as the merchant asks.
///
/// # Errors
/// 404 for a program or a customer that is not there; `loyalty_account_exists`; `resource_exists`.
async fn create(unit: &mut Unit<'_>, ask: &Create, chosen_id: bool) -> Result<Member> {
    unit.guard();
    unit.context.loyalty.program(&ask.program_id).map_err(|error| error.about("programId"))?;
    if let Some(customer) = &ask.customer_id {
        customers::must_exist(unit, customer).await?;
    }
    open(unit, ask.clone(), chosen_id).await
}

/// Makes a customer a member who pays, or is given points, in a program that takes its members so.
pub(super) async fn enroll(unit: &mut Unit<'_>, customer: &CustomerId, program: &ProgramId) -> Result<Member> {
    let ask = Create {
        id: LoyaltyAccountId::from_bits(unit.env.id_bits()),
        program_id: program.clone(),
        customer_id: Some(customer.clone()),
        metadata: Metadata::new(),
    };
    open(unit, ask, false).await
}

/// Opens the account, and gives what its program's rules give to whoever comes.
async fn open(unit: &mut Unit<'_>, ask: Create, chosen_id: bool) -> Result<Member> {
    let mut member = loyalty_accounts::open(unit, ask, chosen_id).await?;
    let context = Arc::clone(&unit.context);
    let program = context.loyalty.program(&member.account.program_id)?;
    // Who has just come is in the lowest tier, whatever they are welcomed with.
    let tier = context.loyalty.tier(&program.id, None);
    let mut is_welcomed = false;
    for rule in context.loyalty.rules_of(&program.id, Trigger::AccountCreated) {
        earning::give(unit, &mut member, program, rule, tier, &Gives::Welcome).await?;
        is_welcomed = true;
    }
    if is_welcomed {
        tiers::settle(unit, &mut member).await?;
    }
    Ok(member)
}
