//! The id of a request: in a header of every answer, whatever it is an answer of, and with it in bodies of errors and in
//! logs (spec/conventions.md, Errors).

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use vinr_core::ids::RequestId;

use crate::app::App;

const HEADER: HeaderName = HeaderName::from_static("x-vinr-request-id");

/// The router with an id for every request: its outermost layer.
pub(crate) fn identified(router: Router, app: App) -> Router {
    router.layer(from_fn_with_state(app, identify))
}

/// The id of a request that has come through the layer.
pub(super) fn of(request: &Request) -> RequestId {
    request.extensions().get().cloned().expect("the outermost layer gives every request an id")
}

async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId::from_bits(app.env.id_bits());
    let header = HeaderValue::from_str(id.as_str()).expect("an id is letters, digits and _");
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    response.headers_mut().insert(HEADER, header);
    response
}
