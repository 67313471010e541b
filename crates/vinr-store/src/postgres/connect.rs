//! Connections to a PostgreSQL server: their settings, TLS, prepared statements and flights of statements.

use std::collections::HashMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::{ToSql, Type as PgType};
use tokio_postgres::{Client, Error, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{OpenError, StoreError, StoreErrorKind};
use crate::row::Row;
use crate::value::Value;

/// How long one host may take to accept a session, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// After this long without an answer a connection counts as dead; above every time-out that the server keeps.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Settings of every session. `jit` compiles for a tenth of a second what runs for a millisecond.
const SESSION: &str = "SET synchronous_commit = on; SET statement_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '5s'; SET jit = off;";
/// Reads cannot write, whatever their text says.
pub(crate) const READER: &str = "SET default_transaction_read_only = on;";
/// Store.md, "How a batch commits". The batch's statements look up keys and nothing else, so plans are fixed once,
/// and always by index, also while a table is small or was never analysed.
pub(crate) const WRITER: &str = "SET lock_timeout = '2s'; SET plan_cache_mode = force_generic_plan; \
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;";
/// Draws a transaction id, so that its commit is one that waits for the standbys: by then they have everything that was
/// committed before it.
const WAIT_FOR_STANDBYS: &str = "SELECT txid_current()";
/// Migrations take as long as they take.
pub(crate) const MIGRATOR: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;";

/// Where the server is and which schema is ours.
#[derive(Debug)]
pub(crate) struct Server {
    /// One for each host of the URL.
    hosts: Vec<tokio_postgres::Config>,
    /// The host that took the last connection: the leader of a cluster, as far as anybody knows.
    leader: AtomicUsize,
    pub(crate) schema: String,
}

/// One connection with the statements prepared on it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    statements: Mutex<HashMap<Box<str>, Statement>>,
}

impl Server {
    pub(crate) fn new(url: &str, schema: &str) -> Result<Server, OpenError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if schema.is_empty() || !schema.chars().all(plain) {
            return Err(OpenError::new(format!("schema name {schema:?} has other characters than a-z, 0-9 and _")));
        }
        let hosts = one_host_each(url).iter().map(|url| config(url)).collect::<Result<Vec<_>, _>>()?;
        Ok(Server { hosts, leader: AtomicUsize::new(0), schema: schema.to_owned() })
    }

    /// Opens a connection with the settings of every session and those of its role, at the first host that takes it.
    /// Each has its time, so that one that hangs does not hide the others.
    pub(crate) async fn connect(&self, role: &str) -> Result<Connection, ConnectError> {
        let leader = self.leader.load(Ordering::Relaxed);
        let mut refused = ConnectError::NoAnswer;
        for index in (leader..self.hosts.len()).chain(0..leader) {
            let config = &self.hosts[index];
            let patience = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
            match timeout(patience, self.connect_to(config, role)).await {
                Ok(Ok(connection)) => match confirm(config, &connection, patience).await {
                    Ok(()) => {
                        self.leader.store(index, Ordering::Relaxed);
                        return Ok(connection);
                    }
                    Err(error) => refused = error,
                },
                Ok(Err(error)) => refused = ConnectError::Refused(error),
                Err(_) => refused = ConnectError::NoAnswer,
            }
        }
        Err(refused)
    }

    async fn connect_to(&self, config: &tokio_postgres::Config, role: &str) -> Result<Connection, Error> {
        let client = if config.get_ssl_mode() == SslMode::Require {
            let (client, connection) = config.connect(MakeRustlsConnect::new(tls())).await?;
            drive(connection);
            client
        } else {
            // TLS only where it is asked for: `prefer` would check the certificate of a server that offers one, and
            // a local server's is signed by nobody.
            let mut config = config.clone();
            let (client, connection) = config.ssl_mode(SslMode::Disable).connect(NoTls).await?;
            drive(connection);
            client
        };
        client.batch_execute(&format!("SET search_path = \"{}\"; {SESSION} {role}", self.schema)).await?;
        Ok(Connection { client, statements: Mutex::new(HashMap::new()) })
    }
}

/// Waits until the standbys have what the server shows. One that has restarted shows commits that nobody else has yet,
/// and whoever was told of them would be wrong if it went away again; one that was deposed and does not know it yet has
/// no standbys any more.
async fn confirm(
    config: &tokio_postgres::Config,
    connection: &Connection,
    patience: Duration,
) -> Result<(), ConnectError> {
    let client = &connection.client;
    if let Ok(confirmed) = timeout(patience, client.batch_execute(WAIT_FOR_STANDBYS)).await {
        return confirmed.map_err(ConnectError::Refused);
    }
    // The server would keep the session for as long as it has no standby, and each further one. Who asks in vain that
    // it ends has lost nothing.
    let token = client.cancel_token();
    let _ = match config.get_ssl_mode() {
        SslMode::Require => timeout(patience, token.cancel_query(MakeRustlsConnect::new(tls()))).await,
        _ => timeout(patience, token.cancel_query(NoTls)).await,
    };
    Err(ConnectError::NoAnswer)
}

/// Why no host took a connection; of several, what the last one said.
#[derive(Debug)]
pub(crate) enum ConnectError {
    Refused(Error),
    NoAnswer,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Refused(error) => error.fmt(f),
            ConnectError::NoAnswer => f.write_str("the database server does not answer"),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConnectError::Refused(error) => error.source(),
            ConnectError::NoAnswer => None,
        }
    }
}

/// `postgres://user@a,b/name` as `postgres://user@a/name` and `postgres://user@b/name`.
fn one_host_each(url: &str) -> Vec<String> {
    let whole = || vec![url.to_owned()];
    let Some(authority) = url.find("://").map(|scheme| scheme + 3) else { return whole() };
    let end = url[authority..].find(['/', '?']).map_or(url.len(), |length| authority + length);
    let hosts = url[authority..end].rfind('@').map_or(authority, |user| authority + user + 1);
    let one = |host| format!("{}{host}{}", &url[..hosts], &url[end..]);
    url[hosts..end].split(',').map(one).collect()
}

/// Reads the URL of one host.
fn config(url: &str) -> Result<tokio_postgres::Config, OpenError> {
    // The URL is not repeated: it may hold a password.
    let mut config: tokio_postgres::Config =
        url.parse().map_err(|error: Error| OpenError::because("the database URL cannot be read", error))?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("vinr");
    }
    // A server that only follows takes no writes and may be behind: no session is of use there, not even one that
    // reads. Whoever wants it says so.
    if !url.contains("target_session_attrs=") {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    config.tcp_user_timeout(ANSWER_TIMEOUT);
    Ok(config)
}

/// Drives a connection until its client is dropped. Its errors reach whoever waits for an answer on it.
#[expect(clippy::disallowed_methods, reason = "the task ends with the connection's client")]
fn drive(connection: impl Future<Output = Result<(), Error>> + Send + 'static) {
    tokio::spawn(connection);
}

fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// The parameters of one statement, owned so that a flight can hold many statements.
pub(crate) type Params<'a> = Vec<Box<dyn ToSql + Sync + Send + 'a>>;
pub(crate) type Rows = Vec<tokio_postgres::Row>;
type Answer<'a> = Pin<Box<dyn Future<Output = Result<Rows, Error>> + Send + 'a>>;

impl Connection {
    fn statements(&self) -> MutexGuard<'_, HashMap<Box<str>, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The prepared statement for a text: a round trip the first time only.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        let known = self.statements().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements().insert(sql.into(), statement.clone());
        Ok(statement)
    }

    /// A prepared statement with its parameters, to be sent when it is first polled.
    pub(crate) fn query<'a>(&'a self, statement: Statement, params: Params<'a>) -> Answer<'a> {
        Box::pin(async move {
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| &**param as _).collect();
            self.client.query(&statement, &params).await
        })
    }

    /// A statement without parameters and answer, such as `BEGIN`.
    pub(crate) fn command<'a>(&'a self, sql: &'static str) -> Answer<'a> {
        Box::pin(async move { self.client.batch_execute(sql).await.map(|()| Vec::new()) })
    }
}

/// Sends statements together and collects their answers: one round trip.
///
/// They are sent in order, each when it is first polled. One that fails at once was not sent (the connection is
/// closed, or a parameter could not be encoded), and then none after it is sent either: `COMMIT` least of all.
/// Such answers are `None`.
pub(crate) async fn fly(flight: Vec<Answer<'_>>) -> Vec<Option<Result<Rows, Error>>> {
    let mut waiting: Vec<Option<Answer<'_>>> = flight.into_iter().map(Some).collect();
    let mut answers: Vec<Option<Result<Rows, Error>>> = waiting.iter().map(|_| None).collect();
    let mut first_time = true;
    poll_fn(|context| {
        let mut pending = false;
        for index in 0..waiting.len() {
            let Some(answer) = waiting[index].as_mut() else { continue };
            match answer.as_mut().poll(context) {
                Poll::Ready(result) => {
                    let unsent = first_time && result.is_err();
                    waiting[index] = None;
                    answers[index] = Some(result);
                    if unsent {
                        waiting.truncate(index);
                        break;
                    }
                }
                Poll::Pending => pending = true,
            }
        }
        first_time = false;
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    answers
}

/// What an error of a statement says about the connection and the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection or the server is gone; what it did last is unknown.
    Connection,
    /// The server cannot work at the moment: no space, say.
    Server,
    /// The session cannot write: another server leads since a failover.
    ReadOnly,
    /// Another transaction was in the way.
    Contention,
    /// A key exists already.
    Duplicate,
    /// The prepared statement no longer fits the schema: a new connection prepares it again.
    Outdated,
    /// The statement itself is wrong.
    Statement,
}

pub(crate) fn trouble(error: &Error) -> Trouble {
    let Some(answer) = error.as_db_error() else {
        let source = std::error::Error::source(error);
        let torn = source.is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        return if error.is_closed() || torn { Trouble::Connection } else { Trouble::Statement };
    };
    if matches!(answer.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
        return Trouble::Connection;
    }
    let code = answer.code();
    let contention = [
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
    ];
    if contention.contains(code) {
        return Trouble::Contention;
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return Trouble::Duplicate;
    }
    if *code == SqlState::FEATURE_NOT_SUPPORTED || *code == SqlState::INVALID_SQL_STATEMENT_NAME {
        return Trouble::Outdated;
    }
    match code.code().get(..2) {
        Some("08" | "57") => Trouble::Connection,
        Some("53" | "58") => Trouble::Server,
        _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Trouble::ReadOnly,
        _ => Trouble::Statement,
    }
}

/// Sorts an error of a read for its caller.
pub(crate) fn read_error(label: &'static str, error: Error) -> StoreError {
    let kind = match trouble(&error) {
        Trouble::Connection | Trouble::Server | Trouble::ReadOnly | Trouble::Contention | Trouble::Outdated => {
            StoreErrorKind::Unavailable
        }
        Trouble::Statement | Trouble::Duplicate => StoreErrorKind::Failed,
    };
    StoreError::because(kind, label, error)
}

/// A connection that could not be opened is one that may be opened later, whatever was the matter.
pub(crate) fn connect_error(label: &'static str, error: ConnectError) -> StoreError {
    StoreError::because(StoreErrorKind::Unavailable, label, error)
}

/// Gives an answer its time-out.
pub(crate) async fn in_time<T>(label: &'static str, work: impl Future<Output = T>) -> Result<T, StoreError> {
    let late = |_| StoreError::because(StoreErrorKind::Unavailable, label, "the database server does not answer");
    timeout(ANSWER_TIMEOUT, work).await.map_err(late)
}

/// Turns a row of the server into ours.
pub(crate) fn row(label: &'static str, row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let failed = |error: Error| StoreError::because(StoreErrorKind::Failed, label, error);
    let mut values = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        let ty = column.type_();
        let value: Value = match *ty {
            PgType::INT8 => row.try_get::<_, Option<i64>>(index).map_err(failed)?.into(),
            PgType::INT4 => row.try_get::<_, Option<i32>>(index).map_err(failed)?.map(i64::from).into(),
            PgType::INT2 => row.try_get::<_, Option<i16>>(index).map_err(failed)?.map(i64::from).into(),
            PgType::BOOL => row.try_get::<_, Option<bool>>(index).map_err(failed)?.into(),
            PgType::TEXT | PgType::VARCHAR | PgType::NAME => {
                row.try_get::<_, Option<&str>>(index).map_err(failed)?.into()
            }
            PgType::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index).map_err(failed)?.into(),
            _ => {
                let what = format!("column {} is of type {ty}: cast it to bigint or text", column.name());
                return Err(StoreError::because(StoreErrorKind::Failed, label, what));
            }
        };
        values.push(value);
    }
    Ok(Row::new(label, values))
}

#[cfg(test)]
mod tests {
    use super::one_host_each;

    #[test]
    fn a_url_of_several_hosts_is_one_url_each() {
        let all = "postgres://u:p%40,w@a:1,[::1]:2,c/name?connect_timeout=2";
        let each = ["a:1", "[::1]:2", "c"].map(|host| format!("postgres://u:p%40,w@{host}/name?connect_timeout=2"));
        assert_eq!(one_host_each(all), each);
        assert_eq!(one_host_each("postgres://a,b?user=u@x"), ["postgres://a?user=u@x", "postgres://b?user=u@x"]);
        for one in ["postgres://u@a/name", "postgres:///name?host=a,b", "host=a,b user=u"] {
            assert_eq!(one_host_each(one), [one]);
        }
    }
}
