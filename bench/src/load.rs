//! Clients on kept-alive connections, each with one request under way at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Problem;
use crate::latency::Latencies;
use crate::server::Server;

/// A payment that is created and charged in one call.
const BODY: &str = r#"{"amount":1000,"currency":"EUR","description":"Order 12345","returnUrl":"https://shop.example/thanks","paymentMethodId":"pm_test_4242","confirm":true,"metadata":{"order":"12345"}}"#;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// Asks for payments on so many connections until the time is over, at least one each.
pub(crate) async fn run(server: &Server, connections: u16, duration: Duration) -> Result<Latencies, Problem> {
    let keys: Vec<HeaderValue> = server
        .keys
        .iter()
        .map(|key| HeaderValue::try_from(format!("Bearer {key}")).map_err(|error| error.to_string()))
        .collect::<Result<_, _>>()?;
    let keys = Arc::new(keys);
    let until = Instant::now() + duration;
    let clients = (0..connections).map(|_| client(server, Arc::clone(&keys), until));
    let mut latencies = Latencies::default();
    for one in try_join_all(clients).await? {
        latencies.join(one);
    }
    Ok(latencies)
}

async fn client(server: &Server, keys: Arc<Vec<HeaderValue>>, until: Instant) -> Result<Latencies, Problem> {
    let stream = TcpStream::connect(server.address).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    // It ends with its sender.
    tokio::spawn(connection);
    let mut latencies = Latencies::default();
    loop {
        let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let key = usize::try_from(number).unwrap_or(0) % keys.len();
        let request = Request::post("/v1/payments")
            .header(HOST, "bench")
            .header(AUTHORIZATION, keys[key].clone())
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", format!("order-{number:026}"))
            .body(Full::new(Bytes::from_static(BODY.as_bytes())))
            .map_err(|error| error.to_string())?;
        let asked = Instant::now();
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        latencies.note(asked.elapsed());
        if status != 200 || !is_completed(&body) {
            return Err(format!("a payment was answered with {status}: {}", String::from_utf8_lossy(&body)));
        }
        if Instant::now() >= until {
            return Ok(latencies);
        }
    }
}

fn is_completed(body: &[u8]) -> bool {
    const STATUS: &[u8] = br#""status":"completed""#;
    body.windows(STATUS.len()).any(|part| part == STATUS)
}
