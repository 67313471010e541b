//! API keys: what their prefix says, and what a key may do.

use alloc::collections::BTreeSet;
use alloc::string::String;
use core::fmt;

use crate::base32;
use crate::nearest::nearest;
use crate::refusal::{Code, Refusal};
use crate::wire_enum::wire_enum;

/// Random bytes that a new key carries at least: 192 bits.
pub const RANDOM_BYTES_MIN: usize = 24;

/// Longest text that is looked at as a key.
pub const KEY_LENGTH_MAX: usize = 255;

wire_enum! {
    /// The two worlds of an account, which share nothing.
    pub enum Environment {
        /// Simulated money, published test cards, a clock that can be moved.
        Sandbox = "sandbox",
        /// Real money.
        Live = "live",
    }
}

wire_enum! {
    /// What sort of key it is.
    pub enum KeyKind {
        /// May do everything of its account and environment.
        Secret = "secret",
        /// May do what its scopes name.
        Restricted = "restricted",
        /// For browsers: tokenise a card, confirm the one payment whose client secret it presents.
        Public = "public",
    }
}

/// What a key's first eight characters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPrefix {
    /// What sort of key it is.
    pub kind: KeyKind,
    /// Where it works.
    pub environment: Environment,
}

impl KeyPrefix {
    /// Every prefix there is.
    pub const ALL: [Self; 6] = [
        Self { kind: KeyKind::Secret, environment: Environment::Sandbox },
        Self { kind: KeyKind::Secret, environment: Environment::Live },
        Self { kind: KeyKind::Restricted, environment: Environment::Sandbox },
        Self { kind: KeyKind::Restricted, environment: Environment::Live },
        Self { kind: KeyKind::Public, environment: Environment::Sandbox },
        Self { kind: KeyKind::Public, environment: Environment::Live },
    ];

    /// What a whole key says of itself. Nothing if it does not have the form of a key: a known
    /// prefix, then letters and digits, [`KEY_LENGTH_MAX`] characters at most.
    pub fn parse(key: &str) -> Option<Self> {
        let (prefix, rest) = Self::ALL.iter().find_map(|prefix| Some((*prefix, key.strip_prefix(prefix.as_str())?)))?;
        let formed =
            !rest.is_empty() && key.len() <= KEY_LENGTH_MAX && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        formed.then_some(prefix)
    }

    /// The prefix as it is written: `sk_test_`.
    pub const fn as_str(self) -> &'static str {
        match (self.kind, self.environment) {
            (KeyKind::Secret, Environment::Sandbox) => "sk_test_",
            (KeyKind::Secret, Environment::Live) => "sk_live_",
            (KeyKind::Restricted, Environment::Sandbox) => "rk_test_",
            (KeyKind::Restricted, Environment::Live) => "rk_live_",
            (KeyKind::Public, Environment::Sandbox) => "pk_test_",
            (KeyKind::Public, Environment::Live) => "pk_live_",
        }
    }

    /// The text of a new key: this prefix and the random bytes in base32.
    ///
    /// # Panics
    /// If there are fewer than [`RANDOM_BYTES_MIN`] bytes: such a key could be guessed.
    pub fn key(self, random: &[u8]) -> String {
        assert!(random.len() >= RANDOM_BYTES_MIN, "a key carries 192 random bits or more");
        let mut text = String::from(self.as_str());
        base32::push_bytes(&mut text, random);
        text
    }
}

wire_enum! {
    /// A family of resources: scopes come in pairs of one each.
    pub enum Family {
        /// Payments and their sessions.
        Payments = "payments",
        /// Payment links.
        PaymentLinks = "payment_links",
        /// Refunds.
        Refunds = "refunds",
        /// Disputes.
        Disputes = "disputes",
        /// Customers and their saved methods.
        Customers = "customers",
        /// Tokenised cards and bank accounts.
        PaymentMethods = "payment_methods",
        /// Loyalty: programs, rules, members and their points.
        Loyalty = "loyalty",
        /// Billing: products, prices, coupons, tax rates, and what is billed with them.
        Billing = "billing",
        /// Events.
        Events = "events",
        /// Webhook endpoints and deliveries.
        Webhooks = "webhooks",
        /// Balance and ledger.
        Balance = "balance",
        /// What an account's days came to.
        Settlements = "settlements",
        /// Payouts to the merchant's bank.
        Payouts = "payouts",
        /// The account's settings.
        Account = "account",
        /// The sandbox's clock and helpers.
        Test = "test",
    }
}

wire_enum! {
    /// Which half of a family's pair.
    pub enum Access {
        /// Retrieve and list.
        Read = "read",
        /// Create and change. Does not include reading.
        Write = "write",
    }
}

/// One permission: `payments:write`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// Of which resources.
    pub family: Family,
    /// To do what.
    pub access: Access,
}

impl Scope {
    /// To retrieve and list.
    pub const fn read(family: Family) -> Self {
        Self { family, access: Access::Read }
    }

    /// To create and change.
    pub const fn write(family: Family) -> Self {
        Self { family, access: Access::Write }
    }

    /// Every scope there is.
    pub fn all() -> impl Iterator<Item = Self> {
        Family::ALL.iter().flat_map(|family| [Self::read(*family), Self::write(*family)])
    }

    /// Reads `payments:write`; a name that is not known is refused with the closest one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let known = text
            .split_once(':')
            .and_then(|(family, access)| Some(Self { family: Family::parse(family)?, access: Access::parse(access)? }));
        known.ok_or_else(|| {
            let family = text.split(':').next().unwrap_or(text);
            let hint = nearest(family, Family::ALL.iter().map(|family| family.as_str()))
                .map_or_else(String::new, |family| format!(", did you mean {family}:read?"));
            Refusal::new(Code::ParameterInvalid, format!("expected a scope such as payments:read{hint}")).at("scopes")
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.family, self.access)
    }
}

/// What the holder of a key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// A secret key may do everything; a restricted one what its scopes name; a public one has no
    /// scope, and the few endpoints that are made for browsers let it in by themselves.
    pub kind: KeyKind,
    scopes: BTreeSet<Scope>,
}

impl Grant {
    /// Everything of the account and environment.
    pub const fn secret() -> Self {
        Self { kind: KeyKind::Secret, scopes: BTreeSet::new() }
    }

    /// Nothing but these scopes.
    pub const fn restricted(scopes: BTreeSet<Scope>) -> Self {
        Self { kind: KeyKind::Restricted, scopes }
    }

    /// What a browser may do.
    pub const fn public() -> Self {
        Self { kind: KeyKind::Public, scopes: BTreeSet::new() }
    }

    /// The grant of a kind of key and of what [`Self::scopes_text`] gave.
    pub fn parse(kind: KeyKind, scopes_text: &str) -> Result<Self, Refusal> {
        let scopes = scopes_text.split_whitespace().map(Scope::parse).collect::<Result<_, _>>()?;
        Ok(match kind {
            KeyKind::Secret => Self::secret(),
            KeyKind::Restricted => Self::restricted(scopes),
            KeyKind::Public => Self::public(),
        })
    }

    /// The scopes of a restricted key, with a space between them, in one order.
    pub fn scopes_text(&self) -> String {
        let mut text = String::new();
        for scope in &self.scopes {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(scope.family.as_str());
            text.push(':');
            text.push_str(scope.access.as_str());
        }
        text
    }

    /// The scopes of a restricted key.
    pub const fn scopes(&self) -> &BTreeSet<Scope> {
        &self.scopes
    }

    /// Whether what needs this scope is allowed; the refusal names the scope.
    pub fn allows(&self, scope: Scope) -> Result<(), Refusal> {
        match self.kind {
            KeyKind::Secret => Ok(()),
            KeyKind::Restricted if self.scopes.contains(&scope) => Ok(()),
            KeyKind::Restricted => {
                Err(Refusal::new(Code::InsufficientScope, format!("this key does not have the scope {scope}")))
            }
            KeyKind::Public => Err(Refusal::new(
                Code::InsufficientScope,
                format!("a public key cannot do this: use a key with the scope {scope}"),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
