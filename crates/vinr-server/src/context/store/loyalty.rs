//! Programs and earning rules as rows: what a context is read from.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vinr_core::earning_rules::{Award, Cap, Conditions, Rule, Trigger, Window};
use vinr_core::ids::{AccountId, EarningRuleId, ProgramId};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::points::Rate;
use vinr_core::programs::{self, Changes, Program, Rounding, Shortfall};
use vinr_core::tiers::{Period, PeriodType, QualifyOn, Tier, TierConfig};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, RowReader, Table, UnitOfWork, Value};

use crate::context::Loyalty;
use crate::error::Result;

/// Loyalty programs.
pub(crate) const PROGRAMS: Table = Table {
    name: "programs",
    columns: &[
        Column::text("name"),
        Column::text("points_name"),
        Column::int("point_value"),
        Column::text("rounding"),
        Column::int("expiry_months"),
        Column::int("auto_enroll"),
        Column::int("allow_negative"),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at"),
        Column::text("tier_config"),
        Column::int("counts"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// What earns points in them.
pub(crate) const EARNING_RULES: Table = Table {
    name: "earning_rules",
    columns: &[
        Column::text("program_id"),
        Column::text("name"),
        Column::text("set_off_by"),
        Column::text("award"),
        Column::int("amount_min"),
        Column::text("currency"),
        Column::int("multiplier"),
        Column::int("cap_points"),
        Column::text("cap_window"),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at"),
        Column::text("tier"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// Programs with the rules by which they give points, a row for each pair, and whether there are members at all.
const OF_ACCOUNT: &str = "SELECT \
     CAST(CASE WHEN EXISTS (SELECT 1 FROM loyalty_accounts l WHERE l.account = $1) THEN 1 ELSE 0 END AS BIGINT), \
     p.id, p.name, p.points_name, p.point_value, p.rounding, p.expiry_months, p.auto_enroll, p.allow_negative, p.active, \
     p.metadata, p.created_at, p.tier_config, p.counts, \
     r.id, r.program_id, r.name, r.set_off_by, r.award, r.amount_min, r.currency, r.multiplier, r.cap_points, r.cap_window, \
     r.active, r.metadata, r.created_at, r.tier \
     FROM programs p LEFT JOIN earning_rules r \
     ON r.account = p.account AND r.program_id = p.id AND r.active = 1 AND p.active = 1 WHERE p.account = $1";
/// Where the columns of a rule begin, after its id.
const RULE_COLUMNS: usize = 14;

/// Reads what an account's context has of loyalty.
pub(super) async fn read(unit: &mut UnitOfWork, account: &AccountId) -> Result<Loyalty> {
    let mut loyalty = Loyalty::default();
    for row in unit.query(OF_ACCOUNT, &[account.as_str().into()]).await? {
        let mut reader = row.reader();
        loyalty.has_members = reader.bool();
        let id = ProgramId::parse(reader.text()).expect("the database holds program ids");
        let program = read_program(id, &mut reader);
        if let Some(id) = row.opt_text(RULE_COLUMNS) {
            let id = EarningRuleId::parse(id).expect("the database holds rule ids");
            let _id = reader.opt_text();
            let rule = read_rule(id, &mut reader);
            loyalty.rules.push(rule);
        }
        if loyalty.programs.iter().all(|known| known.id != program.id) {
            loyalty.programs.push(program);
        }
    }
    loyalty.programs.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    loyalty.rules.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(loyalty)
}

/// The program that every account has, as values of [`PROGRAMS`]; its id is [`programs::DEFAULT_ID`].
pub(crate) fn default_program_values(now: Timestamp) -> Vec<Value> {
    let id = ProgramId::parse(programs::DEFAULT_ID).expect("the default program's id is one");
    let program = programs::create(id, Changes::default(), now).expect("a program with nothing of its own is right");
    program_values(&program)
}

/// A program as values of [`PROGRAMS`].
pub(crate) fn program_values(program: &Program) -> Vec<Value> {
    vec![
        program.name.clone().into(),
        program.points_name.clone().into(),
        program.point_value.into(),
        program.rounding.as_str().into(),
        program.expiry_months.map(i64::from).into(),
        program.auto_enroll.into(),
        (program.shortfall == Shortfall::Owed).into(),
        program.is_active.into(),
        metadata_json(&program.metadata).into(),
        program.created_at.millis().into(),
        program.tiers.as_ref().map(|config| tiers_json(config).to_string()).into(),
        program.counts.into(),
    ]
}

/// Reads the columns of [`PROGRAMS`].
pub(crate) fn read_program(id: ProgramId, row: &mut RowReader<'_>) -> Program {
    let name = row.text().to_owned();
    let points_name = row.text().to_owned();
    let point_value = row.int();
    let rounding = Rounding::parse(row.text()).expect("the database holds roundings");
    let expiry_months = row.opt_int().map(|months| u32::try_from(months).expect("the database holds months"));
    let auto_enroll = row.bool();
    let shortfall = if row.bool() { Shortfall::Owed } else { Shortfall::Waived };
    let is_active = row.bool();
    let metadata = read_metadata(row.text());
    let created_at = Timestamp::from_millis(row.int());
    let tiers = row.opt_text().map(read_tiers);
    let counts = row.bool();
    Program {
        id,
        name,
        points_name,
        point_value,
        rounding,
        expiry_months,
        auto_enroll,
        shortfall,
        is_active,
        tiers,
        counts,
        metadata,
        created_at,
    }
}

fn tiers_json(config: &TierConfig) -> Json {
    let tiers = config.tiers.iter().map(|tier| {
        let Tier { key, name, rank, threshold, multiplier } = tier;
        json!({"key": key, "name": name, "rank": rank, "threshold": threshold, "rate": multiplier.ten_thousandths()})
    });
    let Period { kind, months } = config.period;
    let tiers: Vec<Json> = tiers.collect();
    json!({"on": config.qualify_on.as_str(), "period": kind.as_str(), "months": months, "tiers": tiers})
}

fn read_tiers(text: &str) -> TierConfig {
    const HOLDS: &str = "the database holds tiers that were written by this program";
    let config: Json = serde_json::from_str(text).expect(HOLDS);
    let text = |value: &Json| value.as_str().expect(HOLDS).to_owned();
    let int = |value: &Json| value.as_i64().expect(HOLDS);
    let tier = |tier: &Json| Tier {
        key: text(&tier["key"]),
        name: text(&tier["name"]),
        rank: int(&tier["rank"]),
        threshold: int(&tier["threshold"]),
        multiplier: Rate::from_stored(int(&tier["rate"])),
    };
    TierConfig {
        qualify_on: QualifyOn::parse(&text(&config["on"])).expect(HOLDS),
        period: Period {
            kind: PeriodType::parse(&text(&config["period"])).expect(HOLDS),
            months: u32::try_from(int(&config["months"])).expect(HOLDS),
        },
        tiers: config["tiers"].as_array().expect(HOLDS).iter().map(tier).collect(),
    }
}

/// A rule as values of [`EARNING_RULES`].
pub(crate) fn rule_values(rule: &Rule) -> Vec<Value> {
    vec![
        rule.program_id.as_str().into(),
        rule.name.clone().into(),
        rule.trigger.as_str().into(),
        award_json(&rule.award).to_string().into(),
        rule.conditions.amount_min.into(),
        rule.conditions.currency.map(Currency::code).into(),
        rule.multiplier.ten_thousandths().into(),
        rule.cap.map(|cap| cap.points).into(),
        rule.cap.map(|cap| cap.window.as_str()).into(),
        rule.is_active.into(),
        metadata_json(&rule.metadata).into(),
        rule.created_at.millis().into(),
        rule.conditions.tier.clone().into(),
    ]
}

/// Reads the columns of [`EARNING_RULES`].
pub(crate) fn read_rule(id: EarningRuleId, row: &mut RowReader<'_>) -> Rule {
    let program_id = ProgramId::parse(row.text()).expect("the database holds program ids");
    let name = row.opt_text().map(str::to_owned);
    let trigger = Trigger::parse(row.text()).expect("the database holds triggers");
    let award = read_award(row.text());
    let amount_min = row.opt_int();
    let currency = row.opt_text().map(|code| Currency::parse(code).expect("the database holds currencies"));
    let multiplier = Rate::from_stored(row.int());
    let points = row.opt_int();
    let window = row.opt_text().map(|text| Window::parse(text).expect("the database holds windows"));
    let cap = points.zip(window).map(|(points, window)| Cap { points, window });
    let is_active = row.bool();
    let metadata = read_metadata(row.text());
    let created_at = Timestamp::from_millis(row.int());
    let tier = row.opt_text().map(str::to_owned);
    let conditions = Conditions { amount_min, currency, tier };
    Rule { id, program_id, name, trigger, award, conditions, multiplier, cap, is_active, metadata, created_at }
}

fn award_json(award: &Award) -> Json {
    match award {
        Award::PerAmount { per, points } => json!({"per": per, "rate": points.ten_thousandths()}),
        Award::Fixed { points } => json!({"points": points}),
        Award::PerCurrency(rates) => {
            let rates: BTreeMap<&str, i64> =
                rates.iter().map(|(currency, rate)| (currency.code(), rate.ten_thousandths())).collect();
            json!({"rates": rates})
        }
    }
}

fn read_award(text: &str) -> Award {
    let award: Json = serde_json::from_str(text).expect("the database holds JSON that was written by this program");
    let int = |value: &Json| value.as_i64().expect("the database holds awards");
    if let Some(rates) = award["rates"].as_object() {
        let read = |(code, rate): (&String, &Json)| {
            let currency = Currency::parse(code).expect("the database holds currencies");
            (currency, Rate::from_stored(int(rate)))
        };
        return Award::PerCurrency(rates.iter().map(read).collect());
    }
    match award["per"].as_i64() {
        Some(per) => Award::PerAmount { per, points: Rate::from_stored(int(&award["rate"])) },
        None => Award::Fixed { points: int(&award["points"]) },
    }
}

fn metadata_json(metadata: &Metadata) -> String {
    let pairs: BTreeMap<&str, &str> = metadata.iter().collect();
    serde_json::to_string(&pairs).expect("texts are JSON")
}

fn read_metadata(text: &str) -> Metadata {
    Metadata::from_stored(serde_json::from_str(text).expect("the database holds metadata"))
}
