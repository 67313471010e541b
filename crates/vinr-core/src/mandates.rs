//! Mandates: an account holder's leave to debit the account again (SEPA Core Direct Debit rulebook, EPC016-06). One
//! belongs to one saved account and says when it was given, and by which payment or setup.
//!
//! ```text
//!  active ──revoke──▶ revoked
//! ```
//!
//! A revoked mandate stays on record: the creditor has to show it for debits that were made under it. The mandate of a
//! debit whose account is not saved is used up by that debit; its reference stands on the payment alone.

use alloc::string::String;

use crate::base32;
use crate::ids::{PaymentId, SetupId};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// Where a mandate stands.
    pub enum Status {
        /// The account may be debited under it.
        Active = "active",
        /// The account may never be debited under it again.
        Revoked = "revoked",
    }
}

/// What a holder was doing when the mandate was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Paying this payment.
    Payment(PaymentId),
    /// Saving the account with this setup.
    Setup(SetupId),
}

impl Origin {
    /// Reads the id of a payment or of a setup.
    pub fn parse(id: &str) -> Option<Origin> {
        PaymentId::parse(id).map(Origin::Payment).or_else(|_| SetupId::parse(id).map(Origin::Setup)).ok()
    }

    /// The id of the payment or setup.
    pub fn as_str(&self) -> &str {
        match self {
            Origin::Payment(id) => id.as_str(),
            Origin::Setup(id) => id.as_str(),
        }
    }
}

/// A mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// What names it on the holder's statement.
    pub reference: String,
    /// When the holder gave it.
    pub accepted_at: Timestamp,
    /// What the holder was doing.
    pub origin: Origin,
    /// Where it stands.
    pub status: Status,
}

impl Mandate {
    /// A mandate that a holder gives now; the bits that make its reference unique are drawn as an id's are.
    pub fn accept(bits: u128, origin: Origin, now: Timestamp) -> Mandate {
        Mandate { reference: reference(bits), accepted_at: now, origin, status: Status::Active }
    }

    /// Ends it, for good.
    pub fn revoke(&mut self) {
        self.status = Status::Revoked;
    }
}

/// Up to 35 characters, unique for the creditor (EPC130-08, AT-01).
fn reference(bits: u128) -> String {
    let mut text = String::from("vinr-");
    base32::push_u128(&mut text, bits);
    text.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mandate_is_active_until_it_is_revoked_and_keeps_where_it_came_from() {
        for id in ["pay_1", "set_1"] {
            let origin = Origin::parse(id).expect("an origin");
            let mut mandate = Mandate::accept(7, origin, Timestamp::from_seconds(1));
            assert_eq!((mandate.status, mandate.origin.as_str()), (Status::Active, id));
            mandate.revoke();
            assert_eq!((mandate.status, mandate.accepted_at), (Status::Revoked, Timestamp::from_seconds(1)));
        }
        assert_eq!(Origin::parse("cust_1"), None);
    }

    #[test]
    fn a_reference_fits_into_what_banks_transmit() {
        let longest = reference(u128::MAX);
        assert!(
            longest.len() <= 35
                && longest.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == '-')
        );
        assert_ne!(reference(1), reference(2));
    }
}
