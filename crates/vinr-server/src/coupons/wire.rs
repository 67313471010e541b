//! Coupons as JSON (spec/billing.md, Coupons).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::coupons::{self as core, Changes, Coupon, Duration, DurationKind, Off};
use vinr_core::ids::{CouponId, ProductId};
use vinr_core::keys::Environment;
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use crate::error::{Problems, Result};
use crate::http::formats::{InstantInput, MetadataInput, chosen_id, named, required_id};
use crate::http::list::Page;
use crate::http::shapes::Percent;
use crate::record::Unit;

/// What creates a coupon: `percentOff`, or `amountOff` with `currency`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:cpn"))]
    id: Option<String>,
    /// What buyers read on invoices.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<String>,
    /// What buyers type: 3 to 40 letters, digits, dashes and underscores, in any case.
    #[schemars(length(min = 3, max = 40), extend("format" = "printable"))]
    code: Option<String>,
    /// The part that comes off, above 0 and up to 100, with up to two decimals.
    percent_off: Option<Percent>,
    /// What comes off, in minor units of the currency.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    amount_off: Option<i64>,
    /// ISO 4217 code of `amountOff`, in any case.
    #[schemars(extend("format" = "currency"))]
    currency: Option<String>,
    /// For how long a subscription has it. The default is once.
    duration: Option<DurationWord>,
    /// For how many periods, of a repeating one.
    #[schemars(range(min = 1, max = 1_200))]
    duration_in_periods: Option<i64>,
    /// How often it can be redeemed; null or absent for as often as is wanted.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    max_redemptions: Option<i64>,
    /// Until when it can be redeemed.
    redeem_by: Option<InstantInput>,
    /// The products that it takes something off; null or absent for all.
    #[schemars(length(max = 50))]
    applies_to: Option<Vec<String>>,
    /// Whether it can be redeemed. The default is yes.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// What a coupon is made of, before it has its id.
pub(crate) struct New {
    name: Option<String>,
    code: Option<String>,
    off: Off,
    duration: Duration,
    redemptions_max: Option<i64>,
    redeem_by: Option<Timestamp>,
    applies_to: Vec<ProductId>,
    is_active: bool,
    metadata: Metadata,
}

impl Create {
    /// Reads what is asked for with all its problems together, and the id that was chosen.
    pub(crate) fn read(self, environment: Environment) -> Result<(Option<CouponId>, New)> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(self.id.as_deref(), CouponId::parse, environment)).flatten();
        let code = problems.note(self.code.as_deref().map(core::code).transpose()).flatten();
        let off = problems.note(self.off());
        let kind = self.duration.map_or(DurationKind::Once, DurationWord::kind);
        let duration = problems.note(Duration::of(kind, self.duration_in_periods));
        let redeem_by = self.redeem_by.and_then(|moment| {
            let invalid = || Refusal::new(Code::ParameterInvalid, "expected a time of this era").at("redeemBy");
            problems.note(moment.timestamp().ok_or_else(invalid))
        });
        let ids = self.applies_to.unwrap_or_default();
        let ids: std::result::Result<Vec<ProductId>, Refusal> =
            ids.iter().map(|id| required_id("appliesTo", id, ProductId::parse)).collect();
        let mut applies_to = problems.note(ids).unwrap_or_default();
        applies_to.sort();
        applies_to.dedup();
        let pairs = self.metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        let (Some(off), Some(duration), true) = (off, duration, problems.is_empty()) else {
            return Err(problems.into());
        };
        let (name, redemptions_max, is_active) = (self.name, self.max_redemptions, self.active.unwrap_or(true));
        Ok((chosen, New { name, code, off, duration, redemptions_max, redeem_by, applies_to, is_active, metadata }))
    }

    /// What is taken off: a part or an amount.
    fn off(&self) -> std::result::Result<Off, Refusal> {
        let missing = |param: &'static str, message: &str| Refusal::new(Code::ParameterMissing, message).at(param);
        let conflict = |param: &'static str, message: &str| Refusal::new(Code::ParameterConflict, message).at(param);
        match (&self.percent_off, self.amount_off, self.currency.as_deref()) {
            (None, None, _) => Err(missing("percentOff", "give `percentOff`, or `amountOff` with `currency`")),
            (Some(_), Some(_), _) => Err(conflict("amountOff", "give `percentOff` or `amountOff`, not both")),
            (Some(_), None, Some(_)) => Err(conflict("currency", "a coupon with `percentOff` is for every currency")),
            (Some(percent), None, None) => percent.bps().map(|bps| Off::Percent { bps }).ok_or_else(|| {
                let message = "expected a percentage above 0 and up to 100, with 2 decimals at most";
                Refusal::new(Code::ParameterInvalid, message).at("percentOff")
            }),
            (None, Some(_), None) => Err(missing("currency", "`amountOff` needs a `currency`")),
            (None, Some(amount), Some(code)) => Ok(Off::Amount(Money::new(amount, Currency::from_param(code)?))),
        }
    }
}

impl New {
    /// The coupon.
    pub(crate) fn made(&self, chosen: Option<CouponId>, unit: &Unit<'_>) -> Coupon {
        Coupon {
            id: chosen.unwrap_or_else(|| CouponId::from_bits(unit.env.id_bits())),
            name: self.name.clone(),
            code: self.code.clone(),
            off: self.off,
            duration: self.duration,
            redemptions_max: self.redemptions_max,
            times_redeemed: 0,
            redeem_by: self.redeem_by,
            applies_to: self.applies_to.clone(),
            is_active: self.is_active,
            metadata: self.metadata.clone(),
            created_at: unit.now(),
        }
    }
}

/// For how long a subscription has the discount.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum DurationWord {
    /// For one invoice.
    Once,
    /// For so many periods.
    Repeating,
    /// As long as it lasts.
    Forever,
}

impl DurationWord {
    /// In the core's terms.
    fn kind(self) -> DurationKind {
        match self {
            DurationWord::Once => DurationKind::Once,
            DurationWord::Repeating => DurationKind::Repeating,
            DurationWord::Forever => DurationKind::Forever,
        }
    }
}

/// What to change; what is absent stays. What it takes off never changes: make another one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// What buyers read on invoices; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<Option<String>>,
    /// False: it cannot be redeemed any more. Who has it keeps it.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

impl Update {
    /// In the core's terms.
    pub(super) fn changes(self) -> Changes {
        let Update { name, active, metadata } = self;
        Changes { name, is_active: active, metadata: metadata.unwrap_or_default().pairs().collect() }
    }
}

/// Which coupons to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<CouponId>,
    /// Only those that can be redeemed, or cannot.
    pub(super) active: Option<bool>,
    /// Only the one with this code, in any case.
    #[schemars(length(min = 3, max = 40), extend("format" = "printable"))]
    pub(super) code: Option<String>,
}

/// A coupon as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Coupon")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `coupon`.
    object: &'static str,
    /// What buyers read on invoices.
    name: Option<&'a str>,
    /// What buyers type, in upper case.
    code: Option<&'a str>,
    /// The part that comes off, in percent; null where it is an amount.
    percent_off: Option<Percent>,
    /// What comes off, in minor units of the currency; null where it is a part.
    amount_off: Option<i64>,
    /// ISO 4217 code of `amountOff`.
    currency: Option<&'static str>,
    /// `once`, `repeating` or `forever`.
    duration: &'static str,
    /// For how many periods, of a repeating one.
    duration_in_periods: Option<i64>,
    /// How often it can be redeemed; null for as often as is wanted.
    max_redemptions: Option<i64>,
    /// How often it was.
    times_redeemed: i64,
    /// Until when it can be redeemed.
    redeem_by: Option<String>,
    /// The products that it takes something off; null for all.
    applies_to: Option<Vec<&'a str>>,
    /// Whether it can be redeemed.
    active: bool,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A coupon as it is shown.
pub(crate) fn show(coupon: &Coupon) -> Shown<'_> {
    let (percent_off, money) = match coupon.off {
        Off::Percent { bps } => (Some(Percent::of(bps)), None),
        Off::Amount(money) => (None, Some(money)),
    };
    let products: Vec<&str> = coupon.applies_to.iter().map(ProductId::as_str).collect();
    Shown {
        id: coupon.id.as_str(),
        object: "coupon",
        name: coupon.name.as_deref(),
        code: coupon.code.as_deref(),
        percent_off,
        amount_off: money.map(|money| money.amount),
        currency: money.map(|money| money.currency.code()),
        duration: coupon.duration.kind().as_str(),
        duration_in_periods: coupon.duration.periods(),
        max_redemptions: coupon.redemptions_max,
        times_redeemed: coupon.times_redeemed,
        redeem_by: coupon.redeem_by.map(Timestamp::rfc3339),
        applies_to: (!products.is_empty()).then_some(products),
        active: coupon.is_active,
        metadata: coupon.metadata.iter().collect(),
        created_at: coupon.created_at.rfc3339(),
    }
}
