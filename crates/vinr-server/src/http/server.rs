//! The way of a request: id → route → key → limits → names and schema → the endpoint's handler → headers.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;
use vinr_core::ids::RequestId;
use vinr_core::refusal::{Code, Refusal};

use super::decode::Decoder;
use super::endpoint::{Call, Effect, Endpoint};
use super::idempotency::KEY_LENGTH_MAX;
use super::rate::Allowance;
use super::reply::Reply;
use super::{auth, bodies, json as strict_json, metrics, openapi, query, reference};
use crate::app::App;
use crate::error::{ApiError, Result};

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

/// Serves until `stop` resolves, then lets accepted requests finish.
///
/// # Errors
/// The socket fails for good.
pub async fn serve(
    socket: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let socket = socket.tap_io(|stream| {
        // An answer goes out at once; without this it may wait for the client's delayed acknowledgement. A connection
        // that cannot be told so works all the same.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(socket, service).with_graceful_shutdown(stop).await
}

/// All endpoints of an app's environment as one router.
pub fn router(app: App) -> Router {
    let table = crate::endpoints();
    let mut router = Router::new();
    for endpoint in table.iter().filter(|endpoint| endpoint.exists_in(app.settings.environment)) {
        let compiled = Arc::new(Compiled::new(endpoint.clone()));
        let method = Method::from_bytes(endpoint.method.as_bytes()).expect("the table holds HTTP methods");
        let filter = axum::routing::MethodFilter::try_from(method).expect("the table holds known methods");
        let handler = move |state: State<App>, request: Request| respond(state, request, Some(Arc::clone(&compiled)));
        router = router.route(endpoint.path, axum::routing::on(filter, handler));
    }
    for (path, page) in [("/v1/openapi.json", openapi::document as fn(&App) -> Response), ("/docs", reference::page)] {
        router = router.route(path, axum::routing::get(move |State(app): State<App>| async move { page(&app) }));
    }
    router
        .route("/healthz", axum::routing::get(|| async { plain(200, "alive") }))
        .route("/readyz", axum::routing::get(ready))
        .route("/metrics", axum::routing::get(|State(app): State<App>| async move { metrics::page(&app) }))
        .fallback(|state: State<App>, request: Request| respond(state, request, None))
        .method_not_allowed_fallback(|state: State<App>, request: Request| respond(state, request, None))
        .with_state(app)
}

/// An endpoint with what is made of it once.
struct Compiled {
    endpoint: Endpoint,
    body: Option<Decoder>,
    query: Option<Decoder>,
}

impl Compiled {
    fn new(endpoint: Endpoint) -> Compiled {
        Compiled {
            body: endpoint.body.map(|schema| Decoder::new(&schema())),
            query: endpoint.query.map(|schema| Decoder::new(&schema())),
            endpoint,
        }
    }
}

async fn respond(State(app): State<App>, request: Request, compiled: Option<Arc<Compiled>>) -> Response {
    let request_id = RequestId::from_bits(app.env.id_bits());
    let began = Instant::now();
    // No query string: it may hold what a merchant searches for.
    let asked =
        tracing::enabled!(tracing::Level::DEBUG).then(|| (request.method().clone(), request.uri().path().to_owned()));
    let mut allowance = None;
    let answered = match compiled {
        Some(compiled) => {
            let answer = handle(&app, request, &compiled, &mut allowance);
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
    decorate(response.headers_mut(), &request_id, allowance);
    if let Some((method, path)) = asked {
        let (status, took_us) = (response.status().as_u16(), began.elapsed().as_micros());
        tracing::debug!(%request_id, %method, path, status, took_us, "answered");
    }
    response
}

async fn handle(app: &App, request: Request, compiled: &Compiled, allowance: &mut Option<Allowance>) -> Result<Reply> {
    let (parts, body) = request.into_parts();
    let checked = admit(app, &parts, compiled, allowance).await;
    let caller = match checked {
        Ok(caller) => caller,
        Err(error) => {
            drain(body).await;
            return Err(error);
        }
    };
    let endpoint = &compiled.endpoint;
    let bytes = read_body(body).await?;
    let parsed = parse_body(&parts.headers, &bytes, compiled)?;
    let (body, from_body) = take_idempotency_key(parsed, endpoint)?;
    let idempotency_key = idempotency_key(&parts.headers, from_body, endpoint)?;
    let query = query::parse(parts.uri.query().unwrap_or_default(), compiled.query.as_ref())?;
    let (body, query) = validate(compiled, body, query)?;
    let call = Call {
        app: app.clone(),
        caller,
        segments: segments(endpoint.path, parts.uri.path()),
        path: parts.uri.path().to_owned(),
        query,
        body,
        idempotency_key,
    };
    (endpoint.handler)(call).await
}

/// Everything that is settled before the body is looked at.
async fn admit(
    app: &App,
    parts: &axum::http::request::Parts,
    compiled: &Compiled,
    allowance: &mut Option<Allowance>,
) -> Result<auth::Caller> {
    let caller = auth::authenticate(app, &parts.headers).await?;
    let now = app.env.wall();
    *allowance = app.rates.take(&caller.key, compiled.endpoint.effect, now);
    if let Some(wait) = allowance.and_then(|allowance| allowance.wait_s) {
        let message = format!("too many requests with this key; wait {wait} s");
        return Err(ApiError::from(Refusal::new(Code::RateLimited, message)).retry_after(wait));
    }
    let context = app.contexts.recent(&app.db, &caller.account, now).await?;
    auth::check_address(&context.settings, peer(parts))?;
    caller.grant.allows(compiled.endpoint.scope)?;
    if let Some(version) = parts.headers.get(VERSION_HEADER)
        && !VERSIONS.iter().any(|known| version.as_bytes() == known.as_bytes())
    {
        let message = format!("there is no such API version; known: {}", VERSIONS.join(", "));
        return Err(Refusal::new(Code::VersionUnknown, message).at("Vinr-Version").into());
    }
    Ok(caller)
}

fn peer(parts: &axum::http::request::Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical())
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

fn parse_body(headers: &HeaderMap, bytes: &Bytes, compiled: &Compiled) -> Result<Value> {
    if bytes.is_empty() {
        return Ok(json!({}));
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
    Ok(strict_json::parse(bytes)?)
}

/// Takes the key out of a body: it is not a field of the object.
fn take_idempotency_key(mut body: Value, endpoint: &Endpoint) -> Result<(Value, Option<String>)> {
    let Value::Object(fields) = &mut body else {
        return Err(Refusal::new(Code::ParameterInvalid, "the body must be a JSON object").into());
    };
    if endpoint.method != "POST" {
        return Ok((body, None));
    }
    let mut found = None;
    for spelling in ["idempotencyKey", "idempotency_key"] {
        match fields.shift_remove(spelling) {
            None | Some(Value::Null) => {}
            Some(Value::String(key)) if found.as_ref().is_none_or(|other| *other == key) => found = Some(key),
            Some(Value::String(_)) => return Err(two_keys()),
            Some(_) => {
                let message = "`idempotencyKey` must be of type string";
                return Err(Refusal::new(Code::ParameterInvalid, message).at("idempotencyKey").into());
            }
        }
    }
    Ok((body, found))
}

fn idempotency_key(headers: &HeaderMap, from_body: Option<String>, endpoint: &Endpoint) -> Result<Option<String>> {
    let mut found = from_body;
    for value in headers.get_all("idempotency-key") {
        let key = value.to_str().map_err(|_| bad_key())?.to_owned();
        if found.as_ref().is_some_and(|other| *other != key) {
            return Err(two_keys());
        }
        found = Some(key);
    }
    match found {
        Some(key) if key.is_empty() || key.len() > KEY_LENGTH_MAX || key.chars().any(char::is_control) => {
            Err(bad_key())
        }
        Some(_) if endpoint.method != "POST" => Ok(None),
        other => Ok(other),
    }
}

fn bad_key() -> ApiError {
    let message = format!("an idempotency key has 1 to {KEY_LENGTH_MAX} printable characters");
    Refusal::new(Code::ParameterInvalid, message).at("Idempotency-Key").into()
}

fn two_keys() -> ApiError {
    Refusal::new(Code::ParameterConflict, "the request carries two different idempotency keys; send one")
        .at("Idempotency-Key")
        .into()
}

fn validate(compiled: &Compiled, body: Value, query: Value) -> Result<(Value, Value)> {
    let body = validate_one(compiled.body.as_ref(), body);
    let query = validate_one(compiled.query.as_ref(), query);
    match (body, query) {
        (Ok(body), Ok(query)) => Ok((body, query)),
        (Err(body), Err(query)) => Err(ApiError::all([body.refusals, query.refusals].concat())),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}

fn validate_one(decoder: Option<&Decoder>, value: Value) -> Result<Value> {
    match decoder {
        Some(decoder) => decoder.decode(value),
        None => match value.as_object().and_then(|fields| fields.keys().next()) {
            None => Ok(value),
            Some(name) => Err(Refusal::new(Code::ParameterUnknown, format!("there is no parameter `{name}` here"))
                .at(name.clone())
                .into()),
        },
    }
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

/// The methods a path takes.
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
    table
        .iter()
        .filter(|one| one.exists_in(app.settings.environment) && matches(one.path))
        .map(|one| one.method)
        .collect()
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
    if error.status() == 400 {
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

fn decorate(headers: &mut HeaderMap, request_id: &RequestId, allowance: Option<Allowance>) {
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert("x-vinr-request-id", value);
    }
    if let Some(allowance) = allowance {
        headers.insert("x-ratelimit-limit", HeaderValue::from(allowance.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(allowance.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(allowance.reset_s));
    }
}

async fn ready(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => plain(200, "ready"),
        Err(_) => plain(503, "the database cannot be reached"),
    }
}

fn plain(status: u16, text: &'static str) -> Response {
    bytes_response(status, "text/plain; charset=utf-8", Body::from(text))
}

/// An answer of these bytes.
pub(super) fn bytes_response(status: u16, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = axum::http::StatusCode::from_u16(status).expect("the server answers with HTTP statuses");
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
