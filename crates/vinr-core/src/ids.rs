//! Typed ids: a prefix that names the noun, `_`, and what makes it unique.
//!
//! Ids that this product draws are `TypeID`s: 128 bits of a version 7 UUID (RFC 9562) in 26
//! characters of base32, so they sort by time. Ids that come in are opaque: any 1 to 64 of
//! `[0-9A-Za-z_]` after the prefix, because a sandbox may choose its own.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::base32;
use crate::time::WallTime;

/// Longest part of an id after its prefix and `_`.
pub const SUFFIX_LENGTH_MAX: usize = 64;

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdProblem {
    /// It does not begin with the prefix of this kind.
    WrongPrefix {
        /// The prefix that was wanted, without its `_`.
        expected: &'static str,
    },
    /// The prefix is right, but the rest is empty, too long or has a character that ids do not.
    Malformed {
        /// The prefix that was wanted, without its `_`.
        expected: &'static str,
    },
}

impl fmt::Display for IdProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPrefix { expected } => write!(f, "expected a {expected}_ id"),
            Self::Malformed { expected } => {
                write!(f, "expected a {expected}_ id: {expected}_ and 1 to {SUFFIX_LENGTH_MAX} letters, digits or _")
            }
        }
    }
}

impl core::error::Error for IdProblem {}

/// What every kind of id has.
pub trait TypedId: Sized {
    /// What every id of this kind begins with, without the `_`.
    const PREFIX: &'static str;

    /// Reads an id that came from outside, or from a row that may name any noun.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(text: &str) -> Result<Self, IdProblem>;
}

macro_rules! ids {
    ($( $(#[doc = $doc:literal])+ $name:ident = $prefix:literal ),+ $(,)?) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;

            fn parse(text: &str) -> Result<Self, IdProblem> {
                $name::parse(text)
            }
        }

        impl $name {
            /// Reads an id that came from outside.
            pub fn parse(text: &str) -> Result<Self, IdProblem> {
                check(text, $prefix)?;
                Ok(Self(text.into()))
            }

            /// The id of bits drawn by an [`IdGenerator`].
            pub fn from_bits(bits: u128) -> Self {
                Self(encode(concat!($prefix, "_"), bits))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into_string()
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> Self {
                id.0.as_ref().into()
            }
        }
    )+ };
}

ids! {
    /// One merchant.
    AccountId = "acct",
    /// An API key (its name, not its secret).
    KeyId = "key",
    /// A customer of a merchant.
    CustomerId = "cust",
    /// A payment.
    PaymentId = "pay",
    /// A card or bank account that can be charged.
    PaymentMethodId = "pm",
    /// An address that makes payments.
    PaymentLinkId = "link",
    /// A card being saved without a payment.
    SetupId = "set",
    /// An event.
    EventId = "evt",
    /// A merchant's URL that receives events.
    WebhookEndpointId = "we",
    /// One event on its way to one endpoint.
    WebhookDeliveryId = "whd",
    /// One movement of the ledger.
    TransferId = "tr",
    /// One try to move money at an acquirer; the acquirer's idempotency key.
    AttemptId = "att",
    /// One HTTP request.
    RequestId = "req",
    /// One try to reach a webhook endpoint.
    DeliveryAttemptId = "wha",
    /// A loyalty program.
    ProgramId = "prog",
    /// A member of a loyalty program.
    LoyaltyAccountId = "loy",
    /// What earns points in a program.
    EarningRuleId = "rule",
    /// One movement of a member's points.
    PointsTransactionId = "ptx",
    /// One movement of a customer's store credit.
    CreditTransactionId = "cct",
    /// What points can be exchanged for.
    RewardId = "rwd",
    /// Points exchanged for a reward.
    RedemptionId = "rdm",
    /// What a merchant sells.
    ProductId = "prod",
    /// What a product costs.
    PriceId = "price",
    /// Money off invoices.
    CouponId = "cpn",
    /// A tax and how much it is.
    TaxRateId = "txr",
    /// An invoice.
    InvoiceId = "inv",
    /// One line of an invoice.
    InvoiceLineId = "il",
    /// What waits for a customer's next invoice.
    InvoiceItemId = "ii",
    /// What takes back a part of an invoice.
    CreditNoteId = "cn",
    /// A customer's standing order.
    SubscriptionId = "sub",
    /// One price of a subscription.
    SubscriptionItemId = "si",
    /// How much was used of what is measured.
    UsageRecordId = "mbu",
    /// What was used of an item in a period.
    UsageSummaryId = "mbs",
    /// How failed invoices are tried again.
    DunningPolicyId = "dpol",
    /// Money given back.
    RefundId = "re",
    /// A charge that a bank takes back.
    DisputeId = "dp",
    /// One line of a merchant's balance.
    BalanceTransactionId = "btx",
    /// What a merchant's day in one currency came to.
    SettlementId = "setl",
    /// Money on its way to a merchant's bank.
    PayoutId = "po",
    /// What collects settlements until a payout is made of them.
    PayoutPlanId = "plan",
}

/// Whether `text` is an id with this prefix.
fn check(text: &str, expected: &'static str) -> Result<(), IdProblem> {
    let suffix = text
        .strip_prefix(expected)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(IdProblem::WrongPrefix { expected })?;
    let fits = (1..=SUFFIX_LENGTH_MAX).contains(&suffix.len());
    if fits && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Ok(())
    } else {
        Err(IdProblem::Malformed { expected })
    }
}

fn encode(prefix: &str, bits: u128) -> Box<str> {
    let mut text = String::with_capacity(prefix.len().saturating_add(base32::U128_LENGTH));
    text.push_str(prefix);
    base32::push_u128(&mut text, bits);
    text.into_boxed_str()
}

/// The least id of a kind that can have been drawn at a time, in milliseconds since 1970, or later: ids sort by time.
pub fn drawn_since(prefix: &str, millis: u64) -> String {
    encode(&format!("{prefix}_"), u128::from(millis) << 80).into_string()
}

/// The source of new ids in one process: version 7 UUIDs that never go back.
///
/// The 12 bits after the time are a counter (RFC 9562, section 6.2, method 1), begun at a random
/// number below 1,024 in each millisecond; 62 random bits follow. When the counter is used up, or
/// the clock goes back, the time in the id runs ahead of the clock instead.
#[derive(Clone, Debug)]
pub struct IdGenerator {
    millis: u64,
    counter: u16,
}

impl Default for IdGenerator {
    fn default() -> Self {
        Self::new()
    }
}

/// Largest value of the 12-bit counter.
const COUNTER_MAX: u16 = 0x0fff;

impl IdGenerator {
    /// A generator that has drawn nothing yet.
    pub const fn new() -> Self {
        Self { millis: 0, counter: COUNTER_MAX }
    }

    /// The bits of the next id: greater than all before from this generator.
    pub fn next_bits(&mut self, wall: WallTime, random: [u8; 10]) -> u128 {
        let [seed_high, seed_low, tail @ ..] = random;
        let seed = u16::from_be_bytes([seed_high, seed_low]) & 0x03ff;
        let clock_millis = u64::try_from(wall.millis()).unwrap_or(0);
        if clock_millis > self.millis {
            self.millis = clock_millis;
            self.counter = seed;
        } else if self.counter < COUNTER_MAX {
            self.counter = self.counter.saturating_add(1);
        } else {
            self.millis = self.millis.saturating_add(1);
            self.counter = seed;
        }
        let version = 7_u128 << 76;
        let variant = 2_u128 << 62;
        let random_tail = u128::from(u64::from_be_bytes(tail) >> 2);
        (u128::from(self.millis) << 80) | version | (u128::from(self.counter) << 64) | variant | random_tail
    }
}

#[cfg(test)]
mod tests;
