//! The endpoints of redemptions.

use futures_util::future::BoxFuture;
use vinr_core::ids::{LoyaltyAccountId, RedemptionId, RewardId};
use vinr_core::keys::{Environment, Family};
use vinr_core::refusal::Code;

use crate::error::{ApiError, Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{chosen_id, id};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::redemptions::{store, wire};

const ALL: &str = "/v1/loyalty/redemptions";
const ONE: &str = "/v1/loyalty/redemptions/{id}";

/// What can be asked of redemptions.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Exchange points for a reward", create).body::<wire::Create>().codes(
            &[
                Code::ResourceExists,
                Code::ResourceMissing,
                Code::InsufficientPoints,
                Code::LoyaltyAccountClosed,
                Code::RewardUnavailable,
                Code::TierRequired,
            ],
        ),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List redemptions", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a redemption", retrieve),
        E::post::<wire::Shown<'_>>(
            "/v1/loyalty/redemptions/{id}/cancel",
            family,
            "Give the points of a redemption back",
            cancel,
        )
        .body::<wire::Cancel>()
        .codes(&[Code::RedemptionInUse, Code::RedemptionNotUsable]),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = NewRedemption::of(&call.body()?, call.app.settings.environment)?;
        answer(&call, "create_redemption", new, |unit, new| {
            Box::pin(async move {
                let redemption = super::create(unit, &new.account, &new.reward, new.id.as_ref()).await?;
                Ok(Reply::raw(wire::data(&redemption)))
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.account_id.map(|account| ("loyalty_account_id", account.into())));
        filters.extend(query.status.map(|status| ("status", status.status().as_str().into())));
        filters.extend(query.payment_id.map(|payment| ("payment_id", payment.into())));
        let read = |row: &vinr_store::Row| {
            let redemption = store::read_listed(row);
            (redemption.id.to_string(), redemption)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, RedemptionId::parse)?;
        Ok(Reply::raw(wire::data(&store::get(&call.app.db, call.account(), &id).await?)))
    })
}

fn cancel(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Cancel {} = call.body()?;
        answer(&call, "cancel_redemption", call.id(0, RedemptionId::parse)?, |unit, id| {
            Box::pin(async move { Ok(Reply::raw(wire::data(&super::cancel(unit, id).await?))) })
        })
        .await
    })
}

/// What a redemption is made of.
struct NewRedemption {
    /// The caller's choice.
    id: Option<RedemptionId>,
    account: LoyaltyAccountId,
    reward: RewardId,
}

impl NewRedemption {
    /// Reads what is asked for, with all its problems together.
    fn of(ask: &wire::Create, environment: Environment) -> Result<NewRedemption> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(ask.id.as_deref(), RedemptionId::parse, environment)).flatten();
        let account = problems.note(id("accountId", Some(&ask.account_id), LoyaltyAccountId::parse)).flatten();
        let reward = problems.note(id("rewardId", Some(&ask.reward_id), RewardId::parse)).flatten();
        problems.told()?;
        let (account, reward) =
            account.zip(reward).ok_or_else(|| ApiError::internal("ids without a problem were read"))?;
        Ok(NewRedemption { id: chosen, account, reward })
    }
}
