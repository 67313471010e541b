mod explained;

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::ids::{InvoiceLineId, PaymentId};
use crate::ledger::Balances;
use crate::refusal::Code;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn now() -> Timestamp {
    at("2026-03-01T00:00:00Z")
}

pub(crate) fn line(bits: u128, amount: i64) -> Line {
    let named = Computation::Named(Named { quantity: 1, unit_amount: amount });
    let id = InvoiceLineId::from_bits(bits);
    Line::new(id, ("Seats".into(), 1), named, About::default(), Currency::EUR).expect("a line")
}

fn draft_in(lines: Vec<Line>, currency: Currency) -> Invoice {
    let ask = Create {
        id: InvoiceId::from_bits(1),
        customer_id: CustomerId::from_bits(1),
        subscription: Some((SubscriptionId::from_bits(1), 0)),
        currency,
        lines,
        collection: Collection::ChargeAutomatically,
        period: None,
        finalizes_at: Some(now().plus(DRAFT_FOR)),
        footer: None,
        metadata: Metadata::new(),
    };
    create(ask, now()).expect("a draft").0
}

fn draft(amounts: &[i64]) -> Invoice {
    draft_in((1..).zip(amounts).map(|(bits, amount)| line(bits, *amount)).collect(), Currency::EUR)
}

fn untaxed(invoice: &Invoice) -> Vec<Charges> {
    invoice.lines.iter().map(|line| Charges { discount: 0, net: line.amount, tax: 0 }).collect()
}

fn finalize(charges: Vec<Charges>, balance: i64) -> Command {
    Command::Finalize(Finalize { number: "INV-000001".into(), charges, balance, due_at: None })
}

/// Decides and applies a command, with what it moves.
pub(crate) fn tell(invoice: &mut Invoice, ledger: &mut Balances, command: Command) -> Result<Vec<Event>, Refusal> {
    let events = decide(invoice, command)?;
    for event in &events {
        for transfer in transfers(invoice, event) {
            ledger.apply(&transfer);
        }
        evolve(invoice, event, now());
    }
    assert_eq!(ledger.check_zero_sum(), Ok(()));
    Ok(events)
}

/// A finalized invoice of lines with these amounts and charges, for a customer who has so much credit.
pub(crate) fn finalized(lines: &[(i64, Charges)], balance: i64) -> Invoice {
    let mut invoice = draft(&lines.iter().map(|(amount, _)| *amount).collect::<Vec<_>>());
    let charges = lines.iter().map(|(_, charges)| *charges).collect();
    tell(&mut invoice, &mut Balances::default(), finalize(charges, balance)).expect("finalized");
    invoice
}

/// The ledger of an invoice that was just finalized for a customer with so much credit.
pub(crate) fn ledger_of(invoice: &Invoice, balance: i64) -> Balances {
    let mut ledger = Balances::default();
    let credit = moved(LedgerAccount::PromotionalExpense, LedgerAccount::CustomerCredit, balance, invoice.currency);
    let event = Event::Finalized {
        number: "INV-000001".into(),
        lines: invoice.lines.clone(),
        totals: invoice.totals,
        due_at: None,
    };
    for transfer in credit.into_iter().chain(transfers(invoice, &event)) {
        ledger.apply(&transfer);
    }
    ledger
}

pub(crate) fn pay(invoice: &mut Invoice, ledger: &mut Balances) {
    let command = Command::Pay { payment: Some(PaymentId::from_bits(1)), amount: invoice.amount_left() };
    tell(invoice, ledger, command).expect("paid");
}

fn posted(ledger: &Balances, invoice: &Invoice) -> [i64; 6] {
    use LedgerAccount::{BadDebt, CustomerCredit, DeferredRevenue, InvoiceCollected, InvoiceReceivable, TaxPayable};
    [InvoiceReceivable, DeferredRevenue, TaxPayable, CustomerCredit, InvoiceCollected, BadDebt]
        .map(|account| ledger.get(account, invoice.currency).posted)
}

fn code(result: Result<Vec<Event>, Refusal>) -> Code {
    result.expect_err("refused").code
}

#[test]
fn finalizing_takes_discounts_off_adds_tax_and_then_uses_credit() {
    let (mut invoice, mut ledger) = (draft(&[10_000, 5_000]), Balances::default());
    let charges =
        vec![Charges { discount: 1_000, net: 9_000, tax: 1_890 }, Charges { discount: 0, net: 5_000, tax: 1_050 }];
    let events = tell(&mut invoice, &mut ledger, finalize(charges, 3_000)).expect("finalized");
    assert_eq!(events.len(), 1);
    let expected = Totals {
        subtotal: 15_000,
        discount: 1_000,
        tax: 2_940,
        total: 16_940,
        credit_applied: 3_000,
        amount_due: 13_940,
    };
    assert_eq!((invoice.status, invoice.totals), (Status::Open, expected));
    assert_eq!(balance_change(&invoice, &events[0]), -3_000);
    assert_eq!(posted(&ledger, &invoice), [-13_940, 14_000, 2_940, -3_000, 0, 0]);
    pay(&mut invoice, &mut ledger);
    assert_eq!((invoice.status, invoice.amount_paid, invoice.amount_left()), (Status::Paid, 13_940, 0));
    assert_eq!(posted(&ledger, &invoice), [0, 14_000, 2_940, -3_000, -13_940, 0]);
}

#[test]
fn tax_that_is_in_the_amount_is_not_added_to_it() {
    // Section 8: €2.99 with 4 % in it.
    let invoice = finalized(&[(299, Charges { discount: 0, net: 288, tax: 11 })], 0);
    assert_eq!((invoice.totals.total, invoice.totals.net(), invoice.totals.amount_due), (299, 288, 299));
}

#[test]
fn an_invoice_of_nothing_is_paid_at_once() {
    for (amounts, balance) in [(&[][..], 0), (&[2_900][..], 2_900), (&[2_900][..], 5_000)] {
        let (mut invoice, mut ledger) = (draft(amounts), Balances::default());
        let charges = untaxed(&invoice);
        let events = tell(&mut invoice, &mut ledger, finalize(charges, balance)).expect("finalized");
        assert_eq!(events.last(), Some(&Event::Paid { payment: None, amount: 0 }));
        assert_eq!((invoice.status, invoice.totals.amount_due), (Status::Paid, 0));
        assert_eq!(posted(&ledger, &invoice)[0], 0, "nothing is owed");
    }
}

#[test]
fn what_is_not_worth_a_charge_is_carried_to_the_next_invoice() {
    // Section 6: less than €0.50 is not charged.
    let (mut first, mut ledger) = (draft(&[49]), Balances::default());
    let charges = untaxed(&first);
    let events = tell(&mut first, &mut ledger, finalize(charges, 0)).expect("finalized");
    assert_eq!((first.status, first.totals.credit_applied), (Status::Paid, 49));
    let balance = balance_change(&first, &events[0]);
    assert_eq!(balance, -49, "the customer owes it");
    let (mut next, lines) = (draft(&[2_900]), 1);
    let charges = untaxed(&next);
    tell(&mut next, &mut ledger, finalize(charges, balance)).expect("finalized");
    assert_eq!((next.totals.total, next.totals.credit_applied, next.totals.amount_due), (2_900, -49, 2_949));
    assert_eq!(next.lines.len(), lines);
    assert_eq!(ledger.get(LedgerAccount::CustomerCredit, Currency::EUR).posted, 0);
    assert_eq!(settled(50, 0, Currency::EUR), 0, "€0.50 is");
    assert_eq!([settled(49, 0, Currency::JPY), settled(50, 0, Currency::JPY)], [49, 0]);
}

#[test]
fn what_a_card_cannot_be_charged_with_is_carried_too() {
    assert_eq!(settled(12_345, 0, Currency::KWD), 5);
    assert_eq!(settled(12_340, 4_005, Currency::KWD), 4_010, "8,330 are due, and 5 more are owed");
}

#[test]
fn what_is_given_back_becomes_the_customers_credit() {
    let (mut invoice, mut ledger) = (draft(&[1_000, -2_500]), Balances::default());
    let charges = untaxed(&invoice);
    let events = tell(&mut invoice, &mut ledger, finalize(charges, 0)).expect("finalized");
    assert_eq!((invoice.totals.total, invoice.totals.amount_due, invoice.status), (-1_500, 0, Status::Paid));
    assert_eq!(balance_change(&invoice, &events[0]), 1_500);
    assert_eq!(posted(&ledger, &invoice), [0, -1_500, 0, 1_500, 0, 0]);
}

#[test]
fn only_drafts_change() {
    let (mut invoice, mut ledger) = (draft(&[1_000]), Balances::default());
    tell(&mut invoice, &mut ledger, Command::Draft(vec![line(1, 1_000), line(2, 500)])).expect("changed");
    assert_eq!(invoice.totals.subtotal, 1_500);
    let charges = untaxed(&invoice);
    tell(&mut invoice, &mut ledger, finalize(charges.clone(), 0)).expect("finalized");
    let other = Command::Draft(vec![line(1, 1)]);
    assert_eq!(code(tell(&mut invoice, &mut ledger, other)), Code::InvoiceNotEditable);
    assert_eq!(code(tell(&mut invoice, &mut ledger, finalize(charges, 0))), Code::InvoiceNotEditable);
    let footer = Command::Update { footer: Some("Thanks".into()), metadata: Metadata::new() };
    assert_eq!(code(tell(&mut invoice, &mut ledger, footer)), Code::InvoiceNotEditable);
    let many = (0..251).map(|bits| line(bits, 1)).collect();
    assert_eq!(decide(&draft(&[1]), Command::Draft(many)).expect_err("too many").code, Code::ParameterInvalid);
}

#[test]
fn an_open_invoice_is_paid_with_what_is_left_of_it_and_once() {
    let mut invoice = finalized(&[(1_000, Charges { discount: 0, net: 1_000, tax: 0 })], 0);
    let mut ledger = ledger_of(&invoice, 0);
    let short = Command::Pay { payment: None, amount: 999 };
    assert_eq!(code(tell(&mut invoice, &mut ledger, short)), Code::AmountMismatch);
    pay(&mut invoice, &mut ledger);
    let again = Command::Pay { payment: None, amount: 0 };
    assert_eq!(code(tell(&mut invoice, &mut ledger, again)), Code::InvoiceNotPayable);
    assert_eq!(code(tell(&mut invoice, &mut ledger, Command::Void)), Code::InvoiceNotVoidable);
    let unpaid = Command::Pay { payment: None, amount: 1_000 };
    assert_eq!(code(tell(&mut draft(&[1_000]), &mut ledger, unpaid)), Code::InvoiceNotPayable);
}

#[test]
fn a_void_leaves_nothing_in_the_ledger_and_gives_credit_back() {
    let mut invoice = finalized(&[(5_000, Charges { discount: 0, net: 5_000, tax: 1_050 })], 2_000);
    let mut ledger = ledger_of(&invoice, 2_000);
    assert_eq!(posted(&ledger, &invoice), [-4_050, 5_000, 1_050, 0, 0, 0]);
    assert_eq!(balance_change(&invoice, &Event::Voided), 2_000);
    tell(&mut invoice, &mut ledger, Command::Void).expect("void");
    assert_eq!(posted(&ledger, &invoice), [0, 0, 0, 2_000, 0, 0]);
    assert_eq!((invoice.status, due(&invoice)), (Status::Void, None));
}

#[test]
fn a_draft_that_is_void_moves_nothing() {
    let (mut invoice, mut ledger) = (draft(&[5_000]), Balances::default());
    tell(&mut invoice, &mut ledger, Command::Void).expect("void");
    assert_eq!((ledger.iter().count(), invoice.number.as_deref()), (0, None));
    assert_eq!(due(&invoice), None);
}

#[test]
fn what_was_written_off_can_still_be_paid_or_declared_void() {
    let open = finalized(&[(5_000, Charges { discount: 0, net: 5_000, tax: 0 })], 0);
    for (command, expected) in [
        (Command::Pay { payment: None, amount: 5_000 }, [0, 5_000, 0, 0, -5_000, 0]),
        (Command::Void, [0, 0, 0, 0, 0, 0]),
    ] {
        let (mut invoice, mut ledger) = (open.clone(), ledger_of(&open, 0));
        tell(&mut invoice, &mut ledger, Command::MarkUncollectible).expect("written off");
        assert_eq!(posted(&ledger, &invoice), [0, 5_000, 0, 0, 0, -5_000]);
        assert_eq!(tell(&mut invoice, &mut ledger, Command::MarkUncollectible), Ok(Vec::new()));
        tell(&mut invoice, &mut ledger, command).expect("settled");
        assert_eq!(posted(&ledger, &invoice), expected);
    }
}

#[test]
fn a_draft_is_due_when_its_hour_is_over_and_an_open_invoice_when_it_is_tried_again() {
    let invoice = draft(&[1_000]);
    assert_eq!(due(&invoice), Some((at("2026-03-01T01:00:00Z"), Due::Finalize)));
    let mut open = finalized(&[(1_000, Charges { discount: 0, net: 1_000, tax: 0 })], 0);
    assert_eq!(due(&open), None);
    let dunning = Dunning {
        first_failed_at: now(),
        retries_done: 0,
        blocked: None,
        next_attempt_at: Some(at("2026-03-02T00:00:00Z")),
    };
    let mut ledger = ledger_of(&open, 0);
    let failed = Command::PaymentFailed { payment: Some(PaymentId::from_bits(7)), dunning: Some(dunning.clone()) };
    tell(&mut open, &mut ledger, failed).expect("failed");
    assert_eq!((open.attempt_count, due(&open)), (1, Some((at("2026-03-02T00:00:00Z"), Due::Collect))));
    let later = Dunning { next_attempt_at: Some(at("2026-03-04T00:00:00Z")), ..dunning };
    tell(&mut open, &mut ledger, Command::Reschedule(later)).expect("later");
    assert_eq!((open.attempt_count, due(&open)), (1, Some((at("2026-03-04T00:00:00Z"), Due::Collect))));
    pay(&mut open, &mut ledger);
    assert_eq!((open.attempt_count, open.dunning.is_none(), due(&open)), (2, true, None));
    let late = Command::PaymentFailed { payment: None, dunning: None };
    assert_eq!(tell(&mut open, &mut ledger, late), Ok(Vec::new()), "a word that comes too late");
}

#[test]
fn an_invoice_is_never_more_than_a_payment_may_be() {
    let most = crate::money::PAYMENT_AMOUNT_MAX;
    let named = |unit_amount| Computation::Named(Named { quantity: 1, unit_amount });
    let id = InvoiceLineId::from_bits(1);
    let refused =
        Line::new(id, ("Much".into(), 1), named(most + 1), About::default(), Currency::EUR).expect_err("too much");
    assert_eq!(refused.code, Code::AmountTooLarge);
    let mut invoice = draft(&[most, 1]);
    let charges = untaxed(&invoice);
    assert_eq!(code(tell(&mut invoice, &mut Balances::default(), finalize(charges, 0))), Code::AmountTooLarge);
}

#[test]
fn items_have_a_quantity_an_amount_and_a_description() {
    let named = |quantity, unit_amount| Named { quantity, unit_amount };
    assert_eq!(check_item(named(2, -500), "Goodwill"), Ok(()));
    let param = |named, text: &str| check_item(named, text).expect_err("refused").param.expect("a parameter");
    assert_eq!(param(named(0, 500), "Setup"), "quantity");
    assert_eq!(param(named(1, 0), "Setup"), "amount");
    assert_eq!(param(named(1, i64::MIN), "Setup"), "amount");
    assert_eq!(param(named(1, 500), ""), "description");
}

proptest! {
    #[test]
    fn the_parts_of_an_invoice_add_up_whatever_the_customer_has(
        lines in prop::collection::vec((-50_000_i64..=100_000, 0_i64..=100, 0_i64..=25), 0..8),
        balance in -10_000_i64..=200_000,
        currency in prop::sample::select(vec![Currency::EUR, Currency::JPY, Currency::KWD])
    ) {
        let mut invoice = draft_in((1..).zip(&lines).map(|(bits, (amount, ..))| line(bits, *amount)).collect(), currency);
        let charges = lines.iter().map(|(amount, percent, tax)| {
            let discount = amount.max(&0) * percent / 100;
            Charges { discount, net: amount - discount, tax: (amount - discount) * tax / 100 }
        });
        let mut ledger = Balances::default();
        let events = tell(&mut invoice, &mut ledger, finalize(charges.collect(), balance)).expect("finalized");
        let Totals { subtotal, discount, tax, total, credit_applied, amount_due } = invoice.totals;
        prop_assert_eq!(total, subtotal - discount + tax);
        prop_assert_eq!(amount_due, total - credit_applied);
        prop_assert!(amount_due == 0 || amount_due >= currency.minimum());
        prop_assert_eq!(amount_due % currency.card_step(), 0);
        let after = balance + balance_change(&invoice, &events[0]);
        prop_assert!(after >= 0 || amount_due == 0 || after > -currency.card_step());
        prop_assert!(after <= 0 || amount_due == 0, "what there is is used");
        prop_assert!(after > -currency.minimum().max(currency.card_step()), "no more is carried than is not worth a charge");
        prop_assert_eq!(posted(&ledger, &invoice)[0], -amount_due);
    }
}
