//! What a rule answers when it says no: a stable code, the parameter at fault, a sentence.
//!
//! [`Code`] is the whole list of the product's error codes. The API reference is printed from it,
//! so a code that is not here does not exist.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::wire_enum::wire_enum;

/// What sort of no it is. The HTTP layer turns it into a status and a `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Malformed or invalid parameters (400).
    Invalid,
    /// No key, or not a good one (401).
    Unauthenticated,
    /// The key may not do this (403).
    Permission,
    /// No such object or route (404).
    Missing,
    /// The route exists, but not with this method (405).
    Method,
    /// The body is too large (413).
    TooLarge,
    /// The body is of another type (415).
    MediaType,
    /// Something else holds or has used the same thing (409).
    Conflict,
    /// Well-formed, but the object's state forbids it (422).
    State,
    /// Too many requests (429).
    RateLimited,
    /// Our fault (500).
    Internal,
    /// Our fault, and it passes (503).
    Unavailable,
}

wire_enum! {
    /// Every stable error code of the API.
    pub enum Code {
        /// A parameter has the wrong type, form or range.
        ParameterInvalid = "parameter_invalid",
        /// A required parameter is absent.
        ParameterMissing = "parameter_missing",
        /// The endpoint has no parameter of this name.
        ParameterUnknown = "parameter_unknown",
        /// Two parameters, or two spellings of one, contradict each other.
        ParameterConflict = "parameter_conflict",
        /// What the parameter names never changes: make another object.
        ParameterImmutable = "parameter_immutable",
        /// The body is not JSON, or an object has one key twice.
        InvalidJson = "invalid_json",
        /// The currency is not an active code of ISO 4217.
        CurrencyUnknown = "currency_unknown",
        /// The `Vinr-Version` is not a version of this API.
        VersionUnknown = "version_unknown",
        /// An object with the chosen id exists already.
        ResourceExists = "resource_exists",
        /// The payment needs a payment method, and there is neither a named one nor a default.
        PaymentMethodMissing = "payment_method_missing",
        /// The payment method belongs to another customer.
        PaymentMethodMismatch = "payment_method_mismatch",
        /// The payment method was detached and can never be charged again.
        PaymentMethodDetached = "payment_method_detached",
        /// The payment method is past its expiry.
        PaymentMethodExpired = "payment_method_expired",
        /// The sandbox takes the published test cards only.
        TestCardRequired = "test_card_required",
        /// The sandbox takes the published test accounts only.
        TestAccountRequired = "test_account_required",
        /// A test card was used in live.
        TestCardInLive = "test_card_in_live",
        /// No API key was sent, or it is unknown, expired or of the other environment.
        InvalidApiKey = "invalid_api_key",
        /// The key does not have the scope that the endpoint needs.
        InsufficientScope = "insufficient_scope",
        /// The request came from an address outside of the account's allow-list.
        IpNotAllowed = "ip_not_allowed",
        /// The page's origin is not among those that may show the account's card fields.
        OriginNotAllowed = "origin_not_allowed",
        /// The client secret is not this payment's, or the payment is over.
        ClientSecretInvalid = "client_secret_invalid",
        /// Card data over the API needs a PCI SAQ D attestation on file.
        PciAttestationRequired = "pci_attestation_required",
        /// Live charges need a verified business.
        KybRequired = "kyb_required",
        /// No such object in this account and environment.
        ResourceMissing = "resource_missing",
        /// No such route.
        RouteMissing = "route_missing",
        /// The route exists, but not with this method.
        MethodNotAllowed = "method_not_allowed",
        /// The body is larger than one mebibyte.
        BodyTooLarge = "body_too_large",
        /// The body's content type is not JSON.
        ContentTypeUnsupported = "content_type_unsupported",
        /// The idempotency key was used for another request.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// The first request with this idempotency key has not been answered yet.
        IdempotencyKeyInUse = "idempotency_key_in_use",
        /// The sandbox clock is being moved by another call.
        ClockAdvancing = "clock_advancing",
        /// The amount is more than what is left.
        AmountTooLarge = "amount_too_large",
        /// There is not so much to be paid out.
        BalanceInsufficient = "balance_insufficient",
        /// The amount is another than what it is about.
        AmountMismatch = "amount_mismatch",
        /// The payout was sent, or it is over.
        PayoutNotCancellable = "payout_not_cancellable",
        /// There is no bank that payouts can be sent to.
        BankNotConfigured = "bank_not_configured",
        /// The payment's status does not allow to confirm it.
        PaymentNotConfirmable = "payment_not_confirmable",
        /// Ten attempts to pay have failed, and there is no eleventh: begin another payment.
        PaymentAttemptsExhausted = "payment_attempts_exhausted",
        /// The payment's status does not allow to capture it.
        PaymentNotCapturable = "payment_not_capturable",
        /// The payment's status does not allow to cancel it.
        PaymentNotCancellable = "payment_not_cancellable",
        /// The payment link has brought as many payments as it was made for, or each of its places is taken.
        PaymentLinkUsedUp = "payment_link_used_up",
        /// The payment link is switched off, or its time is over.
        PaymentLinkInactive = "payment_link_inactive",
        /// Nothing of the payment was captured, so nothing of it can be given back.
        PaymentNotRefundable = "payment_not_refundable",
        /// Nothing of the payment was captured, or nothing is left of it that could be disputed.
        PaymentNotDisputable = "payment_not_disputable",
        /// The dispute's status does not allow to answer it.
        DisputeNotAnswerable = "dispute_not_answerable",
        /// The member has not so many points: `have` says how many there are, and `need` how many it takes.
        InsufficientPoints = "insufficient_points",
        /// The customer is no member of the program, or nobody is named.
        LoyaltyAccountMissing = "loyalty_account_missing",
        /// The customer is a member of the program already.
        LoyaltyAccountExists = "loyalty_account_exists",
        /// The membership was ended.
        LoyaltyAccountClosed = "loyalty_account_closed",
        /// The payment brought no money, so nothing can be earned with it.
        PaymentNotCompleted = "payment_not_completed",
        /// The payment is another customer's, so its points are.
        PaymentNotTheirs = "payment_not_theirs",
        /// The reward is not offered, or none of it is left.
        RewardUnavailable = "reward_unavailable",
        /// The reward is for members of a higher tier.
        TierRequired = "tier_required",
        /// The redemption is another member's or currency's, used up, or its time is over.
        RedemptionNotUsable = "redemption_not_usable",
        /// What would be left for a card after store credit is not worth a charge.
        StoreCreditNotUsable = "store_credit_not_usable",
        /// The coupon is switched off, used up, past its time, or for another currency.
        CouponNotUsable = "coupon_not_usable",
        /// A payment holds or has used the redemption.
        RedemptionInUse = "redemption_in_use",
        /// The subscription's status does not allow it.
        SubscriptionNotChangeable = "subscription_not_changeable",
        /// The invoice is no draft any more: what is wrong with it is set right by a credit note.
        InvoiceNotEditable = "invoice_not_editable",
        /// The invoice is a draft, or nothing is to be paid of it any more.
        InvoiceNotPayable = "invoice_not_payable",
        /// The invoice was paid, or it is void already.
        InvoiceNotVoidable = "invoice_not_voidable",
        /// The invoice is a draft or void, so nothing of it can be credited.
        InvoiceNotCreditable = "invoice_not_creditable",
        /// The time of the usage is in the future or in a period that was invoiced.
        UsageTimestampInvalid = "usage_timestamp_invalid",
        /// The subscription item has a fixed quantity, and nothing is measured for it.
        UsageNotMetered = "usage_not_metered",
        /// The setup is over, or its buyer is being authenticated.
        SetupNotConfirmable = "setup_not_confirmable",
        /// The setup is not waiting for an authentication.
        SetupNotAuthenticatable = "setup_not_authenticatable",
        /// The payment is not waiting for an authentication.
        PaymentNotAuthenticatable = "payment_not_authenticatable",
        /// The account has no acquirer for this kind of charge.
        AcquirerNotConfigured = "acquirer_not_configured",
        /// The webhook endpoint is disabled and receives nothing.
        EndpointDisabled = "endpoint_disabled",
        /// The key has used up its requests for now.
        RateLimited = "rate_limited",
        /// An error of ours; safe to repeat with the same idempotency key.
        InternalError = "internal_error",
        /// Out of service for a moment; safe to repeat with the same idempotency key.
        ServiceUnavailable = "service_unavailable",
    }
}

impl Code {
    /// What sort of no this code is.
    pub const fn kind(self) -> Kind {
        match self {
            Self::ParameterInvalid
            | Self::ParameterMissing
            | Self::ParameterUnknown
            | Self::ParameterConflict
            | Self::InvalidJson
            | Self::CurrencyUnknown
            | Self::VersionUnknown
            | Self::ResourceExists
            | Self::PaymentMethodMissing
            | Self::PaymentMethodMismatch
            | Self::PaymentMethodDetached
            | Self::PaymentMethodExpired
            | Self::TestCardRequired
            | Self::TestAccountRequired
            | Self::TestCardInLive => Kind::Invalid,
            Self::InvalidApiKey => Kind::Unauthenticated,
            Self::InsufficientScope
            | Self::IpNotAllowed
            | Self::OriginNotAllowed
            | Self::ClientSecretInvalid
            | Self::PciAttestationRequired
            | Self::KybRequired => Kind::Permission,
            Self::ResourceMissing | Self::RouteMissing => Kind::Missing,
            Self::MethodNotAllowed => Kind::Method,
            Self::BodyTooLarge => Kind::TooLarge,
            Self::ContentTypeUnsupported => Kind::MediaType,
            Self::IdempotencyKeyReused | Self::IdempotencyKeyInUse | Self::ClockAdvancing => Kind::Conflict,
            Self::ParameterImmutable
            | Self::AmountTooLarge
            | Self::BalanceInsufficient
            | Self::AmountMismatch
            | Self::PayoutNotCancellable
            | Self::BankNotConfigured
            | Self::PaymentNotConfirmable
            | Self::PaymentAttemptsExhausted
            | Self::PaymentNotCapturable
            | Self::PaymentNotCancellable
            | Self::PaymentNotAuthenticatable
            | Self::PaymentLinkUsedUp
            | Self::PaymentLinkInactive
            | Self::PaymentNotRefundable
            | Self::PaymentNotDisputable
            | Self::DisputeNotAnswerable
            | Self::InsufficientPoints
            | Self::LoyaltyAccountMissing
            | Self::LoyaltyAccountExists
            | Self::LoyaltyAccountClosed
            | Self::PaymentNotCompleted
            | Self::PaymentNotTheirs
            | Self::RewardUnavailable
            | Self::TierRequired
            | Self::RedemptionNotUsable
            | Self::RedemptionInUse
            | Self::StoreCreditNotUsable
            | Self::CouponNotUsable
            | Self::SetupNotConfirmable
            | Self::SetupNotAuthenticatable
            | Self::AcquirerNotConfigured
            | Self::EndpointDisabled => Kind::State,
            Self::InvoiceNotEditable | Self::InvoiceNotPayable | Self::InvoiceNotVoidable => Kind::State,
            Self::InvoiceNotCreditable | Self::SubscriptionNotChangeable => Kind::State,
            Self::UsageTimestampInvalid | Self::UsageNotMetered => Kind::State,
            Self::RateLimited => Kind::RateLimited,
            Self::InternalError => Kind::Internal,
            Self::ServiceUnavailable => Kind::Unavailable,
        }
    }
}

/// A rule's no. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// The parameter at fault, as the API spells it (`amount`, `metadata.color`).
    pub param: Option<Cow<'static, str>>,
    /// For people: what is wrong and what to do. Lower case, no full stop.
    pub message: String,
    /// For programs: how much there is and how much it takes, where there is too little of something.
    pub short: Option<Short>,
}

/// Too little of something, in its smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// What there is; negative for a debt.
    pub have: i64,
    /// What it takes.
    pub need: i64,
}

impl Refusal {
    /// A refusal that is not about one parameter.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, param: None, message: message.into(), short: None }
    }

    /// The same refusal, about this parameter.
    #[must_use]
    pub fn at(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The same refusal, with how much there is and how much it takes.
    #[must_use]
    pub const fn short(mut self, have: i64, need: i64) -> Self {
        self.short = Some(Short { have, need });
        self
    }

    /// What sort of no it is.
    pub const fn kind(&self) -> Kind {
        self.code.kind()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
