//! Every rule of VINR as pure functions over values.
//!
//! This crate reads no clock, draws no random number and reaches no file or network: it is built
//! without the standard library, so what it must not do is not in scope. Time and chance come in
//! as arguments; what follows from them goes out as values.
//!
//! A stateful noun is one module with the same five names: `create`, `decide`, `evolve`,
//! `transfers` and `due`. What has no state of its own (money, ids, keys, cards) is a type that is
//! parsed once and trusted afterwards.

#![no_std]
#![deny(clippy::float_arithmetic)]
// A state machine says for each state and command why nothing happens, one arm each.
#![allow(clippy::match_same_arms)]
// Money is computed here: a silent wrap or truncation would be a wrong payment.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::as_conversions))]

#[macro_use]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod base32;
mod wire_enum;

pub mod accounts;
pub mod attempts;
pub mod awards;
pub mod balance;
pub mod branding;
pub mod calendar;
pub mod cards;
pub mod clock;
pub mod colours;
pub mod countries;
pub mod coupons;
pub mod credit;
pub mod credit_notes;
pub mod currencies;
pub mod customers;
pub mod decimals;
pub mod disputes;
pub mod dunning;
pub mod earning_rules;
pub mod emails;
pub mod events;
pub mod exact;
pub mod fees;
pub mod ibans;
pub mod ids;
pub mod invoices;
pub mod ip_ranges;
pub mod keys;
pub mod ledger;
pub mod loyalty_accounts;
pub mod mandates;
pub mod metadata;
pub mod money;
pub mod nearest;
pub mod origins;
pub mod payment_links;
pub mod payment_methods;
pub mod payments;
pub mod payouts;
pub mod points;
pub mod prices;
pub mod products;
pub mod programs;
pub mod proration;
pub mod redemptions;
pub mod refunds;
pub mod refusal;
pub mod rewards;
pub mod settlements;
pub mod setups;
pub mod subscriptions;
pub mod tax_rates;
pub mod tiers;
pub mod time;
pub mod usage;
pub mod vat_ids;
pub mod webhooks;
