//! Payouts that a merchant asks for, and cancels while they are sent; what was settled is read back and added up.

use futures_util::future::join;
use serde_json::{Value, json};

use super::Client;
use super::payments::id;
use crate::world::Broken;

impl Client {
    /// Pays out what is settled, or looks whether what was settled adds up.
    pub(super) async fn pay_out(&mut self) -> Result<(), Broken> {
        if self.chance.percent(40) {
            return self.add_up().await;
        }
        let currency = if self.chance.percent(70) { "EUR" } else { "JPY" };
        let ask = self.post("/v1/payouts", &json!({"currency": currency}));
        let Some(payout) = self.object(&ask).await? else { return Ok(()) };
        if self.chance.percent(50) {
            return Ok(());
        }
        // Cancelled while its timer fires, now and then.
        let cancel = self.post(format!("/v1/payouts/{}/cancel", id(&payout)), &json!({}));
        let hours = 1 + self.chance.below(60);
        let later = self.post("/v1/test/clock/advance", &json!({"seconds": hours * 60}));
        let (cancelled, _) = join(self.tell(&cancel), self.tell(&later)).await;
        cancelled.map(drop)
    }

    /// A settlement is its transactions, whenever it is looked at.
    async fn add_up(&self) -> Result<(), Broken> {
        let list = self.object(&Client::bare("GET", "/v1/settlements?limit=10", "")).await?;
        let settlements = list.as_ref().and_then(|list| list["data"].as_array()).cloned().unwrap_or_default();
        let Some(settlement) = self.chance.one(&settlements) else { return Ok(()) };
        let (mut net, mut count, mut after) = (0, 0, String::new());
        loop {
            let path = format!("/v1/settlements/{}/transactions?limit=100{after}", id(settlement));
            let Some(page) = self.object(&Client::bare("GET", path, "")).await? else { return Ok(()) };
            for line in page["data"].as_array().into_iter().flatten() {
                net += line["net"].as_i64().unwrap_or_default();
                count += 1;
            }
            let Some(cursor) = page["page"]["nextCursor"].as_str() else { break };
            after = format!("&startingAfter={cursor}");
        }
        if settlement["net"] == net && settlement["transactionCount"] == count {
            return Ok(());
        }
        Err(format!("{count} transactions of {net} in all are not what {} says", Value::clone(settlement)))
    }
}
