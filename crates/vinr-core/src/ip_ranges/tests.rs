use alloc::string::ToString;
use core::net::IpAddr;

use proptest::prelude::*;

use super::IpRange;
use crate::refusal::Code;

fn range(text: &str) -> IpRange {
    IpRange::parse(text).expect("a range")
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn a_network_contains_its_addresses_only() {
    let office = range("203.0.113.0/24");
    assert!(office.contains(address("203.0.113.0")));
    assert!(office.contains(address("203.0.113.255")));
    assert!(!office.contains(address("203.0.114.0")));
    assert!(range("2001:db8::/32").contains(address("2001:db8:ffff::1")));
    assert!(!range("2001:db8::/32").contains(address("2001:db9::1")));
    assert!(range("203.0.113.7").contains(address("203.0.113.7")));
    assert!(!range("203.0.113.7").contains(address("203.0.113.8")));
    assert!(range("0.0.0.0/0").contains(address("255.1.2.3")));
    assert!(!range("0.0.0.0/0").contains(address("2001:db8::1")));
    assert!(!range("::/0").contains(address("203.0.113.7")));
}

#[test]
fn an_ipv4_address_mapped_into_ipv6_is_the_ipv4_one() {
    assert!(range("203.0.113.0/24").contains(address("::ffff:203.0.113.9")));
}

#[test]
fn what_is_no_range_is_refused() {
    for text in [
        "",
        "203.0.113",
        "203.0.113.0/33",
        "::/129",
        "203.0.113.0/",
        "203.0.113.0/+8",
        "203.0.113.0/-1",
        "203.0.113.0/8/8",
        "example.com",
        "203.0.113.0 ",
    ] {
        let refusal = IpRange::parse(text).expect_err("a refusal");
        assert_eq!(refusal.code, Code::ParameterInvalid, "{text}");
    }
}

#[test]
fn a_range_is_written_with_its_host_bits_cleared() {
    assert_eq!(range("203.0.113.77/24").to_string(), "203.0.113.0/24");
    assert_eq!(range("203.0.113.77/32").to_string(), "203.0.113.77");
    assert_eq!(range("2001:DB8::1").to_string(), "2001:db8::1");
}

proptest! {
    #[test]
    fn a_range_is_read_back_and_contains_what_it_was_made_of(
        host in any::<IpAddr>(), bits in 0_u8..=128
    ) {
        let bits = if host.is_ipv4() { bits.min(32) } else { bits };
        // A mapped address is looked up as the IPv4 one, so no IPv6 range contains it.
        prop_assume!(host == host.to_canonical());
        let range = range(&format!("{host}/{bits}"));
        prop_assert!(range.contains(host));
        prop_assert_eq!(IpRange::parse(&range.to_string()), Ok(range));
    }
}
