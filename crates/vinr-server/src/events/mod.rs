//! Events: what happened, in commit order, for those who would rather ask than be told.

pub(crate) mod routes;
pub(crate) mod store;
mod wire;
