//! The endpoints of billing: subscriptions, and their invoices.

mod invoices;
mod subscriptions;

use crate::http::endpoint::Endpoint;

/// What can be asked of billing.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    subscriptions::endpoints().into_iter().chain(invoices::endpoints()).collect()
}
