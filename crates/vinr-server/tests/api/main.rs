//! The server through its front door: a real listener, both databases, a merchant's program on the other side.

mod acquirer;
mod acquirer_bank;
mod bad_requests;
mod checkout;
mod clock;
mod clock_jumps;
mod conformance;
mod conventions;
mod customers;
mod endpoints;
mod endpoints_replayed;
mod events;
mod harness;
mod idempotency;
mod keys;
mod ledger;
mod lists;
mod payment_events;
mod payments;
mod retention;
mod right_calls;
mod saved_methods;
mod webhooks;
mod webhooks_deliveries;
mod webhooks_endpoints;
mod webhooks_merchant;
