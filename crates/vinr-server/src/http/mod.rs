//! The HTTP kernel: from socket to a checked call and from a reply back to bytes. It knows no noun.

pub(crate) mod auth;
pub(crate) mod bodies;
pub(crate) mod decode;
pub(crate) mod door;
pub(crate) mod endpoint;
mod fields;
pub(crate) mod formats;
mod health;
pub(crate) mod idempotency;
pub(crate) mod json;
pub(crate) mod list;
mod listener;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod peer;
mod query;
pub mod rate;
mod reference;
pub(crate) mod reply;
mod request_id;
mod server;
pub(crate) mod shapes;

pub use listener::serve;
pub(crate) use request_id::identified;
pub use server::{Listener, router};

/// The version of the API that new accounts are pinned to.
pub(crate) const CURRENT_VERSION: &str = server::VERSIONS[0];
