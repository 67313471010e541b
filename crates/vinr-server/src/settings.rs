//! What the operator chose for one environment's server.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use vinr_core::ip_ranges::IpRange;
use vinr_core::keys::Environment;
use zeroize::Zeroizing;

use crate::connectors::Connector;
use crate::http::rate::RateLimit;
use crate::keyring::Keyring;

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which environment is served.
    pub environment: Environment,
    /// Who authorizes cards.
    pub connector: Connector,
    /// Where this server is reached from outside, without `/v1` and without a slash at its end.
    pub public_url: String,
    /// Requests a key may make; `None` for no limit.
    pub rate_limit: Option<RateLimit>,
    /// Proxies that are believed about whom they ask for.
    pub trusted_proxies: Vec<IpRange>,
    /// Whether webhooks may go to private and loopback addresses.
    pub private_webhooks: PrivateWebhooks,
    /// Seal what must be read back.
    pub keyring: Keyring,
    /// Whether the sandbox has a demo shop at `/demo`; live never has.
    pub demo_shop: DemoShop,
}

/// The demo shop that sells with this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoShop {
    /// It is served: whoever reaches the server may buy.
    Open,
    /// Its pages are not there.
    Closed,
}

/// Which addresses beyond the public ones webhooks may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateWebhooks {
    /// None.
    Refused,
    /// This machine's own (a developer's sandbox).
    Loopback,
    /// All.
    Allowed,
}

/// 32 bytes from which every other key of an installation is derived.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// These bytes.
    pub fn new(bytes: [u8; 32]) -> MasterKey {
        MasterKey(Zeroizing::new(bytes))
    }

    /// A key for one purpose.
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}
