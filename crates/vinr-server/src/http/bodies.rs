//! How the body of a request is read: not for ever, and never more of it than is asked for.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};

/// Largest body that is read at all, so that its sender can hear the answer.
const DRAINED_BYTES_MAX: usize = 8 << 20;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// Reads a body to its end and hands its pieces over as they come, `bytes_max` at most; of a larger one the rest is
/// drained.
///
/// # Errors
/// It is too large, it broke off, or it did not arrive within [`BODY_TIMEOUT`].
pub(crate) async fn read(body: Body, bytes_max: usize, mut keep: impl FnMut(Bytes)) -> Result<()> {
    let mut body = body;
    let mut length = 0_usize;
    let read = async {
        while let Some(frame) = body.frame().await {
            let frame = frame
                .map_err(|_| Refusal::new(Code::InvalidJson, "the connection broke before the whole body arrived"))?;
            let Ok(data) = frame.into_data() else { continue };
            length = length.saturating_add(data.len());
            if length <= bytes_max {
                keep(data);
            } else if length > DRAINED_BYTES_MAX {
                break;
            }
        }
        Ok::<_, ApiError>(())
    };
    match tokio::time::timeout(BODY_TIMEOUT, read).await {
        Ok(done) => done?,
        Err(_) => return Err(Refusal::new(Code::InvalidJson, "the body did not arrive within 20 seconds").into()),
    }
    if length > bytes_max {
        return Err(Refusal::new(Code::BodyTooLarge, format!("the body is larger than {bytes_max} bytes")).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt as _, stream};

    use super::*;

    /// What was kept of a body that comes in these pieces, and how reading it ended.
    async fn kept(pieces: Vec<&'static str>, forever: bool) -> (String, Option<Code>) {
        let pieces = stream::iter(pieces).map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
        let body = if forever { Body::from_stream(pieces.chain(stream::pending())) } else { Body::from_stream(pieces) };
        let mut kept = Vec::new();
        let ended = read(body, 8, |piece| kept.extend_from_slice(&piece)).await;
        (String::from_utf8(kept).unwrap(), ended.err().map(|error| error.first().code))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_read_whole_up_to_its_limit() {
        assert_eq!(kept(vec!["four", "four"], false).await, ("fourfour".into(), None));
        assert_eq!(kept(vec!["four", "four", "x"], false).await, ("fourfour".into(), Some(Code::BodyTooLarge)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_given_up() {
        let began = tokio::time::Instant::now();
        assert_eq!(kept(vec!["four"], true).await, ("four".into(), Some(Code::InvalidJson)));
        assert_eq!(began.elapsed(), BODY_TIMEOUT);
    }
}
