//! The account's own rows: settings, clock, counters, balances.

pub(crate) mod loyalty;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vinr_core::accounts::{
    AttestationStatus, Branding, KybStatus, PayoutInterval, PayoutSchedule, Settings, TaxMode, TimeZone,
};
use vinr_core::clock::Clock;
use vinr_core::countries::Country;
use vinr_core::events::EventFilter;
use vinr_core::fees::FeeSchedule;
use vinr_core::ids::{AccountId, DunningPolicyId, PayoutPlanId, SettlementId, WebhookEndpointId};
use vinr_core::ip_ranges::IpRange;
use vinr_core::keys::Environment;
use vinr_core::money::Currency;
use vinr_core::origins::Origin;
use vinr_core::settlements::Open;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Row, RowReader, Table, UnitOfWork, Value};

use super::{AccountContext, Books, SELF};
use crate::error::{ApiError, Result};

/// The accounts' settings.
pub(crate) const ACCOUNTS: Table = Table {
    name: "accounts",
    columns: &[
        Column::text("name"),
        Column::text("time_zone"),
        Column::text("country"),
        Column::text("api_version"),
        Column::text("fees"),
        Column::text("payout_schedule"),
        Column::text("tax_mode"),
        Column::text("branding"),
        Column::text("statement_descriptor"),
        Column::text("ip_allow_list"),
        Column::text("kyb_status"),
        Column::text("pci_attestation_status"),
        Column::int("created_at"),
        Column::text("allowed_origins"),
        Column::text("dunning_policy"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// Event numbers, the guard and the count of written timers of each account.
pub(crate) const COUNTERS: Table = Table {
    name: "counters",
    columns: &[Column::int("sequence"), Column::int("context_version"), Column::int("timers")],
    unique: &[],
    kind: Kind::Tally,
};

/// The virtual clocks.
pub(crate) const CLOCKS: Table = Table {
    name: "clocks",
    columns: &[
        Column::int("offset_ms"),
        Column::int("target_at"),
        Column::int("lease_until_wall"),
        Column::text("lease_token"),
        Column::text("idempotency_key"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The cached sums of the ledger.
pub(crate) const BALANCES: Table = Table {
    name: "balances",
    columns: &[Column::int("posted"), Column::int("pending")],
    unique: &[],
    kind: Kind::Tally,
};

const OF_ACCOUNT: &str = "SELECT a.name, a.time_zone, a.country, a.api_version, a.fees, a.payout_schedule, a.tax_mode, a.branding, \
     a.statement_descriptor, a.ip_allow_list, a.kyb_status, a.pci_attestation_status, a.created_at, \
     a.allowed_origins, a.dunning_policy, n.context_version, c.offset_ms \
     FROM accounts a JOIN counters n ON n.account = a.account AND n.id = a.id \
     JOIN clocks c ON c.account = a.account AND c.id = a.id WHERE a.account = $1 AND a.id = 'self'";
/// The endpoints that events of an account may go to.
pub(crate) const ENDPOINTS_MATCHING: &str =
    "SELECT id, enabled_events FROM webhook_endpoints WHERE account = $1 AND status = 'enabled' ORDER BY id";

/// What is open, what collects, and until when days are closed: one question for the three.
const BOOKS: &str = "SELECT 'open', id, currency, opened_at, closes_at FROM open_settlements WHERE account = $1 \
     UNION ALL SELECT 'plan', id, currency, 0, 0 FROM payout_plans WHERE account = $1 AND payout_id IS NULL \
     UNION ALL SELECT 'until', '', '', MAX(created_at), 0 FROM settlements WHERE account = $1";

/// The guard alone.
const VERSION: &str = "SELECT context_version FROM counters WHERE account = $1 AND id = 'self'";

/// The number of an account's context as it stands.
pub(super) async fn version(unit: &mut UnitOfWork, account: &AccountId) -> Result<i64> {
    let rows = unit.query(VERSION, &[account.as_str().into()]).await?;
    let row = rows.first().ok_or_else(|| ApiError::internal(format!("account {account} has no row")))?;
    Ok(row.int(0))
}

/// Reads an account's context in the unit's snapshot.
pub(super) async fn read(unit: &mut UnitOfWork, account: &AccountId) -> Result<AccountContext> {
    let rows = unit.query(OF_ACCOUNT, &[account.as_str().into()]).await?;
    let row = rows.first().ok_or_else(|| ApiError::internal(format!("account {account} has no row")))?;
    let mut row = row.reader();
    let (settings, api_version, created_at) = read_settings(&mut row);
    let version = row.int();
    let clock = Clock { offset_ms: row.int() };
    let mut endpoints = Vec::new();
    for row in unit.query(ENDPOINTS_MATCHING, &[account.as_str().into()]).await? {
        endpoints.push(read_endpoint(&row));
    }
    let books = read_books(unit, account).await?;
    let loyalty = loyalty::read(unit, account).await?;
    let account = account.clone();
    Ok(AccountContext { account, settings, clock, books, loyalty, endpoints, version, created_at, api_version })
}

async fn read_books(unit: &mut UnitOfWork, account: &AccountId) -> Result<Books> {
    let mut books = Books { open: Vec::new(), plans: Vec::new(), settled_until: Timestamp::MIN };
    for row in unit.query(BOOKS, &[account.as_str().into()]).await? {
        let currency = || Currency::parse(row.text(2)).expect("the database holds currencies");
        match row.text(0) {
            "open" => books.open.push(Open {
                id: SettlementId::parse(row.text(1)).expect("the database holds settlement ids"),
                currency: currency(),
                opened_at: Timestamp::from_millis(row.int(3)),
                closes_at: Timestamp::from_millis(row.int(4)),
            }),
            "plan" => {
                let id = PayoutPlanId::parse(row.text(1)).expect("the database holds ids of plans");
                books.plans.push((currency(), id));
            }
            _ => books.settled_until = row.opt_int(3).map_or(Timestamp::MIN, Timestamp::from_millis),
        }
    }
    Ok(books)
}

/// Sets an account's clock to the world's time; not while it is being advanced.
pub(crate) async fn stop_clock(unit: &mut UnitOfWork) -> Result<bool> {
    let row = unit.load(&CLOCKS, SELF).await?.ok_or_else(|| ApiError::internal("an account has a clock"))?;
    let is_advancing = row.opt_int(CLOCKS.column("target_at")).is_some();
    if !is_advancing {
        unit.update(&CLOCKS, SELF, clock_values());
    }
    Ok(!is_advancing)
}

/// The clock of a new account, as values of [`CLOCKS`]: it shows wall time.
pub(crate) fn clock_values() -> Vec<Value> {
    vec![0.into(), Value::Null, 0.into(), Value::Null, Value::Null]
}

fn read_endpoint(row: &Row) -> (WebhookEndpointId, Vec<EventFilter>) {
    let id = WebhookEndpointId::parse(row.text(0)).expect("the database holds endpoint ids");
    let filters =
        row.text(1).split(' ').map(|text| EventFilter::parse(text).expect("the database holds event filters"));
    (id, filters.collect())
}

/// An account's settings as values of [`ACCOUNTS`].
pub(crate) fn settings_values(settings: &Settings, api_version: &str, created_at: Timestamp) -> Vec<Value> {
    let by_code = |parts: &BTreeMap<Currency, i64>| -> BTreeMap<&str, i64> {
        parts.iter().map(|(currency, amount)| (currency.code(), *amount)).collect()
    };
    let (fixed, dispute) = (by_code(settings.fees.fixed()), by_code(settings.fees.dispute()));
    let schedule = settings.payout_schedule;
    let ranges: Vec<String> = settings.ip_allow_list.iter().map(ToString::to_string).collect();
    let origins: Vec<String> = settings.allowed_origins.iter().map(ToString::to_string).collect();
    vec![
        settings.name.clone().into(),
        settings.time_zone.as_str().into(),
        settings.country.map(Country::code).into(),
        api_version.into(),
        json!({"bps": settings.fees.bps(), "fixed": fixed, "dispute": dispute}).to_string().into(),
        json!({"interval": schedule.interval.as_str(), "delayDays": schedule.delay_days}).to_string().into(),
        settings.tax_mode.as_str().into(),
        branding_json(&settings.branding).to_string().into(),
        settings.statement_descriptor.clone().into(),
        ranges.join(" ").into(),
        settings.kyb.as_str().into(),
        settings.pci_attestation.as_str().into(),
        created_at.millis().into(),
        origins.join(" ").into(),
        settings.dunning_policy.as_ref().map(DunningPolicyId::as_str).into(),
    ]
}

/// Reads the columns of [`ACCOUNTS`]: settings, API version, creation time.
pub(crate) fn read_settings(row: &mut RowReader<'_>) -> (Settings, String, Timestamp) {
    let name = row.text().to_owned();
    let time_zone = TimeZone::parse(row.text()).expect("the database holds zones");
    let country = row.opt_text().and_then(Country::parse);
    let api_version = row.text().to_owned();
    let fees = read_fees(&read_json(row.text()));
    let schedule = read_json(row.text());
    let payout_schedule = PayoutSchedule {
        interval: schedule["interval"].as_str().and_then(PayoutInterval::parse).expect("the database holds intervals"),
        delay_days: schedule["delayDays"].as_i64().expect("the database holds delays"),
    };
    let tax_mode = TaxMode::parse(row.text()).expect("the database holds tax modes");
    let branding = read_branding(&read_json(row.text()));
    let statement_descriptor = row.opt_text().map(str::to_owned);
    let ranges = row.text().split_whitespace();
    let ip_allow_list = ranges.map(|range| IpRange::parse(range).expect("the database holds networks")).collect();
    let kyb = KybStatus::parse(row.text()).expect("the database holds KYB statuses");
    let pci_attestation = AttestationStatus::parse(row.text()).expect("the database holds attestation statuses");
    let created_at = Timestamp::from_millis(row.int());
    // A row from before there were origins has none. What was named was fit for its environment, and both take what the
    // sandbox takes.
    let origins = row.opt_text().unwrap_or_default().split_whitespace();
    let origin = |text| Origin::parse(text, Environment::Sandbox).expect("the database holds origins");
    let allowed_origins = origins.map(origin).collect();
    let policy = |id| DunningPolicyId::parse(id).expect("the database holds ids of dunning policies");
    let dunning_policy = row.opt_text().map(policy);
    let settings = Settings {
        name,
        time_zone,
        country,
        fees,
        payout_schedule,
        tax_mode,
        dunning_policy,
        branding,
        statement_descriptor,
        ip_allow_list,
        allowed_origins,
        kyb,
        pci_attestation,
    };
    (settings, api_version, created_at)
}

fn branding_json(branding: &Branding) -> Json {
    json!({"color": branding.color, "logoUrl": branding.logo_url, "radius": branding.radius})
}

fn read_branding(branding: &Json) -> Branding {
    let text = |name: &str| branding[name].as_str().map(str::to_owned);
    let radius = branding["radius"].as_u64().and_then(|radius| u8::try_from(radius).ok());
    Branding { color: text("color"), logo_url: text("logoUrl"), radius }
}

fn read_fees(fees: &Json) -> FeeSchedule {
    let parts = |name: &str| -> BTreeMap<Currency, i64> {
        let parts = fees[name].as_object().into_iter().flatten();
        parts.filter_map(|(code, amount)| Some((Currency::parse(code)?, amount.as_i64()?))).collect()
    };
    let bps = fees["bps"].as_u64().and_then(|bps| u32::try_from(bps).ok()).expect("the database holds fees");
    let schedule = FeeSchedule::new(bps, parts("fixed")).expect("the database holds fees that were checked");
    // Rows from before there were disputes say nothing of what one costs.
    match fees["dispute"] {
        Json::Null => schedule,
        _ => schedule.with_dispute(parts("dispute")).expect("the database holds fees that were checked"),
    }
}

fn read_json(text: &str) -> Json {
    serde_json::from_str(text).expect("the database holds JSON that was written by this program")
}
