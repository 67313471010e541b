//! Webhooks: the endpoints of a merchant, and the deliveries that are on their way to them.
//!
//! Two machines. An [`endpoint`] is enabled or disabled and remembers how long it has been
//! failing; a [`delivery`] is one event for one endpoint, tried until it is accepted or 72 hours
//! are over. What an attempt came to is an [`Outcome`], which both of them are told.

pub mod delivery;
pub mod endpoint;

use crate::time::Span;
use crate::wire_enum::wire_enum;

pub use delivery::{Delivery, DeliveryStatus};
pub use endpoint::{Endpoint, EndpointStatus};

wire_enum! {
    /// Why an attempt got no answer.
    pub enum Unreached {
        /// The endpoint did not answer within 30 seconds.
        Timeout = "timeout",
        /// The host's name could not be resolved.
        NameUnresolved = "name_unresolved",
        /// The host is at an address where deliveries may not go.
        AddressRefused = "address_refused",
        /// The connection could not be opened, or broke.
        ConnectionFailed = "connection_failed",
        /// The certificate is not good for this host.
        TlsFailed = "tls_failed",
        /// What came back is not HTTP.
        AnswerInvalid = "answer_invalid",
    }
}

/// What one attempt to reach an endpoint came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// Its `Retry-After`, as a span from now.
        retry_after: Option<Span>,
    },
    /// There was no answer.
    Unreached(Unreached),
}

/// What an outcome means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted (2xx).
    Accepted,
    /// To be tried again, not before this span is over if there is one.
    Retry {
        /// From the `Retry-After` of a 429 or 503.
        not_before: Option<Span>,
    },
    /// The endpoint says that it is gone for good (410).
    Gone,
}

impl Outcome {
    /// What this means for the delivery and for the endpoint.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Answered { status: 200..=299, .. } => Verdict::Accepted,
            Self::Answered { status: 410, .. } => Verdict::Gone,
            Self::Answered { status: 429 | 503, retry_after } => Verdict::Retry { not_before: retry_after },
            Self::Answered { .. } | Self::Unreached(_) => Verdict::Retry { not_before: None },
        }
    }

    /// The HTTP status, if there was an answer.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(status),
            Self::Unreached(_) => None,
        }
    }
}
