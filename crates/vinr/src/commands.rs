//! The commands that do their work and end.

use std::io::{IsTerminal as _, stderr};

use serde_json::{Value, json};
use vinr_core::accounts::{AttestationStatus, KybStatus};
use vinr_core::ids::{AccountId, KeyId};
use vinr_core::time::{Span, WallTime};
use vinr_server::bootstrap::{self, Key, NewKey};
use vinr_server::env::Entropy;

use crate::cli::{AccountChange, AccountCommand, KeysCommand};
use crate::installation::{Place, create_account, open, open_all, open_all_to_read, open_to_read};
use crate::settings::Resolved;
use crate::{Failure, keyfile, show, welcome};

/// `vinr init`.
pub(crate) async fn init(settings: &Resolved, name: &str) -> Result<(), Failure> {
    let places = open_all(settings).await?;
    let made = create_account(&places, name).await?;
    let urls: Vec<_> = settings.environments().into_iter().map(|one| (one, settings.url(one))).collect();
    let shown = Value::Object(show::account_json(&urls, &made.id, Some(&made)));
    close(places).await;
    show::line(settings.json, &shown, welcome::keys(&made).trim_end())
}

/// `vinr migrate`.
pub(crate) async fn migrate(settings: &Resolved) -> Result<(), Failure> {
    let mut shown = json!({});
    let mut words = Vec::new();
    for environment in settings.environments() {
        let (place, applied) = open(settings, environment).await?;
        shown[environment.as_str()] = json!({"applied": applied});
        words.push(format!("{}: {applied} migrations applied", environment.as_str()));
        place.db.close().await;
    }
    show::line(settings.json, &shown, &words.join("\n"))
}

/// `vinr keys`.
pub(crate) async fn keys(settings: &Resolved, command: KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::Create { account, environment, kind, scopes, name } => {
            let grant = bootstrap::grant(kind.into(), &scopes).map_err(|error| Failure::Usage(error.to_string()))?;
            let place = open(settings, environment.into()).await?.0;
            let account = the_account(&place, account).await?;
            let made = bootstrap::create_key(&place.db, &place.env, place.environment, &account, grant, name).await;
            close(vec![place]).await;
            show_key(settings.json, &made.map_err(Failure::refused)?)
        }
        KeysCommand::List { account, environment } => {
            let place = open_to_read(settings, environment.into()).await?;
            let account = the_account(&place, account).await?;
            let keys = bootstrap::list_keys(&place.db, &account).await.map_err(Failure::refused)?;
            let shown = list(settings.json, &keys, &place);
            close(vec![place]).await;
            shown
        }
        KeysCommand::Roll { id, environment, overlap_hours } => {
            let id = KeyId::parse(&id).map_err(|problem| Failure::Usage(problem.to_string()))?;
            let place = open(settings, environment.into()).await?.0;
            let overlap = Span::hours(overlap_hours);
            let made = bootstrap::roll_key(&place.db, &place.env, place.environment, &id, overlap).await;
            close(vec![place]).await;
            show_key(settings.json, &made.map_err(Failure::refused)?)
        }
        KeysCommand::Revoke { id, environment } => {
            let id = KeyId::parse(&id).map_err(|problem| Failure::Usage(problem.to_string()))?;
            let place = open(settings, environment.into()).await?.0;
            bootstrap::revoke_key(&place.db, &place.env, &id).await.map_err(Failure::refused)?;
            close(vec![place]).await;
            show::line(settings.json, &json!({"id": id.as_str(), "revoked": true}), &format!("{id} is revoked"))
        }
    }
}

/// `vinr vault rotate`.
pub(crate) async fn rotate(settings: &Resolved, new_key: bool) -> Result<(), Failure> {
    let entropy = Entropy::system().map_err(Failure::refused)?;
    keyfile::keyring(settings, &entropy)?;
    if new_key {
        keyfile::add(settings, &entropy)?;
    }
    let keyring = keyfile::keyring(settings, &entropy)?;
    let (key_id, _) = keyring.newest();
    let mut shown = json!({"masterKey": key_id});
    let mut words = vec![format!("master key {key_id} wraps the keys of saved cards")];
    for place in open_all(settings).await? {
        let name = place.environment.as_str();
        let told = |count| {
            if stderr().is_terminal() {
                eprint!("\r{name}: {count} cards");
            }
        };
        let count = vinr_server::rewrap(&place.db, &place.env, &keyring, told).await.map_err(Failure::refused)?;
        if stderr().is_terminal() && count > 0 {
            eprintln!();
        }
        shown[name] = json!({"rewrapped": count});
        words.push(format!("{name}: {count} cards re-wrapped"));
        place.db.close().await;
    }
    show::line(settings.json, &shown, &words.join("\n"))
}

/// `vinr account`: in every environment that is not off.
pub(crate) async fn account(settings: &Resolved, command: AccountCommand) -> Result<(), Failure> {
    let (AccountCommand::Attest(AccountChange { id, withdraw })
    | AccountCommand::Verify(AccountChange { id, withdraw })) = &command;
    let id = AccountId::parse(id).map_err(|problem| Failure::Usage(problem.to_string()))?;
    let places = open_all(settings).await?;
    let mut status = "";
    for place in &places {
        let changed = match (&command, withdraw) {
            (AccountCommand::Attest(_), withdraw) => {
                let to = if *withdraw { AttestationStatus::Missing } else { AttestationStatus::Attested };
                status = to.as_str();
                bootstrap::set_attestation(&place.db, &id, to).await
            }
            (AccountCommand::Verify(_), withdraw) => {
                let to = if *withdraw { KybStatus::Unverified } else { KybStatus::Verified };
                status = to.as_str();
                bootstrap::set_kyb(&place.db, &id, to).await
            }
        };
        changed.map_err(Failure::refused)?;
    }
    close(places).await;
    show::line(settings.json, &json!({"accountId": id.as_str(), "status": status}), &format!("{id} is {status}"))
}

/// `vinr ledger verify`.
pub(crate) async fn verify(settings: &Resolved) -> Result<(), Failure> {
    let places = open_all_to_read(settings).await?;
    let mut rows = Vec::new();
    let mut words = Vec::new();
    for place in &places {
        let mut progress = show::Progress::new("rows looked at");
        let differences = vinr_server::ledger::verify(&place.db, |rows| progress.add(rows)).await;
        drop(progress);
        for found in differences.map_err(Failure::refused)? {
            words.push(format!("{} {found}", place.environment.as_str()));
            rows.push(json!({
                "environment": place.environment.as_str(), "accountId": found.account, "subject": found.subject,
                "expected": found.expected, "found": found.found,
            }));
        }
    }
    close(places).await;
    let count = rows.len();
    if count == 0 {
        words.push("The ledger is right: every balance is the sum of its transfers.".to_owned());
    }
    show::line(settings.json, &json!({"ok": count == 0, "differences": rows}), &words.join("\n"))?;
    if count == 0 { Ok(()) } else { Err(Failure::Refused(format!("{count} differences"))) }
}

/// The account that was named, or the only one; the demo shop's has to be named.
pub(crate) async fn the_account(place: &Place, named: Option<String>) -> Result<AccountId, Failure> {
    if let Some(id) = named {
        return AccountId::parse(&id).map_err(|problem| Failure::Usage(problem.to_string()));
    }
    let mut all = bootstrap::list_accounts(&place.db).await.map_err(Failure::refused)?;
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Failure::Refused("there is no account yet; make one with vinr init".to_owned())),
        (Some(_), false) => Err(Failure::Usage("there are several accounts; name one with --account".to_owned())),
    }
}

fn show_key(json: bool, key: &NewKey) -> Result<(), Failure> {
    let words = format!("{} {}\nThe key is shown this once.", key.id, key.secret);
    show::line(json, &json!({"id": key.id.as_str(), "secret": key.secret}), &words)
}

fn list(json: bool, keys: &[Key], place: &Place) -> Result<(), Failure> {
    let Place { environment, env, .. } = place;
    let now = env.wall();
    let shown = |key: &Key| {
        json!({
            "id": key.id.as_str(), "kind": key.grant.kind.as_str(), "environment": environment.as_str(),
            "last4": key.last4, "name": key.name, "scopes": key.grant.scopes_text(), "created_at": key.created.rfc3339(),
            "expiresAt": key.expires.map(WallTime::rfc3339),
            "lastUsedAt": key.last_used.map(WallTime::rfc3339), "active": key.is_active(now),
        })
    };
    let line = |key: &Key| {
        let state = if key.is_active(now) { "active" } else { "ended" };
        let name = key.name.as_deref().unwrap_or("-");
        format!(
            "{}  {:10}  …{}  {state}  {name}  {}",
            key.id,
            key.grant.kind.as_str(),
            key.last4,
            key.grant.scopes_text()
        )
    };
    let words: Vec<String> = keys.iter().map(line).collect();
    show::line(json, &json!({"data": keys.iter().map(shown).collect::<Vec<_>>()}), &words.join("\n"))
}

async fn close(places: Vec<Place>) {
    for place in places {
        place.db.close().await;
    }
}
