//! Names become addresses here, and addresses that may not be reached are dropped, each time a connection is made.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use vinr_core::webhooks::Unreached;

use super::addresses;
use crate::settings::PrivateWebhooks;

/// Finds the addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The system's own resolver.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// Why a name gave no address to connect to.
#[derive(Debug)]
pub(super) struct Failure(pub(super) Unreached);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl std::error::Error for Failure {}

pub(super) struct Resolver {
    pub(super) lookup: Lookup,
    pub(super) private: PrivateWebhooks,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.lookup)(name.as_str().to_owned());
        let private = self.private;
        Box::pin(async move {
            let found = found.await.map_err(|_| Failure(Unreached::NameUnresolved))?;
            if found.is_empty() {
                return Err(Failure(Unreached::NameUnresolved).into());
            }
            let allowed: Vec<_> =
                found.into_iter().filter(|address| addresses::is_allowed(*address, private)).collect();
            if allowed.is_empty() {
                return Err(Failure(Unreached::AddressRefused).into());
            }
            // Port 0 stands for the URL's.
            Ok(Box::new(allowed.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
