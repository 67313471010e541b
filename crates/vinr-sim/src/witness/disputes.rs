//! What disputes may and may not do.

use serde_json::Value;
use vinr_core::disputes::{self, Dispute, Event, Status};
use vinr_core::events::EventType;
use vinr_core::ids::DisputeId;
use vinr_core::time::Timestamp;

use super::payments::on_time;
use super::{Commit, Folds};
use crate::world::Broken;

impl Folds {
    pub(super) fn dispute_opened(&mut self, commit: &mut Commit<'_>, dispute: &Dispute) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), dispute.id.clone());
        commit.wanted.push((dispute.id.to_string(), EventType::DisputeCreated));
        self.changed.disputes.insert(key.clone());
        match self.disputes.insert(key, dispute.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("{} was opened twice", dispute.id)),
        }
    }

    pub(super) fn dispute(
        &mut self,
        commit: &mut Commit<'_>,
        id: &DisputeId,
        event: &Event,
        at: Timestamp,
    ) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), id.clone());
        let Some(dispute) = self.disputes.get_mut(&key) else {
            return Err(format!("{event:?} happened to {id}, which nobody opened"));
        };
        may(dispute, event, at).map_err(|why| format!("{event:?} happened at {}: {why}; {dispute:?}", at.rfc3339()))?;
        disputes::evolve(dispute, event);
        let told = match event {
            Event::Opened | Event::Warned => EventType::DisputeCreated,
            Event::Updated { .. } | Event::Submitted { .. } | Event::Escalated { .. } | Event::Closed => {
                EventType::DisputeUpdated
            }
            Event::Won => EventType::DisputeWon,
            Event::Lost => EventType::DisputeLost,
        };
        commit.wanted.push((id.to_string(), told));
        self.changed.disputes.insert(key);
        Ok(())
    }

    /// An event shows the dispute as it is at its commit.
    pub(super) fn shows_dispute(&self, account: &str, kind: EventType, shown: &Value) -> Result<(), Broken> {
        let id = shown["id"].as_str().and_then(|id| DisputeId::parse(id).ok());
        let dispute = id.and_then(|id| self.disputes.get(&(account.to_owned(), id)));
        let dispute = dispute.ok_or_else(|| format!("{kind:?} shows a dispute that is not there: {shown}"))?;
        let same = shown["status"] == dispute.status.as_str()
            && shown["amount"] == dispute.amount.amount
            && shown["fee"] == dispute.fee
            && shown["paymentId"] == dispute.payment_id.as_str();
        if same { Ok(()) } else { Err(format!("{kind:?} shows {shown}, and there is {dispute:?}")) }
    }
}

/// Whether this may happen to a dispute that stands so, at this moment of its account.
fn may(dispute: &Dispute, event: &Event, at: Timestamp) -> Result<(), &'static str> {
    use Status::{NeedsResponse, WarningNeedsResponse, WarningUnderReview};
    match (dispute.status, event) {
        (NeedsResponse | WarningNeedsResponse, Event::Submitted { .. }) if at >= dispute.evidence_due_at => {
            Err("it was too late")
        }
        // The network may speak at any time.
        (WarningNeedsResponse | WarningUnderReview, Event::Escalated { amount, .. }) => {
            if *amount <= dispute.amount.amount { Ok(()) } else { Err("the warning was of less") }
        }
        (NeedsResponse, Event::Lost) if at >= dispute.evidence_due_at => on_time(dispute.evidence_due_at, at),
        (Status::UnderReview, Event::Won | Event::Lost) => {
            on_time(dispute.decided_at.ok_or("nobody was to decide it")?, at)
        }
        (WarningNeedsResponse | WarningUnderReview, Event::Closed)
        | (NeedsResponse | WarningNeedsResponse, Event::Updated { .. } | Event::Submitted { .. })
        | (NeedsResponse, Event::Lost) => Ok(()),
        // Notes may change to the end.
        (_, Event::Updated { evidence, .. }) if *evidence == dispute.evidence => Ok(()),
        _ => Err("it was over, or with the bank"),
    }
}
