//! The endpoints of usage.

use futures_util::future::BoxFuture;
use vinr_core::ids::{SubscriptionId, SubscriptionItemId};
use vinr_core::keys::Family;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::usage::Action;

use super::{Outcome, Report, Used};
use crate::error::{ApiError, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::id;
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::subscriptions;
use crate::usage::{store, wire};

/// What can be asked of usage.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::post::<wire::Shown<'_>>("/v1/usage", family, "Report usage", create).body::<wire::Create>().codes(&[
            Code::ResourceMissing,
            Code::UsageNotMetered,
            Code::UsageTimestampInvalid,
        ]),
        E::post::<wire::ShownBatch<'_>>("/v1/usage/batch", family, "Report usage, up to 1,000 records at once", batch)
            .body::<wire::CreateBatch>(),
        E::get::<Listed<wire::ShownSummary>>(
            "/v1/subscription-items/{id}/usage-summaries",
            family,
            "List what was used of an item by period",
            summaries,
        )
        .query::<wire::Query>(),
    ]
}

impl From<wire::Create> for Report {
    fn from(ask: wire::Create) -> Report {
        let used = used(&ask);
        // The schema has looked at it.
        let at = ask.timestamp.and_then(|moment| moment.timestamp());
        let action = ask.action.map_or(Action::Increment, Action::from);
        Report { used, quantity: ask.quantity, at, action, identifier: ask.identifier }
    }
}

fn used(ask: &wire::Create) -> std::result::Result<Used, Refusal> {
    let item = id("subscriptionItemId", ask.subscription_item_id.as_deref(), SubscriptionItemId::parse)?;
    let subscription = id("subscriptionId", ask.subscription_id.as_deref(), SubscriptionId::parse)?;
    match (item, subscription) {
        (Some(item), None) => Ok(Used::Item(item)),
        (None, Some(subscription)) => Ok(Used::Subscription(subscription)),
        (Some(_), Some(_)) => {
            let message = "give `subscriptionItemId` or `subscriptionId`, not both";
            Err(Refusal::new(Code::ParameterConflict, message).at("subscriptionId"))
        }
        (None, None) => {
            let message = "name the item that was used, or its subscription";
            Err(Refusal::new(Code::ParameterMissing, message).at("subscriptionItemId"))
        }
    }
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let report = [Report::from(call.body::<wire::Create>()?)];
        answer(&call, "record_usage", report, |unit, report| {
            Box::pin(async move {
                match super::record(unit, report).await?.pop() {
                    Some(Outcome::Recorded(record) | Outcome::Repeated(record)) => Reply::ok(&wire::show(&record)),
                    Some(Outcome::Refused(error)) => Err(error),
                    None => Err(ApiError::internal("a report has an outcome")),
                }
            })
        })
        .await
    })
}

fn batch(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let asked: wire::CreateBatch = call.body()?;
        let reports: Vec<Report> = asked.records.into_iter().map(Report::from).collect();
        answer(&call, "record_usage_batch", reports, |unit, reports| {
            Box::pin(async move {
                let outcomes = super::record(unit, reports).await?;
                let data = outcomes.iter().map(shown).collect();
                Reply::ok(&wire::ShownBatch { object: "usage_batch", data })
            })
        })
        .await
    })
}

fn shown(outcome: &Outcome) -> wire::Answer<'_> {
    match outcome {
        Outcome::Recorded(record) => wire::Answer::recorded(record),
        Outcome::Repeated(first) => wire::Answer::repeated(first),
        Outcome::Refused(error) => wire::Answer::refused(error.first()),
    }
}

fn summaries(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let (item, query) = (call.id(0, SubscriptionItemId::parse)?, call.query::<wire::Query>()?);
        let snapshot = call.app.db.snapshot().await?;
        subscriptions::store::item_must_exist(&snapshot, call.account(), &item).await?;
        let filters: Vec<Filter> = vec![("item_id", item.as_str().into())];
        let read = |row: &vinr_store::Row| {
            let summary = store::read_listed(row);
            (summary.id.to_string(), summary)
        };
        let page = list::page_in(&snapshot, call.account(), &store::LIST, &query.page, filters, read).await?;
        let totals = store::totals(&snapshot, call.account(), &page.data).await?;
        let shown = page.data.iter().zip(&totals).map(|(summary, kept)| wire::show_summary(summary, kept)).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}
