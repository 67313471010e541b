//! What can be written after `vinr`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use vinr_core::keys::{Environment, KeyKind};
use vinr_core::time::Timestamp;

/// Payments, billing and engagement in one binary.
#[derive(Debug, Parser)]
#[command(
    name = "vinr",
    version,
    after_help = "Example: vinr serve --database sqlite:./vinr-data\n\n`vinr` alone is `vinr serve`."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Settings: flags, then the environment, then vinr.toml, then defaults.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Where the data is: `sqlite:FOLDER`, or `postgres://…` [default: sqlite:./vinr-data]
    #[arg(long, global = true, env = "VINR_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Another PostgreSQL for the sandbox alone
    #[arg(long, global = true, env = "VINR_SANDBOX_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(crate) sandbox_database: Option<String>,
    /// Another PostgreSQL for live alone
    #[arg(long, global = true, env = "VINR_LIVE_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(crate) live_database: Option<String>,
    /// Where the sandbox listens, or `off` [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "VINR_SANDBOX_LISTEN", value_name = "ADDRESS")]
    pub(crate) sandbox_listen: Option<String>,
    /// Where live listens, or `off` [default: 127.0.0.1:8081]
    #[arg(long, global = true, env = "VINR_LIVE_LISTEN", value_name = "ADDRESS")]
    pub(crate) live_listen: Option<String>,
    /// Where the sandbox is reached from outside [default: from its listener]
    #[arg(long, global = true, env = "VINR_SANDBOX_URL", value_name = "URL")]
    pub(crate) sandbox_url: Option<String>,
    /// Where live is reached from outside [default: from its listener]
    #[arg(long, global = true, env = "VINR_LIVE_URL", value_name = "URL")]
    pub(crate) live_url: Option<String>,
    /// 32 bytes in base64 that seal secrets [default: master.key in the data folder]
    #[arg(long, global = true, env = "VINR_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// Requests a second of each key, reads and writes apart, or `off` [default: 25 in the sandbox, 100 in live]
    #[arg(long, global = true, env = "VINR_RATE_LIMIT", value_name = "N")]
    pub(crate) rate_limit: Option<String>,
    /// Proxies that are believed about whose requests they pass on: addresses and networks, with commas [default: none]
    #[arg(long, global = true, env = "VINR_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub(crate) trusted_proxies: Option<String>,
    /// Let webhooks go to private addresses [default: loopback in the sandbox, none in live]
    #[arg(long, global = true, env = "VINR_ALLOW_PRIVATE_WEBHOOKS", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) allow_private_webhooks: Option<bool>,
    /// Whether the sandbox has a demo shop at /demo, for everybody who reaches it [default: on where only this machine does]
    #[arg(long, global = true, env = "VINR_DEMO", value_enum, value_name = "on|off", hide_possible_values = true)]
    pub(crate) demo: Option<Switch>,
    /// Who sends e-mails: `smtps://…`, or `smtp://…?tls=required` [default: files in the folder mail beside the data]
    #[arg(long, global = true, env = "VINR_SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) smtp_url: Option<String>,
    /// The address that e-mails come from; needed with an SMTP server
    #[arg(long, global = true, env = "VINR_MAIL_FROM", value_name = "ADDRESS")]
    pub(crate) mail_from: Option<String>,
    /// The settings file
    #[arg(long, global = true, env = "VINR_CONFIG", value_name = "FILE", default_value = "vinr.toml")]
    pub(crate) config: PathBuf,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Something that is there or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    On,
    Off,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve both environments until Ctrl-C
    #[command(after_help = "Example: vinr serve --live-listen off --database postgres://vinr@localhost/vinr")]
    Serve,
    /// Make a further account with its keys
    #[command(after_help = "Example: vinr init --name \"Acme\" --json")]
    Init {
        /// What the account is called
        #[arg(long, default_value = "Test shop")]
        name: String,
    },
    /// Bring the databases' schema up to date
    #[command(after_help = "Example: vinr migrate --database postgres://vinr@localhost/vinr")]
    Migrate,
    /// Make, list, replace and end API keys
    #[command(after_help = "Example: vinr keys create --kind restricted --scope payments:read")]
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Record what the operator knows of an account
    #[command(after_help = "Example: vinr account verify acct_01h455vb4pex5vsknk084sn02q")]
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Follow an account's events
    #[command(after_help = "Example: vinr events tail --events payment.completed --json")]
    Events {
        #[command(subcommand)]
        command: EventsCommand,
    },
    /// Send an account's events, signed, to an address on this machine
    #[command(after_help = "Example: vinr listen --forward-to localhost:3000/webhooks --events 'payment.*'")]
    Listen {
        #[command(flatten)]
        follow: FollowOptions,
        /// Where to
        #[arg(long, value_name = "URL")]
        forward_to: String,
        /// Sign with this secret, as an endpoint's is written [default: a new one, shown at the start]
        #[arg(long, value_name = "WHSEC")]
        secret: Option<String>,
    },
    /// Make the real objects that lead to an event, in the sandbox
    #[command(after_help = crate::trigger::help())]
    Trigger {
        #[command(flatten)]
        server: ServerOptions,
        /// Which event, of those below
        #[arg(value_name = "EVENT")]
        event: String,
    },
    /// Write all of one kind that an account has into a file
    #[command(after_help = crate::export::HELP)]
    Export(ExportOptions),
    /// Prove the ledger
    #[command(after_help = "Example: vinr ledger verify --json")]
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Keep the numbers of saved cards
    #[command(after_help = "Example: vinr vault rotate --json")]
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Print the OpenAPI document
    #[command(after_help = "Example: vinr openapi --environment live > openapi.json")]
    Openapi {
        /// Whose document
        #[arg(long, value_enum, default_value_t = Which::Sandbox)]
        environment: Which,
    },
}

/// `vinr vault`.
#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Make a new master key and wrap the keys of all saved cards with it, while servers go on
    #[command(
        after_help = "Example: vinr vault rotate --json\n\nServers that run see the new key by themselves. Older keys stay in the file: the first one seals \
                      webhook secrets and stored answers."
    )]
    Rotate {
        /// Wrap with the newest key that is in the file, without making one
        #[arg(long)]
        no_new_key: bool,
    },
}

/// `vinr events`.
#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Print events as they happen
    #[command(after_help = "Example: vinr events tail --events payment.completed --json")]
    Tail(FollowOptions),
}

/// Which server, and which of its accounts.
#[derive(Debug, Args)]
pub(crate) struct ServerOptions {
    /// Where VINR serves
    #[arg(long, env = "VINR_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// A secret key of the account, or a restricted one that may do what is asked for
    #[arg(long, env = "VINR_SECRET_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) key: Option<String>,
}

/// Which events of which account.
#[derive(Debug, Args)]
pub(crate) struct FollowOptions {
    #[command(flatten)]
    pub(crate) server: ServerOptions,
    /// Only these, such as payment.completed or payment.*; several with commas
    #[arg(long, value_delimiter = ',', value_name = "EVENTS")]
    pub(crate) events: Vec<String>,
    /// Begin after this number, 0 for the very first [default: with what happens from now on]
    #[arg(long, value_name = "SEQUENCE", value_parser = clap::value_parser!(i64).range(0..))]
    pub(crate) after: Option<i64>,
}

/// `vinr export`.
#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    /// What
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(vinr_server::export::KINDS.iter().map(|kind| kind.name)))]
    pub(crate) kind: String,
    /// How it is written [default: csv, with --json jsonl]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Into this file instead of onto standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Only what was created at this moment or later: RFC 3339, a day, or unix seconds
    #[arg(long, value_name = "TIME", value_parser = crate::export::moment)]
    pub(crate) created_from: Option<Timestamp>,
    /// Only what was created before this moment
    #[arg(long, value_name = "TIME", value_parser = crate::export::moment)]
    pub(crate) created_to: Option<Timestamp>,
    /// The account; needed when there are several
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// In which environment
    #[arg(long, value_enum, default_value_t = Which::Sandbox)]
    pub(crate) environment: Which,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line of columns for each, by RFC 4180, after one with their names
    Csv,
    /// A line of JSON for each, as the API shows it
    Jsonl,
}

/// `vinr keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key; its secret is shown once
    #[command(after_help = "Example: vinr keys create --kind restricted --scope payments:read --name reports")]
    Create {
        /// The account; needed when there are several
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// In which environment
        #[arg(long, value_enum, default_value_t = Which::Sandbox)]
        environment: Which,
        /// What sort of key
        #[arg(long, value_enum, default_value_t = Sort::Secret)]
        kind: Sort,
        /// What a restricted key may do, such as payments:read; may be repeated
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// What its owner calls it
        #[arg(long)]
        name: Option<String>,
    },
    /// List the keys of an account
    #[command(after_help = "Example: vinr keys list --environment live")]
    List {
        /// The account; needed when there are several
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// In which environment
        #[arg(long, value_enum, default_value_t = Which::Sandbox)]
        environment: Which,
    },
    /// Replace a key; the old one stays alive for a while
    #[command(after_help = "Example: vinr keys roll key_01h455vb4pex5vsknk084sn02q --overlap-hours 0")]
    Roll {
        /// The key's id
        id: String,
        /// In which environment
        #[arg(long, value_enum, default_value_t = Which::Sandbox)]
        environment: Which,
        /// How long the old key stays alive
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=8_760))]
        overlap_hours: i64,
    },
    /// End a key at once
    #[command(after_help = "Example: vinr keys revoke key_01h455vb4pex5vsknk084sn02q")]
    Revoke {
        /// The key's id
        id: String,
        /// In which environment
        #[arg(long, value_enum, default_value_t = Which::Sandbox)]
        environment: Which,
    },
}

/// `vinr account`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Record that a PCI SAQ D attestation is on file
    #[command(after_help = "Example: vinr account attest acct_01h455vb4pex5vsknk084sn02q")]
    Attest(AccountChange),
    /// Record that the business has been verified
    #[command(after_help = "Example: vinr account verify acct_01h455vb4pex5vsknk084sn02q")]
    Verify(AccountChange),
}

/// Which account, and which way.
#[derive(Debug, Args)]
pub(crate) struct AccountChange {
    /// The account's id
    pub(crate) id: String,
    /// Take the record back
    #[arg(long)]
    pub(crate) withdraw: bool,
}

/// `vinr ledger`.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Recompute every balance; exit code 1 and the rows on a difference
    #[command(after_help = "Example: vinr ledger verify")]
    Verify,
}

/// An environment on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    Sandbox,
    Live,
}

impl From<Which> for Environment {
    fn from(which: Which) -> Environment {
        match which {
            Which::Sandbox => Environment::Sandbox,
            Which::Live => Environment::Live,
        }
    }
}

/// A kind of key on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    Secret,
    Restricted,
    Public,
}

impl From<Sort> for KeyKind {
    fn from(sort: Sort) -> KeyKind {
        match sort {
            Sort::Secret => KeyKind::Secret,
            Sort::Restricted => KeyKind::Restricted,
            Sort::Public => KeyKind::Public,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// Every command and the words that lead to it.
    fn all(command: &clap::Command, path: &str) -> Vec<(String, clap::Command)> {
        let mut found = vec![(path.to_owned(), command.clone())];
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            found.extend(all(inner, &format!("{path} {}", inner.get_name())));
        }
        found
    }

    #[test]
    fn every_command_has_an_example_that_is_right() {
        let commands = all(&Cli::command(), "vinr");
        assert!(commands.len() >= 20, "{}", commands.len());
        for (path, command) in commands {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let example = help.lines().find_map(|line| line.strip_prefix("Example: ")).unwrap_or_default();
            assert!(example.starts_with(&path), "`{path} --help` has no example: {help}");
            let words = example.split(" > ").next().unwrap_or_default().split(' ').map(|word| word.trim_matches('\''));
            let parsed = Cli::try_parse_from(words);
            assert!(parsed.is_ok(), "{example}: {}", parsed.err().map(|error| error.to_string()).unwrap_or_default());
        }
    }
}
