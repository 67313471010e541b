//! `vinr`: the server and its operator's commands in one binary.

mod address;
mod api;
mod cli;
mod commands;
mod export;
mod follow;
mod installation;
mod keyfile;
mod listen;
mod serve;
mod settings;
mod show;
mod stop;
mod tail;
mod trigger;
mod welcome;

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;
use zeroizing_alloc::ZeroAlloc;

use crate::cli::{Cli, Command};
use crate::settings::Resolved;

/// Overwrites all memory when it is given back: card numbers pass through buffers that are not ours to wipe, above all
/// the connection's own (docs/decisions, "Saved cards lie under keys of their own").
#[global_allocator]
static ALLOCATOR: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was refused, or found a difference: exit code 1.
    Refused(String),
    /// It was called wrongly: exit code 2.
    Usage(String),
    /// Nobody reads what it prints any more, which is no failure: exit code 0.
    Unread,
}

impl Failure {
    /// A refusal whose reason is this error.
    pub(crate) fn refused(error: impl std::fmt::Display) -> Failure {
        Failure::Refused(error.to_string())
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    show::logging();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("vinr: TLS was set up twice");
        return ExitCode::from(1);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("vinr: cannot start: {error}");
            return ExitCode::from(1);
        }
    };
    let ended = runtime.block_on(run(cli));
    // What is still under way was cut off on purpose: nobody waits for it.
    runtime.shutdown_background();
    match ended {
        Ok(()) | Err(Failure::Unread) => ExitCode::SUCCESS,
        Err(Failure::Refused(message)) => {
            eprintln!("vinr: {message}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(message)) => {
            eprintln!("vinr: {message}");
            ExitCode::from(2)
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let settings = Resolved::of(cli.options)?;
    let json = settings.json;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&settings).await,
        Command::Init { name } => commands::init(&settings, &name).await,
        Command::Migrate => commands::migrate(&settings).await,
        Command::Keys { command } => commands::keys(&settings, command).await,
        Command::Account { command } => commands::account(&settings, command).await,
        Command::Ledger { command: cli::LedgerCommand::Verify } => commands::verify(&settings).await,
        Command::Events { command: cli::EventsCommand::Tail(follow) } => stop::until(tail::run(follow, json)).await,
        Command::Listen { follow, forward_to, secret } => {
            listen::run(follow, &forward_to, secret.as_deref(), json).await
        }
        Command::Trigger { server, event } => trigger::run(&server, &event, json).await,
        Command::Export(options) => export::run(&settings, options).await,
        Command::Vault { command: cli::VaultCommand::Rotate { no_new_key } } => {
            commands::rotate(&settings, !no_new_key).await
        }
        Command::Openapi { environment } => {
            let environment = environment.into();
            let document = vinr_server::openapi(environment, &settings.url(environment));
            show::document(&document, json)
        }
    }
}
