//! What refunds may and may not do.

use serde_json::Value;
use vinr_core::events::EventType;
use vinr_core::ids::RefundId;
use vinr_core::refunds::{self, Event, Refund, Status};

use super::{Commit, Folds};
use crate::world::Broken;

impl Folds {
    pub(super) fn refund_created(&mut self, commit: &mut Commit<'_>, refund: &Refund) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), refund.id.clone());
        commit.wanted.push((refund.id.to_string(), EventType::RefundCreated));
        self.changed.refunds.insert(key.clone());
        self.money_goes_back_first(commit.account, refund)?;
        match self.refunds.insert(key, refund.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("{} was made twice", refund.id)),
        }
    }

    pub(super) fn refund(&mut self, commit: &mut Commit<'_>, id: &RefundId, event: Event) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), id.clone());
        let refund =
            self.refunds.get_mut(&key).ok_or_else(|| format!("{event:?} happened to {id}, which nobody made"))?;
        let told = match (refund.status, event) {
            (Status::Pending, Event::Succeeded) | (Status::Failed, Event::Revived) => EventType::RefundUpdated,
            (Status::Pending, Event::Failed(_)) => EventType::RefundFailed,
            (status, event) => return Err(format!("{event:?} happened to {id}, which is {status}")),
        };
        refunds::evolve(refund, event);
        commit.wanted.push((id.to_string(), told));
        self.changed.refunds.insert(key);
        Ok(())
    }

    /// An event shows the refund as it is at its commit.
    pub(super) fn shows_refund(&self, account: &str, kind: EventType, shown: &Value) -> Result<(), Broken> {
        let id = shown["id"].as_str().and_then(|id| RefundId::parse(id).ok());
        let refund = id.and_then(|id| self.refunds.get(&(account.to_owned(), id)));
        let refund = refund.ok_or_else(|| format!("{kind:?} shows a refund that is not there: {shown}"))?;
        let same = shown["status"] == refund.status.as_str()
            && shown["amount"] == refund.amount.amount + refund.credit
            && shown["creditAmount"] == refund.credit
            && shown["paymentId"] == refund.payment_id.as_str();
        if same { Ok(()) } else { Err(format!("{kind:?} shows {shown}, and there is {refund:?}")) }
    }
}
