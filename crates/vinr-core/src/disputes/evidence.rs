//! What a merchant tells the bank, and what the sandbox's bank makes of it.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::wire_enum::wire_enum;

/// Evidence with this word is convincing, in the sandbox, at once.
pub const WINNING: &str = "winning_evidence";
/// Evidence with this word is worthless, in the sandbox, at once.
pub const LOSING: &str = "losing_evidence";

wire_enum! {
    /// What can be told to the bank.
    pub enum EvidenceField {
        /// Where mail reaches the buyer.
        CustomerEmail = "customerEmail",
        /// What the buyer is called.
        CustomerName = "customerName",
        /// What was sold.
        ProductDescription = "productDescription",
        /// What was agreed when it was sold.
        Receipt = "receipt",
        /// How and when it was sent.
        ShippingDocumentation = "shippingDocumentation",
        /// What the buyer signed.
        CustomerSignature = "customerSignature",
        /// What was written back and forth.
        CustomerCommunication = "customerCommunication",
        /// Everything else.
        UncategorizedText = "uncategorizedText",
    }
}

/// What a merchant tells the bank.
pub type Evidence = BTreeMap<EvidenceField, String>;

/// Whom the bank believes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing is taken, or it comes back.
    Merchant,
    /// It stays taken, or is taken now.
    Buyer,
}

/// How evidence ends a dispute in the sandbox, where it says so.
pub(super) fn judged(evidence: &Evidence) -> Option<Verdict> {
    let says = |word: &str| evidence.values().any(|text| text.contains(word));
    match (says(WINNING), says(LOSING)) {
        (true, false) => Some(Verdict::Merchant),
        (_, true) => Some(Verdict::Buyer),
        (false, false) => None,
    }
}
