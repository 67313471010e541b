//! What redemptions may and may not do: with points, with the reward they are for, and with the payment they reduce.

use std::collections::BTreeMap;

use vinr_core::events::EventType;
use vinr_core::ids::{PaymentId, RedemptionId, RewardId};
use vinr_core::payments::{LOYALTY_ACCOUNT, Payment, Status as Paying};
use vinr_core::points::{Kind, Transaction};
use vinr_core::redemptions::{self, Event, Redemption, Status};
use vinr_core::rewards::Reward;
use vinr_core::time::Timestamp;

use super::payments::{LATE_MAX, on_time};
use super::points::lot_key;
use super::{Commit, Folds};
use crate::world::Broken;

/// A redemption with the points that it has of its member at this moment.
#[derive(Clone, Debug)]
pub(crate) struct Redeemed {
    pub(crate) redemption: Redemption,
    /// The payment that carried it last.
    carrier: Option<PaymentId>,
    /// Whether what came back was spent again.
    taken_again: bool,
}

impl Folds {
    pub(super) fn reward(&mut self, account: &str, reward: &Reward) -> Result<(), Broken> {
        let key = (account.to_owned(), reward.id.clone());
        self.changed.rewards.insert(key.clone());
        let left = self.loyalty.rewards.get(&key).map(|known| known.inventory);
        if left.is_some_and(|left| left != reward.inventory) {
            return Err(format!("{left:?} are left of {reward:?}, of which a merchant changed something else"));
        }
        self.loyalty.rewards.insert(key, reward.clone());
        Ok(())
    }

    pub(super) fn redemption_issued(&mut self, commit: &mut Commit<'_>, issued: &Redemption) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), issued.id.clone());
        commit.wanted.push((issued.id.to_string(), EventType::LoyaltyPointsRedeemed));
        commit.redemptions.insert(issued.id.clone());
        self.changed.redemptions.insert(key.clone());
        let reward = self.loyalty.rewards.get(&(commit.account.to_owned(), issued.reward_id.clone()));
        let reward = reward.ok_or_else(|| format!("{issued:?} is for a reward that nobody made"))?;
        let is_of_it = reward.cost == issued.points && reward.value == issued.value;
        if !reward.is_active || !is_of_it || reward.program_id != issued.program_id {
            return Err(format!("{issued:?} is not what can be had of {reward:?}"));
        }
        let taken = self.loyalty.taken.get(&key).copied().unwrap_or_default();
        let slices: i64 = issued.slices.iter().map(|slice| slice.points).sum();
        if taken != issued.points || slices != -issued.points {
            return Err(format!("{taken} points were taken for {issued:?}"));
        }
        let redeemed = Redeemed { redemption: issued.clone(), carrier: None, taken_again: false };
        if self.loyalty.redemptions.insert(key, redeemed).is_some() {
            return Err(format!("{} was issued twice", issued.id));
        }
        if matches!(issued.status, Status::Issued) {
            self.member_of(commit.account, &issued.account)?.account.pending += issued.points;
        }
        self.stock(commit, &issued.reward_id, -1)
    }

    pub(super) fn redemption(
        &mut self,
        commit: &mut Commit<'_>,
        id: &RedemptionId,
        event: &Event,
        at: Timestamp,
    ) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), id.clone());
        let redeemed = self.loyalty.redemptions.get_mut(&key);
        let redeemed = redeemed.ok_or_else(|| format!("{event:?} happened to {id}, which nobody made"))?;
        may(&redeemed.redemption, event, at)
            .map_err(|why| format!("{event:?} happened at {}: {why}; {redeemed:?}", at.rfc3339()))?;
        redeemed.carrier.clone_from(&redeemed.redemption.payment_id);
        let waited = matches!(redeemed.redemption.status, Status::Issued | Status::Attached);
        redemptions::evolve(&mut redeemed.redemption, event.clone());
        let waits = matches!(redeemed.redemption.status, Status::Issued | Status::Attached);
        redeemed.taken_again |= matches!(event, Event::TakenAgain { .. });
        commit.taken_again |= matches!(event, Event::TakenAgain { .. });
        let of = redeemed.redemption.clone();
        let back = match event {
            Event::Released | Event::Cancelled | Event::GivenBack => 1,
            Event::TakenAgain { .. } => -1,
            Event::Attached { .. } | Event::Applied => 0,
        };
        commit.redemptions.insert(id.clone());
        self.changed.redemptions.insert(key);
        self.changed.members.insert((commit.account.to_owned(), of.account.clone()));
        if waited && !waits {
            self.member_of(commit.account, &of.account)?.account.pending -= of.points;
        }
        self.stock(commit, &of.reward_id, back)
    }

    /// So many are put back, or taken away; what was put back and went to somebody else cannot be taken again.
    fn stock(&mut self, commit: &Commit<'_>, id: &RewardId, back: i64) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), id.clone());
        let reward = self.loyalty.rewards.get_mut(&key).ok_or_else(|| format!("nobody made {id}"))?;
        self.changed.rewards.insert(key);
        if let Some(left) = &mut reward.inventory {
            *left += back;
            if *left < 0 && !commit.taken_again {
                return Err(format!("more of {reward:?} were had than there are"));
            }
            *left = (*left).max(0);
        }
        Ok(())
    }

    /// Points of a redemption are taken once, and come back once, into the lots that they were of.
    pub(super) fn redeemed(&mut self, commit: &mut Commit<'_>, moved: &Transaction) -> Result<(), Broken> {
        let problem = |what: &str| format!("{what}: {moved:?}");
        let id = moved.source.redemption.clone().ok_or_else(|| problem("it is of no redemption"))?;
        let key = (commit.account.to_owned(), id);
        let known = self.loyalty.redemptions.get(&key);
        let taken = self.loyalty.taken.entry(key.clone()).or_default();
        if moved.movement.kind == Kind::Redeem && *taken != 0 || moved.movement.kind == Kind::Release && *taken <= 0 {
            return Err(problem(&format!("{taken} points of it are taken already")));
        }
        *taken -= moved.movement.points;
        if moved.movement.kind == Kind::Release {
            let known = known.ok_or_else(|| problem("nobody made its redemption"))?;
            let mut lots: BTreeMap<i64, i64> = BTreeMap::new();
            for slice in &known.redemption.slices {
                *lots.entry(lot_key(slice.expires_at)).or_default() -= slice.points;
            }
            let is_of = |lot: i64, points: i64| lots.get(&lot).is_some_and(|taken| points <= *taken);
            if !moved.movement.slices.iter().all(|slice| is_of(lot_key(slice.expires_at), slice.points)) {
                return Err(problem(&format!("it was taken of the lots {lots:?}")));
            }
        }
        Ok(())
    }

    /// A redemption has the points that it stands for, and is of the payment that says so.
    pub(super) fn redemptions_stand(&self, commit: &Commit<'_>) -> Result<(), Broken> {
        for id in &commit.redemptions {
            let key = (commit.account.to_owned(), id.clone());
            let redeemed = self.loyalty.redemptions.get(&key).ok_or_else(|| format!("nobody made {id}"))?;
            let taken = self.loyalty.taken.get(&key).copied().unwrap_or_default();
            self.stands(commit.account, redeemed, taken)
                .map_err(|what| format!("{what}, and has {taken} points of its member: {redeemed:?}"))?;
        }
        for (id, at) in &commit.payments {
            let payment = self.payments.get(&(commit.account.to_owned(), id.clone()));
            let payment = payment.ok_or_else(|| format!("nobody made {id}"))?;
            self.carries(commit.account, payment, *at)?;
        }
        Ok(())
    }

    fn stands(&self, account: &str, redeemed: &Redeemed, taken: i64) -> Result<(), Broken> {
        let Redeemed { redemption, carrier, taken_again } = redeemed;
        let payment_of = |id: &PaymentId| {
            let payment = self.payments.get(&(account.to_owned(), id.clone()));
            payment.ok_or_else(|| format!("a redemption is of {id}, which nobody made"))
        };
        let lists = |payment: &Payment| {
            let off = payment.discounts.iter().find(|discount| discount.redemption == redemption.id);
            off.map(|discount| discount.amount)
        };
        let is_whole = match redemption.status {
            // What had lapsed when it was to be spent again is gone.
            Status::Applied if *taken_again => (0..=redemption.points).contains(&taken),
            Status::Issued | Status::Attached | Status::Applied => taken == redemption.points,
            Status::Released | Status::Cancelled => taken == 0,
        };
        if !is_whole {
            return Err("a redemption does not stand for its points".into());
        }
        match (redemption.status, &redemption.payment_id) {
            (Status::Issued | Status::Applied, None) => Ok(()),
            (Status::Attached | Status::Applied | Status::Released, Some(id)) => {
                let payment = payment_of(id)?;
                let discount = redemption.discount.filter(|off| off.currency == payment.amount.currency);
                if discount.is_none() || lists(payment) != discount.map(|off| off.amount) {
                    return Err(format!("it is not what its payment says: {payment:?}"));
                }
                let paid = payment.amount_captured + payment.credit_applied;
                let is_back = paid > 0 && payment.amount_refunded + payment.credit_refunded == paid;
                let is_right = match redemption.status {
                    Status::Attached => payment.status != Paying::Completed,
                    Status::Applied => payment.status == Paying::Completed && !is_back,
                    Status::Released => payment.status == Paying::Completed && is_back,
                    Status::Issued | Status::Cancelled => false,
                };
                if is_right { Ok(()) } else { Err(format!("its payment stands otherwise: {payment:?}")) }
            }
            (Status::Released | Status::Cancelled, None) => match carrier.as_ref().map(payment_of).transpose()? {
                Some(payment) if lists(payment).is_some() => Err(format!("a payment still has it: {payment:?}")),
                Some(payment) if is_held(payment.status) => Err(format!("its payment held it: {payment:?}")),
                Some(_) | None => Ok(()),
            },
            _ => Err("a redemption stands as none can".into()),
        }
    }

    /// What is charged and what is taken off are what was asked for; and what a payment takes off is redeemed for it.
    fn carries(&self, account: &str, payment: &Payment, at: Timestamp) -> Result<(), Broken> {
        let off: i64 = payment.discounts.iter().map(|discount| discount.amount).sum();
        let asked = self.originals.get(&(account.to_owned(), payment.id.clone())).copied();
        if asked != Some(payment.amount.amount + off + payment.credit_applied) || payment.amount.amount < 0 {
            return Err(format!("a payment of {asked:?} takes {off} off: {payment:?}"));
        }
        for discount in &payment.discounts {
            let redeemed = self.loyalty.redemptions.get(&(account.to_owned(), discount.redemption.clone()));
            let redeemed = redeemed.ok_or_else(|| format!("nobody made what {payment:?} takes off"))?;
            let of = &redeemed.redemption;
            let is_theirs = match &payment.customer_id {
                Some(customer) => of.customer_id.as_ref() == Some(customer),
                None => payment.metadata.get(LOYALTY_ACCOUNT) == Some(of.account.as_str()),
            };
            let completed = payment.status == Paying::Completed;
            let stands = match of.status {
                Status::Attached => !completed,
                Status::Applied | Status::Released => completed,
                Status::Issued | Status::Cancelled => false,
            };
            if of.payment_id.as_ref() != Some(&payment.id) || !is_theirs || !stands {
                return Err(format!("{payment:?} takes off what is not redeemed for it: {redeemed:?}"));
            }
            let is_late = at.millis().saturating_sub(of.expires_at.millis()) > LATE_MAX.millis();
            if of.status == Status::Attached && is_late && !is_held(payment.status) {
                return Err(format!("{payment:?} holds nothing any more, and has {redeemed:?}"));
            }
        }
        Ok(())
    }
}

/// Whether this may happen to a redemption that stands so.
fn may(redemption: &Redemption, event: &Event, at: Timestamp) -> Result<(), &'static str> {
    match (redemption.status, event) {
        (Status::Issued, Event::Attached { .. }) if at >= redemption.expires_at => Err("its half hour was over"),
        (Status::Issued, Event::Released) => on_time(redemption.expires_at, at),
        (Status::Attached, Event::Released) if at < redemption.expires_at => Err("its half hour was not over"),
        (Status::Issued, Event::Attached { .. } | Event::Cancelled)
        | (Status::Attached, Event::Applied | Event::Released | Event::Cancelled)
        | (Status::Applied, Event::GivenBack)
        | (Status::Released, Event::TakenAgain { .. }) => Ok(()),
        _ => Err("it stood otherwise"),
    }
}

/// Whether a payment may still be charged at the lower price, or was.
fn is_held(status: Paying) -> bool {
    match status {
        Paying::Processing
        | Paying::RequiresAuthentication
        | Paying::RequiresAction
        | Paying::Authorized
        | Paying::Completed => true,
        Paying::Pending | Paying::Failed | Paying::Cancelled | Paying::Expired => false,
    }
}
