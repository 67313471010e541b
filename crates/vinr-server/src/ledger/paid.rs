//! What a payment's row says is what was transferred for it, what its refunds and disputes say, and what is on its lines of
//! the balance; and all payments together are what the networks owe (spec/traps.md, section 17).

mod store;

use std::collections::BTreeMap;

use vinr_core::events::EventType;
use vinr_core::payments::Status;
use vinr_store::Snapshot;

use super::told::Tally;
use super::{Balances, Difference, compared};
use crate::error::Result;

/// A payment, as far as it is checked. Amounts are minor units.
struct Paid {
    id: String,
    status: Status,
    currency: String,
    amount: i64,
    held: i64,
    captured: i64,
    fee: Option<i64>,
    refunded: i64,
    disputed: i64,
    credit: i64,
    credit_refunded: i64,
}

/// What the row of a payment says that something else says as well.
type Said = (&'static str, fn(&Paid) -> i64);

const SAID: [Said; 13] = [
    ("held", |paid| paid.held),
    ("captured", |paid| paid.captured),
    ("fee", |paid| paid.fee.unwrap_or(0)),
    ("store credit", |paid| paid.credit),
    ("refunded", |paid| paid.refunded),
    ("refunds", |paid| paid.refunded),
    ("refunds of store credit", |paid| paid.credit_refunded),
    ("disputed", |paid| paid.disputed),
    ("disputes", |paid| paid.disputed),
    ("captured by its line", |paid| paid.captured),
    ("fee by its line", |paid| paid.fee.unwrap_or(0)),
    ("refunded by its lines", |paid| paid.refunded),
    ("disputed by its lines", |paid| paid.disputed),
];

/// Looks at every payment; `told` hears of every page of them that was read.
pub(super) async fn check(
    snapshot: &Snapshot,
    account: &str,
    balances: &Balances,
    tally: &mut Tally,
    mut told: impl FnMut(usize),
) -> Result<Vec<Difference>> {
    let mut proof = Proof { account, differences: Vec::new(), networks: Balances::new() };
    let mut after = String::new();
    loop {
        let page = store::page(snapshot, account, &after).await?;
        told(page.len());
        let Some(last) = page.last() else { break };
        let sums = store::sums(snapshot, account, &after, &last.id).await?;
        for paid in &page {
            proof.others_say(paid, &sums);
            proof.is_within_bounds(paid);
            proof.owes(paid);
            tally.events_of_payment(paid);
        }
        // Each is told when it is opened; a warning takes money later, if ever, and has no line until then.
        // What is given back as store credit alone has no line either.
        tally.add(EventType::PaymentRefunded, store::refunds_of_credit(snapshot, account, &after, &last.id).await?);
        tally.add(EventType::DisputeCreated, store::disputes(snapshot, account, &after, &last.id).await?);
        after.clone_from(&last.id);
    }
    proof.networks(balances);
    Ok(proof.differences)
}

struct Proof<'a> {
    account: &'a str,
    differences: Vec<Difference>,
    /// What the networks owe, as payments have it.
    networks: Balances,
}

impl Proof<'_> {
    fn others_say(&mut self, paid: &Paid, sums: &[BTreeMap<String, i64>]) {
        assert_eq!(sums.len(), SAID.len(), "each thing that is said has its sum");
        for ((what, says), sums) in SAID.iter().zip(sums) {
            let (says, is) = (says(paid), sums.get(&paid.id).copied().unwrap_or_default());
            if says != is {
                self.found(&paid.id, what, says.to_string(), is.to_string());
            }
        }
    }

    /// `0 ≤ refunded + disputed ≤ captured ≤ authorized`, and money is there in the states that have some.
    fn is_within_bounds(&mut self, paid: &Paid) {
        let Paid { id, status, amount, held, captured, fee, refunded, disputed, credit, credit_refunded, .. } = paid;
        let gone = refunded.saturating_add(*disputed);
        for (what, part, whole) in [
            ("given back", gone, *captured),
            ("store credit given back", *credit_refunded, *credit),
            ("captured of what was authorized", *captured, *amount),
            ("held of what was authorized", *held, *amount),
        ] {
            if part > whole {
                self.found(id, what, format!("at most {whole}"), part.to_string());
            }
        }
        let least = [*held, *captured, *refunded, *disputed, *credit, *credit_refunded, fee.unwrap_or(0)]
            .into_iter()
            .min()
            .unwrap_or(0);
        if least < 0 {
            self.found(id, "amounts", "none below zero".to_owned(), least.to_string());
        }
        // A payment that discounts and store credit left nothing of is completed without money.
        let is_paid = *status == Status::Completed;
        let expected = (*status == Status::Authorized, is_paid && *amount > 0, is_paid);
        let is = (*held > 0, *captured > 0, fee.is_some());
        if expected != is {
            let shown = format!("{held} held, {captured} captured, a fee of {fee:?}");
            self.found(id, "money", format!("that of a payment that is {status}"), shown);
        }
    }

    fn owes(&mut self, paid: &Paid) {
        let kept = i128::from(paid.captured) - i128::from(paid.refunded) - i128::from(paid.disputed);
        let owed = self.networks.entry(format!("network:{}", paid.currency)).or_default();
        owed.0 -= kept;
        owed.1 -= i128::from(paid.held);
    }

    fn networks(&mut self, balances: &Balances) {
        let booked = balances.iter().filter(|(key, _)| key.starts_with("network:"));
        let booked = booked.map(|(key, sums)| (key.clone(), *sums)).collect();
        let different = compared(self.account, &self.networks, &booked).into_iter();
        self.differences.extend(different.map(|one| {
            let subject = format!("{} as payments have it", one.subject);
            Difference { subject, ..one }
        }));
    }

    fn found(&mut self, payment: &str, what: &str, expected: String, found: String) {
        self.differences.push(Difference::new(self.account, format!("{payment} {what}"), expected, found));
    }
}

impl Tally {
    /// What is told of a payment that stands so, in any case: that it was made, and how it ended without money. That money
    /// was taken is told with its line of the balance; what took none has no line.
    fn events_of_payment(&mut self, paid: &Paid) {
        self.add(EventType::PaymentCreated, 1);
        match paid.status {
            Status::Completed if paid.captured == 0 => self.add(EventType::PaymentCompleted, 1),
            Status::Cancelled => self.add(EventType::PaymentCancelled, 1),
            Status::Expired => self.add(EventType::PaymentExpired, 1),
            Status::Pending
            | Status::Processing
            | Status::RequiresAuthentication
            | Status::RequiresAction
            | Status::Authorized
            | Status::Completed
            | Status::Failed => {}
        }
    }
}
