//! Token buckets, one per key for reads and one for writes (spec/conventions.md, Rate limits). A public key is in every
//! browser, so that each address has buckets of its own for it; and what anybody may do without a key is counted too.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use vinr_core::ids::KeyId;
use vinr_core::keys::KeyKind;
use vinr_core::time::WallTime;

use super::auth::Caller;
use super::endpoint::Effect;

/// Buckets at most; full ones are forgotten first, since a new bucket is full.
const BUCKETS_MAX: usize = 100_000;
const MILLI: i64 = 1_000;
/// What may be begun at one page.
const OF_PAGE: RateLimit = RateLimit { per_second: 10, burst: 50 };
/// What may be begun from one address. People press a button once; behind an address there may be many of them.
const OF_VISITOR: RateLimit = RateLimit { per_second: 1, burst: 20 };
/// Bits of an IPv6 address that its network gives to whoever has it (RFC 6177): they are one visitor.
const HOST_BITS: u32 = 64;

/// Whose allowance a request is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Spender {
    /// A secret or restricted key.
    Key(KeyId, Effect),
    /// A public key from one address.
    Browser(KeyId, Option<IpAddr>, Effect),
    /// A page, by its path, at which whoever has its address begins something.
    Page(String),
    /// Whoever begins something at such pages from one address.
    Visitor(Option<IpAddr>),
}

impl Spender {
    /// Who uses this key from this address.
    pub(crate) fn of(caller: &Caller, peer: Option<IpAddr>, effect: Effect) -> Spender {
        match caller.grant.kind {
            KeyKind::Public => Spender::Browser(caller.key.clone(), peer.map(network), effect),
            KeyKind::Secret | KeyKind::Restricted => Spender::Key(caller.key.clone(), effect),
        }
    }

    /// Who begins something from this address.
    pub(crate) fn visitor(peer: Option<IpAddr>) -> Spender {
        Spender::Visitor(peer.map(network))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> HOST_BITS << HOST_BITS).into(),
    }
}

/// How many requests a key may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests a second, for ever.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

/// What is left of a key's allowance after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests at once, when rested.
    pub(crate) limit: u32,
    /// Requests that would pass now.
    pub(crate) remaining: i64,
    /// Seconds until the allowance is whole again; a part of one counts as one.
    pub(crate) reset_s: i64,
    /// Whether this request passes; otherwise seconds to wait.
    pub(crate) wait_s: Option<u32>,
}

/// The buckets of one process.
pub struct Rates {
    limit: Option<RateLimit>,
    buckets: Mutex<HashMap<Spender, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// Thousandths of a request.
    tokens: i64,
    at: WallTime,
}

impl Rates {
    /// Buckets of this size for keys, and of their own for what is done without one; or none at all.
    pub fn new(limit: Option<RateLimit>) -> Rates {
        Rates { limit, buckets: Mutex::default() }
    }

    /// Takes one request from a bucket; nothing where the operator wants no limits.
    pub(crate) fn take(&self, spender: Spender, now: WallTime) -> Option<Allowance> {
        let keys = self.limit?;
        let limit = spender.limit(keys);
        let (rate, full) = limit.rate_and_full();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|spender, bucket| {
                let (rate, full) = spender.limit(keys).rate_and_full();
                bucket.refilled(now, rate, full) < full
            });
        }
        let bucket = buckets.entry(spender).or_insert(Bucket { tokens: full, at: now });
        let tokens = bucket.refilled(now, rate, full);
        let passes = tokens >= MILLI;
        let left = if passes { tokens - MILLI } else { tokens };
        *bucket = Bucket { tokens: left, at: now.max(bucket.at) };
        let missing = MILLI.saturating_sub(left).max(0);
        Some(Allowance {
            limit: limit.burst,
            remaining: left / MILLI,
            reset_s: whole_seconds(full - left, rate),
            // Whoever comes back then passes, and who waits exactly so long does too.
            wait_s: (!passes).then(|| u32::try_from(whole_seconds(missing, rate)).unwrap_or(u32::MAX)),
        })
    }
}

/// Seconds until so many thousandths of a request have come in; a part of one counts as one.
fn whole_seconds(missing: i64, rate: i64) -> i64 {
    (missing + rate * MILLI - 1).div_euclid(rate * MILLI)
}

impl Spender {
    fn limit(&self, keys: RateLimit) -> RateLimit {
        match self {
            Spender::Key(..) | Spender::Browser(..) => keys,
            Spender::Page(_) => OF_PAGE,
            Spender::Visitor(_) => OF_VISITOR,
        }
    }
}

impl RateLimit {
    /// Requests a second, and thousandths of a request in a full bucket.
    fn rate_and_full(self) -> (i64, i64) {
        (i64::from(self.per_second.max(1)), i64::from(self.burst.max(1)) * MILLI)
    }
}

impl Bucket {
    /// What is in it at `now`; a clock that went back adds nothing.
    fn refilled(self, now: WallTime, rate: i64, full: i64) -> i64 {
        let passed_ms = now.since(self.at).millis().max(0);
        self.tokens.saturating_add(passed_ms.saturating_mul(rate)).min(full)
    }
}

#[cfg(test)]
mod tests {
    use vinr_core::time::Span;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds_and_reads_are_apart() {
        let rates = Rates::new(Some(RateLimit { per_second: 2, burst: 3 }));
        let key = |effect| Spender::Key(KeyId::from_bits(1), effect);
        let start = WallTime::from_millis(1_000_000);
        let waits: Vec<Option<u32>> =
            (0..5).map(|_| rates.take(key(Effect::Writes), start).expect("limited").wait_s).collect();
        assert_eq!(waits, [None, None, None, Some(1), Some(1)]);
        assert_eq!(rates.take(key(Effect::Reads), start).expect("limited").remaining, 2);
        let later = start.plus(Span::milliseconds(500));
        assert_eq!(rates.take(key(Effect::Writes), later).expect("limited").wait_s, None);
        assert_eq!(rates.take(key(Effect::Writes), later).expect("limited").wait_s, Some(1));
    }

    #[test]
    fn an_allowance_is_whole_when_its_last_thousandth_has_come_in() {
        let rates = Rates::new(Some(RateLimit { per_second: 2, burst: 3 }));
        let key = || Spender::Key(KeyId::from_bits(1), Effect::Writes);
        let start = WallTime::from_millis(1_000_000);
        let resets: Vec<i64> = (0..4).map(|_| rates.take(key(), start).expect("limited").reset_s).collect();
        assert_eq!(resets, [1, 1, 2, 2]);
        let whole = start.plus(Span::milliseconds(1_500));
        let after = rates.take(key(), whole).expect("limited");
        assert_eq!((after.remaining, after.reset_s), (2, 1), "1.5 seconds have filled it");
    }

    #[test]
    fn without_limits_nothing_is_counted_of_keys_pages_and_visitors() {
        let rates = Rates::new(None);
        let now = WallTime::from_millis(1_000_000);
        let key = KeyId::from_bits(1);
        for spender in [
            Spender::Key(key.clone(), Effect::Writes),
            Spender::Browser(key, None, Effect::Writes),
            Spender::Page("/l/a/b".to_owned()),
            Spender::visitor(None),
        ] {
            assert_eq!(rates.take(spender, now), None);
        }
        assert!(rates.buckets.lock().expect("nobody panicked").is_empty());
    }

    #[test]
    fn a_clock_that_goes_back_adds_nothing() {
        let rates = Rates::new(Some(RateLimit { per_second: 1, burst: 1 }));
        let key = |effect| Spender::Key(KeyId::from_bits(1), effect);
        let now = WallTime::from_millis(1_000_000);
        assert_eq!(rates.take(key(Effect::Writes), now).expect("limited").wait_s, None);
        let earlier = now.minus(Span::hours(1));
        assert!(rates.take(key(Effect::Writes), earlier).expect("limited").wait_s.is_some());
        assert!(rates.take(key(Effect::Writes), now).expect("limited").wait_s.is_some());
    }

    #[test]
    fn an_address_spends_its_own_and_one_of_ipv6_is_as_large_as_its_network() {
        let rates = Rates::new(Some(RateLimit { per_second: 1, burst: 1 }));
        let now = WallTime::from_millis(1_000_000);
        let passes = |address: &str, effect| {
            let peer = Some(network(address.parse().expect("an address")));
            let spender = Spender::Browser(KeyId::from_bits(1), peer, effect);
            rates.take(spender, now).expect("limited").wait_s.is_none()
        };
        assert!(passes("192.0.2.1", Effect::Writes));
        assert!(!passes("192.0.2.1", Effect::Writes));
        assert!(passes("192.0.2.1", Effect::Reads) && passes("192.0.2.2", Effect::Writes));
        assert!(passes("2001:db8:1:1::1", Effect::Writes));
        assert!(!passes("2001:db8:1:1:ffff::2", Effect::Writes));
        assert!(passes("2001:db8:1:2::1", Effect::Writes));
    }
}
