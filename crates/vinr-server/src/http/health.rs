//! `GET /healthz` and `GET /readyz`: whether this process lives, and whether it should be sent requests.

use std::time::Duration;

use axum::response::Response;
use vinr_store::Migration;

use super::server::bytes_response;
use crate::app::App;

/// How long the database may take to answer. Who asks has a limit of its own, seldom below this.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// It lives: it answers.
pub(super) fn alive() -> Response {
    plain(200, "alive")
}

/// It is ready when it can commit, and its database answers and has the schema that this program writes.
pub(super) async fn ready(app: App, schema: &'static [Migration]) -> Response {
    if !app.db.is_writing() {
        return plain(503, "this process commits nothing any more: it is ending, or its writer has failed");
    }
    match tokio::time::timeout(DATABASE_TIMEOUT, app.db.pending_migrations(schema)).await {
        Ok(Ok(0)) => plain(200, "ready"),
        Ok(Ok(_)) => plain(503, "the database's schema is older than this program: run vinr migrate"),
        Ok(Err(_)) | Err(_) => plain(503, "the database cannot be reached"),
    }
}

fn plain(status: u16, text: &'static str) -> Response {
    bytes_response(status, "text/plain; charset=utf-8", text.into())
}
