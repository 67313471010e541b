//! A merchant's account: its settings, their defaults, and what they may be.
//!
//! Verification of the business (KYB) and the PCI attestation are recorded by the operator; the
//! merchant's own changes cannot touch them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use jiff::tz;

use crate::countries::Country;
use crate::fees::FeeSchedule;
use crate::ids::DunningPolicyId;
use crate::ip_ranges::IpRange;
use crate::keys::Environment;
use crate::origins::{Embedders, Origin};
use crate::refusal::{Code, Refusal};
use crate::wire_enum::wire_enum;

pub use crate::branding::Branding;

/// Longest name of an account, in characters.
pub const NAME_LENGTH_MAX: usize = 100;
/// Longest statement descriptor: what the card schemes carry.
pub const STATEMENT_DESCRIPTOR_LENGTH_MAX: usize = 22;
/// Most ranges in an allow-list.
pub const IP_RANGES_MAX: usize = 100;
/// Most origins in a list of those that may show card fields: browsers get all of them in one header.
pub const ORIGINS_MAX: usize = 25;
/// Longest delay of a payout after its settlement, in business days.
pub const PAYOUT_DELAY_DAYS_MAX: i64 = 30;

wire_enum! {
    /// How often payouts are made.
    pub enum PayoutInterval {
        /// After every day that was settled.
        Daily = "daily",
        /// Once a week.
        Weekly = "weekly",
        /// Once a month.
        Monthly = "monthly",
    }
}

wire_enum! {
    /// Where tax is rounded.
    pub enum TaxMode {
        /// Once for each line of an invoice.
        PerLine = "per_line",
        /// Once for the invoice, then shared out to its lines.
        PerInvoice = "per_invoice",
    }
}

wire_enum! {
    /// Whether the operator has verified the business.
    pub enum KybStatus {
        /// Not yet: no live charges.
        Unverified = "unverified",
        /// Verified.
        Verified = "verified",
    }
}

wire_enum! {
    /// Whether a PCI SAQ D attestation is on file.
    pub enum AttestationStatus {
        /// None: the account must not handle card numbers itself.
        Missing = "missing",
        /// On file.
        Attested = "attested",
    }
}

/// When settled money is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutSchedule {
    /// How often.
    pub interval: PayoutInterval,
    /// Business days between a settlement and its arrival.
    pub delay_days: i64,
}

impl Default for PayoutSchedule {
    fn default() -> Self {
        Self { interval: PayoutInterval::Daily, delay_days: 2 }
    }
}

/// A zone of the IANA time zone database, with its rules: it is looked up once, not for each day that is counted in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(tz::TimeZone);

impl TimeZone {
    /// Coordinated universal time, the zone of an account that names none.
    pub const fn utc() -> Self {
        Self(tz::TimeZone::UTC)
    }

    /// Reads a zone's name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let zone = tz::TimeZoneDatabase::bundled().get(name).ok()?;
        zone.iana_name().is_some().then_some(Self(zone))
    }

    /// The name as the database spells it: `Europe/Sofia`.
    pub fn as_str(&self) -> &str {
        self.0.iana_name().expect("a zone of the database has a name")
    }

    /// What its clocks show at which instant.
    pub(crate) const fn rules(&self) -> &tz::TimeZone {
        &self.0
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The settings of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The merchant's name as buyers know it.
    pub name: String,
    /// Where its calendar is.
    pub time_zone: TimeZone,
    /// Where the business is.
    pub country: Option<Country>,
    /// What the platform keeps of a payment.
    pub fees: FeeSchedule,
    /// When settled money is paid out.
    pub payout_schedule: PayoutSchedule,
    /// Where tax is rounded.
    pub tax_mode: TaxMode,
    /// How failed invoices are tried again where nothing else is said; nothing for the usual days.
    pub dunning_policy: Option<DunningPolicyId>,
    /// How its pages look.
    pub branding: Branding,
    /// What buyers read on their card statements.
    pub statement_descriptor: Option<String>,
    /// From where its keys may be used; empty is everywhere.
    pub ip_allow_list: Vec<IpRange>,
    /// Whose pages may show its card fields; what nothing means is in [`Embedders::of`].
    pub allowed_origins: Vec<Origin>,
    /// Recorded by the operator.
    pub kyb: KybStatus,
    /// Recorded by the operator.
    pub pci_attestation: AttestationStatus,
}

impl Settings {
    /// Whether its keys may be used from an address.
    pub fn allows_address(&self, address: core::net::IpAddr) -> bool {
        self.ip_allow_list.is_empty() || self.ip_allow_list.iter().any(|range| range.contains(address))
    }

    /// Whose pages may show its card fields.
    pub fn embedders(&self, environment: Environment) -> Embedders<'_> {
        Embedders::of(&self.allowed_origins, environment)
    }
}

/// What a merchant wants to change, as it came. Nothing stays as it is; `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The merchant's name.
    pub name: Option<String>,
    /// A zone's name.
    pub time_zone: Option<String>,
    /// A country's code.
    pub country: Option<Option<String>>,
    /// Checked by [`FeeSchedule::new`].
    pub fees: Option<FeeSchedule>,
    /// When settled money is paid out.
    pub payout_schedule: Option<PayoutSchedule>,
    /// Where tax is rounded.
    pub tax_mode: Option<TaxMode>,
    /// A policy that is there.
    pub dunning_policy: Option<Option<DunningPolicyId>>,
    /// How its pages look.
    pub branding: Option<Branding>,
    /// What buyers read on their card statements.
    pub statement_descriptor: Option<Option<String>>,
    /// Addresses and networks.
    pub ip_allow_list: Option<Vec<String>>,
    /// Origins.
    pub allowed_origins: Option<Vec<String>>,
}

/// The settings of a new account: the defaults, which are UTC, 1.5 % + €0.25, daily payouts, not verified.
pub fn create(name: &str) -> Result<Settings, Refusal> {
    Ok(Settings {
        name: checked_name(name)?,
        time_zone: TimeZone::utc(),
        country: None,
        fees: FeeSchedule::default(),
        payout_schedule: PayoutSchedule::default(),
        tax_mode: TaxMode::PerLine,
        dunning_policy: None,
        branding: Branding::default(),
        statement_descriptor: None,
        ip_allow_list: Vec::new(),
        allowed_origins: Vec::new(),
        kyb: KybStatus::Unverified,
        pci_attestation: AttestationStatus::Missing,
    })
}

/// The settings of this environment with the changes made, or every problem with them.
pub fn changed(settings: &Settings, changes: Changes, environment: Environment) -> Result<Settings, Vec<Refusal>> {
    let mut settings = settings.clone();
    let mut problems = Vec::new();
    set(&mut settings.name, changes.name.map(|name| checked_name(&name)), &mut problems);
    set(&mut settings.time_zone, changes.time_zone.map(|n| checked_zone(&n)), &mut problems);
    let country = changes.country.map(|code| code.map(|c| Country::from_param(&c)).transpose());
    set(&mut settings.country, country, &mut problems);
    set(&mut settings.fees, changes.fees.map(Ok), &mut problems);
    let schedule = changes.payout_schedule.map(checked_schedule);
    set(&mut settings.payout_schedule, schedule, &mut problems);
    set(&mut settings.tax_mode, changes.tax_mode.map(Ok), &mut problems);
    set(&mut settings.dunning_policy, changes.dunning_policy.map(Ok), &mut problems);
    set(&mut settings.branding, changes.branding.map(Branding::checked), &mut problems);
    let descriptor = changes.statement_descriptor.map(|text| text.map(|text| statement_descriptor(&text)).transpose());
    set(&mut settings.statement_descriptor, descriptor, &mut problems);
    let ranges = changes.ip_allow_list.map(|ranges| checked_ranges(&ranges));
    set(&mut settings.ip_allow_list, ranges, &mut problems);
    let origins = changes.allowed_origins.map(|origins| checked_origins(&origins, environment));
    set(&mut settings.allowed_origins, origins, &mut problems);
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// What buyers read on their card statements: 1 to 22 characters of printable ASCII, one letter at
/// least, none of the characters that card schemes reject.
pub fn statement_descriptor(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = (1..=STATEMENT_DESCRIPTOR_LENGTH_MAX).contains(&text.len());
    let readable = text.bytes().all(|byte| {
        (byte.is_ascii_graphic() || byte == b' ') && !matches!(byte, b'<' | b'>' | b'\\' | b'\'' | b'"' | b'*')
    });
    if fits && readable && text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Ok(text.into());
    }
    Err(refusal(
        "statementDescriptor",
        "expected 1 to 22 characters of printable ASCII with a letter, without < > \\ ' \" *",
    ))
}

fn set<T>(place: &mut T, value: Option<Result<T, Refusal>>, problems: &mut Vec<Refusal>) {
    match value {
        Some(Ok(value)) => *place = value,
        Some(Err(problem)) => problems.push(problem),
        None => {}
    }
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_LENGTH_MAX;
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.into());
    }
    Err(refusal("name", "expected 1 to 100 characters without control characters"))
}

fn checked_zone(name: &str) -> Result<TimeZone, Refusal> {
    TimeZone::parse(name)
        .ok_or_else(|| refusal("timeZone", "expected a zone of the IANA database, such as Europe/Sofia"))
}

fn checked_schedule(schedule: PayoutSchedule) -> Result<PayoutSchedule, Refusal> {
    if (1..=PAYOUT_DELAY_DAYS_MAX).contains(&schedule.delay_days) {
        return Ok(schedule);
    }
    Err(refusal("payoutSchedule.delayDays", "expected 1 to 30 business days"))
}

fn checked_ranges(texts: &[String]) -> Result<Vec<IpRange>, Refusal> {
    if texts.len() > IP_RANGES_MAX {
        return Err(refusal("ipAllowList", "expected 100 addresses or networks at most"));
    }
    texts.iter().map(|text| IpRange::parse(text)).collect()
}

fn checked_origins(texts: &[String], environment: Environment) -> Result<Vec<Origin>, Refusal> {
    if texts.len() > ORIGINS_MAX {
        return Err(refusal("allowedOrigins", "expected 25 origins at most"));
    }
    let mut origins = Vec::new();
    for text in texts {
        let origin = Origin::parse(text, environment)?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

fn refusal(param: &'static str, message: &str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at(param)
}

#[cfg(test)]
mod tests;
