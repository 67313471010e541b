//! VINR's server: HTTP in, units of work through, signed webhooks out. ARCHITECTURE.md has the map.

mod accounts;
mod app;
mod awards;
mod balance_transactions;
mod bank_accounts;
pub mod bootstrap;
mod cards;
pub mod connectors;
mod context;
mod coupons;
mod credit;
mod customers;
mod disputes;
pub mod documents;
mod dunning_policies;
mod earning_rules;
pub mod egress;
pub mod env;
mod error;
mod events;
mod flows;
mod http;
mod invoices;
pub mod keyring;
pub mod ledger;
pub mod locale;
mod loyalty_accounts;
pub mod mail;
mod pages;
mod payment_links;
mod payment_methods;
mod payments;
mod payouts;
mod prices;
mod products;
mod programs;
mod record;
mod redemptions;
mod refunds;
mod rewards;
mod sealing;
pub mod settings;
mod settlements;
mod setups;
mod subscriptions;
mod tax_rates;
mod usage;
mod webhooks;
pub mod witness;
mod workers;

pub use app::App;
pub use credit::store::of_customer as credit_rows;
pub use disputes::store::get as dispute_row;
pub use error::ApiError;
pub use flows::export;
pub use http::rate::RateLimit;
pub use http::{Listener, openapi::openapi};
pub use loyalty_accounts::store::get as member_row;
pub use payment_links::store::get as link_row;
pub use payment_methods::rewrap;
pub use payments::store::get as payment_row;
pub use redemptions::store::get as redemption_row;
pub use refunds::store::get as refund_row;
pub use rewards::store::get as reward_row;
pub use setups::store::get as setup_row;
pub use webhooks::signature;
pub use webhooks::store::peek_endpoint as endpoint_row;

use http::endpoint::Endpoint;

/// Everything an app answers: the API, its reference, and the buyers' pages.
pub fn router(app: App) -> axum::Router {
    let counted = axum::middleware::from_fn_with_state(app.clone(), http::metrics::count);
    let api = http::router(app.clone(), bootstrap::MIGRATIONS).layer(axum::middleware::from_fn(pages::unknown));
    let api = http::identified(api, app.clone());
    let pages = http::identified(pages::routes(app.clone(), api.clone()), app);
    api.merge(pages).layer(counted)
}

/// Serves until `stop` resolves, then lets accepted requests finish. Whoever drops it cuts them off.
pub async fn serve(listener: Listener, stop: impl Future<Output = ()>) {
    http::serve(listener.socket, router(listener.app), stop).await;
}

/// The table of endpoints: what the server can be asked.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        flows::payments::routes::endpoints(),
        flows::refunds::routes::endpoints(),
        flows::disputes::routes::endpoints(),
        flows::customers::routes::endpoints(),
        payment_links::routes::endpoints(),
        flows::payment_methods::routes::endpoints(),
        payment_methods::routes::endpoints(),
        flows::setups::routes::endpoints(),
        ledger::routes::endpoints(),
        balance_transactions::routes::endpoints(),
        flows::settlements::routes::endpoints(),
        payouts::routes::endpoints(),
        programs::routes::endpoints(),
        programs::tiers::routes::endpoints(),
        earning_rules::routes::endpoints(),
        flows::members::routes::endpoints(),
        flows::earning::routes::endpoints(),
        loyalty_accounts::points::routes::endpoints(),
        rewards::routes::endpoints(),
        flows::redemptions::routes::endpoints(),
        flows::credit::routes::endpoints(),
        products::routes::endpoints(),
        flows::catalog::routes::endpoints(),
        prices::routes::endpoints(),
        coupons::routes::endpoints(),
        tax_rates::routes::endpoints(),
        dunning_policies::routes::endpoints(),
        flows::billing::routes::endpoints(),
        flows::usage::routes::endpoints(),
        flows::accounts::routes::endpoints(),
        events::routes::endpoints(),
        webhooks::routes::endpoints(),
        workers::clock::routes::endpoints(),
        flows::reset::routes::endpoints(),
    ]
    .concat()
}
