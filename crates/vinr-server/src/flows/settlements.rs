//! Lines of the balance, the settlements they are of, and the payouts that are made of those
//! ([0011](../../../../docs/decisions/0011-settlements-by-membership.md)).

pub(crate) mod routes;

use vinr_core::balance::{Entry, Funds};
use vinr_core::calendar::Day;
use vinr_core::ids::{PayoutId, PayoutPlanId, SettlementId};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::payouts::{self as payouts_core, Payout, Plan, Trigger, arrives_on, period_end};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::settlements::{self as core, Open, Totals};
use vinr_core::time::Timestamp;

use crate::error::Result;
use crate::payouts::Collecting;
use crate::record::{Noun, Unit};
use crate::settlements::wire;
use crate::{balance_transactions, payouts, settlements};

/// Writes a line of the balance. It is counted into the settlement of its day, and available when that is over; what is
/// available at once is a settlement of its own.
pub(super) async fn enter(unit: &mut Unit<'_>, entry: &Entry) -> Result<()> {
    let currency = entry.amount.currency;
    match entry.funds {
        Funds::Settled => {
            let open = settlements::of_today(unit, currency);
            settlements::count(unit, &open, Totals::of(entry));
            balance_transactions::insert(unit, entry, open.closes_at, Some(&open.id));
            Ok(())
        }
        Funds::AtOnce => {
            let now = unit.now();
            let id = SettlementId::from_bits(unit.env.id_bits());
            balance_transactions::insert(unit, entry, now, Some(&id));
            let open = Open { id, currency, opened_at: now, closes_at: now };
            let mut collecting = payouts::collecting(unit, currency).await?;
            let day = Day::of(now, &unit.context.settings.time_zone);
            let settlement = collect(unit, &mut collecting, &open, Totals::of(entry), day);
            settlements::insert(unit, &settlement);
            tell(unit, settlement, None);
            payouts::keep(unit, collecting);
            Ok(())
        }
    }
}

/// A settlement's timer has fired.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &SettlementId) -> Result<()> {
    let Some(open) = settlements::find_open(unit, id).await? else {
        unit.timer(Noun::Settlement, id.as_str(), Some(unit.now()), None);
        return Ok(());
    };
    if unit.now() < open.closes_at {
        unit.timer(Noun::Settlement, id.as_str(), Some(unit.now()), Some(open.closes_at));
        return Ok(());
    }
    let collecting = payouts::collecting(unit, open.currency).await?;
    close(unit, collecting, &open).await
}

/// A plan's timer has fired: its period is over.
pub(crate) async fn fire_plan(unit: &mut Unit<'_>, id: &PayoutPlanId) -> Result<()> {
    let Some(mut collecting) = payouts::find_collecting(unit, id).await? else {
        payouts::forget(unit, id);
        return Ok(());
    };
    // What closes with the period is of this payout, whichever timer was first.
    if let Some(open) = settlements::overdue(unit, collecting.plan.currency).into_iter().next() {
        return close(unit, collecting, &open).await;
    }
    if !collecting.plan.is_due(unit.now()) {
        payouts::rearm(unit, &collecting);
        return Ok(());
    }
    let cut_at = collecting.plan.cut_at.take();
    end_period(unit, collecting, cut_at.unwrap_or_else(|| unit.now())).await
}

/// Closes a settlement, and makes the payout if its period ends with it.
async fn close(unit: &mut Unit<'_>, mut collecting: Collecting, open: &Open) -> Result<()> {
    let totals = settlements::totals(unit, open).await?;
    let day = core::day_of(open.closes_at, &unit.context.settings.time_zone);
    let settlement = collect(unit, &mut collecting, open, totals, day);
    unit.book(open.id.as_str(), &core::transfers(open.currency, totals.net));
    settlements::close(unit, &settlement);
    if !collecting.plan.is_due(open.closes_at) {
        tell(unit, settlement, None);
        payouts::keep(unit, collecting);
        return Ok(());
    }
    collecting.plan.cut_at = None;
    let payout = (collecting.plan.net > 0).then(|| scheduled(unit, day));
    let paid = payout.as_ref().map(|ask| wire::PaidBy { payout_id: ask.id.to_string(), arrives_at: ask.arrives_at });
    tell(unit, settlement, paid);
    let Some(ask) = payout else {
        payouts::keep(unit, collecting);
        return Ok(());
    };
    pay_out(unit, collecting, ask, false).await.map(drop)
}

/// Makes the payout of a period in which nothing closes any more.
async fn end_period(unit: &mut Unit<'_>, collecting: Collecting, cut_at: Timestamp) -> Result<()> {
    if collecting.plan.net <= 0 {
        payouts::keep(unit, collecting);
        return Ok(());
    }
    let day = core::day_of(cut_at, &unit.context.settings.time_zone);
    let ask = scheduled(unit, day);
    pay_out(unit, collecting, ask, false).await.map(drop)
}

/// The settlement that this will be, taken into what is collected.
fn collect(unit: &Unit<'_>, collecting: &mut Collecting, open: &Open, totals: Totals, day: Day) -> core::Settlement {
    let settings = &unit.context.settings;
    let (schedule, zone) = (settings.payout_schedule, &settings.time_zone);
    let last = period_end(schedule, day);
    let cut_at = payouts::has_bank(unit).then(|| last.end(zone));
    collecting.plan.collect(totals.net, cut_at);
    core::close(open, totals, collecting.plan.id.clone(), arrives_on(schedule, last).start(zone))
}

fn tell(unit: &mut Unit<'_>, settlement: core::Settlement, paid: Option<wire::PaidBy>) {
    let data = wire::data(settlement, paid);
    unit.emit(vinr_core::events::EventType::SettlementCreated, &data);
}

/// The payout that the schedule makes after a day.
fn scheduled(unit: &Unit<'_>, day: Day) -> payouts_core::Create {
    let settings = &unit.context.settings;
    payouts_core::Create {
        id: PayoutId::from_bits(unit.env.id_bits()),
        trigger: Trigger::Schedule,
        metadata: Metadata::new(),
        arrives_at: arrives_on(settings.payout_schedule, day).start(&settings.time_zone),
    }
}

/// Makes what is collected a payout, with its line of the balance.
async fn pay_out(
    unit: &mut Unit<'_>,
    collecting: Collecting,
    ask: payouts_core::Create,
    chosen_id: bool,
) -> Result<Payout> {
    let payout = payouts::make(unit, collecting, ask, chosen_id).await?;
    if let Some(entry) = payouts_core::entry(&payout, payouts_core::Event::Created) {
        let now = unit.now();
        balance_transactions::insert(unit, &entry, now, None);
    }
    Ok(payout)
}

/// What a merchant asks for.
pub(super) struct Ask {
    /// The caller's choice.
    pub(super) id: Option<PayoutId>,
    /// Of which settlements.
    pub(super) currency: Currency,
    /// What the merchant expects it to be.
    pub(super) amount: Option<i64>,
    /// The merchant's notes.
    pub(super) metadata: Metadata,
}

/// Pays out what waits, now.
///
/// # Errors
/// `bank_not_configured`, `balance_insufficient`, `amount_mismatch`, `resource_exists`.
pub(super) async fn pay_out_now(unit: &mut Unit<'_>, ask: &Ask) -> Result<Payout> {
    if !payouts::has_bank(unit) {
        let message = "there is no bank that payouts can be sent to yet: what is settled stays available";
        return Err(Refusal::new(Code::BankNotConfigured, message).into());
    }
    let collecting = payouts::collecting(unit, ask.currency).await?;
    Plan::payable(Some(&collecting.plan), ask.currency, ask.amount)?;
    let today = Day::of(unit.now(), &unit.context.settings.time_zone);
    let create = payouts_core::Create {
        id: ask.id.clone().unwrap_or_else(|| PayoutId::from_bits(unit.env.id_bits())),
        trigger: Trigger::Merchant,
        metadata: ask.metadata.clone(),
        ..scheduled(unit, today)
    };
    pay_out(unit, collecting, create, ask.id.is_some()).await
}
