//! The endpoints of members.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CustomerId, LoyaltyAccountId, ProgramId};
use vinr_core::keys::{Environment, Family};
use vinr_core::loyalty_accounts::Create;
use vinr_core::metadata::Metadata;
use vinr_core::programs::DEFAULT_ID;
use vinr_core::refusal::Code;

use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{chosen_id, id};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::loyalty_accounts::{self, store, wire};
use crate::record::Unit;

const ALL: &str = "/v1/loyalty/accounts";
const ONE: &str = "/v1/loyalty/accounts/{id}";

/// What can be asked of members.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create a loyalty account", create)
            .body::<wire::Create>()
            .codes(&[Code::LoyaltyAccountExists, Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List loyalty accounts", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a loyalty account", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a loyalty account", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a loyalty account", update).body::<wire::Update>(),
    ]
}

/// What a member is made of, before the id is drawn.
struct New {
    id: Option<LoyaltyAccountId>,
    program_id: ProgramId,
    customer_id: Option<CustomerId>,
    metadata: Metadata,
}

impl New {
    /// Reads what is asked for, with all its problems together.
    fn of(ask: wire::Create, environment: Environment) -> Result<New> {
        let wire::Create { id: chosen, program_id, customer_id, metadata } = ask;
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(chosen.as_deref(), LoyaltyAccountId::parse, environment)).flatten();
        let program = program_id.as_deref().unwrap_or(DEFAULT_ID);
        let program_id = problems.note(id("programId", Some(program), ProgramId::parse)).flatten();
        let customer_id = problems.note(id("customerId", customer_id.as_deref(), CustomerId::parse)).flatten();
        let pairs = metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        match program_id {
            Some(program_id) if problems.is_empty() => Ok(New { id: chosen, program_id, customer_id, metadata }),
            _ => Err(problems.into()),
        }
    }

    fn drawn(&self, unit: &Unit<'_>) -> Create {
        Create {
            id: self.id.clone().unwrap_or_else(|| LoyaltyAccountId::from_bits(unit.env.id_bits())),
            program_id: self.program_id.clone(),
            customer_id: self.customer_id.clone(),
            metadata: self.metadata.clone(),
        }
    }
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = New::of(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_loyalty_account", new, |unit, new| {
            Box::pin(async move {
                let ask = new.drawn(unit);
                let member = super::create(unit, &ask, new.id.is_some()).await?;
                Ok(Reply::raw(wire::data(&member.account, &unit.context.loyalty)))
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
        filters.extend(query.customer_id.map(|customer| ("customer_id", customer.into())));
        let read = |row: &vinr_store::Row| {
            let account = store::read_listed(row);
            (account.id.to_string(), account)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let context = call.app.contexts.recent(&call.app.db, call.account(), call.app.env.wall()).await?;
        let shown = page.data.iter().map(|account| wire::show(account, &context.loyalty)).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let account = store::get(&call.app.db, call.account(), &call.id(0, LoyaltyAccountId::parse)?).await?;
        let context = call.app.contexts.recent(&call.app.db, call.account(), call.app.env.wall()).await?;
        Ok(Reply::raw(wire::data(&account, &context.loyalty)))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, LoyaltyAccountId::parse)?, call.body::<wire::Update>()?.changes());
        answer(&call, "update_loyalty_account", data, |unit, (id, changes)| {
            Box::pin(async move {
                let account = loyalty_accounts::update(unit, id, changes.clone()).await?;
                Ok(Reply::raw(wire::data(&account, &unit.context.loyalty)))
            })
        })
        .await
    })
}
