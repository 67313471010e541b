//! Clients on kept-alive connections, each with one request under way at a time.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Problem;
use crate::latency::Latencies;
use crate::server::Server;

/// How long a load runs before it is measured.
pub(crate) const WARMING: Duration = Duration::from_secs(1);

/// Where payments are made.
pub(crate) const PAYMENTS: &str = "/v1/payments";
/// What a payment that brought money says.
pub(crate) const COMPLETED: &[u8] = br#""status":"completed""#;
/// A payment that is created and charged in one call.
const BODY: &str = r#"{"amount":1000,"currency":"EUR","description":"Order 12345","returnUrl":"https://shop.example/thanks","paymentMethodId":"pm_test_4242","confirm":true,"metadata":{"order":"12345"}}"#;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// When each payment was answered.
#[derive(Debug, Default)]
pub(crate) struct Noted(Mutex<HashMap<String, Instant>>);

impl Noted {
    fn note(&self, id: String, answered: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answered);
    }

    pub(crate) fn taken(self) -> HashMap<String, Instant> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thing that is asked for, with an idempotency key of its own.
pub(crate) struct Call {
    /// The merchant's place among the server's.
    pub(crate) account: usize,
    pub(crate) path: &'static str,
    pub(crate) body: Bytes,
    /// What the answer says if it went well.
    pub(crate) says: &'static [u8],
}

impl Call {
    /// A payment that is created and charged.
    pub(crate) fn payment(account: usize) -> Call {
        Call { account, path: PAYMENTS, body: Bytes::from_static(BODY.as_bytes()), says: COMPLETED }
    }
}

/// One connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
}

/// What came back, and how long it took.
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Client, Problem> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        // It ends with its sender.
        tokio::spawn(connection);
        Ok(Client { sender })
    }

    /// Asks for something that is answered with 200.
    async fn ask(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Problem> {
        let what = format!("{} {}", request.method(), request.uri());
        let asked = Instant::now();
        let response = self.sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let took = asked.elapsed();
        if status == 200 {
            return Ok(Answer { body, took });
        }
        Err(format!("{what} was answered with {status}: {}", String::from_utf8_lossy(&body)))
    }

    /// Reads something.
    pub(crate) async fn get(&mut self, path: &str, key: &HeaderValue) -> Result<Answer, Problem> {
        self.ask(request(Method::GET, path, key, Bytes::new())?).await
    }

    /// Makes something.
    pub(crate) async fn post(&mut self, path: &str, key: &HeaderValue, body: String) -> Result<Answer, Problem> {
        self.ask(request(Method::POST, path, key, body.into())?).await
    }

    /// Creates and charges a payment.
    pub(crate) async fn pay(&mut self, key: &HeaderValue, number: u64) -> Result<Answer, Problem> {
        self.call(key, number, &Call::payment(0)).await
    }

    async fn call(&mut self, key: &HeaderValue, number: u64, call: &Call) -> Result<Answer, Problem> {
        let mut request = request(Method::POST, call.path, key, call.body.clone())?;
        let order = format!("order-{number:026}");
        request.headers_mut().insert("idempotency-key", order.parse().map_err(|_| "an order is a header's value")?);
        let answer = self.ask(request).await?;
        if contains(&answer.body, call.says) {
            return Ok(answer);
        }
        Err(format!("POST {} was answered with {}", call.path, String::from_utf8_lossy(&answer.body)))
    }
}

fn request(method: Method, path: &str, key: &HeaderValue, body: Bytes) -> Result<Request<Full<Bytes>>, Problem> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "bench")
        .header(AUTHORIZATION, key.clone())
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(|error| error.to_string())
}

/// The header's value of each account's key.
pub(crate) fn keys(server: &Server) -> Result<Vec<HeaderValue>, Problem> {
    let bearer = |key: &String| HeaderValue::try_from(format!("Bearer {key}")).map_err(|error| error.to_string());
    server.keys.iter().map(bearer).collect()
}

/// The next number of an order, which no other has in this run.
pub(crate) fn next_order() -> u64 {
    REQUESTS.fetch_add(1, Ordering::Relaxed)
}

/// Asks for payments on so many connections until the time is over, at least one each.
pub(crate) async fn run(
    server: &Server,
    connections: u16,
    duration: Duration,
    noted: Option<&Noted>,
) -> Result<Latencies, Problem> {
    let next = |number| Some(Call::payment(nth(number, server.keys.len())));
    let heard = |_: &Call, answer: &Answer| {
        let answered = Instant::now();
        if let Some(noted) = noted {
            noted.note(payment_id(&answer.body).ok_or("a payment without an id")?, answered);
        }
        Ok(())
    };
    work(server, connections, duration, &next, &heard).await
}

/// Asks for what `next` makes of a number, on so many connections until the time is over or there is no more.
pub(crate) async fn work(
    server: &Server,
    connections: u16,
    duration: Duration,
    next: &impl Fn(u64) -> Option<Call>,
    heard: &impl Fn(&Call, &Answer) -> Result<(), Problem>,
) -> Result<Latencies, Problem> {
    let keys = keys(server)?;
    let until = Instant::now() + duration;
    let clients = (0..connections).map(|_| client(server.address, &keys, until, next, heard));
    let mut latencies = Latencies::default();
    for one in try_join_all(clients).await? {
        latencies.join(one);
    }
    Ok(latencies)
}

async fn client(
    address: SocketAddr,
    keys: &[HeaderValue],
    until: Instant,
    next: &impl Fn(u64) -> Option<Call>,
    heard: &impl Fn(&Call, &Answer) -> Result<(), Problem>,
) -> Result<Latencies, Problem> {
    let mut client = Client::connect(address).await?;
    let mut latencies = Latencies::default();
    loop {
        let number = next_order();
        let Some(call) = next(number) else { return Ok(latencies) };
        let answer = client.call(&keys[call.account], number, &call).await?;
        latencies.note(answer.took);
        heard(&call, &answer)?;
        if Instant::now() >= until {
            return Ok(latencies);
        }
    }
}

/// The place of a number that goes round.
pub(crate) fn nth(number: u64, of: usize) -> usize {
    usize::try_from(number).unwrap_or(0) % of
}

/// The first id of a payment in a body.
pub(crate) fn payment_id(body: &[u8]) -> Option<String> {
    const BEGINS: &[u8] = br#""pay_"#;
    let at = body.windows(BEGINS.len()).position(|part| part == BEGINS)? + 1;
    let length = body[at..].iter().position(|byte| *byte == b'"')?;
    String::from_utf8(body[at..at + length].to_vec()).ok()
}

fn contains(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_found_in_what_was_sent() {
        let body = br#"{"id":"evt_1","data":{"id":"pay_01J","status":"completed"}}"#;
        assert_eq!(payment_id(body).as_deref(), Some("pay_01J"));
        assert_eq!(payment_id(b"{}"), None);
    }
}
