//! What an operator does at an installation without the API: making accounts and keys, recording what was attested.

mod store;

use std::fmt;

use vinr_core::accounts::{self, AttestationStatus, KybStatus};
use vinr_core::ids::{AccountId, KeyId, TypedId as _};
use vinr_core::keys::{Environment, Grant, KeyKind, KeyPrefix};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Span;
use vinr_store::{Db, Migration};

use crate::env::Env;
use crate::error::{ApiError, Result};
use crate::http::auth::{digest, store::hex};

pub use crate::http::auth::store::Key;

/// Every step of the schema, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_foundation", sql: include_str!("../../../migrations/0001_foundation.sql") },
    Migration { name: "0002_customers", sql: include_str!("../../../migrations/0002_customers.sql") },
    Migration { name: "0003_payment_methods", sql: include_str!("../../../migrations/0003_payment_methods.sql") },
    Migration { name: "0004_customer_metadata", sql: include_str!("../../../migrations/0004_customer_metadata.sql") },
    Migration { name: "0005_installation", sql: include_str!("../../../migrations/0005_installation.sql") },
    Migration { name: "0006_list_filters", sql: include_str!("../../../migrations/0006_list_filters.sql") },
    Migration { name: "0007_settlements", sql: include_str!("../../../migrations/0007_settlements.sql") },
    Migration { name: "0008_refunds_disputes", sql: include_str!("../../../migrations/0008_refunds_disputes.sql") },
    Migration { name: "0009_elements", sql: include_str!("../../../migrations/0009_elements.sql") },
    Migration { name: "0010_payment_links", sql: include_str!("../../../migrations/0010_payment_links.sql") },
    Migration { name: "0011_bank_rails", sql: include_str!("../../../migrations/0011_bank_rails.sql") },
    Migration { name: "0012_attempts_expand", sql: include_str!("../../../migrations/0012_attempts_expand.sql") },
    Migration { name: "0014_resets", sql: include_str!("../../../migrations/0014_resets.sql") },
    Migration { name: "0015_mandates", sql: include_str!("../../../migrations/0015_mandates.sql") },
    Migration { name: "0016_origins", sql: include_str!("../../../migrations/0016_origins.sql") },
    Migration { name: "0017_loyalty", sql: include_str!("../../../migrations/0017_loyalty.sql") },
    Migration { name: "0018_redemptions", sql: include_str!("../../../migrations/0018_redemptions.sql") },
    Migration { name: "0019_acquirer_answers", sql: include_str!("../../../migrations/0019_acquirer_answers.sql") },
    Migration { name: "0020_tiers", sql: include_str!("../../../migrations/0020_tiers.sql") },
    Migration { name: "0021_store_credit", sql: include_str!("../../../migrations/0021_store_credit.sql") },
    Migration { name: "0022_common_events", sql: include_str!("../../../migrations/0022_common_events.sql") },
    Migration { name: "0023_catalog", sql: include_str!("../../../migrations/0023_catalog.sql") },
    Migration { name: "0024_awards", sql: include_str!("../../../migrations/0024_awards.sql") },
    Migration { name: "0025_emails", sql: include_str!("../../../migrations/0025_emails.sql") },
    Migration { name: "0026_transfers_of_money", sql: include_str!("../../../migrations/0026_transfers_of_money.sql") },
    Migration { name: "0027_leaner_points", sql: include_str!("../../../migrations/0027_leaner_points.sql") },
    Migration { name: "0028_billing", sql: include_str!("../../../migrations/0028_billing.sql") },
    Migration { name: "0029_dunning_policies", sql: include_str!("../../../migrations/0029_dunning_policies.sql") },
    Migration { name: "0030_usage", sql: include_str!("../../../migrations/0030_usage.sql") },
];

/// The account of the demo shop, which the sandbox makes for itself beside those of merchants.
pub const DEMO_ACCOUNT: &str = "acct_demo";

/// How long a rolled key stays alive when nobody says otherwise (spec/conventions.md, Keys).
pub const OVERLAP: Span = Span::hours(24);
/// Randomness of a key: 256 bits.
const RANDOM_BYTES: usize = 32;
/// Digits of a known key's digest that its id is made of.
const KNOWN_ID_DIGITS: usize = 24;

/// The keys of a new account; shown once.
#[derive(Clone)]
pub struct NewKeys {
    /// For the merchant's server.
    pub secret_key: String,
    /// For browsers.
    pub public_key: String,
}

impl fmt::Debug for NewKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewKeys(…)")
    }
}

/// A key that was just made, with its secret.
#[derive(Clone)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// The whole key; not kept anywhere.
    pub secret: String,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.id)
    }
}

/// The ids of all merchants' accounts, oldest first. The demo shop's is not among them: it is nobody's.
pub async fn list_accounts(db: &Db) -> Result<Vec<AccountId>> {
    let mut all = store::accounts(db).await?;
    all.retain(|account| account.as_str() != DEMO_ACCOUNT);
    Ok(all)
}

/// The id of an installation's first account, whether it has been made or not: drawn by whoever asks first, and the same
/// for everybody after, so that servers that start at once agree, and one that broke off is completed by the next.
pub async fn first_account_id(db: &Db, env: &Env) -> Result<AccountId> {
    let settled = store::settle(db, "first_account", || AccountId::from_bits(env.id_bits()).to_string());
    AccountId::parse(&settled.await?).map_err(ApiError::internal)
}

/// Makes an account in one environment, with a secret and a public key, in one unit of work. Both environments of an
/// account have its one id.
///
/// # Errors
/// `resource_exists` if this environment has the account already.
pub async fn create_account(
    db: &Db,
    env: &Env,
    environment: Environment,
    id: &AccountId,
    name: &str,
) -> Result<NewKeys> {
    let settings = accounts::create(name)?;
    let created = store::run(db, id.as_str(), "create_account", async |unit| {
        if store::account_exists(unit).await? {
            return Err(Refusal::new(Code::ResourceExists, format!("there is an account {id} already"))
                .at("id")
                .into());
        }
        let (secret, secret_row) = draw(env, environment, id, Grant::secret(), None);
        let (public, public_row) = draw(env, environment, id, Grant::public(), None);
        store::insert_account(unit, &settings, env.wall());
        store::insert_key(unit, &secret_row);
        store::insert_key(unit, &public_row);
        Ok(NewKeys { secret_key: secret.secret, public_key: public.secret })
    });
    created.await
}

/// Makes an account whose keys are known beforehand, or gives them to the account if that is there already: for what the
/// installation does in a merchant's place. Many may ask at once.
pub(crate) async fn ensure_account(
    db: &Db,
    env: &Env,
    account: &AccountId,
    name: &str,
    known: &[(Grant, &str)],
) -> Result<()> {
    let settings = accounts::create(name)?;
    for (grant, secret) in known {
        // Whoever makes the same key gives it the same id, so that one of them wins.
        let id = format!("{}_{}", KeyId::PREFIX, &hex(&digest(secret))[..KNOWN_ID_DIGITS]);
        let id = KeyId::parse(&id).map_err(ApiError::internal)?;
        let row = row(env, account, id, grant.clone(), Some(name.to_owned()), secret);
        store::ensure_account(db, &settings, &row, env.wall()).await?;
    }
    Ok(())
}

/// Whether there is such an account.
pub async fn has_account(db: &Db, account: &AccountId) -> Result<bool> {
    store::exists(db, account).await
}

/// Makes a further key of an account.
///
/// # Errors
/// `resource_missing` without such an account.
pub async fn create_key(
    db: &Db,
    env: &Env,
    environment: Environment,
    account: &AccountId,
    grant: Grant,
    name: Option<String>,
) -> Result<NewKey> {
    must_exist(db, account).await?;
    let created = store::run(db, account.as_str(), "create_key", async |unit| {
        let (key, row) = draw(env, environment, account, grant.clone(), name.clone());
        store::insert_key(unit, &row);
        store::bump_context(unit);
        Ok(key)
    });
    created.await
}

/// The keys of an account, oldest first, without their secrets.
pub async fn list_keys(db: &Db, account: &AccountId) -> Result<Vec<Key>> {
    must_exist(db, account).await?;
    store::keys(db, account).await
}

/// Makes a key that replaces another one, which stays alive for `overlap`.
///
/// # Errors
/// `resource_missing` without such a key, or when it has expired.
pub async fn roll_key(db: &Db, env: &Env, environment: Environment, id: &KeyId, overlap: Span) -> Result<NewKey> {
    let unknown = || ApiError::missing("active key", id.as_str());
    let account = store::owner(db, id).await?.ok_or_else(unknown)?;
    let rolled = store::run(db, account.as_str(), "roll_key", async |unit| {
        let now = env.wall();
        let old = store::load_key(unit, &account, id).await?;
        let old = old.filter(|key| key.is_active(now)).ok_or_else(unknown)?;
        let (key, row) = draw(env, environment, &account, old.grant.clone(), old.name.clone());
        store::insert_key(unit, &row);
        store::end_key(unit, old, now.plus(overlap));
        Ok(key)
    });
    rolled.await
}

/// Ends a key at once.
///
/// # Errors
/// `resource_missing` without such a key.
pub async fn revoke_key(db: &Db, env: &Env, id: &KeyId) -> Result<()> {
    let unknown = || ApiError::missing("key", id.as_str());
    let account = store::owner(db, id).await?.ok_or_else(unknown)?;
    let revoked = store::run(db, account.as_str(), "revoke_key", async |unit| {
        let key = store::load_key(unit, &account, id).await?.ok_or_else(unknown)?;
        store::end_key(unit, key, env.wall());
        Ok(())
    });
    revoked.await
}

/// Records that an account's PCI SAQ D attestation is on file, or that it no longer is.
pub async fn set_attestation(db: &Db, account: &AccountId, status: AttestationStatus) -> Result<()> {
    store::change_settings(db, account, |settings| settings.pci_attestation = status).await
}

/// Records whether an account's business has been verified.
pub async fn set_kyb(db: &Db, account: &AccountId, status: KybStatus) -> Result<()> {
    store::change_settings(db, account, |settings| settings.kyb = status).await
}

/// What a new key of this kind may do.
///
/// # Errors
/// A scope that does not exist, a restricted key without scopes, or another key with some.
pub fn grant(kind: KeyKind, scopes: &[String]) -> Result<Grant> {
    let refuse =
        |message: &str| -> ApiError { Refusal::new(Code::ParameterInvalid, message.to_owned()).at("scopes").into() };
    match (kind, scopes.is_empty()) {
        (KeyKind::Restricted, true) => Err(refuse("a restricted key needs at least one scope, such as payments:read")),
        (KeyKind::Secret | KeyKind::Public, false) => Err(refuse("only a restricted key has scopes")),
        _ => Ok(Grant::parse(kind, &scopes.join(" "))?),
    }
}

async fn must_exist(db: &Db, account: &AccountId) -> Result<()> {
    let known = store::accounts(db).await?;
    if known.contains(account) { Ok(()) } else { Err(ApiError::missing("account", account.as_str())) }
}

fn draw(env: &Env, environment: Environment, account: &AccountId, grant: Grant, name: Option<String>) -> (NewKey, Key) {
    let secret = KeyPrefix { kind: grant.kind, environment }.key(&env.entropy.bytes::<RANDOM_BYTES>());
    let id = KeyId::from_bits(env.id_bits());
    let row = row(env, account, id.clone(), grant, name, &secret);
    (NewKey { id, secret }, row)
}

fn row(env: &Env, account: &AccountId, id: KeyId, grant: Grant, name: Option<String>, secret: &str) -> Key {
    Key {
        account: account.clone(),
        id,
        grant,
        digest: digest(secret),
        last4: secret[secret.len() - 4..].to_owned(),
        name,
        created: env.wall(),
        expires: None,
        last_used: None,
    }
}
