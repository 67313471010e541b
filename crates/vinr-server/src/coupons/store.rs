//! Coupons as rows.

use std::collections::BTreeMap;

use vinr_core::coupons::{Coupon, Duration, DurationKind, Off};
use vinr_core::ids::{AccountId, CouponId, ProductId};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const COUPONS: Table = Table {
    name: "coupons",
    columns: &[
        Column::text("name"),
        Column::text("code").fixed(),
        Column::int("percent_bps").fixed(),
        Column::int("amount").fixed(),
        Column::text("currency").fixed(),
        Column::text("duration").fixed(),
        Column::int("periods").fixed(),
        Column::int("redemptions_max").fixed(),
        Column::int("times_redeemed"),
        Column::int("redeem_by").fixed(),
        Column::text("applies_to").fixed(),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The coupon of a code.
const COUPON_CODES: Table =
    Table { name: "coupon_codes", columns: &[Column::text("coupon_id")], unique: &[], kind: Kind::AppendOnly };

/// The list of coupons.
pub(crate) const LIST: List = List {
    table: "coupons",
    columns: "id, name, code, percent_bps, amount, currency, duration, periods, redemptions_max, times_redeemed, \
              redeem_by, applies_to, active, metadata, created_at",
    order: "created_at",
    indexes: &[Index { on: &["active"], rows: Indexed::All }, Index { on: &["code"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &CouponId) -> Result<Option<Coupon>> {
    Ok(unit.store.load(&COUPONS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A coupon to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &CouponId) -> Result<Coupon> {
    let row = reads.load(&COUPONS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("coupon", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Coupon {
    let mut row = row.reader();
    let id = CouponId::parse(row.text()).expect("the database holds coupon ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, coupon: &Coupon, contested: bool) {
    if contested {
        unit.store.claim(&COUPONS, coupon.id.as_str(), values(coupon));
    } else {
        unit.store.insert(&COUPONS, coupon.id.as_str(), values(coupon));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, coupon: &Coupon) {
    unit.store.update(&COUPONS, coupon.id.as_str(), values(coupon));
}

/// Whether a coupon has this code.
pub(super) async fn has_code(unit: &mut Unit<'_>, code: &str) -> Result<bool> {
    Ok(unit.store.load(&COUPON_CODES, code).await?.is_some())
}

/// Gives a code to a coupon, and to no other.
pub(super) fn claim_code(unit: &mut Unit<'_>, code: &str, id: &CouponId) {
    unit.store.claim(&COUPON_CODES, code, vec![id.as_str().into()]);
}

fn values(coupon: &Coupon) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = coupon.metadata.iter().collect();
    let (bps, money) = match coupon.off {
        Off::Percent { bps } => (Some(bps), None),
        Off::Amount(money) => (None, Some(money)),
    };
    let products: Vec<&str> = coupon.applies_to.iter().map(ProductId::as_str).collect();
    vec![
        coupon.name.clone().into(),
        coupon.code.clone().into(),
        bps.into(),
        money.map(|money| money.amount).into(),
        money.map(|money| money.currency.code().to_owned()).into(),
        coupon.duration.kind().as_str().into(),
        coupon.duration.periods().into(),
        coupon.redemptions_max.into(),
        coupon.times_redeemed.into(),
        coupon.redeem_by.map(Timestamp::millis).into(),
        serde_json::to_string(&products).expect("texts are JSON").into(),
        coupon.is_active.into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        coupon.created_at.millis().into(),
    ]
}

fn read(id: CouponId, row: &mut RowReader<'_>) -> Coupon {
    let name = row.opt_text().map(str::to_owned);
    let code = row.opt_text().map(str::to_owned);
    let bps = row.opt_int();
    let (amount, currency) = (row.opt_int(), row.opt_text().map(str::to_owned));
    let off = match (bps, amount.zip(currency)) {
        (Some(bps), None) => Off::Percent { bps },
        (None, Some((amount, currency))) => {
            Off::Amount(Money::new(amount, Currency::parse(&currency).expect("the database holds currencies")))
        }
        (Some(_), Some(_)) | (None, None) => panic!("coupon {id} takes off a part or an amount"),
    };
    let kind = DurationKind::parse(row.text()).expect("the database holds durations of coupons");
    let duration = Duration::of(kind, row.opt_int()).expect("the database holds durations of coupons");
    let redemptions_max = row.opt_int();
    let times_redeemed = row.int();
    let redeem_by = row.opt_int().map(Timestamp::from_millis);
    let products: Vec<String> = serde_json::from_str(row.text()).expect("the database holds product ids");
    let products = products.iter().map(|id| ProductId::parse(id).expect("the database holds product ids"));
    let applies_to = products.collect();
    let is_active = row.bool();
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let metadata = Metadata::from_stored(pairs);
    let created_at = Timestamp::from_millis(row.int());
    Coupon {
        id,
        name,
        code,
        off,
        duration,
        redemptions_max,
        times_redeemed,
        redeem_by,
        applies_to,
        is_active,
        metadata,
        created_at,
    }
}
