//! What needs two nouns.

pub(crate) mod customers;
pub(crate) mod payment_links;
pub(crate) mod payments;
pub(crate) mod reactions;
pub(crate) mod setups;
