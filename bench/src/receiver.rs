//! Merchants' servers that take every webhook at once.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Problem;
use crate::load::payment_id;

/// When the first webhook about each payment came.
type Came = HashMap<String, Instant>;

/// The servers of all merchants; they end with the runtime on which they were started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Receiver {
    came: Arc<Mutex<Came>>,
}

impl Receiver {
    /// Starts the server of one more merchant; where it listens.
    pub(crate) async fn listen(&self) -> Result<SocketAddr, Problem> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let serving = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // An answer that waited for more to send would be measured with the sender.
                let _ = stream.set_nodelay(true);
                let receiver = serving.clone();
                let service = service_fn(move |request| answer(receiver.clone(), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(address)
    }

    /// How many payments they were told of.
    pub(crate) fn count(&self) -> usize {
        self.came().len()
    }

    /// When they were told of each.
    pub(crate) fn came(&self) -> MutexGuard<'_, Came> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(receiver: Receiver, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let body = request.into_body().collect().await;
    let now = Instant::now();
    if let Ok(body) = body
        && let Some(payment) = payment_id(&body.to_bytes())
    {
        receiver.came().entry(payment).or_insert(now);
    }
    let mut response = Response::new(Empty::new());
    *response.status_mut() = hyper::StatusCode::NO_CONTENT;
    Ok(response)
}
