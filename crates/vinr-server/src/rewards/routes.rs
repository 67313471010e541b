//! The endpoints of rewards.

use futures_util::future::BoxFuture;
use vinr_core::ids::{ProgramId, RewardId};
use vinr_core::keys::Family;
use vinr_core::metadata::Metadata;
use vinr_core::programs::DEFAULT_ID;
use vinr_core::refusal::Code;
use vinr_core::rewards::{Reward, Value};
use vinr_core::time::Timestamp;

use super::{store, wire};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::id;
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/loyalty/rewards";
const ONE: &str = "/v1/loyalty/rewards/{id}";

/// What can be asked of rewards.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create a reward", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists, Code::ResourceMissing]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List rewards", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a reward", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a reward", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a reward", update).body::<wire::Update>(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = NewReward::of(call.body()?)?;
        answer(&call, "create_reward", new, |unit, new| {
            Box::pin(async move {
                let id = new.id.clone().unwrap_or_else(|| RewardId::from_bits(unit.env.id_bits()));
                let reward = super::create(unit, new.reward(id, unit.now()), new.id.is_some()).await?;
                Reply::ok(&wire::show(&reward))
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.program_id.map(|program| ("program_id", program.into())));
        filters.extend(query.active.map(|active| ("active", active.into())));
        let read = |row: &vinr_store::Row| {
            let reward = store::read_listed(row);
            (reward.id.to_string(), reward)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let reward = store::get(&call.app.db, call.account(), &call.id(0, RewardId::parse)?).await?;
        Reply::ok(&wire::show(&reward))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, RewardId::parse)?, call.body::<wire::Update>()?.changes());
        answer(&call, "update_reward", data, |unit, (id, changes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, changes.clone()).await?)) })
        })
        .await
    })
}

/// What a reward is made of, before it has its id.
struct NewReward {
    /// The caller's choice.
    id: Option<RewardId>,
    program_id: ProgramId,
    value: Value,
    metadata: Metadata,
    /// The rest as it came.
    ask: wire::Create,
}

impl NewReward {
    /// Reads what is asked for, with all its problems together.
    fn of(mut ask: wire::Create) -> Result<NewReward> {
        let mut problems = Problems::default();
        let chosen = problems.note(id("id", ask.id.as_deref(), RewardId::parse)).flatten();
        let program = ask.program_id.as_deref().unwrap_or(DEFAULT_ID);
        let program = problems.note(id("programId", Some(program), ProgramId::parse)).flatten();
        let value = problems.note_all(std::mem::take(&mut ask.value).read(ask.kind.kind()));
        let pairs = ask.metadata.take().unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        match (program, value) {
            (Some(program_id), Some(value)) if problems.is_empty() => {
                Ok(NewReward { id: chosen, program_id, value, metadata, ask })
            }
            _ => Err(problems.into()),
        }
    }

    fn reward(&self, id: RewardId, now: Timestamp) -> Reward {
        Reward {
            id,
            program_id: self.program_id.clone(),
            name: self.ask.name.clone(),
            cost: self.ask.cost,
            value: self.value.clone(),
            inventory: self.ask.inventory,
            is_active: self.ask.active.unwrap_or(true),
            tier: self.ask.tier.clone(),
            metadata: self.metadata.clone(),
            created_at: now,
        }
    }
}
