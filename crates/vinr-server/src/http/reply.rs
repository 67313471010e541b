//! What an endpoint answers: a status and bytes, the same bytes that an idempotency key replays.

use bytes::Bytes;
use serde::Serialize;

use crate::error::{ApiError, Result};

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Bytes,
    /// Whether an earlier request with the same idempotency key produced it.
    pub replayed: bool,
}

impl Reply {
    /// 200 with this value.
    pub fn ok<T: Serialize>(value: &T) -> Result<Reply> {
        Ok(Reply::raw(render(value)?))
    }

    /// 200 with bytes that are JSON already.
    pub fn raw(json: String) -> Reply {
        Reply { status: 200, body: Bytes::from(json), replayed: false }
    }
}

/// A value as JSON text.
pub fn render<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(ApiError::internal)
}
