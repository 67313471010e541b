//! How the process is told to end.

use crate::Failure;

/// Resolves with Ctrl-C or SIGTERM; listens from the moment it is made.
pub(crate) fn signal() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::refused)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::refused)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Runs what has no end of its own until Ctrl-C or SIGTERM.
pub(crate) async fn until(endless: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let stop = signal()?;
    tokio::select! {
        ended = endless => ended,
        () = stop => Ok(()),
    }
}
