//! PostgreSQL 15 or later: reads over pipelined connections, one connection that writes in set-based statements.

mod ask;
mod connect;
mod encode;
mod read;
mod schema;
mod texts;
mod write;

use crate::error::OpenError;

pub(crate) use read::{PostgresReaders, PostgresSnapshot};
pub(crate) use write::PostgresWriter;

/// Whether a schema is there.
pub(crate) async fn has_schema(url: &str, schema: &str) -> Result<bool, OpenError> {
    connect::Server::new(url, schema)?.has_schema().await
}
