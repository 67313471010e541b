//! The endpoints of settlements, and of making a payout of them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use vinr_core::ids::{PayoutId, SettlementId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::refusal::Code;
use vinr_core::settlements::Settlement;
use vinr_core::time::{Span, Timestamp};
use vinr_store::{Read, Row};

use super::Ask;
use crate::balance_transactions::{store as lines_store, wire as lines};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::chosen_id;
use crate::http::idempotency::answer;
use crate::http::list::{self, Created, Filter, Listed};
use crate::http::reply::Reply;
use crate::payouts::{store as payouts_store, wire as payouts};
use crate::settlements::{store, wire};

const ONE: &str = "/v1/settlements/{id}";
const TRANSACTIONS: &str = "/v1/settlements/{id}/transactions";

/// What can be asked of settlements, and the payout that a merchant asks for.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Settlements;
    vec![
        E::get::<Listed<wire::Shown>>("/v1/settlements", family, "List settlements", list_all).query::<wire::Query>(),
        E::get::<wire::Shown>(ONE, family, "Retrieve a settlement", retrieve),
        E::get::<Listed<lines::Shown>>(TRANSACTIONS, family, "List a settlement's transactions", transactions)
            .query::<wire::TransactionsQuery>(),
        E::post::<payouts::Shown<'_>>("/v1/payouts", Family::Payouts, "Pay out what is settled", pay_out)
            .body::<payouts::Create>()
            .codes(&[Code::BalanceInsufficient, Code::AmountMismatch, Code::BankNotConfigured, Code::ResourceExists]),
    ]
}

fn list_all(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let (snapshot, account) = (call.app.db.snapshot().await?, call.account());
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.currency.map(|code| ("currency", code.to_ascii_uppercase().into())));
        if let Some(id) = query.payout_id {
            filters.push(("plan_id", plan_of(&snapshot, &call, &id).await?.into()));
        }
        let read = |row: &Row| (row.text(0).to_owned(), store::read(row));
        let found = list::page_in(&snapshot, account, &store::LIST, &query.page, filters, read).await?;
        let plans = found.data.iter().map(|one| one.plan.to_string()).collect();
        let made = payouts_store::made(&snapshot, account, &plans).await?;
        let Listed { object, data, page } = found;
        let data: Vec<wire::Shown> = data.into_iter().map(|one| shown(one, &made)).collect();
        Reply::ok(&Listed { object, data, page })
    })
}

/// What a payout was collected by; for a payout that is not there, a word that no plan is called by.
async fn plan_of(reads: &impl Read, call: &Call, id: &str) -> Result<String> {
    let Ok(id) = PayoutId::parse(id) else { return Ok(String::new()) };
    Ok(payouts_store::find_plan_of(reads, call.account(), &id).await?.map_or_else(String::new, String::from))
}

fn shown(settlement: Settlement, made: &BTreeMap<String, (String, Timestamp)>) -> wire::Shown {
    let paid = made.get(settlement.plan.as_str());
    let paid = paid.map(|(id, at)| wire::PaidBy { payout_id: id.clone(), arrives_at: *at });
    wire::show(settlement, paid)
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let (snapshot, account) = (call.app.db.snapshot().await?, call.account());
        let settlement = store::get(&snapshot, account, &call.id(0, SettlementId::parse)?).await?;
        let plans = BTreeSet::from([settlement.plan.to_string()]);
        let made = payouts_store::made(&snapshot, account, &plans).await?;
        Reply::ok(&shown(settlement, &made))
    })
}

fn transactions(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let mut query = call.query::<wire::TransactionsQuery>()?;
        let (snapshot, account) = (call.app.db.snapshot().await?, call.account());
        let settlement = store::get(&snapshot, account, &call.id(0, SettlementId::parse)?).await?;
        within(query.page.created.get_or_insert_default(), &settlement);
        let filters: Vec<Filter> = vec![("settlement_id", settlement.id.as_str().into())];
        let read = |row: &Row| (row.text(0).to_owned(), lines::show(lines_store::read(row)));
        let page = list::page_in(&snapshot, account, &lines_store::LIST, &query.page, filters, read).await?;
        Reply::ok(&page)
    })
}

/// What processes' clocks may differ by, with room to spare.
const SKEW: Span = Span::hours(1);

/// A settlement's lines lie between its first and its closing: so far the list of all lines is read for them.
fn within(created: &mut Created, settlement: &Settlement) {
    let (first, last) = (settlement.opened_at.minus(SKEW).seconds().max(0), settlement.closed_at.seconds());
    created.gte = Some(created.gte.map_or(first, |asked| asked.max(first)));
    created.lte = Some(created.lte.map_or(last, |asked| asked.min(last)));
}

fn pay_out(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = read_ask(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_payout", ask, |unit, ask| {
            Box::pin(async move { Ok(Reply::raw(payouts::data(&super::pay_out_now(unit, ask).await?))) })
        })
        .await
    })
}

/// Reads what is asked for, with all its problems together.
fn read_ask(ask: payouts::Create, environment: Environment) -> Result<Ask> {
    let payouts::Create { id, currency, amount, metadata } = ask;
    let mut problems = Problems::default();
    let id = problems.note(chosen_id(id.as_deref(), PayoutId::parse, environment)).flatten();
    let currency = problems.note(Currency::from_param(&currency));
    let pairs = metadata.unwrap_or_default().pairs();
    let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
    let Some(currency) = currency.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
    Ok(Ask { id, currency, amount, metadata })
}
