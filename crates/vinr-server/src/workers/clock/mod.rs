//! The sandbox's virtual clock (spec/sandbox.md): an account's time moves forward, stopping at every instant at which
//! something falls due and running it there.
//!
//! An advance is a row with a target before it is anything else: if the process dies, another finishes it.

pub(crate) mod routes;
mod store;
mod walk;
mod wire;

pub(crate) use walk::run;
