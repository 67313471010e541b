//! The HTTP kernel: from socket to a checked call and from a reply back to bytes. It knows no noun.

pub(crate) mod auth;
pub(crate) mod bodies;
pub(crate) mod decode;
pub(crate) mod endpoint;
mod fields;
pub(crate) mod formats;
pub(crate) mod idempotency;
pub(crate) mod json;
pub(crate) mod list;
mod metrics;
pub(crate) mod openapi;
mod query;
pub mod rate;
mod reference;
pub(crate) mod reply;
mod server;
pub(crate) mod shapes;

pub use server::{Listener, router, serve};

/// The version of the API that new accounts are pinned to.
pub(crate) const CURRENT_VERSION: &str = server::VERSIONS[0];
