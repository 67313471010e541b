//! Ranges of IP addresses, for an account's allow-list.

use core::fmt;
use core::net::IpAddr;

use crate::refusal::{Code, Refusal};

/// One address, or a network with its prefix length: `203.0.113.7`, `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpRange {
    network: IpAddr,
    prefix_bits: u8,
}

impl IpRange {
    /// Reads an address or a network in CIDR notation. Bits beyond the prefix are cleared.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::read(text).ok_or_else(|| {
            Refusal::new(Code::ParameterInvalid, "expected an IP address or a network such as 203.0.113.0/24")
                .at("ipAllowList")
        })
    }

    /// Whether the address is in this range. An IPv4 address mapped into IPv6 is the IPv4 one.
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.network.is_ipv4() && masked(address, self.prefix_bits) == self.network
    }

    fn read(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().ok()?;
        let bits_max = if network.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            // `parse` would take a sign.
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|bits| *bits <= bits_max)?
            }
            Some(_) => return None,
            None => bits_max,
        };
        Some(Self { network: masked(network, prefix_bits), prefix_bits })
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.network.is_ipv4() { 32 } else { 128 };
        if self.prefix_bits == whole {
            write!(f, "{}", self.network)
        } else {
            write!(f, "{}/{}", self.network, self.prefix_bits)
        }
    }
}

/// The address with everything after the prefix cleared.
fn masked(address: IpAddr, prefix_bits: u8) -> IpAddr {
    let prefix_bits = u32::from(prefix_bits);
    match address {
        IpAddr::V4(address) => {
            let host_bits = u32::BITS.saturating_sub(prefix_bits);
            let mask = u32::MAX.unbounded_shl(host_bits);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let host_bits = u128::BITS.saturating_sub(prefix_bits);
            let mask = u128::MAX.unbounded_shl(host_bits);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

#[cfg(test)]
mod tests;
