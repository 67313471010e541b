//! What needs two nouns.

pub(crate) mod payments;
