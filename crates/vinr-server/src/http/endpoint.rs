//! The table of endpoints: one value an endpoint, from which routes, permissions, idempotency, the OpenAPI document,
//! the reference and the tests that cover every endpoint are made.

use std::net::IpAddr;

use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;
use vinr_core::ids::AccountId;
use vinr_core::keys::{Access, Environment, Family, KeyKind, Scope};
use vinr_core::refusal::{Code, Refusal};

use super::auth::Caller;
use super::decode;
use super::door::Door;
use super::idempotency::Key;
use super::reply::Reply;
use crate::app::App;
use crate::error::Result;

/// Where an endpoint exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In both environments.
    Everywhere,
    /// In the sandbox only; 404 elsewhere.
    SandboxOnly,
}

/// Whether an endpoint changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Reads: rate-limited as a read, no idempotency key.
    Reads,
    /// Writes: rate-limited as a write; a POST may carry an idempotency key.
    Writes,
}

/// What an endpoint does with a checked call.
pub type Handler = fn(Call) -> BoxFuture<'static, Result<Reply>>;

/// The shape of an answer.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Its schema.
    pub schema: fn() -> Schema,
    /// The name of its type.
    pub name: fn() -> String,
}

/// One endpoint.
#[derive(Clone)]
pub struct Endpoint {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path with `{names}` in braces.
    pub path: &'static str,
    /// One line for the reference.
    pub summary: &'static str,
    /// The noun under which the reference shows it.
    pub tag: &'static str,
    /// What the caller's key must be allowed to do.
    pub scope: Scope,
    /// Whether it changes something.
    pub effect: Effect,
    /// Where it exists.
    pub whereabouts: Where,
    /// Whom it lets in.
    pub door: Door,
    /// The parameters in the query string.
    pub query: Option<fn() -> Schema>,
    /// The parameters in the body.
    pub body: Option<fn() -> Schema>,
    /// The answer's shape.
    pub reply: fn() -> Schema,
    /// The name of the answer's type, for the document's components.
    pub reply_name: fn() -> String,
    /// The shape that a public key gets, and the name of its type, where that is another one.
    pub public_reply: Option<Shape>,
    /// Codes that are particular to it.
    pub codes: &'static [Code],
    /// What it does.
    pub handler: Handler,
}

impl Endpoint {
    /// An endpoint that reads, with `R` as its answer.
    pub fn get<R: JsonSchema>(path: &'static str, family: Family, summary: &'static str, handler: Handler) -> Endpoint {
        Endpoint::new::<R>("GET", path, Scope { family, access: Access::Read }, Effect::Reads, summary, handler)
    }

    /// An endpoint that creates or acts.
    pub fn post<R: JsonSchema>(
        path: &'static str,
        family: Family,
        summary: &'static str,
        handler: Handler,
    ) -> Endpoint {
        Endpoint::new::<R>("POST", path, Scope { family, access: Access::Write }, Effect::Writes, summary, handler)
    }

    /// An endpoint that changes named fields.
    pub fn patch<R: JsonSchema>(
        path: &'static str,
        family: Family,
        summary: &'static str,
        handler: Handler,
    ) -> Endpoint {
        Endpoint::new::<R>("PATCH", path, Scope { family, access: Access::Write }, Effect::Writes, summary, handler)
    }

    /// An endpoint that removes.
    pub fn delete<R: JsonSchema>(
        path: &'static str,
        family: Family,
        summary: &'static str,
        handler: Handler,
    ) -> Endpoint {
        Endpoint::new::<R>("DELETE", path, Scope { family, access: Access::Write }, Effect::Writes, summary, handler)
    }

    fn new<R: JsonSchema>(
        method: &'static str,
        path: &'static str,
        scope: Scope,
        effect: Effect,
        summary: &'static str,
        handler: Handler,
    ) -> Endpoint {
        Endpoint {
            method,
            path,
            summary,
            tag: scope.family.as_str(),
            scope,
            effect,
            whereabouts: Where::Everywhere,
            door: Door::Keys,
            query: None,
            body: None,
            reply: reply_schema::<R>,
            reply_name: || R::schema_name().into_owned(),
            public_reply: None,
            codes: &[],
            handler,
        }
    }

    /// The same endpoint taking `B` as its body.
    #[must_use]
    pub fn body<B: JsonSchema>(mut self) -> Endpoint {
        self.body = Some(input_schema::<B>);
        self
    }

    /// The same endpoint taking `Q` in its query string.
    #[must_use]
    pub fn query<Q: JsonSchema>(mut self) -> Endpoint {
        self.query = Some(input_schema::<Q>);
        self
    }

    /// The same endpoint, in the sandbox only.
    #[must_use]
    pub fn sandbox_only(mut self) -> Endpoint {
        self.whereabouts = Where::SandboxOnly;
        self
    }

    /// The same endpoint, open to a public key that presents a client secret; it is answered `P`.
    #[must_use]
    pub fn by_client_secret<P: JsonSchema>(mut self) -> Endpoint {
        self.door = Door::ClientSecret;
        self.public_reply = Some(Shape { schema: reply_schema::<P>, name: || P::schema_name().into_owned() });
        self
    }

    /// The same endpoint, for cards: open to our own card fields, and to merchants with an attestation.
    #[must_use]
    pub fn for_card_fields(mut self) -> Endpoint {
        self.door = Door::CardFields;
        self
    }

    /// The same endpoint with the codes that are particular to it.
    #[must_use]
    pub fn codes(mut self, codes: &'static [Code]) -> Endpoint {
        self.codes = codes;
        self
    }

    /// Whether its body may hold the number of a card or of a bank account.
    pub fn takes_number(&self) -> bool {
        self.body.is_some_and(|schema| takes_number(schema().as_value()))
    }

    /// Whether it exists in this environment.
    pub fn exists_in(&self, environment: Environment) -> bool {
        self.whereabouts == Where::Everywhere || environment == Environment::Sandbox
    }
}

/// A call that has passed authentication, permission, limits and validation.
pub struct Call {
    /// The server's parts.
    pub app: App,
    /// Who calls.
    pub caller: Caller,
    /// The endpoint's path, with its `{names}`.
    pub endpoint: &'static str,
    /// Values of the path's `{names}`, in order.
    pub segments: Vec<String>,
    /// Query parameters, names normalised, valid by the schema.
    pub query: Value,
    /// Body, names normalised, valid by the schema.
    pub body: Value,
    /// The caller's idempotency key.
    pub idempotency_key: Option<Key>,
    /// The client secret in its header.
    pub client_secret: Option<String>,
    /// Where it comes from, as far as that is known.
    pub peer: Option<IpAddr>,
}

impl Call {
    /// The account the call acts on.
    pub fn account(&self) -> &AccountId {
        &self.caller.account
    }

    /// Whether a browser calls, with a public key.
    pub fn is_public(&self) -> bool {
        self.caller.grant.kind == KeyKind::Public
    }

    /// The body as the endpoint's input type.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T> {
        decode::typed(&self.body)
    }

    /// The query as the endpoint's input type.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        decode::typed(&self.query)
    }

    /// The path's n-th id, read as this type.
    ///
    /// # Errors
    /// `parameter_invalid` when it is not such an id.
    pub fn id<T>(&self, n: usize, parse: fn(&str) -> std::result::Result<T, vinr_core::ids::IdProblem>) -> Result<T> {
        let text = self.segments.get(n).map_or("", String::as_str);
        let name = path_names(self.endpoint).nth(n).unwrap_or_default();
        parse(text).map_err(|problem| Refusal::new(Code::ParameterInvalid, problem.to_string()).at(name).into())
    }
}

/// Whether something that this schema describes may hold a security code, beside which a card's number stands, or an
/// IBAN.
fn takes_number(schema: &Value) -> bool {
    let is_number = |names: &Value| ["cvc", "iban"].iter().any(|name| names.get(name).is_some());
    match schema {
        Value::Object(parts) => parts.get("properties").is_some_and(is_number) || parts.values().any(takes_number),
        Value::Array(parts) => parts.iter().any(takes_number),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The names in braces of a path.
pub(super) fn path_names(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The JSON schema of an input type: everything in one piece, as a client writes it.
pub(crate) fn input_schema<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.for_deserialize().into_generator().into_root_schema_for::<T>()
}

fn reply_schema<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.for_serialize().into_generator().into_root_schema_for::<T>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_endpoint_takes_a_number_if_a_security_code_or_an_iban_may_stand_anywhere_in_its_body() {
        let table = crate::endpoints();
        let paths: Vec<&str> = table.iter().filter(|one| one.takes_number()).map(|one| one.path).collect();
        assert_eq!(
            paths,
            [
                "/v1/test/payments/{id}/pay",
                "/v1/test/payments/{id}/debit",
                "/v1/payment-methods",
                "/v1/test/setups/{id}/pay",
                "/v1/test/setups/{id}/debit",
            ]
        );
        let nested = serde_json::json!({"properties": {"cards": {"items": [{"properties": {"cvc": {}}}]}}});
        assert!(super::takes_number(&nested));
    }
}
