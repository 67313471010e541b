//! Which addresses an outgoing request may connect to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::settings::PrivateWebhooks;

/// IPv4 networks that are not the public internet (the IANA special-purpose registry): address and prefix length.
const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local, where clouds keep their metadata service.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, reserved and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    // A cloud's platform address that answers like a metadata service although it is routed.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// Whether a connection to this address is allowed.
pub(crate) fn is_allowed(address: IpAddr, private: PrivateWebhooks) -> bool {
    match private {
        PrivateWebhooks::Allowed => !is_never(address),
        PrivateWebhooks::Loopback => is_public(address) || address.to_canonical().is_loopback(),
        PrivateWebhooks::Refused => is_public(address),
    }
}

/// What is no host's address, even in a private network.
fn is_never(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_multicast() || address == IpAddr::V4(Ipv4Addr::BROADCAST) || address.is_unspecified()
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(network, bits)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == network.to_bits()
    })
}

/// IPv6 is the other way round: only global unicast (`2000::/3`) is public, and of it not what is reserved, nor what
/// carries an IPv4 address inside that is not public itself.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    match parts {
        // IPv4-mapped, and the well-known prefix of NAT64 (RFC 6052), which goes to the IPv4 address inside.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(embedded(parts[6], parts[7])),
        // Teredo (its client's address is stored inverted) and 6to4 carry one too.
        [0x2001, 0, ..] => is_public_v4(embedded(parts[2], parts[3])) && is_public_v4(embedded(!parts[6], !parts[7])),
        [0x2002, ..] => is_public_v4(embedded(parts[1], parts[2])),
        // Protocol assignments (benchmarking, ORCHID), documentation.
        [0x2001, 2..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: [&str; 8] = [
        "1.1.1.1",
        "9.255.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2606:4700:4700::1111",
        "2002:101:101::1",
    ];

    const SPECIAL: [&str; 46] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.255",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::1.1.1.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:101:101::",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
    ];

    fn address(text: &str) -> IpAddr {
        text.parse().expect("is an address")
    }

    #[test]
    fn public_addresses_are_allowed() {
        for text in PUBLIC {
            assert!(is_allowed(address(text), PrivateWebhooks::Refused), "{text}");
        }
    }

    #[test]
    fn everything_special_is_refused() {
        for text in SPECIAL {
            assert!(!is_allowed(address(text), PrivateWebhooks::Refused), "{text}");
        }
    }

    #[test]
    fn a_developers_machine_reaches_itself_and_no_further() {
        for text in SPECIAL {
            let itself = ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"].contains(&text);
            assert_eq!(is_allowed(address(text), PrivateWebhooks::Loopback), itself, "{text}");
        }
    }

    #[test]
    fn an_installation_that_allows_private_addresses_reaches_hosts_only() {
        for text in ["10.0.0.1", "192.168.1.1", "fd00::1", "127.0.0.1"] {
            assert!(is_allowed(address(text), PrivateWebhooks::Allowed), "{text}");
        }
        for text in ["224.0.0.1", "ff02::1", "0.0.0.0", "::", "255.255.255.255"] {
            assert!(!is_allowed(address(text), PrivateWebhooks::Allowed), "{text}");
        }
    }
}
