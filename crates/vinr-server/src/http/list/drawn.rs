//! The ids between which a range of creation times lies, in a list that is ordered by its ids.

use vinr_core::ids::drawn_since;
use vinr_store::{Read, Value};

use super::{Bounds, CREATED, Query, constant};
use crate::error::Result;

/// Ids say when they were drawn in 48 bits of milliseconds.
const END_MS: i64 = 1 << 48;
/// How closely a time is looked for.
const CLOSE_MS: i64 = 2_000;

impl Query<'_> {
    /// Two ids, between which the first one of an object lies that was created at this time or later: what was drawn before
    /// the one is older, what was drawn after the other is not. Where the account's clock shows the time they are looked
    /// for at that time; in a sandbox whose clock was set by halving.
    pub(super) async fn drawn(&self, reads: &impl Read, since: Option<i64>) -> Result<Bounds> {
        let Some(since) = since else { return Ok(Bounds::default()) };
        let any = format!("SELECT id FROM {} WHERE account = $1 LIMIT 1", self.list.table);
        let any = reads.query(constant(any), &self.params[..1]).await?;
        let Some((prefix, _)) = any.first().and_then(|row| row.text(0).split_once('_')) else {
            return Ok(Bounds::default());
        };
        let (mut low, mut high) = (0, END_MS);
        for near in [since - CLOSE_MS / 2, since + CLOSE_MS / 2] {
            let near = near.clamp(low, high);
            if self.is_since(reads, first_at(prefix, near), since).await? { high = near } else { low = near }
        }
        while high - low > CLOSE_MS {
            let middle = i64::midpoint(low, high);
            if self.is_since(reads, first_at(prefix, middle), since).await? { high = middle } else { low = middle }
        }
        Ok(Bounds { since: Some(first_at(prefix, low)), before: Some(first_at(prefix, high)) })
    }

    /// Whether what was drawn from an id on was created at or after a time.
    async fn is_since(&self, reads: &impl Read, drawn: Value, created: i64) -> Result<bool> {
        let table = self.list.table;
        let sql = format!("SELECT {CREATED} FROM {table} WHERE account = $1 AND id >= $2 ORDER BY id LIMIT 1");
        let rows = reads.query(constant(sql), &[self.params[0].clone(), drawn]).await?;
        Ok(rows.first().is_none_or(|row| row.int(0) >= created))
    }
}

fn first_at(prefix: &str, millis: i64) -> Value {
    drawn_since(prefix, u64::try_from(millis).unwrap_or(0)).into()
}
