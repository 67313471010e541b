//! Refunds and disputes: several at once about one payment, answered, accepted, or left alone.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::Client;
use super::payments::id;
use crate::world::{Ask, Broken};

/// Cards whose payments are given back: refunds of one of them fail, payments with others are disputed or asked about at
/// once.
const CARDS: [&str; 5] = ["4242", "0077", "5126", "0259", "1976"];
/// What a merchant says to a bank.
const EVIDENCE: [&str; 3] = ["winning_evidence", "losing_evidence", "the parcel was signed for"];

impl Client {
    /// A payment that is given back in parts, at once, now and then while its bank takes it back.
    pub(super) async fn give_back(&mut self) -> Result<(), Broken> {
        let Some(payment) = self.pay_to_give_back().await? else { return Ok(()) };
        let amount = payment["amountCaptured"].as_u64().unwrap_or_default();
        let mut asks = Vec::new();
        for _ in 0..=self.chance.below(4) {
            let mut body = json!({"paymentId": id(&payment), "reason": "requested_by_customer"});
            if self.chance.percent(80) {
                body["amount"] = json!(1 + self.chance.below(amount.max(1)));
            }
            asks.push(self.post("/v1/refunds", &body));
        }
        if self.chance.percent(30) {
            asks.push(self.dispute_of(&payment, amount));
        }
        let client = &*self;
        let told = asks.iter().map(|ask| client.tell(ask));
        for said in join_all(told).await {
            said?;
        }
        self.never_more_than_captured(&payment).await
    }

    /// A payment that is disputed, and what its merchant does about it.
    pub(super) async fn dispute(&mut self) -> Result<(), Broken> {
        let Some(payment) = self.pay_to_give_back().await? else { return Ok(()) };
        let amount = payment["amountCaptured"].as_u64().unwrap_or_default();
        let ask = self.dispute_of(&payment, amount);
        self.tell(&ask).await?;
        self.answer_disputes(&payment).await?;
        self.never_more_than_captured(&payment).await
    }

    /// What a merchant does about a payment's disputes.
    pub(super) async fn answer_disputes(&mut self, payment: &Value) -> Result<(), Broken> {
        let list = Client::bare("GET", format!("/v1/disputes?paymentId={}", id(payment)), "");
        let Some(page) = self.object(&list).await? else { return Ok(()) };
        for dispute in page["data"].as_array().into_iter().flatten() {
            let path = format!("/v1/disputes/{}", id(dispute));
            let text = self.chance.one(&EVIDENCE).copied().unwrap_or_default();
            let note = self.post(path.clone(), &json!({"evidence": {"uncategorizedText": text}}));
            let submit = self.post(format!("{path}/submit"), &json!({}));
            let accept = self.post(format!("{path}/accept"), &json!({}));
            let networks = if self.chance.percent(50) { "escalate" } else { "close" };
            let network = self.post(format!("/v1/test/disputes/{}/{networks}", id(dispute)), &json!({}));
            match self.chance.below(6) {
                // It is overdue one day.
                0 => {}
                1 => drop(self.tell(&accept).await?),
                2 => drop(self.tell(&submit).await?),
                3 => {
                    self.tell(&note).await?;
                    self.tell(&submit).await?;
                }
                // The network at the same moment as the merchant.
                4 => {
                    let client = &*self;
                    for said in join_all([&accept, &network].map(|ask| client.tell(ask))).await {
                        said?;
                    }
                }
                // Two clerks at once.
                _ => {
                    let client = &*self;
                    for said in join_all([&submit, &accept].map(|ask| client.tell(ask))).await {
                        said?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn pay_to_give_back(&mut self) -> Result<Option<Value>, Broken> {
        let mut body = self.order();
        let card = self.chance.one(&CARDS).copied().unwrap_or("4242");
        body["paymentMethod"] = json!(format!("pm_test_{card}"));
        body["confirm"] = json!(true);
        let ask = self.post("/v1/payments", &body);
        Ok(self.object(&ask).await?.filter(|payment| payment["status"] == "completed"))
    }

    pub(super) fn dispute_of(&mut self, payment: &Value, amount: u64) -> Ask {
        let mut body = if self.chance.percent(50) {
            let step = if payment["currency"] == "KWD" { 10 } else { 1 };
            let part = (1 + self.chance.below(amount.max(1))).div_ceil(step) * step;
            json!({"amount": part, "reason": "unrecognized"})
        } else {
            json!({})
        };
        if self.chance.percent(30) {
            body["warning"] = json!(true);
        }
        self.post(format!("/v1/test/payments/{}/dispute", id(payment)), &body)
    }

    /// Each of the lists is of one moment, and shows no more than was captured.
    async fn never_more_than_captured(&self, payment: &Value) -> Result<(), Broken> {
        // Warnings take nothing.
        let free: [(&str, &[&str]); 2] = [
            ("refunds", &["failed"]),
            ("disputes", &["won", "warning_needs_response", "warning_under_review", "warning_closed"]),
        ];
        for (list, free) in free {
            let ask = Client::bare("GET", format!("/v1/{list}?paymentId={}&limit=100", id(payment)), "");
            let Some(page) = self.object(&ask).await? else { return Ok(()) };
            let counted = page["data"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|one| !free.iter().any(|status| one["status"] == *status));
            let taken: i64 = counted.filter_map(|one| one["amount"].as_i64()).sum();
            if taken > payment["amountCaptured"].as_i64().unwrap_or_default() {
                return Err(format!("{list} took {taken} of {payment}"));
            }
        }
        Ok(())
    }
}
