//! What a server says when it is ready: where it is, the keys of an account that was just made, and what to do first.
//! What it shows to be pasted is pasted by a test of the SDK.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stdout};
use std::path::Path;

use serde_json::{Map, Value, json};
use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;

use crate::Failure;
use crate::installation::NewAccount;
use crate::settings::{Database, Resolved};
use crate::show::{self, Colour, Lines};

/// What there is to say.
pub(crate) struct Said<'a> {
    /// Where each environment is.
    pub(crate) urls: &'a [(Environment, String)],
    /// Where the demo shop is, if it is open.
    pub(crate) shop: Option<&'a str>,
    /// The oldest account.
    pub(crate) account: &'a AccountId,
    /// Its keys, if it was just made.
    pub(crate) made: Option<&'a NewAccount>,
}

/// Says it: one line of JSON with `--json`, words otherwise. A server that nobody listens to serves all the same.
///
/// # Errors
/// It cannot be written.
pub(crate) fn say(settings: &Resolved, said: &Said<'_>) -> Result<(), Failure> {
    let mut shown = Map::from_iter([("ready".to_owned(), json!(true))]);
    shown.extend(show::account_json(said.urls, said.account, said.made));
    match show::line(settings.json, &Value::Object(shown), words(settings, said).trim_end()) {
        Ok(()) | Err(Failure::Unread) => Ok(()),
        Err(failure @ (Failure::Refused(_) | Failure::Usage(_))) => Err(failure),
    }
}

/// The keys of an account that was just made.
pub(crate) fn keys(made: &NewAccount) -> String {
    let mut text = format!("Account {}. Its keys are shown this once:\n", made.id);
    for (environment, keys) in &made.keys {
        for (kind, key) in [("secret", &keys.secret_key), ("public", &keys.public_key)] {
            let name = [environment.as_str(), " ", kind].concat();
            let _ = writeln!(text, "  {name:<15}  {key}");
        }
    }
    text
}

fn words(settings: &Resolved, said: &Said<'_>) -> String {
    let &Said { urls, shop, made, account: _ } = said;
    let lines = Lines::new(settings.json);
    let mut text = format!("VINR {}\n\n", env!("CARGO_PKG_VERSION"));
    for (environment, url) in urls {
        let beside = match environment {
            Environment::Sandbox => "test cards, no money",
            Environment::Live => "no acquirer yet, so nothing is charged",
        };
        let beside = lines.painted(Colour::Faint, &[beside, ", data in ", &place(settings, *environment)].concat());
        let _ = writeln!(text, "  {:<10} {url}  {beside}", environment.as_str());
    }
    let sandbox = urls.iter().find(|(environment, _)| *environment == Environment::Sandbox).map(|(_, url)| url);
    if let Some(shop) = shop {
        let beside = lines.painted(Colour::Faint, "buy something there, and see the webhook arrive");
        let _ = writeln!(text, "  {:<10} {shop}  {beside}", "demo shop");
    }
    if let Some((_, url)) = urls.first() {
        let _ = writeln!(text, "  {:<10} {url}/docs", "reference");
    }
    if let Some(made) = made {
        let _ = write!(text, "\n{}", keys(made));
        let keys = made.keys.iter().find(|(environment, _)| *environment == Environment::Sandbox);
        if let (Some(url), Some((_, keys))) = (sandbox, keys) {
            text.push_str(&first_payment(url, &keys.secret_key));
        }
    } else {
        text.push_str("\nThe keys were shown at the first start; `");
        text.push_str(&program());
        text.push_str(" keys create` makes another one.\n");
    }
    let end = if stdout().is_terminal() { "Ready. Ctrl-C ends it." } else { "Ready." };
    let _ = writeln!(text, "\n{}", lines.painted(Colour::Good, end));
    text
}

/// A first payment, to be pasted as it is.
fn first_payment(url: &str, key: &str) -> String {
    format!(
        r#"
A first payment: paste this, open the checkoutUrl it answers with, and pay with 4242 4242 4242 4242.

  curl {url}/v1/payments \
    -H 'X-Api-Key: {key}' -H 'Content-Type: application/json' \
    -d '{{"amount": 1000, "currency": "EUR", "description": "Order #1234"}}'

{sdk}

  import {{ Vinr }} from '@vinr/sdk';

  const vinr = new Vinr({{ secretKey: '{key}', baseUrl: '{url}' }});
  const payment = await vinr.payments.create({{ amount: 1000, currency: 'EUR', description: 'Order #1234' }});
  console.log(payment.checkoutUrl);

To watch its events, in another terminal:

  {program} events tail --url {url} --key {key}
"#,
        sdk = sdk(),
        program = program()
    )
}

/// How the SDK comes into a shop's folder: from where it lies, if that is known.
fn sdk() -> String {
    let here = std::env::current_dir().unwrap_or_default().join("sdk").join("typescript");
    if here.join("package.json").is_file() {
        let folder = quoted(&here);
        return format!(
            "The same with the SDK (Node 20 or later): in a folder of your own, install it,\n\n  npm install {folder}\n\n\
             save this as pay.mjs, and run `node pay.mjs`."
        );
    }
    "The same with the SDK, which lies in sdk/typescript of VINR's repository: save it as pay.mjs, and run `node pay.mjs`."
        .to_owned()
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/\\:._-".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// How this program was called, so that what is shown can be pasted.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "vinr".to_owned())
}

/// Where an environment's data is, without what opens it.
fn place(settings: &Resolved, environment: Environment) -> String {
    match settings.database(environment) {
        Database::Folder(folder) => folder.display().to_string(),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_pasted_whatever_is_in_it() {
        let written = ["/a/b-1.0_x", "/a b", "/it's"].map(|path| quoted(Path::new(path)));
        assert_eq!(written, ["/a/b-1.0_x", "'/a b'", r"'/it'\''s'"]);
    }
}
