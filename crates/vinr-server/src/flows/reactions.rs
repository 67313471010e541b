//! The one switchboard: what a change of one noun means for others, in the same unit of work.

use super::{billing, clawback, credit, customers, disputes, earning, redemptions, settlements};
use crate::error::{ApiError, Result};
use crate::record::{Reaction, Unit};
use crate::{payment_links, payment_methods};

/// Reactions that follow one another in a unit; more are a circle.
const REACTIONS_MAX: usize = 16;

/// Does what was asked, and what that asks in turn.
///
/// # Errors
/// What a reaction refuses; then nothing of the unit happens.
pub(crate) async fn drain(unit: &mut Unit<'_>) -> Result<()> {
    let mut done = 0;
    while let Some(reaction) = unit.next_reaction() {
        if done == REACTIONS_MAX {
            return Err(ApiError::internal("the reactions of a unit of work go in a circle"));
        }
        done += 1;
        match reaction {
            Reaction::Keep(saving) => customers::keep(unit, saving).await?,
            Reaction::GiveUp(method) => payment_methods::give_up(unit, &method).await?,
            Reaction::Place { link, from, to } => payment_links::move_place(unit, &link, from, to).await?,
            Reaction::Dispute(payment, opening) => disputes::by_card(unit, &payment, opening).await?,
            Reaction::Redemptions(payment) => redemptions::follow(unit, &payment).await?,
            Reaction::Credit(payment, customer, end) => credit::follow(unit, &payment, &customer, end).await?,
            Reaction::Enter(entry) => settlements::enter(unit, &entry).await?,
            Reaction::Invoice(invoice, payment) => billing::heard(unit, &invoice, &payment).await?,
            Reaction::Earned(payment) => earning::completed(unit, &payment).await?,
            Reaction::TakenBack(payment, cause) => clawback::taken_back(unit, &payment, &cause).await?,
            Reaction::GivenAgain(payment, cause) => clawback::given_again(unit, &payment, &cause).await?,
        }
    }
    Ok(())
}
