//! The tiers of a program, which are a part of it.

pub(crate) mod routes;
pub(super) mod wire;
