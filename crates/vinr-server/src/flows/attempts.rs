//! Words of an acquirer, brought to what waits for them: a payment or a refund.

use vinr_core::ids::AttemptId;

use super::{payments, refunds};
use crate::error::Result;
use crate::http::reply::Reply;
use crate::payments::attempts::{self, Word};
use crate::record::Unit;

/// Settles an attempt and what it is for, and answers the request that may wait for it.
///
/// # Errors
/// 404 for an attempt that was never made.
pub(crate) async fn hear(unit: &mut Unit<'_>, id: &AttemptId, word: Word) -> Result<Reply> {
    let attempt = attempts::load(unit, id).await?;
    match attempt.refund_id.clone() {
        Some(refund) => refunds::hear(unit, attempt, &refund, word).await,
        None => payments::hear(unit, attempt, word).await,
    }
}
