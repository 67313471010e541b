use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::invoices::tests::{finalized, ledger_of, pay, tell};
use crate::invoices::{Charges, Status};
use crate::ledger::{Balances, LedgerAccount};

fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T00:00:00Z").expect("an instant")
}

fn ask(of: Of, destination: Destination) -> Create {
    let id = CreditNoteId::from_bits(1);
    Create { id, of, destination, reason: None, memo: None, metadata: Metadata::new() }
}

fn line(bits: u128) -> InvoiceLineId {
    InvoiceLineId::from_bits(bits)
}

fn note(invoice: &mut Invoice, ledger: &mut Balances, of: Of, to: Destination) -> Result<CreditNote, Code> {
    let (note, command) = create(ask(of, to), invoice, now()).map_err(|refusal| refusal.code)?;
    tell(invoice, ledger, command).map_err(|refusal| refusal.code)?;
    Ok(note)
}

/// Section 9: four lines at 20 %, taxed together and shared out: 334.99.
fn lagos() -> Invoice {
    let lines = [(6_833, 1_367), (6_833, 1_366), (5_750, 1_150), (8_500, 1_700)];
    let charges = lines.map(|(net, tax)| (net, Charges { discount: 0, net, tax }));
    finalized(&charges, 0)
}

#[test]
fn notes_of_single_lines_add_up_to_the_invoice() {
    let mut invoice = lagos();
    let mut ledger = ledger_of(&invoice, 0);
    assert_eq!(invoice.totals.total, 33_499);
    let totals: Vec<i64> = (1..=4)
        .map(|bits| {
            let of = Of::Lines(vec![(line(bits), Part::Rest)]);
            note(&mut invoice, &mut ledger, of, Destination::Balance).expect("credited").noted.total()
        })
        .collect();
    assert_eq!(totals, [8_200, 8_199, 6_900, 10_200]);
    assert_eq!((invoice.credited.total(), invoice.amount_left()), (33_499, 0));
    assert_eq!(note(&mut invoice, &mut ledger, Of::Everything, Destination::Balance), Err(Code::AmountTooLarge));
}

#[test]
fn the_parts_of_a_line_are_taxed_cumulatively() {
    // 0.01 of tax in five parts of 0.02: never less than nothing, and never more than there is.
    let mut invoice = finalized(&[(10, Charges { discount: 0, net: 10, tax: 2 })], 0);
    let mut ledger = ledger_of(&invoice, 0);
    let taxes: Vec<i64> = (0..5)
        .map(|_| {
            let of = Of::Lines(vec![(line(1), Part::Net(2))]);
            note(&mut invoice, &mut ledger, of, Destination::Balance).expect("credited").noted.tax
        })
        .collect();
    assert_eq!(taxes, [0, 1, 0, 1, 0]);
}

#[test]
fn a_note_takes_what_is_still_to_be_paid_and_pays_the_invoice_with_all_of_it() {
    let mut invoice = lagos();
    let mut ledger = ledger_of(&invoice, 0);
    let first = note(&mut invoice, &mut ledger, Of::Amount(10_000), Destination::Balance).expect("credited");
    assert_eq!((first.noted.to_due, first.noted.to_balance), (10_000, 0));
    assert_eq!((invoice.status, invoice.amount_left()), (Status::Open, 23_499));
    note(&mut invoice, &mut ledger, Of::Everything, Destination::Balance).expect("credited");
    assert_eq!((invoice.status, invoice.amount_left(), invoice.amount_paid), (Status::Paid, 0, 0));
    let posted = |account| ledger.get(account, invoice.currency).posted;
    let accounts = [LedgerAccount::InvoiceReceivable, LedgerAccount::DeferredRevenue, LedgerAccount::TaxPayable];
    assert_eq!(accounts.map(posted), [0, 0, 0]);
}

#[test]
fn what_was_paid_goes_to_the_balance_or_back_as_money() {
    let mut invoice = lagos();
    let mut ledger = ledger_of(&invoice, 0);
    pay(&mut invoice, &mut ledger);
    let kept = note(&mut invoice, &mut ledger, Of::Amount(3_499), Destination::Balance).expect("credited");
    assert_eq!(kept.noted.to_balance, 3_499);
    let back = note(&mut invoice, &mut ledger, Of::Everything, Destination::Refund).expect("credited");
    assert_eq!((back.noted.refunded, refundable(&invoice)), (30_000, 3_499));
    let posted = |account| ledger.get(account, invoice.currency).posted;
    assert_eq!(posted(LedgerAccount::CustomerCredit), 3_499);
    assert_eq!(posted(LedgerAccount::InvoiceCollected), -3_499);
    assert_eq!(posted(LedgerAccount::DeferredRevenue), 0);
}

#[test]
fn no_more_comes_back_as_money_than_was_paid() {
    let mut invoice = finalized(&[(5_000, Charges { discount: 0, net: 5_000, tax: 0 })], 2_000);
    let mut ledger = ledger_of(&invoice, 2_000);
    pay(&mut invoice, &mut ledger);
    assert_eq!(invoice.amount_paid, 3_000, "2,000 were the customer's credit");
    assert_eq!(note(&mut invoice, &mut ledger, Of::Amount(3_001), Destination::Refund), Err(Code::AmountTooLarge));
    note(&mut invoice, &mut ledger, Of::Amount(3_000), Destination::Refund).expect("credited");
    note(&mut invoice, &mut ledger, Of::Amount(2_000), Destination::Balance).expect("credited");
}

#[test]
fn half_of_the_units_are_half_of_the_line() {
    let mut invoice = finalized(&[(1_000, Charges { discount: 100, net: 900, tax: 189 })], 0);
    invoice.lines[0].quantity = 4;
    let mut ledger = ledger_of(&invoice, 0);
    let of = |quantity| Of::Lines(vec![(line(1), Part::Quantity(quantity))]);
    let half = note(&mut invoice, &mut ledger, of(2), Destination::Balance).expect("credited");
    assert_eq!((half.noted.net, half.noted.tax), (450, 95));
    assert_eq!(note(&mut invoice, &mut ledger, of(3), Destination::Balance), Err(Code::AmountTooLarge));
    assert_eq!(note(&mut invoice, &mut ledger, of(5), Destination::Balance), Err(Code::ParameterInvalid));
    let rest = note(&mut invoice, &mut ledger, of(2), Destination::Balance).expect("credited");
    assert_eq!((rest.noted.net, rest.noted.tax), (450, 94));
}

#[test]
fn what_cannot_be_credited_is_refused() {
    let mut invoice = lagos();
    let mut ledger = ledger_of(&invoice, 0);
    let mut refused = |of| note(&mut invoice, &mut ledger, of, Destination::Balance).expect_err("refused");
    assert_eq!(refused(Of::Amount(33_500)), Code::AmountTooLarge);
    assert_eq!(refused(Of::Amount(0)), Code::ParameterInvalid);
    assert_eq!(refused(Of::Lines(Vec::new())), Code::ParameterInvalid);
    assert_eq!(refused(Of::Lines(vec![(line(9), Part::Rest)])), Code::ResourceMissing);
    assert_eq!(refused(Of::Lines(vec![(line(1), Part::Net(6_834))])), Code::AmountTooLarge);
    assert_eq!(refused(Of::Lines(vec![(line(1), Part::Net(0))])), Code::ParameterInvalid);
    let twice = vec![(line(1), Part::Net(1)), (line(1), Part::Net(1))];
    assert_eq!(refused(Of::Lines(twice)), Code::ParameterConflict);
    invoice.status = Status::Draft;
    assert_eq!(note(&mut invoice, &mut ledger, Of::Everything, Destination::Balance), Err(Code::InvoiceNotCreditable));
}

#[test]
fn a_line_that_gives_back_is_not_credited() {
    let back = (-1_000, Charges { discount: 0, net: -1_000, tax: -210 });
    let mut invoice = finalized(&[(5_000, Charges { discount: 0, net: 5_000, tax: 1_050 }), back], 0);
    let mut ledger = ledger_of(&invoice, 0);
    let of = Of::Lines(vec![(line(2), Part::Rest)]);
    assert_eq!(note(&mut invoice, &mut ledger, of, Destination::Balance), Err(Code::AmountTooLarge));
    let of = Of::Lines(vec![(line(1), Part::Rest)]);
    assert_eq!(
        note(&mut invoice, &mut ledger, of, Destination::Balance),
        Err(Code::AmountTooLarge),
        "more than the invoice"
    );
    let all = note(&mut invoice, &mut ledger, Of::Everything, Destination::Balance).expect("credited");
    assert_eq!(all.noted.total(), 4_840);
}

proptest! {
    #[test]
    fn notes_never_exceed_their_invoice_and_the_last_one_leaves_nothing(
        lines in prop::collection::vec((1_i64..=100_000, 0_i64..=30_000), 1..6),
        amounts in prop::collection::vec((1_i64..=40_000, any::<bool>()), 0..12),
        is_paid in any::<bool>()
    ) {
        let charges: Vec<_> = lines.iter().map(|(net, tax)| (*net, Charges { discount: 0, net: *net, tax: *tax })).collect();
        let mut invoice = finalized(&charges, 0);
        let mut ledger = ledger_of(&invoice, 0);
        if is_paid && invoice.status == Status::Open {
            pay(&mut invoice, &mut ledger);
        }
        let mut noted = 0;
        for (amount, is_line) in amounts {
            let of = if is_line { Of::Lines(vec![(line(1), Part::Net(amount))]) } else { Of::Amount(amount) };
            if let Ok(note) = note(&mut invoice, &mut ledger, of, Destination::Balance) {
                noted += note.noted.total();
            }
            prop_assert!(noted <= invoice.totals.total);
        }
        if noted < invoice.totals.total {
            noted += note(&mut invoice, &mut ledger, Of::Everything, Destination::Balance).expect("the rest").noted.total();
        }
        prop_assert_eq!(noted, invoice.totals.total);
        for line in &invoice.lines {
            prop_assert_eq!((line.credited.net, line.credited.tax), (line.net, line.tax));
        }
        prop_assert_eq!(ledger.get(LedgerAccount::DeferredRevenue, invoice.currency).posted, 0);
        prop_assert_eq!(ledger.get(LedgerAccount::TaxPayable, invoice.currency).posted, 0);
        prop_assert_eq!(ledger.get(LedgerAccount::InvoiceReceivable, invoice.currency).posted, 0);
    }
}
