//! The endpoints of payment links.

use futures_util::future::BoxFuture;
use vinr_core::ids::PaymentLinkId;
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payment_links::{self as core, Changes, Uses};
use vinr_core::payments;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;
use vinr_store::{Class, UnitOfWork};

use super::{store, wire};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{InstantInput, chosen_id};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::Pages;
use crate::record::Unit;

const ALL: &str = "/v1/payment-links";
const ONE: &str = "/v1/payment-links/{id}";

/// What can be asked of payment links.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::PaymentLinks;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create a payment link", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List payment links", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a payment link", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a payment link", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a payment link", update).body::<wire::Update>(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = NewLink::of(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_payment_link", new, |unit, new| {
            Box::pin(async move {
                let link = super::create(unit, new.drawn(unit), new.id.is_some()).await?;
                shown(unit, &link)
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let (_, now) = moment(&call).await?;
        let filters: Vec<Filter> = query.active.map(|active| ("active", active.into())).into_iter().collect();
        let read = |row: &vinr_store::Row| {
            let link = store::read_listed(row);
            (link.id.to_string(), link)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(|link| wire::show(link, pages(&call), now)).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PaymentLinkId::parse)?;
        let (mut unit, now) = moment(&call).await?;
        let link = store::peek(&mut unit, &id).await?;
        Reply::ok(&wire::show(&link, pages(&call), now))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PaymentLinkId::parse)?, changes(call.body()?)?);
        answer(&call, "update_payment_link", data, |unit, (id, changes)| {
            Box::pin(async move {
                let link = super::update(unit, id, changes.clone()).await?;
                shown(unit, &link)
            })
        })
        .await
    })
}

/// The account's time as it is now: whether a link is over must not come from a second ago.
async fn moment(call: &Call) -> Result<(UnitOfWork, Timestamp)> {
    let (app, wall) = (&call.app, call.app.env.wall());
    let mut unit = app.db.begin(call.account().as_str(), "show_payment_links", Class::Request);
    let context = app.contexts.fresh(&mut unit, call.account(), wall).await?;
    Ok((unit, context.clock.account_now(wall)))
}

fn pages(call: &Call) -> Pages<'_> {
    Pages { public_url: &call.app.settings.public_url, account: call.account() }
}

fn shown(unit: &Unit<'_>, link: &core::PaymentLink) -> Result<Reply> {
    let pages = Pages { public_url: &unit.settings.public_url, account: &unit.context.account };
    Reply::ok(&wire::show(link, pages, unit.now()))
}

fn changes(ask: wire::Update) -> Result<Changes> {
    let wire::Update { active, description, max_payments, expires_at, return_url, metadata } = ask;
    let mut problems = Problems::default();
    let expires_at = expires_at.map(|end| end.and_then(|end| problems.note(instant(&end))));
    problems.told()?;
    Ok(Changes {
        is_active: active,
        description: description.map(|text| text.filter(|text| !text.is_empty())),
        payments_max: max_payments,
        expires_at,
        return_url,
        metadata: metadata.unwrap_or_default().pairs().collect(),
    })
}

fn instant(input: &InstantInput) -> std::result::Result<Timestamp, Refusal> {
    let message = "expected an RFC 3339 time or unix seconds";
    input.timestamp().ok_or_else(|| Refusal::new(Code::ParameterInvalid, message).at("expiresAt"))
}

/// What a link is made of, before it has its id and its secret.
struct NewLink {
    /// The caller's choice.
    id: Option<PaymentLinkId>,
    amount: Money,
    description: Option<String>,
    uses: Uses,
    expires_at: Option<Timestamp>,
    return_url: Option<String>,
    metadata: Metadata,
}

impl NewLink {
    /// Reads what is asked for, with all its problems together.
    fn of(ask: wire::Create, environment: Environment) -> Result<NewLink> {
        let wire::Create {
            id,
            amount,
            currency,
            price_id,
            description,
            reusable,
            max_payments,
            expires_at,
            return_url,
            metadata,
        } = ask;
        let mut problems = Problems::default();
        let id = problems.note(chosen_id(id.as_deref(), PaymentLinkId::parse, environment)).flatten();
        if price_id.is_some() {
            let message = "a link is not made of a price yet: give `amount` and `currency` instead";
            problems.add(Refusal::new(Code::ParameterInvalid, message).at("priceId"));
        }
        let amount = problems.note_all(charged(amount, currency.as_deref()));
        let uses = problems.note(uses(reusable, max_payments));
        let expires_at = expires_at.and_then(|end| problems.note(instant(&end)));
        let pairs = metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        let description = description.filter(|text| !text.is_empty());
        match (amount, uses) {
            (Some(amount), Some(uses)) if problems.is_empty() => {
                Ok(NewLink { id, amount, description, uses, expires_at, return_url, metadata })
            }
            _ => Err(problems.into()),
        }
    }

    fn drawn(&self, unit: &Unit<'_>) -> core::Create {
        core::Create {
            id: self.id.clone().unwrap_or_else(|| PaymentLinkId::from_bits(unit.env.id_bits())),
            amount: self.amount,
            description: self.description.clone(),
            uses: self.uses,
            expires_at: self.expires_at,
            return_url: self.return_url.clone(),
            metadata: self.metadata.clone(),
            code: format!("{:032x}", unit.env.entropy.u128()),
        }
    }
}

/// What each payment charges. Both are optional for the schema, since a price will stand for them.
fn charged(amount: Option<i64>, currency: Option<&str>) -> std::result::Result<Money, Vec<Refusal>> {
    let missing =
        |param: &'static str| Refusal::new(Code::ParameterMissing, format!("`{param}` is required")).at(param);
    match (amount, currency) {
        (Some(amount), Some(currency)) => {
            let currency = Currency::from_param(currency).map_err(|refusal| vec![refusal])?;
            payments::amount(amount, currency).map_err(|refusal| vec![refusal])
        }
        (Some(_), None) => Err(vec![missing("currency")]),
        (None, Some(_)) => Err(vec![missing("amount")]),
        (None, None) => Err(vec![missing("amount"), missing("currency")]),
    }
}

/// How often it can be paid: whoever names a maximum above one means a link that is used again.
fn uses(reusable: Option<bool>, payments_max: Option<u32>) -> std::result::Result<Uses, Refusal> {
    match (reusable, payments_max) {
        (Some(true), payments_max) | (None, payments_max @ Some(2..)) => Ok(Uses::Many { payments_max }),
        (Some(false) | None, None | Some(..=1)) => Ok(Uses::Once),
        (Some(false), Some(2..)) => {
            let message = "a link that is not reusable is paid once; leave `maxPayments` out or say `reusable: true`";
            Err(Refusal::new(Code::ParameterConflict, message).at("maxPayments"))
        }
    }
}
