//! The account as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::accounts::{Branding, Changes, PayoutInterval, PayoutSchedule, Settings, TaxMode};
use vinr_core::fees::FeeSchedule;
use vinr_core::ids::{AccountId, DunningPolicyId};
use vinr_core::money::Currency;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use crate::error::Problems;
use crate::http::formats::{id, named};

/// The account as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Account")]
pub(crate) struct Shown {
    id: String,
    object: &'static str,
    name: String,
    /// A zone of the IANA database.
    time_zone: String,
    country: Option<String>,
    /// The API version the account is pinned to.
    api_version: String,
    fees: Fees,
    payout_schedule: Schedule,
    tax_mode: String,
    /// How failed invoices are tried again where a subscription names no policy; null for 1, 3, 5 and 7 days and then
    /// cancel.
    dunning_policy_id: Option<String>,
    branding: Look,
    statement_descriptor: Option<String>,
    /// From where its keys may be used; empty is everywhere.
    ip_allow_list: Vec<String>,
    /// The origins whose pages may show the card fields of Elements. None: any page over https or from localhost in the
    /// sandbox, no page in live.
    allowed_origins: Vec<String>,
    kyb: Recorded,
    pci_attestation: Recorded,
    #[serde(rename = "created_at")]
    created_at: String,
}

/// What the platform keeps of a payment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Fees {
    /// Hundredths of a percent.
    #[schemars(range(min = 0, max = 10_000))]
    bps: u32,
    /// A fixed part for each currency, in its minor unit.
    #[serde(default)]
    fixed: BTreeMap<String, i64>,
    /// What a dispute costs in each currency, in its minor unit; the usual when absent. It comes back with a win.
    dispute: Option<BTreeMap<String, i64>>,
}

/// When settled money is paid out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schedule {
    /// `daily`, `weekly` or `monthly`.
    #[schemars(extend("enum" = ["daily", "weekly", "monthly"]))]
    interval: String,
    /// Business days.
    #[schemars(range(min = 1, max = 30))]
    delay_days: i64,
}

/// How the account's pages look.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Look {
    /// The accent, such as `#1f6feb`. Pages darken or lighten it until it can be read.
    #[serde(default)]
    color: Option<String>,
    /// The logo of the hosted pages as a `data:` URL: PNG, JPEG or WebP, 16 KiB at most. An https URL is kept, but pages,
    /// which load nothing from elsewhere, do not show it.
    #[serde(default)]
    logo_url: Option<String>,
    /// How round fields and buttons are, in pixels.
    #[serde(default)]
    #[schemars(range(min = 0, max = 24))]
    radius: Option<u8>,
}

/// What the operator recorded.
#[derive(Debug, Serialize, JsonSchema)]
struct Recorded {
    status: String,
}

/// What to change; what is absent stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    name: Option<String>,
    /// A zone of the IANA database.
    time_zone: Option<String>,
    /// ISO 3166 code; null takes it away.
    #[serde(default, deserialize_with = "named")]
    country: Option<Option<String>>,
    fees: Option<Fees>,
    payout_schedule: Option<Schedule>,
    /// `per_line` or `per_invoice`.
    #[schemars(extend("enum" = ["per_line", "per_invoice", null]))]
    tax_mode: Option<String>,
    /// The dunning policy of subscriptions that name none; null for the usual.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "id:dpol"))]
    dunning_policy_id: Option<Option<String>>,
    branding: Option<Look>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "named")]
    statement_descriptor: Option<Option<String>>,
    /// Addresses and networks; empty is everywhere.
    ip_allow_list: Option<Vec<String>>,
    /// The origins whose pages may show the card fields of Elements, such as `https://shop.example`: scheme, host and port,
    /// without path or wildcard; https, and in the sandbox http from localhost. An empty list lets any such page in the
    /// sandbox, and none in live.
    #[schemars(length(max = 25))]
    allowed_origins: Option<Vec<String>>,
}

impl Update {
    /// The changes it asks for; what is wrong with them already is noted.
    pub(crate) fn changes(self, problems: &mut Problems) -> Changes {
        Changes {
            name: self.name,
            time_zone: self.time_zone,
            country: self.country,
            fees: self.fees.and_then(|fees| fees.schedule(problems)),
            payout_schedule: self.payout_schedule.and_then(|schedule| problems.note(schedule.schedule())),
            tax_mode: self
                .tax_mode
                .and_then(|text| problems.note(TaxMode::parse(&text).ok_or_else(|| unknown("taxMode")))),
            dunning_policy: self
                .dunning_policy_id
                .and_then(|policy| problems.note(id("dunningPolicyId", policy.as_deref(), DunningPolicyId::parse))),
            branding: self.branding.map(|look| {
                let Look { color, logo_url, radius } = look;
                Branding { color, logo_url, radius }
            }),
            statement_descriptor: self.statement_descriptor,
            ip_allow_list: self.ip_allow_list,
            allowed_origins: self.allowed_origins,
        }
    }
}

impl Fees {
    fn schedule(self, problems: &mut Problems) -> Option<FeeSchedule> {
        let fixed = parts("fixed", self.fixed, problems);
        let dispute = self.dispute.map(|dispute| parts("dispute", dispute, problems));
        let schedule = problems.note(FeeSchedule::new(self.bps, fixed))?;
        match dispute {
            Some(dispute) => problems.note(schedule.with_dispute(dispute)),
            None => Some(schedule),
        }
    }
}

/// Amounts by currency.
fn parts(name: &str, amounts: BTreeMap<String, i64>, problems: &mut Problems) -> BTreeMap<Currency, i64> {
    let mut parts = BTreeMap::new();
    for (code, amount) in amounts {
        let currency = Currency::parse(&code).ok_or_else(|| {
            let message = format!("`fees.{name}` is keyed by active ISO 4217 codes");
            Refusal::new(Code::CurrencyUnknown, message).at(format!("fees.{name}.{code}"))
        });
        parts.extend(problems.note(currency).map(|currency| (currency, amount)));
    }
    parts
}

impl Schedule {
    fn schedule(self) -> Result<PayoutSchedule, Refusal> {
        let interval = PayoutInterval::parse(&self.interval).ok_or_else(|| unknown("payoutSchedule.interval"))?;
        Ok(PayoutSchedule { interval, delay_days: self.delay_days })
    }
}

/// The account as the API shows it.
pub(crate) fn shown(account: &AccountId, settings: &Settings, api_version: &str, created_at: Timestamp) -> Shown {
    let by_code = |parts: &BTreeMap<Currency, i64>| -> BTreeMap<String, i64> {
        parts.iter().map(|(currency, amount)| (currency.code().to_owned(), *amount)).collect()
    };
    let (fixed, dispute) = (by_code(settings.fees.fixed()), Some(by_code(settings.fees.dispute())));
    Shown {
        id: account.to_string(),
        object: "account",
        name: settings.name.clone(),
        time_zone: settings.time_zone.to_string(),
        country: settings.country.map(|country| country.code().to_owned()),
        api_version: api_version.to_owned(),
        fees: Fees { bps: settings.fees.bps(), fixed, dispute },
        payout_schedule: Schedule {
            interval: settings.payout_schedule.interval.to_string(),
            delay_days: settings.payout_schedule.delay_days,
        },
        tax_mode: settings.tax_mode.to_string(),
        dunning_policy_id: settings.dunning_policy.as_ref().map(ToString::to_string),
        branding: look(&settings.branding),
        statement_descriptor: settings.statement_descriptor.clone(),
        ip_allow_list: settings.ip_allow_list.iter().map(ToString::to_string).collect(),
        allowed_origins: settings.allowed_origins.iter().map(ToString::to_string).collect(),
        kyb: Recorded { status: settings.kyb.to_string() },
        pci_attestation: Recorded { status: settings.pci_attestation.to_string() },
        created_at: created_at.rfc3339(),
    }
}

fn look(branding: &Branding) -> Look {
    let Branding { color, logo_url, radius } = branding.clone();
    Look { color, logo_url, radius }
}

fn unknown(param: &'static str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, format!("`{param}` has no such value")).at(param)
}
