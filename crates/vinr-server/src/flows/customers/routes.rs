//! The endpoints of customers and of their saved methods.

use futures_util::future::BoxFuture;
use vinr_core::customers::{Changes, email_key};
use vinr_core::ids::{CustomerId, PaymentMethodId};
use vinr_core::keys::{Environment, Family};
use vinr_core::payment_methods::Status;
use vinr_core::refusal::{Code, Refusal};

use crate::customers::{self, store, wire};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{MetadataInput, chosen_id};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::payment_methods::{store as methods_store, wire as methods};

const ONE: &str = "/v1/customers/{id}";
const METHODS: &str = "/v1/customers/{id}/methods";
const METHOD: &str = "/v1/customers/{id}/methods/{method}";

/// What can be asked of customers.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Customers;
    vec![
        E::post::<wire::Shown<'_>>("/v1/customers", family, "Create a customer", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>("/v1/customers", family, "List customers", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a customer", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a customer", update).body::<wire::Details>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a customer", update).body::<wire::Details>(),
        E::delete::<wire::Removed>(ONE, family, "Delete a customer", delete),
        E::get::<Listed<methods::Shown<'_>>>(METHODS, family, "List a customer's payment methods", list_methods)
            .query::<wire::MethodsQuery>(),
        E::delete::<methods::Shown<'_>>(METHOD, family, "Detach a payment method", detach_method),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = new_customer(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_customer", data, |unit, (chosen, details)| {
            Box::pin(async move {
                let customer = customers::create(unit, chosen.as_ref(), details.clone()).await?;
                Ok(Reply::raw(wire::data(&customer)))
            })
        })
        .await
    })
}

/// Reads what a customer is to be, with all its problems together.
fn new_customer(ask: wire::Create, environment: Environment) -> Result<(Option<CustomerId>, Changes)> {
    let mut problems = Problems::default();
    let chosen = problems.note(chosen_id(ask.id.as_deref(), CustomerId::parse, environment)).flatten();
    let details = ask.details.changes(&mut problems);
    if matches!(details.default_method_id, Some(Some(_))) {
        let message = "a new customer has no payment methods yet; the first one attached becomes the default";
        problems.add(Refusal::new(Code::ParameterInvalid, message).at("defaultMethodId"));
    }
    problems.told()?;
    Ok((chosen, details))
}

fn changes(ask: wire::Details) -> Result<Changes> {
    let mut problems = Problems::default();
    let changes = ask.changes(&mut problems);
    problems.told()?;
    Ok(changes)
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        if let Some(pairs) = query.metadata {
            return list_by_pair(&call, query.page, query.email.is_some(), pairs).await;
        }
        let mut filters: Vec<Filter> = vec![("deleted", false.into())];
        filters.extend(query.email.map(|email| ("email_key", email_key(&email).into())));
        let read = |row: &vinr_store::Row| {
            let customer = store::read_listed(row);
            (customer.id.to_string(), wire::value(&customer))
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        Reply::ok(&page)
    })
}

/// The customers with a pair of metadata: a list of pairs, each shown as its customer.
async fn list_by_pair(
    call: &Call,
    mut page: list::Page<CustomerId>,
    with_email: bool,
    pairs: MetadataInput,
) -> Result<Reply> {
    let mut pairs = pairs.pairs();
    let (Some((name, Some(value))), None, false) = (pairs.next(), pairs.next(), with_email) else {
        let message = "search by one pair, such as metadata[internalId]=user_8821, and without `email`";
        return Err(Refusal::new(Code::ParameterInvalid, message).at("metadata").into());
    };
    for cursor in [&mut page.starting_after, &mut page.ending_before].into_iter().flatten() {
        cursor.row = store::pair_id(&cursor.row, &name);
    }
    let filters: Vec<Filter> = vec![("name", name.as_str().into()), ("value", value.into())];
    let read = |row: &vinr_store::Row| (row.text(1).to_owned(), row.text(1).to_owned());
    let snapshot = call.app.db.snapshot().await?;
    let found = list::page_in(&snapshot, call.account(), &store::LIST_BY_PAIR, &page, filters, read).await?;
    let ids = found.data.iter().cloned().collect();
    let mut shown = customers::shown(&snapshot, call.account(), &ids).await?;
    // Whoever is forgotten has no pairs any more.
    let data: Vec<_> = found.data.iter().filter_map(|id| shown.remove(id)).collect();
    Reply::ok(&Listed { object: found.object, data, page: found.page })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let customer = store::get(&call.app.db, call.account(), &call.id(0, CustomerId::parse)?).await?;
        Ok(Reply::raw(wire::data(&customer)))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, CustomerId::parse)?, changes(call.body()?)?);
        answer(&call, "update_customer", data, |unit, (id, changes)| {
            Box::pin(async move { Ok(Reply::raw(wire::data(&super::update(unit, id, changes.clone()).await?))) })
        })
        .await
    })
}

fn delete(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, CustomerId::parse)?;
        answer(&call, "delete_customer", id, |unit, id| {
            Box::pin(async move {
                super::delete(unit, id).await?;
                Reply::ok(&wire::Removed { id: id.to_string(), object: "customer", deleted: true })
            })
        })
        .await
    })
}

fn list_methods(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::MethodsQuery>()?;
        let id = call.id(0, CustomerId::parse)?;
        let snapshot = call.app.db.snapshot().await?;
        store::get(&snapshot, call.account(), &id).await?;
        let filters: Vec<Filter> =
            vec![("customer_id", id.as_str().into()), ("status", Status::Active.as_str().into())];
        let read = |row: &vinr_store::Row| {
            let method = methods_store::read_listed(row);
            (method.id.to_string(), methods::value(&method))
        };
        let page = list::page_in(&snapshot, call.account(), &methods_store::LIST, &query.page, filters, read).await?;
        Reply::ok(&page)
    })
}

fn detach_method(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, CustomerId::parse)?, call.id(1, PaymentMethodId::parse)?);
        answer(&call, "detach_payment_method", data, |unit, (id, method)| {
            Box::pin(async move { Ok(Reply::raw(methods::data(&super::detach(unit, id, method).await?))) })
        })
        .await
    })
}
