//! `vinr serve`: both environments in one process, until it is told to stop.

use std::fs::File;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use vinr_core::keys::Environment;
use vinr_server::bootstrap::has_accounts;
use vinr_server::connectors::Connector;
use vinr_server::env::Entropy;
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, Settings};
use vinr_server::{App, Listener};

use crate::installation::{NewAccount, Place, create_account, open_all};
use crate::settings::{Database, Resolved};
use crate::{Failure, keyfile, stop, welcome};

/// Serves until Ctrl-C or SIGTERM, then drains.
pub(crate) async fn run(settings: &Resolved) -> Result<(), Failure> {
    // Held until the process ends.
    let _locks = lock_folders(settings)?;
    let sockets = bind(settings).await?;
    let entropy = Entropy::system().map_err(Failure::refused)?;
    let keyring = keyfile::keyring(settings, &entropy)?;
    let places = open_all(settings).await?;
    let made = first_account(&places).await?;
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
    let stop = stop::signal()?;
    welcome::say(settings, &urls, shop.as_deref(), made.as_ref());
    serve_all(listeners, stop).await
}

async fn serve_all(listeners: Vec<Listener>, stop: impl Future<Output = ()>) -> Result<(), Failure> {
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
    let mut ended = None;
    tokio::select! {
        () = stop => {}
        first = servers.join_next() => ended = first,
    }
    tracing::info!("draining");
    tell.send_replace(true);
    for app in &apps {
        app.begin_drain();
    }
    let mut failure = None;
    while let Some(server) = ended.take() {
        if let Err(error) = server.map_err(Failure::refused).and_then(|result| result.map_err(Failure::refused)) {
            failure = Some(error);
        }
        ended = servers.join_next().await;
    }
    while let Some(server) = servers.join_next().await {
        if let Err(error) = server.map_err(Failure::refused).and_then(|result| result.map_err(Failure::refused)) {
            failure = Some(error);
        }
    }
    for app in apps {
        app.stop_workers().await;
        app.db.clone().close().await;
    }
    failure.map_or(Ok(()), Err)
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

/// The account of an empty installation.
async fn first_account(places: &[Place]) -> Result<Option<NewAccount>, Failure> {
    for place in places {
        if has_accounts(&place.db).await.map_err(Failure::refused)? {
            return Ok(None);
        }
    }
    create_account(places, "Test shop").await.map(Some)
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
        if environment == Environment::Live && settings.master_key_file.is_none() && !address.ip().is_loopback() {
            let message = format!("live on {address} needs a master key of its own: name it with --master-key-file");
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
