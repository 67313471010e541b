//! PostgreSQL 15 or later: reads over pipelined connections, one connection that writes in set-based statements.

mod ask;
mod connect;
mod encode;
mod read;
mod schema;
mod texts;
mod write;

pub(crate) use read::{PostgresReaders, PostgresSnapshot};
pub(crate) use write::PostgresWriter;
