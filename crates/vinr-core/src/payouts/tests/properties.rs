//! Whatever happens in whatever order, a settlement is the sum of its lines, a payout of its settlements, and the ledger
//! of all of them, to the minor unit.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::calendar::Day;
use crate::fees::FeeSchedule;
use crate::ids::SettlementId;
use crate::ledger::Balances;
use crate::settlements::{self, Open, Settlement, Totals};

/// One thing that happens in a currency.
#[derive(Clone, Copy, Debug)]
enum Step {
    Payment(i64),
    AtOnce(i64),
    Refund(i64),
    Dispute(i64),
    DisputeWon(i64),
    Fee(i64),
    DayEnds,
    PeriodEnds,
    Answered(bool),
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let amount = 1..=99_999_999_999_i64;
    let what = prop_oneof![
        4 => amount.clone().prop_map(Step::Payment),
        1 => amount.clone().prop_map(Step::AtOnce),
        2 => amount.clone().prop_map(Step::Refund),
        1 => amount.clone().prop_map(Step::Dispute),
        1 => amount.clone().prop_map(Step::DisputeWon),
        1 => amount.prop_map(Step::Fee),
        3 => Just(Step::DayEnds),
        2 => Just(Step::PeriodEnds),
        2 => any::<bool>().prop_map(Step::Answered),
    ];
    (0..3_usize, what)
}

/// The books of one currency, kept by the rules.
struct Books {
    currency: Currency,
    ledger: Balances,
    /// Every line with the settlement it is of.
    lines: Vec<(Option<u128>, Entry)>,
    open: (u128, Totals),
    settled: Vec<Settlement>,
    plan: Plan,
    payouts: Vec<Payout>,
    ids: u128,
}

impl Books {
    fn new(currency: Currency) -> Self {
        let plan = Plan::new(PayoutPlanId::from_bits(0), currency);
        let (ledger, lines, settled, payouts) = (Balances::default(), Vec::new(), Vec::new(), Vec::new());
        Self { currency, ledger, lines, open: (1, Totals::default()), settled, plan, payouts, ids: 1 }
    }

    fn id(&mut self) -> u128 {
        self.ids += 1;
        self.ids
    }

    fn book(&mut self, transfers: &[Transfer]) {
        for transfer in transfers {
            self.ledger.apply(transfer);
        }
    }

    /// Money between the merchant and the networks, and its fee.
    fn enter(&mut self, kind: Kind, amount: i64, fee: i64) {
        use LedgerAccount::{Fees, MerchantPending, Network};
        let money = |amount: i64| Money::new(amount.abs(), self.currency);
        let moved = |from, to, amount: i64| {
            let (debit, credit) = if amount > 0 { (from, to) } else { (to, from) };
            (amount != 0).then(|| Transfer::posted(debit, credit, money(amount)))
        };
        let other = if kind == Kind::Fee { Fees } else { Network };
        let transfers: Vec<_> =
            moved(other, MerchantPending, amount).into_iter().chain(moved(MerchantPending, Fees, fee)).collect();
        self.book(&transfers);
        self.count(kind, amount, fee);
    }

    fn count(&mut self, kind: Kind, amount: i64, fee: i64) {
        let amount = Money::new(amount, self.currency);
        let entry = Entry { kind, amount, fee, source: String::new(), funds: Funds::Settled };
        self.open.1 += Totals::of(&entry);
        self.lines.push((Some(self.open.0), entry));
    }

    fn close(&mut self) {
        if self.open.1.transactions == 0 {
            return;
        }
        let (id, totals) = self.open;
        self.book(&settlements::transfers(self.currency, totals.net));
        self.settle(id, totals);
        self.open = (self.id(), Totals::default());
    }

    fn settle(&mut self, id: u128, totals: Totals) {
        let at = Timestamp::EPOCH;
        let open = Open { id: SettlementId::from_bits(id), currency: self.currency, opened_at: at, closes_at: at };
        self.settled.push(settlements::close(&open, totals, self.plan.id.clone(), at));
        self.plan.collect(totals.net, None);
    }

    fn at_once(&mut self, amount: i64, fee: i64) {
        use LedgerAccount::{Fees, MerchantAvailable, Network};
        let currency = self.currency;
        let money = |amount| Money::new(amount, currency);
        let transfers = [
            Transfer::posted(Network, MerchantAvailable, money(amount)),
            Transfer::posted(MerchantAvailable, Fees, money(fee.max(1))),
        ];
        self.book(&transfers[..if fee == 0 { 1 } else { 2 }]);
        let entry =
            Entry { kind: Kind::Payment, amount: money(amount), fee, source: String::new(), funds: Funds::AtOnce };
        let (id, totals) = (self.id(), Totals::of(&entry));
        self.lines.push((Some(id), entry));
        self.settle(id, totals);
    }

    fn end_period(&mut self) {
        if self.plan.net <= 0 {
            return;
        }
        let id = PayoutId::from_bits(self.id());
        let ask = Create {
            id,
            trigger: Trigger::Schedule,
            metadata: Metadata::new(),
            arrives_at: Day::of(Timestamp::EPOCH, &crate::accounts::TimeZone::utc())
                .start(&crate::accounts::TimeZone::utc()),
        };
        let (payout, event) = create(&self.plan, ask, Timestamp::EPOCH);
        self.book(&transfers(&payout, event));
        self.lines.extend(entry(&payout, event).map(|line| (None, line)));
        self.payouts.push(payout);
        self.plan = Plan::new(PayoutPlanId::from_bits(self.id()), self.currency);
    }

    /// The bank takes the oldest payout that is on its way, or sends it back.
    fn answer(&mut self, takes: bool) {
        let Some(index) = self.payouts.iter().position(|one| due(one).is_some()) else { return };
        let said = if takes { BankAnswer::Credited } else { BankAnswer::Refused(FailureCode::AccountClosed) };
        for command in [Command::Send, Command::Arrive(said)] {
            let payout = self.payouts[index].clone();
            let event = decide(&payout, command).expect("allowed").expect("it was on its way");
            self.book(&transfers(&payout, event));
            if let Some(line) = entry(&payout, event) {
                self.count(line.kind, line.amount.amount, line.fee);
            }
            evolve(&mut self.payouts[index], event);
        }
    }

    fn play(&mut self, step: Step, fees: &FeeSchedule) {
        let fee = |amount| fees.fee(Money::new(amount, self.currency)).amount;
        match step {
            Step::Payment(amount) => self.enter(Kind::Payment, amount, fee(amount)),
            Step::AtOnce(amount) => self.at_once(amount, fee(amount)),
            Step::Refund(amount) => self.enter(Kind::Refund, -amount, 0),
            Step::Dispute(amount) => self.enter(Kind::Dispute, -amount, 1_500),
            Step::DisputeWon(amount) => self.enter(Kind::Dispute, amount, -1_500),
            Step::Fee(amount) => self.enter(Kind::Fee, -amount, 0),
            Step::DayEnds => self.close(),
            Step::PeriodEnds => self.end_period(),
            Step::Answered(takes) => self.answer(takes),
        }
    }

    fn adds_up(&self) {
        let mut of: BTreeMap<String, Totals> = BTreeMap::new();
        for (settlement, line) in &self.lines {
            if let Some(id) = settlement {
                *of.entry(String::from(SettlementId::from_bits(*id))).or_default() += Totals::of(line);
            }
        }
        let mut collected: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for settlement in &self.settled {
            assert!(settlement.totals.adds_up());
            assert_eq!(of.get(settlement.id.as_str()), Some(&settlement.totals), "a settlement is its lines");
            let (net, count) = collected.entry(settlement.plan.as_str()).or_default();
            (*net, *count) = (*net + settlement.totals.net, *count + 1);
        }
        for payout in &self.payouts {
            let is = (payout.amount.amount, payout.settlements);
            assert_eq!(collected.get(payout.plan.as_str()), Some(&is), "a payout is its settlements");
        }
        self.ledger.check_zero_sum().expect("double entry");
        let posted = |account| self.ledger.get(account, self.currency).posted;
        let sum = |wanted: &[Status]| -> i64 {
            self.payouts.iter().filter(|one| wanted.contains(&one.status)).map(|one| one.amount.amount).sum()
        };
        assert_eq!(posted(LedgerAccount::MerchantAvailable), self.plan.net, "what is available is collected");
        assert_eq!(posted(LedgerAccount::MerchantPending), self.open.1.net, "what is pending is of today");
        assert_eq!(posted(LedgerAccount::PayoutsInTransit), sum(&[Status::Pending, Status::InTransit]));
        assert_eq!(posted(LedgerAccount::MerchantBank), sum(&[Status::Paid]));
        let nets: i64 = self.lines.iter().map(|(_, line)| line.net()).sum();
        let has = posted(LedgerAccount::MerchantAvailable) + posted(LedgerAccount::MerchantPending);
        assert_eq!(nets, has, "the lines explain the balance");
    }
}

proptest! {
    #[test]
    fn every_history_adds_up(steps in prop::collection::vec(step(), 1..120)) {
        let fees = FeeSchedule::default();
        let mut all = [Currency::EUR, Currency::JPY, Currency::KWD].map(Books::new);
        for (index, step) in steps {
            all[index].play(step, &fees);
            all[index].adds_up();
        }
    }
}
