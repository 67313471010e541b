//! What the operator set: flags, then the environment, then `vinr.toml`, then defaults (spec/sdk.md).

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;
use vinr_core::ip_ranges::IpRange;
use vinr_core::keys::Environment;
use vinr_core::refusal::Refusal;
use vinr_server::RateLimit;
use vinr_server::env::{Mailer, Smtp, is_address};
use vinr_server::settings::{DemoShop, PrivateWebhooks};

use crate::Failure;
use crate::address::is_loopback;
use crate::cli::{Options, Switch};

const DATABASE: &str = "sqlite:./vinr-data";
const FOLDER: &str = "./vinr-data";
/// Who e-mails come from that nobody gets.
const UNSENT_FROM: &str = "vinr@localhost";

/// Requests a second of each key, and at once, when nothing is set (spec/conventions.md, Rate limits).
const fn usual_rate(environment: Environment) -> RateLimit {
    match environment {
        Environment::Sandbox => RateLimit { per_second: 25, burst: 50 },
        Environment::Live => RateLimit { per_second: 100, burst: 200 },
    }
}

/// Everything that was set.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) json: bool,
    database: Database,
    sandbox: OneEnvironment,
    live: OneEnvironment,
    pub(crate) master_key_file: Option<PathBuf>,
    rate: Rate,
    pub(crate) trusted_proxies: Vec<IpRange>,
    allow_private_webhooks: bool,
    demo: Option<Switch>,
    smtp: Option<Smtp>,
    mail_from: String,
}

/// Where data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// A folder with a file for each environment.
    Folder(PathBuf),
    /// A PostgreSQL server.
    Postgres(String),
}

/// How many requests a key may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rate {
    /// What is usual in the environment.
    Usual,
    /// So many a second, twice as many at once.
    Set(u32),
    /// As many as it likes.
    Off,
}

#[derive(Debug)]
struct OneEnvironment {
    database: Option<Database>,
    listen: Option<String>,
    url: Option<String>,
}

/// `vinr.toml`: the same names as the flags.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "named as the flags are")]
struct File {
    database: Option<String>,
    sandbox_database: Option<String>,
    live_database: Option<String>,
    sandbox_listen: Option<String>,
    live_listen: Option<String>,
    sandbox_url: Option<String>,
    live_url: Option<String>,
    master_key_file: Option<PathBuf>,
    rate_limit: Option<NumberOrWord>,
    trusted_proxies: Option<String>,
    allow_private_webhooks: Option<bool>,
    demo: Option<Switch>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
}

/// `rate-limit = 50` or `rate-limit = "off"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum NumberOrWord {
    Number(u32),
    Word(String),
}

impl NumberOrWord {
    fn text(self) -> String {
        match self {
            NumberOrWord::Number(number) => number.to_string(),
            NumberOrWord::Word(word) => word,
        }
    }
}

impl Resolved {
    /// Joins what was set where.
    pub(crate) fn of(options: Options) -> Result<Resolved, Failure> {
        let file = read(&options.config)?;
        let database = options.database.or(file.database).unwrap_or_else(|| DATABASE.to_owned());
        let rate = options.rate_limit.or(file.rate_limit.map(NumberOrWord::text));
        let listen = |flag: Option<String>, file: Option<String>, default: &str| {
            Some(flag.or(file).unwrap_or_else(|| default.to_owned())).filter(|address| address != "off")
        };
        let own =
            |flag: Option<String>, file: Option<String>| flag.or(file).map(|text| Database::parse(&text)).transpose();
        let url =
            |flag: Option<String>, file: Option<String>| flag.or(file).map(|url| url.trim_end_matches('/').to_owned());
        let smtp = options.smtp_url.or(file.smtp_url).map(|url| Smtp::new(&url)).transpose();
        let smtp = smtp.map_err(|wrong| Failure::Usage(format!("--smtp-url: {wrong}")))?;
        Ok(Resolved {
            json: options.json,
            database: Database::parse(&database)?,
            sandbox: OneEnvironment {
                database: own(options.sandbox_database, file.sandbox_database)?,
                listen: listen(options.sandbox_listen, file.sandbox_listen, "127.0.0.1:8080"),
                url: url(options.sandbox_url, file.sandbox_url),
            },
            live: OneEnvironment {
                database: own(options.live_database, file.live_database)?,
                listen: listen(options.live_listen, file.live_listen, "127.0.0.1:8081"),
                url: url(options.live_url, file.live_url),
            },
            master_key_file: options.master_key_file.or(file.master_key_file),
            rate: Rate::parse(rate.as_deref())?,
            trusted_proxies: networks(options.trusted_proxies.or(file.trusted_proxies).as_deref())?,
            allow_private_webhooks: options.allow_private_webhooks.or(file.allow_private_webhooks).unwrap_or(false),
            demo: options.demo.or(file.demo),
            mail_from: sender(options.mail_from.or(file.mail_from), smtp.is_some())?,
            smtp,
        })
    }

    /// The environments that are not off.
    pub(crate) fn environments(&self) -> Vec<Environment> {
        let all = [Environment::Sandbox, Environment::Live];
        all.into_iter().filter(|environment| self.one(*environment).listen.is_some()).collect()
    }

    /// Where an environment listens.
    pub(crate) fn listen(&self, environment: Environment) -> Option<&str> {
        self.one(environment).listen.as_deref()
    }

    /// The URL that was set for an environment.
    pub(crate) fn named_url(&self, environment: Environment) -> Option<&str> {
        self.one(environment).url.as_deref()
    }

    /// Where an environment is reached, as far as the settings know.
    pub(crate) fn url(&self, environment: Environment) -> String {
        let one = self.one(environment);
        let listener = format!("http://{}", one.listen.as_deref().unwrap_or("127.0.0.1"));
        one.url.clone().unwrap_or(listener)
    }

    /// Where an environment's data is.
    pub(crate) fn database(&self, environment: Environment) -> &Database {
        self.one(environment).database.as_ref().unwrap_or(&self.database)
    }

    /// The folder of the data, or of the little that is kept beside PostgreSQL.
    pub(crate) fn folder(&self) -> PathBuf {
        match &self.database {
            Database::Folder(folder) => folder.clone(),
            Database::Postgres(_) => PathBuf::from(FOLDER),
        }
    }

    /// Which addresses beyond public ones webhooks of an environment may reach.
    pub(crate) fn private_webhooks(&self, environment: Environment) -> PrivateWebhooks {
        match (self.allow_private_webhooks, environment) {
            (true, _) => PrivateWebhooks::Allowed,
            (false, Environment::Sandbox) => PrivateWebhooks::Loopback,
            (false, Environment::Live) => PrivateWebhooks::Refused,
        }
    }

    /// Where e-mails of an environment go.
    pub(crate) fn mailer(&self, environment: Environment) -> Mailer {
        match &self.smtp {
            Some(server) => Mailer::Smtp(server.clone()),
            None => Mailer::Spool(self.folder().join("mail").join(environment.as_str())),
        }
    }

    /// The address that e-mails come from.
    pub(crate) fn mail_from(&self) -> &str {
        &self.mail_from
    }

    /// How many requests a key of an environment may make.
    pub(crate) fn rate_limit(&self, environment: Environment) -> Option<RateLimit> {
        match self.rate {
            Rate::Usual => Some(usual_rate(environment)),
            Rate::Set(per_second) => Some(RateLimit { per_second, burst: per_second.saturating_mul(2) }),
            Rate::Off => None,
        }
    }

    /// Whether others can reach an environment that listens here: directly, or through whatever serves the URL that was
    /// named for it.
    pub(crate) fn is_public(&self, environment: Environment, address: SocketAddr) -> bool {
        let is_ours = |url: &str| Url::parse(url).is_ok_and(|url| is_loopback(&url));
        !address.ip().is_loopback() || self.named_url(environment).is_some_and(|url| !is_ours(url))
    }

    /// Whether the sandbox that listens here has a demo shop: without a word only where nobody else can reach it.
    pub(crate) fn demo_shop(&self, environment: Environment, address: SocketAddr) -> DemoShop {
        let unsaid = if self.is_public(environment, address) { Switch::Off } else { Switch::On };
        match (environment, self.demo.unwrap_or(unsaid)) {
            (Environment::Sandbox, Switch::On) => DemoShop::Open,
            (Environment::Sandbox, Switch::Off) | (Environment::Live, _) => DemoShop::Closed,
        }
    }

    fn one(&self, environment: Environment) -> &OneEnvironment {
        match environment {
            Environment::Sandbox => &self.sandbox,
            Environment::Live => &self.live,
        }
    }
}

impl Database {
    fn parse(text: &str) -> Result<Database, Failure> {
        if let Some(folder) = text.strip_prefix("sqlite:").filter(|folder| !folder.is_empty()) {
            return Ok(Database::Folder(PathBuf::from(folder)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Database::Postgres(text.to_owned()));
        }
        // The text itself may carry a password, so it is not repeated.
        Err(Failure::Usage("a database is sqlite:FOLDER or postgres://…".to_owned()))
    }
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && path == Path::new("vinr.toml") => {
            return Ok(File::default());
        }
        Err(error) => return Err(Failure::Usage(format!("cannot read {}: {error}", path.display()))),
    };
    toml::from_str(&text).map_err(|error| Failure::Usage(format!("{}: {}", path.display(), error.message())))
}

/// The address that e-mails come from: one that was named, where others see it.
fn sender(named: Option<String>, is_sent: bool) -> Result<String, Failure> {
    match named {
        Some(address) if is_address(&address) => Ok(address),
        Some(_) => Err(Failure::Usage("--mail-from is an address such as billing@shop.example".to_owned())),
        None if is_sent => Err(Failure::Usage("--smtp-url needs --mail-from: who the e-mails come from".to_owned())),
        None => Ok(UNSENT_FROM.to_owned()),
    }
}

/// Addresses and networks, with commas between them.
fn networks(text: Option<&str>) -> Result<Vec<IpRange>, Failure> {
    let each = text.unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty());
    let read = |one: &str| {
        let wrong = |problem: Refusal| Failure::Usage(format!("--trusted-proxies {one}: {}", problem.message));
        IpRange::parse(one).map_err(wrong)
    };
    each.map(read).collect()
}

impl Rate {
    fn parse(text: Option<&str>) -> Result<Rate, Failure> {
        match text.map(|text| (text, text.parse::<u32>())) {
            None => Ok(Rate::Usual),
            Some(("off", _)) => Ok(Rate::Off),
            Some((_, Ok(per_second))) if per_second > 0 => Ok(Rate::Set(per_second)),
            Some(_) => Err(Failure::Usage("a rate limit is a number of requests a second, or off".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_limit_is_a_number_or_off() {
        assert_eq!(Rate::parse(None).unwrap(), Rate::Usual);
        assert_eq!(Rate::parse(Some("off")).unwrap(), Rate::Off);
        assert_eq!(Rate::parse(Some("7")).unwrap(), Rate::Set(7));
        assert!(Rate::parse(Some("0")).is_err());
    }

    #[test]
    fn trusted_proxies_are_addresses_and_networks() {
        let read = |text: &str| networks(Some(text)).map(|all| all.iter().map(IpRange::to_string).collect::<Vec<_>>());
        assert_eq!(read(" 10.0.0.0/8, ::1 ").unwrap(), ["10.0.0.0/8", "::1"]);
        assert!(networks(None).unwrap().is_empty() && read("").unwrap().is_empty());
        for wrong in ["proxy", "10.0.0.0/33", "10.0.0.1;10.0.0.2"] {
            assert!(matches!(read(wrong), Err(Failure::Usage(why)) if why.contains("--trusted-proxies")), "{wrong}");
        }
    }

    #[test]
    fn a_database_is_a_folder_or_a_postgresql() {
        assert_eq!(Database::parse("sqlite:./x").unwrap(), Database::Folder(PathBuf::from("./x")));
        assert!(matches!(Database::parse("postgres://a@b/c").unwrap(), Database::Postgres(_)));
        assert!(Database::parse("mysql://a").is_err());
    }

    #[test]
    fn emails_become_files_unless_a_server_is_named_and_a_sender() {
        let read = |smtp_url: Option<&str>, mail_from: Option<&str>| {
            let (smtp_url, mail_from) = (smtp_url.map(str::to_owned), mail_from.map(str::to_owned));
            let database = Some("sqlite:data".to_owned());
            let config = PathBuf::from("vinr.toml");
            Resolved::of(Options { database, smtp_url, mail_from, config, ..Options::default() })
        };
        let files = read(None, None).expect("settings");
        let folder = PathBuf::from("data/mail/live");
        assert!(matches!(files.mailer(Environment::Live), Mailer::Spool(into) if into == folder));
        assert_eq!(files.mail_from(), UNSENT_FROM);
        let sent = read(Some("smtps://me:secret@mail.example"), Some("billing@shop.example")).expect("settings");
        assert!(matches!(sent.mailer(Environment::Sandbox), Mailer::Smtp(_)));
        assert_eq!(sent.mail_from(), "billing@shop.example");
        for (url, from) in
            [(Some("smtp://mail.example"), None), (Some("mail:secret"), Some("a@b.c")), (None, Some("me"))]
        {
            let Err(Failure::Usage(why)) = read(url, from) else { panic!("{url:?} {from:?}") };
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn the_demo_shop_is_open_where_nobody_else_comes_and_elsewhere_when_it_is_wanted() {
        let shop = |demo, environment, address: &str| {
            let options = Options { demo, config: PathBuf::from("vinr.toml"), ..Options::default() };
            let resolved = Resolved::of(options).expect("settings");
            resolved.demo_shop(environment, address.parse().expect("an address"))
        };
        let (sandbox, here, anywhere) = (Environment::Sandbox, "127.0.0.1:8080", "0.0.0.0:8080");
        assert_eq!(shop(None, sandbox, here), DemoShop::Open);
        assert_eq!(shop(None, sandbox, "[::1]:8080"), DemoShop::Open);
        assert_eq!(shop(None, sandbox, anywhere), DemoShop::Closed);
        assert_eq!(shop(Some(Switch::On), sandbox, anywhere), DemoShop::Open);
        assert_eq!(shop(Some(Switch::Off), sandbox, here), DemoShop::Closed);
        assert_eq!(shop(Some(Switch::On), Environment::Live, here), DemoShop::Closed);
        let proxied = |url: &str| {
            let options =
                Options { sandbox_url: Some(url.to_owned()), config: PathBuf::from("vinr.toml"), ..Options::default() };
            let resolved = Resolved::of(options).expect("settings");
            resolved.demo_shop(sandbox, here.parse().expect("an address"))
        };
        assert_eq!(proxied("https://pay.example"), DemoShop::Closed, "a proxy brings everybody here");
        assert_eq!(proxied("pay.example"), DemoShop::Closed);
        assert_eq!(proxied("http://localhost:8080"), DemoShop::Open);
        let file: File = toml::from_str("demo = \"off\"").expect("a setting");
        assert_eq!(file.demo, Some(Switch::Off));
    }
}
