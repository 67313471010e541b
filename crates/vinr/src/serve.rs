//! `vinr serve`: both environments in one process, until it is told to stop.

use std::fs::File;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use vinr_core::keys::Environment;
use vinr_server::connectors::Connector;
use vinr_server::env::Entropy;
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, Settings};
use vinr_server::{App, Listener};

use crate::installation::{Place, first_account, open_all};
use crate::settings::{Database, Resolved};
use crate::welcome::Said;
use crate::{Failure, keyfile, stop, welcome};

/// How long a drain may take. Whoever runs servers kills them after some half a minute themselves.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves until Ctrl-C or SIGTERM, then drains.
pub(crate) async fn run(settings: &Resolved) -> Result<(), Failure> {
    // Held until the process ends.
    let _locks = lock_folders(settings)?;
    let sockets = bind(settings).await?;
    let entropy = Entropy::system().map_err(Failure::refused)?;
    let keyring = keyfile::keyring(settings, &entropy)?;
    let places = open_all(settings).await?;
    let (account, made) = first_account(&places).await?;
    let mut listeners = Vec::new();
    let mut urls = Vec::new();
    let mut shop = None;
    for ((socket, address), place) in sockets.into_iter().zip(places) {
        let environment = place.environment;
        let url = settings.named_url(environment).map_or_else(|| format!("http://{address}"), str::to_owned);
        urls.push((environment, url.clone()));
        let demo_shop = settings.demo_shop(environment, address);
        shop = shop.or((demo_shop == DemoShop::Open).then(|| format!("{url}/demo")));
        listeners.push(Listener { socket, app: app(settings, place, url, keyring.clone(), demo_shop) });
    }
    // Before it is told that it is ready: who hears it may stop it at once.
    let signals = stop::Signals::listen()?;
    welcome::say(settings, &Said { urls: &urls, shop: shop.as_deref(), account: &account, made: made.as_ref() })?;
    serve_all(listeners, signals).await
}

async fn serve_all(listeners: Vec<Listener>, mut signals: stop::Signals) -> Result<(), Failure> {
    let (tell, told) = watch::channel(false);
    let apps: Vec<App> = listeners.iter().map(|listener| listener.app.clone()).collect();
    let mut servers = JoinSet::new();
    for listener in listeners {
        listener.app.start_workers();
        let mut told = told.clone();
        servers.spawn(vinr_server::serve(listener, async move {
            // The sender outlives the servers.
            let _ = told.wait_for(|stop| *stop).await;
        }));
    }
    let mut watched = watch_all(&apps);
    let mut broken = Ok(());
    tokio::select! {
        () = signals.next() => {}
        // Only a panic ends one before it is told.
        Some(ended) = servers.join_next() => broken = ended.map_err(Failure::refused),
        Some(why) = watched.join_next() => {
            broken = Err(why.map_or_else(Failure::refused, Failure::Refused));
        }
    }
    drop(watched);
    tracing::info!("draining; a second signal ends it at once");
    tell.send_replace(true);
    for app in &apps {
        app.begin_drain();
    }
    in_time(drain(servers, apps), signals.next()).await.and(broken)
}

/// Resolves, for each app, with what is wrong when it has lost a part that it cannot do without. Whoever runs this process
/// starts another one.
fn watch_all(apps: &[App]) -> JoinSet<String> {
    let mut watched = JoinSet::new();
    for app in apps.iter().cloned() {
        watched.spawn(async move {
            let why = app.broken().await;
            format!("{}: {why}", app.settings.environment.as_str())
        });
    }
    watched
}

/// Lets requests and workers come to their end.
async fn drain(mut servers: JoinSet<()>, apps: Vec<App>) -> Result<(), Failure> {
    while let Some(ended) = servers.join_next().await {
        ended.map_err(Failure::refused)?;
    }
    for app in apps {
        app.stop_workers().await;
        if let Err(error) = app.key_uses.flush(&app.db).await {
            tracing::debug!(%error, "when keys were used could not be written");
        }
        app.db.clone().close().await;
    }
    Ok(())
}

/// Ends a drain that takes too long, or that somebody does not want to wait for. What is cut off then is safe: nobody was
/// told that it is done, and a retry with the same idempotency key finds out.
async fn in_time(
    drained: impl Future<Output = Result<(), Failure>>,
    again: impl Future<Output = ()>,
) -> Result<(), Failure> {
    tokio::select! {
        ended = timeout(DRAIN_TIMEOUT, drained) => ended.unwrap_or_else(|_| {
            let seconds = DRAIN_TIMEOUT.as_secs();
            Err(Failure::Refused(format!("what was under way did not end within {seconds} s and was cut off")))
        }),
        () = again => Err(Failure::Refused("ended at once; what was under way was cut off".to_owned())),
    }
}

fn app(settings: &Resolved, place: Place, public_url: String, keyring: Keyring, demo_shop: DemoShop) -> App {
    let environment = place.environment;
    let settings = Settings {
        environment,
        connector: match environment {
            Environment::Sandbox => Connector::Sandbox,
            Environment::Live => Connector::Unconfigured,
        },
        public_url,
        rate_limit: settings.rate_limit(environment),
        private_webhooks: settings.private_webhooks(environment),
        keyring,
        demo_shop,
    };
    App::new(place.env, place.db, settings)
}

/// Takes every address before anything is written. Without a master key that was named, live may serve this machine
/// only: its secrets are sealed with a key that lies beside them.
async fn bind(settings: &Resolved) -> Result<Vec<(TcpListener, SocketAddr)>, Failure> {
    let mut sockets = Vec::new();
    for environment in settings.environments() {
        let wanted = settings.listen(environment).unwrap_or_default();
        let socket = TcpListener::bind(wanted).await;
        let socket = socket.map_err(|error| Failure::Refused(format!("cannot listen on {wanted}: {error}")))?;
        let address = socket.local_addr().map_err(Failure::refused)?;
        let is_public = settings.is_public(environment, address);
        if environment == Environment::Live && settings.master_key_file.is_none() && is_public {
            let place = settings.named_url(environment).map_or_else(|| address.to_string(), str::to_owned);
            let message = format!("live on {place} needs a master key of its own: name it with --master-key-file");
            return Err(Failure::Usage(message));
        }
        sockets.push((socket, address));
    }
    Ok(sockets)
}

/// One process serves a folder.
fn lock_folders(settings: &Resolved) -> Result<Vec<File>, Failure> {
    let mut locks = Vec::new();
    for environment in settings.environments() {
        let Database::Folder(folder) = settings.database(environment) else { continue };
        keyfile::make_folder(folder)?;
        let path = folder.join(format!("{}.lock", environment.as_str()));
        let file = File::create(&path)
            .map_err(|error| Failure::Refused(format!("cannot open {}: {error}", path.display())))?;
        let taken =
            |_| Failure::Refused(format!("another vinr serves {} from {}", environment.as_str(), folder.display()));
        file.try_lock().map_err(taken)?;
        locks.push(file);
    }
    Ok(locks)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_drain_that_does_not_end_is_cut_off_after_thirty_seconds() {
        let began = tokio::time::Instant::now();
        let mut servers = JoinSet::new();
        servers.spawn(pending());
        let ended = in_time(drain(servers, Vec::new()), pending()).await;
        assert!(matches!(ended, Err(Failure::Refused(why)) if why.contains("within 30 s")));
        assert_eq!(began.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_that_ends_is_no_failure() {
        assert!(in_time(drain(JoinSet::new(), Vec::new()), pending()).await.is_ok());
    }
}
