//! From a socket to requests, and back to no connection at all. What a client may take its time over is limited here, for
//! `axum::serve` limits none of it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::serve::Listener as TcpAccept;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt as _;

/// How long a request's head may take to arrive whole, and how long a connection may be idle before it.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a connection is kept in a drain that has no whole request: half a head is on its way, or the last bytes of an
/// answer are.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves, then takes no more connections and lets accepted requests finish. Whoever drops it cuts
/// them off. An accept that fails, for want of file descriptors for instance, is tried again.
pub async fn serve(mut socket: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let (tell, told) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            (stream, peer) = TcpAccept::accept(&mut socket) => {
                connections.spawn(answer(stream, peer, router.clone(), told.clone()));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    // Whoever comes now is turned away rather than kept waiting.
    drop(socket);
    tell.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// Answers the requests of one connection, one after the other.
async fn answer(stream: TcpStream, peer: SocketAddr, router: Router, mut told: watch::Receiver<bool>) {
    // An answer goes out at once; without this it may wait for the client's delayed acknowledgement. A connection that
    // cannot be told so works all the same.
    let _ = stream.set_nodelay(true);
    // Whether there is a request whose answer is not made yet.
    let busy = AtomicBool::new(false);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        busy.store(true, Ordering::Relaxed);
        respond(router.clone(), peer, request).inspect(|_| busy.store(false, Ordering::Relaxed))
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // A client that breaks off is nothing to tell of.
        _ = &mut connection => return,
        // The sender outlives its connections.
        _ = told.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    while timeout(DRAIN_PATIENCE, &mut connection).await.is_err() && busy.load(Ordering::Relaxed) {}
}

async fn respond(router: Router, peer: SocketAddr, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}
