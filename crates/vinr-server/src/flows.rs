//! What needs two nouns.

pub(crate) mod customers;
pub mod export;
pub(crate) mod payments;
pub(crate) mod reactions;
pub(crate) mod setups;
