//! Who authorizes cards: the simulated network in this process, or nobody yet.

pub(crate) mod sandbox;

/// The acquirer of one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connector {
    /// The simulated network: a pure function of card and presence, answered inside the unit of work.
    Sandbox,
    /// None is configured: charges are refused with `acquirer_not_configured`.
    Unconfigured,
}
