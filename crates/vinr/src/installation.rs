//! The databases of an installation, opened.

use std::sync::Arc;

use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;
use vinr_core::refusal::Code;
use vinr_server::bootstrap::{self, NewKeys};
use vinr_server::egress::Client;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_store::{Config, Db};

use crate::Failure;
use crate::keyfile::make_folder;
use crate::settings::{Database, Resolved};

/// Reads that may run at once on each database.
const READERS: usize = 8;

/// One environment's database and surroundings.
pub(crate) struct Place {
    pub(crate) environment: Environment,
    pub(crate) db: Db,
    pub(crate) env: Env,
}

/// An account that was just made: its keys in each environment.
pub(crate) struct NewAccount {
    pub(crate) id: AccountId,
    pub(crate) keys: Vec<(Environment, NewKeys)>,
}

/// Opens the database of an environment and brings its schema up to date.
pub(crate) async fn open(settings: &Resolved, environment: Environment) -> Result<(Place, usize), Failure> {
    let entropy = Entropy::system().map_err(Failure::refused)?;
    if let Database::Folder(folder) = settings.database(environment) {
        make_folder(folder)?;
    }
    let chance = entropy.clone();
    let db = Db::open(config(settings, environment), Arc::new(move || chance.u128())).await;
    let db = db.map_err(|error| explained(environment, &error))?;
    let applied = db.migrate(bootstrap::MIGRATIONS).await.map_err(|error| explained(environment, &error))?;
    Ok((place(settings, environment, db, entropy)?, applied))
}

/// Opens the database of an environment as it is, for a command that only reads: what it finds is not what a question may
/// change, and an address that was mistyped is not where to make a database.
pub(crate) async fn open_to_read(settings: &Resolved, environment: Environment) -> Result<Place, Failure> {
    let entropy = Entropy::system().map_err(Failure::refused)?;
    let (chance, name) = (entropy.clone(), environment.as_str());
    let db = Db::open_existing(config(settings, environment), Arc::new(move || chance.u128())).await;
    let db = db.map_err(|error| explained(environment, &error))?.ok_or_else(|| {
        let place = match settings.database(environment) {
            Database::Folder(folder) => format!("in {}", folder.display()),
            Database::Postgres(_) => "on this PostgreSQL".to_owned(),
        };
        Failure::Refused(format!("there is no {name} database {place}; see --database, or make one with vinr init"))
    })?;
    let pending = db.pending_migrations(bootstrap::MIGRATIONS).await;
    match pending.map_err(|error| explained(environment, &error))? {
        0 => place(settings, environment, db, entropy),
        pending => {
            let message = format!(
                "the {name} database is {pending} migrations behind this program, and reading does not change it: run \
                 vinr migrate first"
            );
            Err(Failure::Refused(message))
        }
    }
}

fn place(settings: &Resolved, environment: Environment, db: Db, entropy: Entropy) -> Result<Place, Failure> {
    let client = Client::new(settings.private_webhooks(environment)).map_err(Failure::refused)?;
    let env = Env::new(WallClock::System, entropy, Net::Real(client));
    Ok(Place { environment, db, env: env.with_mail(settings.mailer(environment), settings.mail_from()) })
}

/// Opens every environment that is not off.
pub(crate) async fn open_all(settings: &Resolved) -> Result<Vec<Place>, Failure> {
    let mut places = Vec::new();
    for environment in some_environments(settings)? {
        places.push(open(settings, environment).await?.0);
    }
    Ok(places)
}

/// Opens every environment that is not off, for a command that only reads.
pub(crate) async fn open_all_to_read(settings: &Resolved) -> Result<Vec<Place>, Failure> {
    let mut places = Vec::new();
    for environment in some_environments(settings)? {
        places.push(open_to_read(settings, environment).await?);
    }
    Ok(places)
}

fn some_environments(settings: &Resolved) -> Result<Vec<Environment>, Failure> {
    let environments = settings.environments();
    if environments.is_empty() {
        return Err(Failure::Usage("both environments are off".to_owned()));
    }
    Ok(environments)
}

/// Makes an account in every environment.
pub(crate) async fn create_account(places: &[Place], name: &str) -> Result<NewAccount, Failure> {
    let first = places.first().ok_or_else(|| Failure::Usage("both environments are off".to_owned()))?;
    let id = AccountId::from_bits(first.env.id_bits());
    let mut keys = Vec::new();
    for place in places {
        let made = bootstrap::create_account(&place.db, &place.env, place.environment, &id, name).await;
        keys.push((place.environment, made.map_err(Failure::refused)?));
    }
    Ok(NewAccount { id, keys })
}

/// The oldest account, and what was made of it now: in an empty installation all of it, and where a start broke off, or an
/// environment was off till now, what is missing. Servers that start at once make it together.
pub(crate) async fn first_account(places: &[Place]) -> Result<(AccountId, Option<NewAccount>), Failure> {
    let mut oldest: Option<AccountId> = None;
    let mut empty = Vec::new();
    for place in places {
        match bootstrap::list_accounts(&place.db).await.map_err(Failure::refused)?.into_iter().next() {
            Some(first) => oldest = Some(oldest.map_or(first.clone(), |other| other.min(first))),
            None => empty.push(place),
        }
    }
    let id = match (oldest, places.first()) {
        (Some(oldest), _) => oldest,
        (None, Some(Place { db, env, .. })) => bootstrap::first_account_id(db, env).await.map_err(Failure::refused)?,
        (None, None) => return Err(Failure::Usage("both environments are off".to_owned())),
    };
    let mut keys = Vec::new();
    for place in empty {
        match bootstrap::create_account(&place.db, &place.env, place.environment, &id, "Test shop").await {
            Ok(made) => keys.push((place.environment, made)),
            // Another server was quicker, and shows them.
            Err(error) if error.first().code == Code::ResourceExists => {}
            Err(error) => return Err(Failure::refused(error)),
        }
    }
    let made = (!keys.is_empty()).then(|| NewAccount { id: id.clone(), keys });
    Ok((id, made))
}

fn config(settings: &Resolved, environment: Environment) -> Config {
    let name = environment.as_str();
    match settings.database(environment) {
        Database::Folder(folder) => Config::Sqlite { path: folder.join(format!("{name}.db")), readers: READERS },
        Database::Postgres(url) => {
            Config::Postgres { url: url.clone(), schema: format!("vinr_{name}"), readers: READERS }
        }
    }
}

/// An error with its causes.
fn explained(environment: Environment, error: &dyn std::error::Error) -> Failure {
    let mut text = format!("{} database: {error}", environment.as_str());
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    Failure::Refused(text)
}
