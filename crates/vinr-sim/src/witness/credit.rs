//! What store credit may and may not do: each cent is given once, held by one payment at a time, and spent or let go of
//! once. Balances are added up once more: nothing here asks the core.

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::credit::{Event, Kind, Source, Transaction};
use vinr_core::ids::{CustomerId, PaymentId};
use vinr_core::money::Money;
use vinr_core::payments::{Payment, Status};
use vinr_core::redemptions;
use vinr_core::refunds;
use vinr_core::rewards::Value;
use vinr_core::time::Timestamp;

use super::{Commit, Folds, Of};
use crate::world::Broken;

/// Attempts after which a payment that failed is not tried again.
const FAILURES_MAX: u32 = 10;

/// A customer, and the currency of what they have.
pub(crate) type Purse = (CustomerId, &'static str);

/// Store credit, by the rules.
#[derive(Default)]
pub(crate) struct Credit {
    /// What customers have.
    pub(crate) purses: BTreeMap<Of<Purse>, Has>,
    /// What payments hold, used and gave back.
    uses: BTreeMap<Of<PaymentId>, Use>,
    /// The redemptions and refunds that gave credit.
    given: BTreeSet<Of<String>>,
    /// Every movement of each account, in the order of commits.
    pub(crate) transactions: BTreeMap<String, Vec<Transaction>>,
    /// How often each thing happened.
    moved: BTreeMap<&'static str, u32>,
}

/// What a customer has in a currency, and what of that payments hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Has {
    pub(crate) balance: i64,
    pub(crate) held: i64,
}

/// What a payment does with whose credit.
#[derive(Clone, Debug)]
struct Use {
    purse: Purse,
    held: i64,
    spent: i64,
    given_back: i64,
}

/// Something that happened to a customer's credit, while its commit is looked at.
#[derive(Debug)]
pub(super) struct Moved {
    purse: Purse,
    event: Event,
    source: Source,
    /// What nobody held before.
    free: i64,
}

/// The events, each with its name and what it adds to the balance and to what is held.
fn read(event: Event) -> (&'static str, i64, (i64, i64)) {
    match event {
        Event::Granted(amount) => ("granted", amount, (amount, 0)),
        Event::Held(amount) => ("held", amount, (0, amount)),
        Event::Spent(amount) => ("spent", amount, (-amount, -amount)),
        Event::Released(amount) => ("released", amount, (0, -amount)),
        Event::Refunded(amount) => ("refunded", amount, (amount, 0)),
        Event::Invoiced(amount) => ("invoiced", amount.abs(), (amount, 0)),
    }
}

impl Folds {
    /// What a story did with store credit, for who reads it.
    pub(crate) fn credit_facts(&self) -> String {
        let mut fates = BTreeMap::<String, u32>::new();
        for (key, uses) in &self.credit.uses {
            let fate = self.payments.get(key).map_or_else(String::new, |payment| fate(payment, uses));
            *fates.entry(fate).or_default() += 1;
        }
        format!("credit {:?}, of payments {fates:?}", self.credit.moved)
    }

    /// One event: the balance and what is held stay within each other, and what moves the balance is told.
    pub(super) fn credit_moved(
        &mut self,
        commit: &mut Commit<'_>,
        purse: Purse,
        (event, source): (Event, &Source),
        told: Option<&Transaction>,
    ) -> Result<(), Broken> {
        let problem = |what: &str| format!("{what}: {event:?} of {purse:?}, by {source:?}, told as {told:?}");
        let (name, amount, (balance, held)) = read(event);
        *self.credit.moved.entry(name).or_default() += 1;
        let key = (commit.account.to_owned(), purse.clone());
        let has = self.credit.purses.entry(key.clone()).or_default();
        let free = has.balance - has.held;
        (has.balance, has.held) = (has.balance + balance, has.held + held);
        if amount <= 0 || !(0..=has.balance).contains(&has.held) {
            return Err(problem(&format!("{has:?} is not what anybody can have")));
        }
        if !is_told(&purse, (event, source), has.balance, told) {
            return Err(problem(&format!("it is not told as it is, with {has:?}")));
        }
        if let Some(told) = told {
            self.credit.transactions.entry(commit.account.to_owned()).or_default().push(told.clone());
        }
        self.changed.credit.insert(key);
        self.use_changes(commit.account, &purse, event, source).map_err(|what| problem(&what))?;
        commit.credit.push(Moved { purse, event, source: source.clone(), free });
        Ok(())
    }

    /// A redemption and a refund give once; a payment holds once, and what it holds it spends or lets go of, whole.
    fn use_changes(&mut self, account: &str, purse: &Purse, event: Event, source: &Source) -> Result<(), String> {
        let giver = match event {
            Event::Granted(_) => Some(source.redemption.as_ref().ok_or("it is of no redemption")?.to_string()),
            Event::Refunded(_) => Some(source.refund.as_ref().ok_or("it is of no refund")?.to_string()),
            Event::Held(_) | Event::Spent(_) | Event::Released(_) | Event::Invoiced(_) => None,
        };
        if let Some(giver) = giver
            && !self.credit.given.insert((account.to_owned(), giver))
        {
            return Err("it gave credit before".into());
        }
        if matches!(event, Event::Granted(_) | Event::Invoiced(_)) {
            return Ok(());
        }
        let payment = source.payment.as_ref().ok_or("it is of no payment")?;
        let key = (account.to_owned(), payment.clone());
        if let Event::Held(held) = event {
            let uses = Use { purse: purse.clone(), held, spent: 0, given_back: 0 };
            return self.credit.uses.insert(key, uses).map_or(Ok(()), |old| Err(format!("it had {old:?} before")));
        }
        let uses = self.credit.uses.get_mut(&key).filter(|uses| uses.purse == *purse);
        let uses = uses.ok_or("its payment does not use that credit")?;
        match event {
            Event::Spent(amount) if uses.held == amount => (uses.held, uses.spent) = (0, amount),
            Event::Released(amount) if uses.held == amount => uses.held = 0,
            Event::Refunded(amount) => uses.given_back += amount,
            Event::Granted(_) | Event::Held(_) | Event::Spent(_) | Event::Released(_) | Event::Invoiced(_) => {
                return Err(format!("its payment has {uses:?}"));
            }
        }
        if uses.given_back > uses.spent { Err(format!("its payment has {uses:?}")) } else { Ok(()) }
    }

    /// What a commit leaves: redemptions gave what they are worth, payments hold what there was, and have what they say.
    pub(super) fn credit_stands(&self, commit: &Commit<'_>) -> Result<(), Broken> {
        for moved in &commit.credit {
            self.is_due(commit, moved).map_err(|what| format!("{what}: {moved:?}"))?;
        }
        for id in commit.payments.keys() {
            let payment = self.payments.get(&(commit.account.to_owned(), id.clone()));
            let payment = payment.ok_or_else(|| format!("nobody made {id}"))?;
            self.uses_what_it_says(commit.account, payment).map_err(|what| format!("{what}: {payment:?}"))?;
        }
        for id in &commit.redemptions {
            let redeemed = self.loyalty.redemptions.get(&(commit.account.to_owned(), id.clone()));
            let redemption = &redeemed.ok_or_else(|| format!("nobody made {id}"))?.redemption;
            let is_given = self.credit.given.contains(&(commit.account.to_owned(), id.to_string()));
            let is_credit = matches!(redemption.value, Value::Credit(_));
            if is_given != is_credit || is_credit && redemption.status != redemptions::Status::Applied {
                return Err(format!("its customer was given {is_given:?} store credit: {redemption:?}"));
            }
        }
        Ok(())
    }

    /// Whether this could happen, with what else this commit says.
    fn is_due(&self, commit: &Commit<'_>, moved: &Moved) -> Result<(), String> {
        let (customer, currency) = &moved.purse;
        if let Event::Granted(amount) = moved.event {
            let redemption = moved.source.redemption.clone().filter(|id| commit.redemptions.contains(id));
            let redemption = redemption.ok_or("its redemption was made before, or is not there")?;
            let redeemed = self.loyalty.redemptions.get(&(commit.account.to_owned(), redemption));
            let redemption = &redeemed.ok_or("nobody made its redemption")?.redemption;
            let worth = match redemption.value {
                Value::Credit(Money { amount, currency }) => Some((amount, currency.code())),
                _ => None,
            };
            let is_right = worth == Some((amount, *currency)) && redemption.customer_id.as_ref() == Some(customer);
            return if is_right { Ok(()) } else { Err(format!("it is not what was redeemed: {redemption:?}")) };
        }
        if matches!(moved.event, Event::Invoiced(_)) {
            return if moved.source.invoice.is_some() { Ok(()) } else { Err("it is of no invoice".into()) };
        }
        let payment = moved.source.payment.clone().ok_or("it is of no payment")?;
        let at = *commit.payments.get(&payment).ok_or("nothing happened to its payment")?;
        let key = (commit.account.to_owned(), payment);
        let payment = self.payments.get(&key).ok_or("nobody made its payment")?;
        match moved.event {
            Event::Held(amount) => {
                let off: i64 = payment.discounts.iter().map(|discount| discount.amount).sum();
                let left = self.originals.get(&key).copied().unwrap_or_default() - off;
                // Cards are charged in steps, of ten where a currency has three decimals.
                let step = if *currency == "KWD" { 10 } else { 1 };
                let due = if moved.free >= left { left } else { moved.free - moved.free % step };
                if amount == due { Ok(()) } else { Err(format!("{due} was there for {left} of {payment:?}")) }
            }
            Event::Released(_) if !has_ended(payment, at) => Err(format!("it is not over: {payment:?}")),
            Event::Released(_) | Event::Spent(_) | Event::Refunded(_) | Event::Granted(_) | Event::Invoiced(_) => {
                Ok(())
            }
        }
    }

    /// A payment holds what it says as long as it may complete; then it has spent it, and gave back what refunds say.
    fn uses_what_it_says(&self, account: &str, payment: &Payment) -> Result<(), String> {
        let uses = self.credit.uses.get(&(account.to_owned(), payment.id.clone()));
        if payment.credit_applied == 0 && uses.is_none() {
            return if payment.credit_refunded == 0 { Ok(()) } else { Err("it gives back what it did not use".into()) };
        }
        let uses = uses.ok_or("it uses credit, and none is held for it")?;
        let due = match payment.status {
            Status::Completed => (0, payment.credit_applied),
            Status::Cancelled | Status::Expired => (0, 0),
            Status::Failed if payment.failure_count >= FAILURES_MAX => (0, 0),
            Status::Pending
            | Status::Processing
            | Status::RequiresAuthentication
            | Status::RequiresAction
            | Status::Authorized
            | Status::Failed => (payment.credit_applied, 0),
        };
        let is_theirs =
            payment.customer_id.as_ref() == Some(&uses.purse.0) && payment.amount.currency.code() == uses.purse.1;
        if (uses.held, uses.spent) != due || due.0 + due.1 != payment.credit_applied || !is_theirs {
            return Err(format!("it has {uses:?}"));
        }
        let (mut spoken_for, mut given) = (0, 0);
        let of_payment = |refund: &refunds::Refund| refund.payment_id == payment.id;
        for (_, refund) in self.refunds.iter().filter(|((of, _), refund)| of == account && of_payment(refund)) {
            match refund.status {
                refunds::Status::Pending => spoken_for += refund.credit,
                refunds::Status::Succeeded => (spoken_for, given) = (spoken_for + refund.credit, given + refund.credit),
                refunds::Status::Failed => {}
            }
        }
        if (payment.credit_refunded, uses.given_back) == (spoken_for, given) {
            return Ok(());
        }
        Err(format!("its refunds gave {given} back and will have given {spoken_for}, and it has {uses:?}"))
    }

    /// What goes back is money as long as there is any.
    pub(super) fn money_goes_back_first(&self, account: &str, refund: &refunds::Refund) -> Result<(), Broken> {
        let payment = self.payments.get(&(account.to_owned(), refund.payment_id.clone()));
        let payment = payment.ok_or_else(|| format!("{refund:?} is of a payment that nobody made"))?;
        let left = payment.amount_captured - payment.amount_refunded - payment.amount_disputed;
        let credit = payment.credit_applied - payment.credit_refunded;
        let (money, back) = (refund.amount.amount, refund.credit);
        let is_right = (0..=left).contains(&money) && (0..=credit).contains(&back) && (back == 0 || money == left);
        if is_right && money + back > 0 { Ok(()) } else { Err(format!("{refund:?} is of {payment:?}")) }
    }
}

/// How a payment that used credit ended, and with how much else.
fn fate(payment: &Payment, uses: &Use) -> String {
    let held = if payment.authorized_until.is_some() { " after a hold" } else { "" };
    let part = match payment.status {
        Status::Completed if payment.amount.amount == 0 => " by credit alone",
        Status::Completed if payment.amount_captured < payment.amount.amount => " in part",
        _ => "",
    };
    let back = match uses.given_back {
        0 => "",
        back if back < uses.spent => ", some given back",
        _ => ", all given back",
    };
    format!("{}{part}{held}{back}", payment.status.as_str())
}

/// Whether nobody can pay it any more.
fn has_ended(payment: &Payment, at: Timestamp) -> bool {
    match payment.status {
        Status::Cancelled | Status::Expired => true,
        Status::Failed => payment.failure_count >= FAILURES_MAX || at >= payment.expires_at,
        Status::Pending
        | Status::Processing
        | Status::RequiresAuthentication
        | Status::RequiresAction
        | Status::Authorized
        | Status::Completed => false,
    }
}

/// What moves the balance is told by one transaction, with what comes of it; what does not by none.
fn is_told(purse: &Purse, (event, source): (Event, &Source), after: i64, told: Option<&Transaction>) -> bool {
    let due = match event {
        Event::Granted(amount) => Some((Kind::Grant, amount)),
        Event::Spent(amount) => Some((Kind::Spend, -amount)),
        Event::Refunded(amount) => Some((Kind::Refund, amount)),
        Event::Invoiced(amount) => Some((Kind::Invoice, amount)),
        Event::Held(_) | Event::Released(_) => None,
    };
    match (due, told) {
        (None, None) => true,
        (Some((kind, amount)), Some(told)) => {
            let is_theirs = told.customer_id == purse.0 && told.amount.currency.code() == purse.1;
            let is_it = (told.kind, told.amount.amount, told.balance_after) == (kind, amount, after);
            is_theirs && is_it && told.source == *source
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}
