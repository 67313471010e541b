//! Payments as rows.

mod latest_refund;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vinr_core::cards::{Brand, Expiry, FailureCode};
use vinr_core::countries::Country;
use vinr_core::ids::{
    AccountId, AttemptId, CustomerId, InvoiceId, PaymentId, PaymentLinkId, PaymentMethodId, RedemptionId,
};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payment_methods::{Owner, Saving};
use vinr_core::payments::{
    BankAccount, Capture, CapturePending, CardSummary, Discount, Instrument, Method, MethodType, Milestone, Payment,
    Presence, Status,
};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::{Unit, awards_text, read_awards};

/// The payments of all accounts.
pub(crate) const PAYMENTS: Table = Table {
    name: "payments",
    columns: &[
        Column::text("status"),
        Column::int("amount"),
        Column::text("currency"),
        Column::int("amount_capturable"),
        Column::int("amount_captured"),
        Column::int("amount_refunded"),
        Column::text("description"),
        Column::text("customer_id"),
        Column::text("payment_method_id"),
        Column::text("card_brand"),
        Column::text("card_last4"),
        Column::int("card_exp_month"),
        Column::int("card_exp_year"),
        Column::text("return_url"),
        Column::text("cancel_url"),
        Column::text("checkout_token"),
        Column::text("capture_method"),
        Column::int("off_session"),
        Column::text("failure_code"),
        Column::int("failure_count"),
        Column::text("statement_descriptor"),
        Column::text("receipt_email"),
        Column::int("fee"),
        Column::text("attempt_id"),
        Column::text("capture_attempt_id"),
        Column::int("capture_amount"),
        Column::text("timeline"),
        Column::text("metadata"),
        Column::int("authenticate_until"),
        Column::int("authorized_until"),
        Column::int("expires_at"),
        Column::int("completed_at"),
        Column::int("created_at").fixed(),
        Column::int("save_method"),
        Column::text("saving_method_id"),
        Column::text("saving_customer_id"),
        Column::text("saving_email"),
        Column::int("amount_disputed"),
        Column::text("latest_refund"),
        Column::text("payment_link_id").fixed(),
        Column::int("clears_at"),
        Column::text("method_type"),
        Column::text("bank_country"),
        Column::text("bank_last4"),
        Column::text("bank_holder"),
        Column::text("mandate"),
        Column::text("discounts"),
        Column::int("credit_applied"),
        Column::int("credit_refunded"),
        Column::text("awards"),
        Column::text("invoice_id").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of payments.
pub(crate) const LIST: List = List {
    table: "payments",
    columns: "id, status, amount, currency, amount_capturable, amount_captured, amount_refunded, description, customer_id, \
              payment_method_id, card_brand, card_last4, card_exp_month, card_exp_year, return_url, cancel_url, checkout_token, \
              capture_method, off_session, failure_code, failure_count, statement_descriptor, receipt_email, fee, attempt_id, \
              capture_attempt_id, capture_amount, timeline, metadata, authenticate_until, authorized_until, expires_at, \
              completed_at, created_at, save_method, saving_method_id, saving_customer_id, saving_email, amount_disputed, latest_refund, \
              payment_link_id, clears_at, method_type, bank_country, bank_last4, bank_holder, mandate, discounts, \
              credit_applied, credit_refunded, awards, invoice_id",
    order: "created_at",
    // Where most payments are completed some are found at once; what went another way is what people look for.
    indexes: &[
        Index { on: &["status"], rows: Indexed::Without("status", &["completed"]) },
        Index { on: &["customer_id"], rows: Indexed::All },
        Index { on: &["payment_link_id"], rows: Indexed::All },
    ],
};

/// A payment that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn load(unit: &mut Unit<'_>, id: &PaymentId) -> Result<Payment> {
    find(unit, id).await?.ok_or_else(|| ApiError::missing("payment", id.as_str()))
}

pub(super) async fn find(unit: &mut Unit<'_>, id: &PaymentId) -> Result<Option<Payment>> {
    Ok(unit.store.load(&PAYMENTS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A payment to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &PaymentId) -> Result<Payment> {
    peek(reads, account, id).await?.ok_or_else(|| ApiError::missing("payment", id.as_str()))
}

/// A payment that no decision depends on, if it is there.
pub(crate) async fn peek(reads: &impl Read, account: &AccountId, id: &PaymentId) -> Result<Option<Payment>> {
    let row = reads.load(&PAYMENTS, account.as_str(), id.as_str()).await?;
    Ok(row.map(|row| read(id.clone(), &mut row.reader())))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Payment {
    let mut row = row.reader();
    let id = PaymentId::parse(row.text()).expect("the database holds payment ids");
    read(id, &mut row)
}

/// Stages the row; an id the caller chose may be taken, and is claimed.
pub(super) fn save(unit: &mut Unit<'_>, payment: &Payment, is_new: bool, contested: bool) {
    let (id, values) = (payment.id.as_str(), values(payment));
    match (is_new, contested) {
        (true, true) => unit.store.claim(&PAYMENTS, id, values),
        (true, false) => unit.store.insert(&PAYMENTS, id, values),
        (false, _) => unit.store.update(&PAYMENTS, id, values),
    }
}

fn values(payment: &Payment) -> Vec<Value> {
    let card = payment.method.as_ref().and_then(Method::card);
    let account = payment.method.as_ref().and_then(Method::bank_account);
    let timeline: Vec<StoredMilestone<'_>> = payment.timeline.iter().map(stored_milestone).collect();
    let metadata: BTreeMap<&str, &str> = payment.metadata.iter().collect();
    vec![
        payment.status.as_str().into(),
        payment.amount.amount.into(),
        payment.amount.currency.code().into(),
        payment.amount_capturable.into(),
        payment.amount_captured.into(),
        payment.amount_refunded.into(),
        payment.description.clone().into(),
        payment.customer_id.as_ref().map(CustomerId::as_str).into(),
        payment.method.as_ref().and_then(|method| method.id.as_ref()).map(PaymentMethodId::as_str).into(),
        card.map(|card| card.brand.as_str()).into(),
        card.map(|card| card.last4.as_str()).into(),
        card.map(|card| i64::from(card.expiry.month)).into(),
        card.map(|card| i64::from(card.expiry.year)).into(),
        payment.return_url.clone().into(),
        payment.cancel_url.clone().into(),
        payment.checkout_token.as_str().into(),
        payment.capture.as_str().into(),
        (payment.presence == Presence::OffSession).into(),
        payment.failure.map(FailureCode::as_str).into(),
        i64::from(payment.failure_count).into(),
        payment.statement_descriptor.clone().into(),
        payment.receipt_email.clone().into(),
        payment.fee.into(),
        payment.attempt.as_ref().map(AttemptId::as_str).into(),
        payment.capturing.as_ref().map(|capture| capture.attempt.as_str()).into(),
        payment.capturing.as_ref().map(|capture| capture.amount).into(),
        json(&timeline).into(),
        json(&metadata).into(),
        payment.authenticate_until.map(Timestamp::millis).into(),
        payment.authorized_until.map(Timestamp::millis).into(),
        payment.expires_at.millis().into(),
        payment.completed_at.map(Timestamp::millis).into(),
        payment.created_at.millis().into(),
        payment.save_method.into(),
        payment.saving.as_ref().map(|saving| saving.method.as_str()).into(),
        payment.saving.as_ref().map(|saving| saving.owner.id().as_str()).into(),
        payment.saving.as_ref().and_then(|saving| saving.owner.email()).into(),
        payment.amount_disputed.into(),
        payment.latest_refund.as_deref().map(latest_refund::text).into(),
        payment.link_id.as_ref().map(PaymentLinkId::as_str).into(),
        payment.clears_at.map(Timestamp::millis).into(),
        payment.method.as_ref().map(|method| method.method_type().as_str()).into(),
        account.map(|account| account.country.code()).into(),
        account.map(|account| account.last4.as_str()).into(),
        account.map(|account| account.holder.as_str()).into(),
        account.map(|account| account.mandate.as_str()).into(),
        discounts_text(&payment.discounts).into(),
        payment.credit_applied.into(),
        payment.credit_refunded.into(),
        awards_text(&payment.awards).into(),
        payment.invoice_id.as_ref().map(InvoiceId::as_str).into(),
    ]
}

/// Nothing for a payment without discounts, which most are.
fn discounts_text(discounts: &[Discount]) -> Option<String> {
    let pairs: Vec<(&str, i64)> = discounts.iter().map(|one| (one.redemption.as_str(), one.amount)).collect();
    (!pairs.is_empty()).then(|| json(&pairs))
}

fn read_discounts(text: &str) -> Vec<Discount> {
    let pairs: Vec<(String, i64)> = serde_json::from_str(text).expect("the database holds discounts");
    let discount = |(id, amount): (String, i64)| {
        let redemption = RedemptionId::parse(&id).expect("the database holds redemption ids");
        Discount { redemption, amount }
    };
    pairs.into_iter().map(discount).collect()
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON")
}

fn read(id: PaymentId, row: &mut RowReader<'_>) -> Payment {
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let amount = read_amount(row);
    let (amount_capturable, amount_captured, amount_refunded) = (row.int(), row.int(), row.int());
    let description = owned(row);
    let customer_id = row.opt_text().map(|id| CustomerId::parse(id).expect("the database holds customer ids"));
    let (method_id, card) = (read_method_id(row), read_card(row));
    let (return_url, cancel_url, checkout_token) = (owned(row), owned(row), row.text().to_owned());
    let capture = Capture::parse(row.text()).expect("the database holds capture methods");
    let presence = if row.bool() { Presence::OffSession } else { Presence::OnSession };
    let (failure, failure_count) = read_failures(row);
    let (statement_descriptor, receipt_email) = (owned(row), owned(row));
    let (fee, attempt) = (row.opt_int(), read_attempt(row));
    let capturing = read_attempt(row).zip(row.opt_int()).map(|(attempt, amount)| CapturePending { attempt, amount });
    let timeline = read_timeline(row.text());
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let (authenticate_until, authorized_until) = (instant(row), instant(row));
    let (expires_at, completed_at) = (Timestamp::from_millis(row.int()), instant(row));
    let created_at = Timestamp::from_millis(row.int());
    let (save_method, saving) = (row.bool(), read_saving(row));
    let amount_disputed = row.int();
    let latest_refund = row.opt_text().map(|text| Box::new(latest_refund::read(text, &id, amount.currency)));
    let link_id = row.opt_text().map(|id| PaymentLinkId::parse(id).expect("the database holds link ids"));
    let (clears_at, method) = (instant(row), read_method(row, method_id, card));
    let discounts = row.opt_text().map(read_discounts).unwrap_or_default();
    let (credit_applied, credit_refunded) = (row.int(), row.int());
    let awards = row.opt_text().map(read_awards).unwrap_or_default();
    let invoice_id = row.opt_text().map(|id| InvoiceId::parse(id).expect("the database holds invoice ids"));
    Payment {
        id,
        status,
        amount,
        discounts,
        credit_applied,
        credit_refunded,
        awards,
        amount_capturable,
        amount_captured,
        amount_refunded,
        amount_disputed,
        latest_refund,
        description,
        customer_id,
        method,
        return_url,
        cancel_url,
        checkout_token,
        capture,
        presence,
        save_method,
        saving,
        failure,
        failure_count,
        statement_descriptor,
        receipt_email,
        fee,
        attempt,
        capturing,
        timeline,
        metadata: Metadata::from_stored(pairs),
        authenticate_until,
        authorized_until,
        clears_at,
        expires_at,
        completed_at,
        created_at,
        link_id,
        invoice_id,
    }
}

fn read_failures(row: &mut RowReader<'_>) -> (Option<FailureCode>, u32) {
    let failure = row.opt_text().map(|code| FailureCode::parse(code).expect("the database holds failure codes"));
    (failure, u32::try_from(row.int()).expect("the database holds counts"))
}

fn read_amount(row: &mut RowReader<'_>) -> Money {
    let amount = row.int();
    Money::new(amount, Currency::parse(row.text()).expect("the database holds currencies"))
}

fn owned(row: &mut RowReader<'_>) -> Option<String> {
    row.opt_text().map(str::to_owned)
}

fn read_method_id(row: &mut RowReader<'_>) -> Option<PaymentMethodId> {
    row.opt_text().map(|id| PaymentMethodId::parse(id).expect("the database holds method ids"))
}

fn read_card(row: &mut RowReader<'_>) -> Option<CardSummary> {
    let (brand, last4) = (row.opt_text(), row.opt_text());
    let (month, year) = (row.opt_int(), row.opt_int());
    let brand = Brand::parse(brand?).expect("the database holds brands");
    let expiry = Expiry { year: u16::try_from(year?).ok()?, month: u8::try_from(month?).ok()? };
    Some(CardSummary { brand, last4: last4?.to_owned(), expiry })
}

/// What pays. Rows that are older than the column of its type have cards.
fn read_method(row: &mut RowReader<'_>, id: Option<PaymentMethodId>, card: Option<CardSummary>) -> Option<Method> {
    let method_type = row.opt_text().map(|text| MethodType::parse(text).expect("the database holds types of methods"));
    let account = read_account(row);
    let instrument = match method_type {
        Some(MethodType::Card) | None => card.map(Instrument::Card),
        Some(MethodType::Ideal) => Some(Instrument::Ideal),
        Some(MethodType::SepaDebit) => account.map(Instrument::SepaDebit),
    };
    instrument.map(|instrument| Method { id, instrument })
}

fn read_account(row: &mut RowReader<'_>) -> Option<BankAccount> {
    let (country, last4) = (row.opt_text(), row.opt_text());
    let (holder, mandate) = (row.opt_text(), row.opt_text());
    let country = Country::parse(country?).expect("the database holds countries");
    Some(BankAccount { country, last4: last4?.to_owned(), holder: holder?.to_owned(), mandate: mandate?.to_owned() })
}

fn read_saving(row: &mut RowReader<'_>) -> Option<Saving> {
    let method = row.opt_text().map(|id| PaymentMethodId::parse(id).expect("the database holds method ids"));
    let customer = row.opt_text().map(|id| CustomerId::parse(id).expect("the database holds customer ids"));
    let email = row.opt_text().map(str::to_owned);
    let id = customer?;
    let owner = email.map_or(Owner::Known(id.clone()), |email| Owner::New { id, email });
    Some(Saving { method: method?, owner })
}

fn read_attempt(row: &mut RowReader<'_>) -> Option<AttemptId> {
    row.opt_text().map(|id| AttemptId::parse(id).expect("the database holds attempt ids"))
}

/// A line of a timeline as its column holds it: a status and when, or these with a note.
#[derive(Serialize, Deserialize)]
struct StoredMilestone<'a>(
    #[serde(borrow)] Cow<'a, str>,
    i64,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")] Option<Cow<'a, str>>,
);

fn stored_milestone(one: &Milestone) -> StoredMilestone<'_> {
    StoredMilestone(one.status.as_str().into(), one.at.millis(), one.note.as_deref().map(Cow::Borrowed))
}

fn read_timeline(text: &str) -> Vec<Milestone> {
    let entries: Vec<StoredMilestone<'_>> = serde_json::from_str(text).expect("the database holds timelines");
    let milestone = |StoredMilestone(status, at, note): StoredMilestone<'_>| {
        let status = Status::parse(&status).expect("the database holds statuses");
        Milestone { status, at: Timestamp::from_millis(at), note: note.map(Cow::into_owned) }
    };
    entries.into_iter().map(milestone).collect()
}

fn instant(row: &mut RowReader<'_>) -> Option<Timestamp> {
    row.opt_int().map(Timestamp::from_millis)
}
