//! What needs two nouns.

pub(crate) mod accounts;
pub(crate) mod attempts;
pub(crate) mod billing;
pub(crate) mod catalog;
pub(crate) mod clawback;
pub(crate) mod credit;
pub(crate) mod customers;
pub(crate) mod disputes;
pub(crate) mod earning;
pub mod export;
pub(crate) mod members;
pub(crate) mod payment_links;
pub(crate) mod payment_methods;
pub(crate) mod payments;
pub(crate) mod reactions;
pub(crate) mod redemptions;
pub(crate) mod refunds;
pub(crate) mod reset;
pub(crate) mod settlements;
pub(crate) mod setups;
pub(crate) mod usage;
