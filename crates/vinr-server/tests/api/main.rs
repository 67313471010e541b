//! The server through its front door: a real listener, both databases, a merchant's program on the other side.

mod acquirer;
mod acquirer_bank;
mod checkout;
mod checkout_assets;
mod checkout_live;
mod conventions;
mod customers;
mod endpoints;
mod endpoints_replayed;
mod events;
mod harness;
mod idempotency;
mod lists;
mod payments;
mod right_calls;
mod saved_methods;
mod webhooks;
mod webhooks_deliveries;
mod webhooks_endpoints;
mod webhooks_merchant;
