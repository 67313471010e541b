//! Where e-mails go: to a server that passes them on, or into a folder.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use lettre::address::Envelope;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

/// How long a server that passes e-mails on has for each step.
const SMTP_TIMEOUT: Duration = Duration::from_secs(30);
/// How long it has for all of them: shorter than an e-mail is leased.
const SEND_TIMEOUT: Duration = Duration::from_secs(90);

/// Where e-mails go.
#[derive(Clone)]
pub enum Mailer {
    /// Nowhere: they wait in their rows.
    Absent,
    /// To a server that passes them on (RFC 6409).
    Smtp(Smtp),
    /// Into files of this folder, one for each e-mail.
    Spool(PathBuf),
    /// To a simulated world.
    Simulated(Arc<dyn SimulatedMail>),
}

/// The far side of simulated mail.
pub trait SimulatedMail: Send + Sync {
    /// Takes an e-mail, or says why not.
    fn send(&self, email: Outgoing) -> BoxFuture<'static, Result<(), Unsent>>;
}

/// An e-mail on its way.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its id before the `@`: the same at every attempt (RFC 5322, 3.6.4).
    pub message_id: String,
    /// Who sends, as an address alone.
    pub sender: String,
    /// Who receives, as an address alone.
    pub recipient: String,
    /// The whole message (RFC 5322).
    pub message: Bytes,
}

/// Why an e-mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// It may be at another time.
    Later(String),
    /// This one never will.
    Never(String),
}

/// A server that passes e-mails on.
#[derive(Clone)]
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(…)")
    }
}

impl Smtp {
    /// The server at an address such as `smtps://user:password@mail.example`, or `smtp://` with `?tls=required` for
    /// encryption that begins later.
    ///
    /// # Errors
    /// What is wrong with the address, without the address: it may hold a password.
    pub fn new(url: &str) -> Result<Smtp, String> {
        let wrong = |_| "expected smtps://USER:PASSWORD@HOST, or smtp://…?tls=required".to_owned();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(wrong)?;
        Ok(Smtp(builder.timeout(Some(SMTP_TIMEOUT)).build()))
    }

    async fn send(&self, email: &Outgoing) -> Result<(), Unsent> {
        let address = |text: &str| text.parse::<Address>().map_err(|error| Unsent::Never(error.to_string()));
        let (sender, recipient) = (address(&email.sender)?, address(&email.recipient)?);
        let envelope =
            Envelope::new(Some(sender), vec![recipient]).map_err(|error| Unsent::Never(error.to_string()))?;
        match self.0.send_raw(&envelope, &email.message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                // 55x is about this mailbox or this message; any other refusal is about us, and can be mended.
                let about_it = error.status().is_some_and(|code| {
                    code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem
                });
                let why = error.to_string();
                Err(if about_it { Unsent::Never(why) } else { Unsent::Later(why) })
            }
        }
    }
}

impl Mailer {
    /// Hands an e-mail over.
    ///
    /// # Errors
    /// Nobody took it, and whether anybody may later.
    pub async fn send(&self, email: Outgoing) -> Result<(), Unsent> {
        let sent = async {
            match self {
                Mailer::Absent => Err(Unsent::Later("there is nowhere to send it to".to_owned())),
                Mailer::Smtp(server) => server.send(&email).await,
                Mailer::Spool(folder) => {
                    spool(folder, &email).await.map_err(|error| Unsent::Later(format!("cannot write it: {error}")))
                }
                Mailer::Simulated(world) => world.send(email).await,
            }
        };
        let late = |_| Err(Unsent::Later("it took too long".to_owned()));
        tokio::time::timeout(SEND_TIMEOUT, sent).await.unwrap_or_else(late)
    }
}

/// Whether a text is an address for e-mail, without a name before it.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

/// Writes a file that is there whole or not at all; the same e-mail again is the same file.
async fn spool(folder: &Path, email: &Outgoing) -> std::io::Result<()> {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await?;
    let part = folder.join(format!("{}.part", email.message_id));
    tokio::fs::write(&part, &email.message).await?;
    tokio::fs::rename(&part, folder.join(format!("{}.eml", email.message_id))).await
}
