//! Saved methods and the vault as rows.

use vinr_core::cards::{Brand, Expiry};
use vinr_core::countries::Country;
use vinr_core::ids::{AccountId, CustomerId, PaymentMethodId};
use vinr_core::mandates::{self, Mandate, Origin};
use vinr_core::payment_methods::{Funding, Issuer, Kept, KeptAccount, KeptCard, PaymentMethod, Source, Status};
use vinr_core::payments::{CardSummary, MethodType};
use vinr_core::time::Timestamp;
use vinr_store::{Class, Column, CommitError, Db, Kind, Row, RowReader, Table, Value};

use super::vault::{self, Envelope};
use crate::env::Env;
use crate::error::{ApiError, Result};
use crate::http::list::{self, Index, Indexed, List, Page};
use crate::keyring::Keyring;
use crate::record::Unit;

const METHODS: Table = Table {
    name: "payment_methods",
    columns: &[
        Column::text("customer_id"),
        Column::text("type"),
        Column::text("card_brand"),
        Column::text("card_last4"),
        Column::int("card_exp_month"),
        Column::int("card_exp_year"),
        Column::text("funding"),
        Column::text("country"),
        Column::text("fingerprint"),
        Column::text("name"),
        Column::text("status"),
        Column::int("expiring_at"),
        Column::int("created_at"),
        Column::text("source"),
        Column::text("mandate"),
        Column::int("mandate_accepted_at"),
        Column::text("mandate_origin"),
        Column::text("mandate_status"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

const VAULT: Table = Table {
    name: "card_vault",
    columns: &[Column::int("key_id"), Column::blob("wrapped_key"), Column::blob("sealed")],
    unique: &[],
    kind: Kind::Versioned,
};

/// More saved methods than this are not offered to a buyer at once.
const OFFERED_MAX: i64 = 10;

/// The list of methods.
pub(crate) const LIST: List = List {
    table: "payment_methods",
    columns: "id, customer_id, type, card_brand, card_last4, card_exp_month, card_exp_year, funding, country, fingerprint, \
              name, status, expiring_at, created_at, source, mandate, mandate_accepted_at, mandate_origin, mandate_status",
    order: "created_at",
    indexes: &[Index { on: &["customer_id", "status"], rows: Indexed::All }],
};

/// The methods of a customer, detached ones too. Whoever changes them writes the customer's row as well.
const OF_CUSTOMER: &str = "SELECT id FROM payment_methods WHERE account = $1 AND customer_id = $2";

/// Numbers whose keys are wrapped with another master key than the newest.
const WRAPPED_BEFORE: &str =
    "SELECT account, id FROM card_vault WHERE key_id < $1 ORDER BY key_id, account, id LIMIT $2";

pub(super) async fn find(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<Option<PaymentMethod>> {
    Ok(unit.store.load(&METHODS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A method that no decision depends on, whatever its status.
pub(crate) async fn peek(db: &Db, account: &AccountId, id: &PaymentMethodId) -> Result<Option<PaymentMethod>> {
    let row = db.load(&METHODS, account.as_str(), id.as_str()).await?;
    Ok(row.map(|row| read(id.clone(), &mut row.reader())))
}

/// The ids of a customer's methods, detached ones too; the customer's row must be loaded by this unit.
pub(super) async fn of_customer(unit: &mut Unit<'_>, customer: &CustomerId) -> Result<Vec<PaymentMethodId>> {
    let account = unit.context.account.as_str().into();
    let rows = unit.store.query(OF_CUSTOMER, &[account, customer.as_str().into()]).await?;
    Ok(rows.iter().map(|row| PaymentMethodId::parse(row.text(0)).expect("the database holds method ids")).collect())
}

/// What a customer may be offered to pay with: the newest active methods that have not expired.
pub(crate) async fn chargeable(
    db: &Db,
    account: &AccountId,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<Vec<PaymentMethod>> {
    let page: Page<PaymentMethodId> = Page::first(OFFERED_MAX);
    let filters = vec![("customer_id", customer.as_str().into()), ("status", Status::Active.as_str().into())];
    let read = |row: &Row| {
        let method = read_listed(row);
        (method.id.to_string(), method)
    };
    let listed = list::page(db, account, &LIST, &page, filters, read).await?;
    Ok(listed.data.into_iter().filter(|method| !method.has_expired(now)).collect())
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> PaymentMethod {
    let mut row = row.reader();
    let id = PaymentMethodId::parse(row.text()).expect("the database holds method ids");
    read(id, &mut row)
}

pub(super) fn insert(unit: &mut Unit<'_>, method: &PaymentMethod) {
    unit.store.insert(&METHODS, method.id.as_str(), values(method));
}

/// The same for an id that the caller chose and that may be taken.
pub(super) fn claim(unit: &mut Unit<'_>, method: &PaymentMethod) {
    unit.store.claim(&METHODS, method.id.as_str(), values(method));
}

pub(super) fn update(unit: &mut Unit<'_>, method: &PaymentMethod) {
    unit.store.update(&METHODS, method.id.as_str(), values(method));
}

pub(super) fn remove(unit: &mut Unit<'_>, id: &PaymentMethodId) {
    unit.store.remove(&METHODS, id.as_str());
}

pub(super) async fn load_sealed(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<Option<Envelope>> {
    let row = unit.store.load(&VAULT, id.as_str()).await?;
    Ok(row.as_ref().map(read_sealed))
}

pub(super) fn insert_sealed(unit: &mut Unit<'_>, id: &PaymentMethodId, envelope: Envelope) {
    unit.store.insert(&VAULT, id.as_str(), sealed_values(envelope));
}

pub(super) fn remove_sealed(unit: &mut Unit<'_>, id: &PaymentMethodId) {
    unit.store.remove(&VAULT, id.as_str());
}

/// Up to `limit` numbers whose keys are wrapped with an older master key.
pub(super) async fn wrapped_before(db: &Db, key_id: i64, limit: i64) -> Result<Vec<(AccountId, PaymentMethodId)>> {
    let params = [key_id.into(), limit.into()];
    let read = |row: &Row| {
        let account = AccountId::parse(row.text(0)).expect("the database holds account ids");
        (account, PaymentMethodId::parse(row.text(1)).expect("the database holds method ids"))
    };
    Ok(db.query(WRAPPED_BEFORE, &params).await?.iter().map(read).collect())
}

/// Wraps the key of one number with the newest master key, in a unit of its own.
pub(super) async fn rewrap(
    db: &Db,
    env: &Env,
    keyring: &Keyring,
    account: &AccountId,
    id: &PaymentMethodId,
) -> Result<()> {
    loop {
        let mut unit = db.begin(account.as_str(), "rewrap_card_key", Class::Worker);
        let Some(row) = unit.load(&VAULT, id.as_str()).await? else { return Ok(()) };
        let place = vault::place(account, id);
        let Some(envelope) = vault::rewrapped(keyring, &env.entropy, &place, read_sealed(&row))? else { return Ok(()) };
        unit.update(&VAULT, id.as_str(), sealed_values(envelope));
        match db.commit(unit).await {
            Ok(_) => return Ok(()),
            // A server changed or removed it meanwhile: look again.
            Err(CommitError::Stale(_)) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(ApiError::internal(format!("{error:?}"))),
        }
    }
}

fn read_sealed(row: &Row) -> Envelope {
    let mut row = row.reader();
    let key_id = row.int();
    Envelope { key_id, wrapped_key: row.blob().to_vec(), sealed: row.blob().to_vec() }
}

fn sealed_values(envelope: Envelope) -> Vec<Value> {
    vec![envelope.key_id.into(), envelope.wrapped_key.into(), envelope.sealed.into()]
}

fn values(method: &PaymentMethod) -> Vec<Value> {
    // What a card's columns say of an account is nothing; see the migration that adds the mandate's.
    let nothing = Expiry { year: 0, month: 0 };
    let (brand, last4, expiry, issuer) = match &method.kept {
        Kept::Card(KeptCard { summary, issuer }) => (summary.brand, &summary.last4, summary.expiry, *issuer),
        Kept::Account(account) => {
            let issuer = Issuer { funding: Funding::Unknown, country: Some(account.country) };
            (Brand::Unknown, &account.last4, nothing, issuer)
        }
    };
    let mandate = method.account().map(|account| &account.mandate);
    vec![
        method.customer_id.as_ref().map(CustomerId::as_str).into(),
        method.method_type().as_str().into(),
        brand.as_str().into(),
        last4.as_str().into(),
        i64::from(expiry.month).into(),
        i64::from(expiry.year).into(),
        issuer.funding.as_str().into(),
        issuer.country.map(Country::code).into(),
        method.fingerprint.as_str().into(),
        method.name.clone().into(),
        method.status.as_str().into(),
        method.expiring_at.map(Timestamp::millis).into(),
        method.created_at.millis().into(),
        method.source.as_str().into(),
        mandate.map(|mandate| mandate.reference.as_str()).into(),
        mandate.map(|mandate| mandate.accepted_at.millis()).into(),
        mandate.map(|mandate| mandate.origin.as_str()).into(),
        mandate.map(|mandate| mandate.status.as_str()).into(),
    ]
}

fn read(id: PaymentMethodId, row: &mut RowReader<'_>) -> PaymentMethod {
    let customer_id = row.opt_text().map(|id| CustomerId::parse(id).expect("the database holds customer ids"));
    let method_type = MethodType::parse(row.text()).expect("the database holds types of methods");
    let brand = Brand::parse(row.text()).expect("the database holds brands");
    let last4 = row.text().to_owned();
    let (month, year) = (row.int(), row.int());
    let expiry = Expiry {
        month: u8::try_from(month).expect("the database holds months"),
        year: u16::try_from(year).expect("the database holds years"),
    };
    let funding = Funding::parse(row.text()).expect("the database holds fundings");
    let country = row.opt_text().map(|code| Country::parse(code).expect("the database holds countries"));
    let fingerprint = row.text().to_owned();
    let name = row.opt_text().map(str::to_owned);
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let expiring_at = row.opt_int().map(Timestamp::from_millis);
    let created_at = Timestamp::from_millis(row.int());
    let source = Source::parse(row.text()).expect("the database holds sources");
    let kept = match method_type {
        MethodType::SepaDebit => Kept::Account(KeptAccount {
            country: country.expect("the database holds where an account is"),
            last4,
            mandate: read_mandate(row).expect("the database holds an account's mandate"),
        }),
        // iDEAL pays once and is never kept.
        MethodType::Card | MethodType::Ideal => {
            let summary = CardSummary { brand, last4, expiry };
            Kept::Card(KeptCard { summary, issuer: Issuer { funding, country } })
        }
    };
    PaymentMethod { id, customer_id, kept, fingerprint, name, source, status, expiring_at, created_at }
}

fn read_mandate(row: &mut RowReader<'_>) -> Option<Mandate> {
    let (reference, accepted_at) = (row.opt_text(), row.opt_int());
    let (origin, status) = (row.opt_text(), row.opt_text());
    Some(Mandate {
        reference: reference?.to_owned(),
        accepted_at: Timestamp::from_millis(accepted_at?),
        origin: Origin::parse(origin?).expect("the database holds ids of payments and setups"),
        status: mandates::Status::parse(status?).expect("the database holds statuses"),
    })
}
