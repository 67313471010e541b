//! The way of a request: id → route → key → limits → names and schema → the endpoint's handler → headers.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;
use vinr_core::ids::RequestId;
use vinr_core::keys::KeyKind;
use vinr_core::refusal::{Code, Refusal};
use vinr_store::Migration;

use super::decode::Decoder;
use super::door::{self, Knock};
use super::endpoint::{Call, Effect, Endpoint};
use super::idempotency::{self, Key};
use super::rate::{Allowance, Spender};
use super::reply::Reply;
use super::{auth, bodies, health, json as strict_json, metrics, openapi, peer, query, reference, request_id};
use crate::app::App;
use crate::error::{ApiError, Problems, Result};

/// Largest request body that is read as a request.
const BODY_BYTES_MAX: usize = 1 << 20;
/// The versions of the API that there are; accounts are pinned to the one of their creation.
pub(crate) const VERSIONS: [&str; 1] = ["2026-04-01"];
/// The header that names a version.
const VERSION_HEADER: &str = "vinr-version";

/// A bound socket on which an app is served.
pub struct Listener {
    /// The socket.
    pub socket: TcpListener,
    /// What answers on it.
    pub app: App,
}

/// All endpoints of an app's environment as one router; `schema` is what its database must have.
pub fn router(app: App, schema: &'static [Migration]) -> Router {
    let table = crate::endpoints();
    let mut router = Router::new();
    for endpoint in table.iter().filter(|endpoint| endpoint.exists_in(app.settings.environment)) {
        let compiled = Arc::new(Compiled::new(endpoint.clone()));
        let method = Method::from_bytes(endpoint.method.as_bytes()).expect("the table holds HTTP methods");
        let filter = axum::routing::MethodFilter::try_from(method).expect("the table holds known methods");
        let handler = move |state: State<App>, request: Request| respond(state, request, Some(Arc::clone(&compiled)));
        router = router.route(endpoint.path, axum::routing::on(filter, handler));
    }
    for (path, page) in OPEN {
        router = router.route(path, axum::routing::get(move |State(app): State<App>| page(app)));
    }
    router
        .route(READY, axum::routing::get(move |State(app): State<App>| health::ready(app, schema)))
        .fallback(|state: State<App>, request: Request| respond(state, request, None))
        .method_not_allowed_fallback(|state: State<App>, request: Request| respond(state, request, None))
        .with_state(app)
}

/// What is served beside the endpoints.
type Page = fn(App) -> BoxFuture<'static, Response>;

/// What whoever asks may have: a path, and what is there.
const OPEN: [(&str, Page); 4] = [
    ("/healthz", |_| Box::pin(async { health::alive() })),
    ("/metrics", |app| Box::pin(async move { metrics::page(&app).await })),
    ("/docs", |app| Box::pin(async move { reference::page(&app) })),
    ("/v1/openapi.json", |app| Box::pin(async move { openapi::document(&app) })),
];

/// What whoever asks may have too, but for which a page has to know the schema.
const READY: &str = "/readyz";

/// An endpoint with what is made of it once.
struct Compiled {
    endpoint: Endpoint,
    body: Option<Decoder>,
    query: Option<Decoder>,
    /// Whether its body may hold a card's or an account's number. Then the connection ends with the answer, and the
    /// buffer that it was read into with it: memory is overwritten when it is freed.
    takes_number: bool,
}

impl Compiled {
    fn new(endpoint: Endpoint) -> Compiled {
        Compiled {
            takes_number: endpoint.takes_number(),
            body: endpoint.body.map(|schema| Decoder::new(&schema())),
            query: endpoint.query.map(|schema| Decoder::new(&schema())),
            endpoint,
        }
    }
}

async fn respond(State(app): State<App>, request: Request, compiled: Option<Arc<Compiled>>) -> Response {
    let request_id = request_id::of(&request);
    let began = Instant::now();
    // No query string: it may hold what a merchant searches for. No path that is no endpoint's: it may hold the secret of a
    // page, with a letter too much.
    let path = if compiled.is_some() { request.uri().path() } else { "none" };
    let asked = tracing::enabled!(tracing::Level::DEBUG).then(|| (request.method().clone(), path.to_owned()));
    let mut allowance = None;
    let answered = match &compiled {
        Some(compiled) => {
            let answer = handle(&app, request, compiled, &mut allowance);
            match AssertUnwindSafe(answer).catch_unwind().await {
                Ok(result) => result,
                Err(_) => Err(ApiError::internal("the handler panicked")),
            }
        }
        None => Err(no_route(&app, request).await),
    };
    let mut response = match answered {
        Ok(reply) => success(reply),
        Err(error) => failure(&app, &error, &request_id),
    };
    tell_allowance(response.headers_mut(), allowance);
    if compiled.is_some_and(|compiled| compiled.takes_number) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some((method, path)) = asked {
        let status = response.status().as_u16();
        // As 64 bits it is a number in the log, and not a text.
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(%request_id, %method, path, status, took_us, "answered");
    }
    response
}

async fn handle(app: &App, request: Request, compiled: &Compiled, allowance: &mut Option<Allowance>) -> Result<Reply> {
    let (parts, body) = request.into_parts();
    let peer = peer::of(app, &parts);
    let checked = admit(app, &parts, peer, compiled, allowance).await;
    let caller = match checked {
        Ok(caller) => caller,
        Err(error) => {
            drain(body).await;
            return Err(error);
        }
    };
    let endpoint = &compiled.endpoint;
    let bytes = read_body(body).await?;
    let mut body = parse_body(&parts.headers, &bytes, compiled)?;
    let mut problems = Problems::default();
    let idempotency_key = problems.note(idempotency::take_key(endpoint.method, &parts.headers, &mut body)).flatten();
    let query = query::parse(parts.uri.query().unwrap_or_default(), compiled.query.as_ref(), &mut problems);
    let (body, query) = validate(compiled, Value::Object(body), query, &mut problems);
    problems.told()?;
    let fields = compiled.body.as_ref().map(Decoder::fields);
    let client_secret = door::client_secret(&parts.headers);
    let presented = body.get("clientSecret").and_then(Value::as_str).or(client_secret.as_deref());
    let realm = door::realm(&caller, presented);
    let master = app.settings.keyring.first();
    let key = |key: String| Key::new(key, realm.as_deref(), &master, parts.uri.path(), &body, fields);
    let idempotency_key = idempotency_key.map(key);
    let call = Call {
        app: app.clone(),
        caller,
        endpoint: endpoint.path,
        segments: segments(endpoint.path, parts.uri.path()),
        query,
        body,
        idempotency_key,
        client_secret,
        peer,
    };
    (endpoint.handler)(call).await
}

/// Everything that is settled before the body is looked at.
async fn admit(
    app: &App,
    parts: &axum::http::request::Parts,
    peer: Option<IpAddr>,
    compiled: &Compiled,
    allowance: &mut Option<Allowance>,
) -> Result<auth::Caller> {
    let caller = auth::authenticate(app, &parts.headers).await?;
    let now = app.env.wall();
    *allowance = app.rates.take(Spender::of(&caller, peer, compiled.endpoint.effect), now);
    if let Some(wait) = allowance.and_then(|allowance| allowance.wait_s) {
        let message = format!("too many requests with this key; wait {wait} s");
        return Err(ApiError::from(Refusal::new(Code::RateLimited, message)).retry_after(wait));
    }
    let context = app.contexts.recent(&app.db, &caller.account, now).await?;
    // The list is of the merchant's own machines; a public key is for everybody's browsers.
    if caller.grant.kind != KeyKind::Public {
        auth::check_address(&context.settings, peer)?;
    }
    let public_url = &app.settings.public_url;
    let scope = compiled.endpoint.scope;
    let knock = Knock { caller: &caller, context: &context, scope, headers: &parts.headers, public_url };
    knock.at(compiled.endpoint.door)?;
    if let Some(version) = parts.headers.get(VERSION_HEADER)
        && !VERSIONS.iter().any(|known| version.as_bytes() == known.as_bytes())
    {
        let message = format!("there is no such API version; known: {}", VERSIONS.join(", "));
        return Err(Refusal::new(Code::VersionUnknown, message).at("Vinr-Version").into());
    }
    Ok(caller)
}

/// Reads a body of at most [`BODY_BYTES_MAX`].
async fn read_body(body: Body) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    bodies::read(body, BODY_BYTES_MAX, |piece| bytes.extend_from_slice(&piece)).await?;
    Ok(bytes.freeze())
}

async fn drain(body: Body) {
    // Whether it was too large or broke off makes no difference any more.
    let _ = read_body(body).await;
}

fn parse_body(headers: &HeaderMap, bytes: &Bytes, compiled: &Compiled) -> Result<Map<String, Value>> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let kind = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let essence = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if essence.as_deref() != Some("application/json") {
        let message = "send the body as JSON, with `Content-Type: application/json`";
        return Err(Refusal::new(Code::ContentTypeUnsupported, message).at("Content-Type").into());
    }
    if compiled.endpoint.effect == Effect::Reads {
        return Err(Refusal::new(Code::ParameterUnknown, "this endpoint takes no body; use the query string").into());
    }
    match strict_json::parse(bytes)? {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::new(Code::ParameterInvalid, "the body must be a JSON object").into())
        }
    }
}

/// Body and query in one spelling and valid by their schemas.
fn validate(compiled: &Compiled, body: Value, query: Value, problems: &mut Problems) -> (Value, Value) {
    let body = problems.note_all(validate_one(compiled.body.as_ref(), body));
    let query = problems.note_all(validate_one(compiled.query.as_ref(), query));
    (body.unwrap_or_default(), query.unwrap_or_default())
}

fn validate_one(decoder: Option<&Decoder>, value: Value) -> std::result::Result<Value, Vec<Refusal>> {
    if let Some(decoder) = decoder {
        return decoder.decode(value);
    }
    let unknown = |name: &String| {
        Refusal::new(Code::ParameterUnknown, format!("there is no parameter `{name}` here")).at(name.clone())
    };
    let unknown: Vec<Refusal> = value.as_object().into_iter().flat_map(Map::keys).map(unknown).collect();
    if unknown.is_empty() { Ok(value) } else { Err(unknown) }
}

fn segments(pattern: &str, path: &str) -> Vec<String> {
    let pairs = pattern.split('/').zip(path.split('/'));
    pairs.filter(|(part, _)| part.starts_with('{')).map(|(_, value)| value.to_owned()).collect()
}

async fn no_route(app: &App, request: Request) -> ApiError {
    let (parts, body) = request.into_parts();
    drain(body).await;
    let path = parts.uri.path();
    let others = allowed(app, path);
    if others.is_empty() {
        let message = format!("there is no route {} {path}; the reference is at /docs", parts.method);
        return Refusal::new(Code::RouteMissing, message).into();
    }
    let message = format!("{path} does not take {}; it takes {}", parts.method, others.join(", "));
    Refusal::new(Code::MethodNotAllowed, message).at(others.join(", ")).into()
}

/// The methods a path takes; what can be read can be asked for without its body (RFC 9110, 9.3.2).
fn allowed(app: &App, path: &str) -> Vec<&'static str> {
    let matches = |pattern: &str| {
        let (mut a, mut b) = (pattern.split('/'), path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(part), Some(value)) if part.starts_with('{') || part == value => {}
                _ => return false,
            }
        }
    };
    let table = crate::endpoints();
    // A path that is an endpoint's own is not what another one has a name for.
    let is_own = table.iter().any(|one| one.path == path);
    let fits = |pattern: &str| if is_own { pattern == path } else { matches(pattern) };
    let endpoints = table.iter().filter(|one| one.exists_in(app.settings.environment) && fits(one.path));
    let open = OPEN.iter().map(|(open, _)| *open).chain([READY]).filter(|open| *open == path).map(|_| "GET");
    let methods = endpoints.map(|one| one.method).chain(open);
    methods.flat_map(|method| [Some(method), (method == "GET").then_some("HEAD")]).flatten().collect()
}

fn success(reply: Reply) -> Response {
    let mut response = bytes_response(reply.status, "application/json", Body::from(reply.body));
    if reply.replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

fn failure(app: &App, error: &ApiError, request_id: &RequestId) -> Response {
    let status = error.status();
    if let Some(source) = &error.source {
        if status == 500 {
            tracing::error!(%request_id, source, "a request failed and someone must look");
        } else {
            tracing::warn!(%request_id, source, "a request was put off");
        }
    }
    let body = error_body(app, error, request_id);
    let mut response = bytes_response(status, "application/json", Body::from(body.to_string()));
    let headers = response.headers_mut();
    if let Some(seconds) = error.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    match error.first().code {
        Code::InvalidApiKey => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"VINR\""));
        }
        Code::MethodNotAllowed => {
            let methods = error.first().param.as_deref().unwrap_or_default();
            headers.insert(ALLOW, HeaderValue::from_str(methods).unwrap_or(HeaderValue::from_static("GET")));
        }
        _ => {}
    }
    response
}

fn error_body(app: &App, error: &ApiError, request_id: &RequestId) -> Value {
    let first = error.first();
    let param = (first.code != Code::MethodNotAllowed).then_some(first.param.as_deref()).flatten();
    let mut shown = json!({
        "type": error_type(error.status()),
        "code": first.code.as_str(),
        "message": first.message,
        "param": param,
        "docUrl": format!("{}/docs#{}", app.settings.public_url, first.code.as_str()),
        "requestId": request_id.as_str(),
    });
    if let Some(short) = first.short {
        shown["have"] = short.have.into();
        shown["need"] = short.need.into();
    }
    // One refusal of a state says all there is to say; several name a parameter each, as problems of a request do.
    if error.status() == 400 || error.refusals.len() > 1 {
        let all = error.refusals.iter();
        shown["errors"] =
            all.map(|one| json!({"param": one.param, "code": one.code.as_str(), "message": one.message})).collect();
    }
    json!({ "error": shown })
}

/// The family of an error (spec/conventions.md, Errors).
fn error_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        409 => "idempotency_error",
        429 => "rate_limit_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

fn tell_allowance(headers: &mut HeaderMap, allowance: Option<Allowance>) {
    if let Some(allowance) = allowance {
        headers.insert("x-ratelimit-limit", HeaderValue::from(allowance.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(allowance.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(allowance.reset_s));
    }
}

/// An answer of these bytes.
pub(super) fn bytes_response(status: u16, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = axum::http::StatusCode::from_u16(status).expect("the server answers with HTTP statuses");
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
