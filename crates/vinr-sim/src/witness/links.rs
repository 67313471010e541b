//! What payment links may and may not do.

use vinr_core::ids::PaymentLinkId;
use vinr_core::payment_links::{self, Event, PaymentLink};
use vinr_core::payments::{Payment, Status};

use super::{Commit, Folds};
use crate::world::Broken;

impl Folds {
    pub(super) fn link_created(&mut self, commit: &mut Commit<'_>, link: &PaymentLink) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), link.id.clone());
        commit.links.insert(link.id.clone());
        self.changed.links.insert(key.clone());
        match self.links.insert(key, link.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("{} was made twice", link.id)),
        }
    }

    pub(super) fn link(&mut self, commit: &mut Commit<'_>, id: &PaymentLinkId, event: &Event) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), id.clone());
        let link = self.links.get_mut(&key).ok_or_else(|| format!("{event:?} happened to {id}, which nobody made"))?;
        payment_links::evolve(link, event);
        commit.links.insert(id.clone());
        self.changed.links.insert(key);
        Ok(())
    }

    /// The places of a link are those that its payments have at this commit, and no more than it was made for.
    pub(super) fn places_are_taken(&self, commit: &Commit<'_>) -> Result<(), Broken> {
        for id in &commit.links {
            let link = self.links.get(&(commit.account.to_owned(), id.clone()));
            let link = link.ok_or_else(|| format!("a payment is of {id}, which nobody made"))?;
            let of = self
                .payments
                .iter()
                .filter(|((account, _), payment)| account == commit.account && payment.link_id.as_ref() == Some(id));
            let (mut held, mut used) = (0, 0);
            for (_, payment) in of {
                held += u32::from(has_money_under_way(payment));
                used += u32::from(payment.status == Status::Completed);
            }
            if (held, used) != (link.payments_open, link.payments_completed) {
                return Err(format!("{held} payments are under way and {used} completed of {link:?}"));
            }
            if link.payments_max().is_some_and(|most| held + used > most) {
                return Err(format!("{held} payments under way and {used} completed are too many for {link:?}"));
            }
        }
        Ok(())
    }
}

/// Whether its buyer has done what brings money, and it is not known yet whether it comes.
fn has_money_under_way(payment: &Payment) -> bool {
    match payment.status {
        Status::Processing | Status::RequiresAuthentication | Status::Authorized => true,
        Status::Pending
        | Status::RequiresAction
        | Status::Completed
        | Status::Failed
        | Status::Cancelled
        | Status::Expired => false,
    }
}
