//! Rewards: points that are redeemed by several at once, taken off payments, given back, or left to lapse.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Client;
use super::loyalty::{Known, Member};
use super::payments::id;
use crate::world::{Ask, Broken};

/// More than a redemption waits for its payment, in seconds.
const LAPSES_S: u64 = 31 * 60;

impl Client {
    /// A member redeems more than they have, at once, and does something with what they get.
    pub(super) async fn redeem(&mut self) -> Result<(), Broken> {
        let Some(member) = self.member().await? else { return Ok(()) };
        let Some(account) = member.account.clone() else { return self.earn().await };
        let Some(Known { id: reward, cost, .. }) = self.reward().await? else { return Ok(()) };
        if self.chance.percent(70) {
            let points = cost + self.chance.below(2 * cost);
            let gift = self.post("/v1/loyalty/transactions", &json!({"account": account, "amount": points}));
            self.tell(&gift).await?;
        }
        let body = json!({"account": account, "rewardId": reward});
        let asks: Vec<Ask> = (0..=self.chance.below(3)).map(|_| self.post("/v1/loyalty/redemptions", &body)).collect();
        let client = &*self;
        let mut redeemed = Vec::new();
        for made in join_all(asks.iter().map(|ask| client.object(ask))).await {
            redeemed.extend(made?.filter(|made| made["status"] == "issued").map(|made| id(&made).to_owned()));
        }
        redeemed.truncate(2);
        if redeemed.is_empty() {
            return Ok(());
        }
        match self.chance.below(8) {
            // It is forgotten.
            0 => Ok(()),
            1 => {
                let later = self.post("/v1/test/clock/advance", &json!({"seconds": LAPSES_S}));
                self.tell(&later).await.map(drop)
            }
            2 => self.cancel_twice(&redeemed[0]).await,
            _ => self.pay_less(&member, &redeemed).await,
        }
    }

    /// A reward: one that is known, or a new one, of which there may be few.
    pub(super) async fn reward(&mut self) -> Result<Option<Known>, Broken> {
        if let Some(known) = self.chance.one(&self.shelf.rewards).filter(|_| self.chance.percent(75)).cloned() {
            if self.chance.percent(6) {
                let change = json!({"active": self.chance.percent(70), "name": "Another"}).to_string();
                self.tell(&Client::bare("PATCH", format!("/v1/loyalty/rewards/{}", known.id), &change)).await?;
            }
            return Ok(Some(known));
        }
        let Some(program) = self.program().await? else { return Ok(None) };
        let kind = match self.chance.below(9) {
            0 => ("free_product", json!({"product": "A cup", "quantity": 1})),
            1 => ("partner", json!({"partner": "A cinema", "sku": "seat"})),
            2 | 3 => {
                let percent = self.chance.one(&[json!(10), json!(12.5), json!(100)]).cloned().unwrap_or_default();
                ("discount_percent", json!({"percent": percent}))
            }
            4 => self.some_credit(),
            _ => ("discount_amount", json!({"amount": 1 + self.chance.below(2_000), "currency": "EUR"})),
        };
        let few_percent = 50;
        self.new_reward(program, kind, few_percent).await
    }

    /// A reward that is store credit, mostly one that points of this program buy.
    pub(super) async fn credit_reward(&mut self, program: &str) -> Result<Option<Known>, Broken> {
        let fits = |one: &&Known| one.is_credit && one.program == program;
        let known: Vec<Known> = self.shelf.rewards.iter().filter(fits).cloned().collect();
        if let Some(known) = self.chance.one(&known).filter(|_| self.chance.percent(75)).cloned() {
            return Ok(Some(known));
        }
        let program = if self.chance.percent(95) { Some(program.to_owned()) } else { self.program().await? };
        let Some(program) = program else { return Ok(None) };
        let few_percent = 15;
        self.new_reward(program, self.some_credit(), few_percent).await
    }

    /// Any amount, also one that no card could be charged with.
    fn some_credit(&self) -> (&'static str, Value) {
        let currency = self.chance.one(&["EUR", "EUR", "EUR", "EUR", "JPY", "KWD"]).copied().unwrap_or("EUR");
        ("store_credit", json!({"amount": 1 + self.chance.below(3_000), "currency": currency}))
    }

    async fn new_reward(
        &mut self,
        program: String,
        (kind, value): (&str, Value),
        few_percent: u64,
    ) -> Result<Option<Known>, Broken> {
        let cost = 1 + self.chance.below(400);
        let mut body = json!({"programId": program, "name": "Off", "type": kind, "cost": cost, "value": value});
        if let Some(tier) = self.tier(&program)
            && self.chance.percent(30)
        {
            body["tier"] = json!(tier);
        }
        if self.chance.percent(few_percent) {
            body["inventory"] = json!(self.chance.below(5));
        }
        let ask = self.post("/v1/loyalty/rewards", &body);
        let Some(reward) = self.object(&ask).await? else { return Ok(None) };
        let reward = Known { id: id(&reward).to_owned(), cost, program, is_credit: kind == "store_credit" };
        self.shelf.rewards.push(reward.clone());
        Ok(Some(reward))
    }

    fn cancel_of(&mut self, redemption: &str) -> Ask {
        self.post(format!("/v1/loyalty/redemptions/{redemption}/cancel"), &json!({}))
    }

    /// Two clerks give the points back: once.
    async fn cancel_twice(&mut self, redemption: &str) -> Result<(), Broken> {
        let (one, other) = (self.cancel_of(redemption), self.cancel_of(redemption));
        let (one, other) = join(self.object(&one), self.object(&other)).await;
        match (one?, other?) {
            (Some(one), Some(other)) => Err(format!("points went back twice: {one} and {other}")),
            _ => Ok(()),
        }
    }

    /// A payment that redemptions are taken off: whole or in part, by two orders at once, paid, given up, or overtaken by
    /// its half hour.
    async fn pay_less(&mut self, member: &Member, redeemed: &[String]) -> Result<(), Broken> {
        let mut orders = Vec::new();
        let at_once = self.chance.percent(40);
        for _ in 0..=u8::from(self.chance.percent(20)) {
            let mut body = self.order_of(member);
            if self.chance.percent(85) {
                // Of the size of a discount: sometimes nothing is left, or too little.
                body["currency"] = json!("EUR");
                body["amount"] = json!(1 + self.chance.below(4_000));
            }
            body["redemptions"] = json!(redeemed);
            if at_once {
                body["paymentMethod"] = json!(self.card_of_members());
                body["confirm"] = json!(true);
                body["captureMethod"] = json!(if self.chance.percent(15) { "manual" } else { "automatic" });
            }
            orders.push((body["amount"].clone(), self.post("/v1/payments", &body)));
        }
        let client = &*self;
        let told = join_all(orders.iter().map(|(_, ask)| client.object(ask))).await;
        let told = told.into_iter().collect::<Result<Vec<_>, Broken>>()?;
        let made: Vec<(Value, Value)> =
            orders.into_iter().zip(told).filter_map(|((asked, _), payment)| payment.map(|one| (asked, one))).collect();
        if made.len() > 1 {
            return Err(format!("a redemption is taken off two payments: {made:?}"));
        }
        let Some((asked, payment)) = made.into_iter().next() else { return Ok(()) };
        adds_up(&asked, &payment)?;
        self.answer_challenge(&payment).await?;
        if payment["status"] == "pending" {
            self.finish(&payment, &redeemed[0]).await?;
        }
        if self.chance.percent(40) {
            self.give_back_in_parts(&payment).await?;
        }
        let shown = self.object(&Client::bare("GET", format!("/v1/payments/{}", id(&payment)), "")).await?;
        shown.map_or(Ok(()), |shown| adds_up(&asked, &shown))
    }

    fn card_of_members(&self) -> String {
        let card = self.chance.one(&["4242", "4242", "4242", "0002", "3220", "5126"]).copied().unwrap_or("4242");
        format!("pm_test_{card}")
    }

    /// What waits is paid, at the price that was told or whatever it is; its redemption is cancelled, or lapses, meanwhile.
    async fn finish(&mut self, payment: &Value, redemption: &str) -> Result<(), Broken> {
        let mut body = json!({"paymentMethodId": self.card_of_members()});
        if self.chance.percent(50) {
            body["amount"] = payment["amount"].clone();
        }
        let confirm = self.post(format!("/v1/payments/{}/confirm", id(payment)), &body);
        let other = match self.chance.below(5) {
            0 => self.cancel_of(redemption),
            1 => self.post(format!("/v1/payments/{}/cancel", id(payment)), &json!({})),
            2 => self.post("/v1/test/clock/advance", &json!({"seconds": LAPSES_S})),
            3 => self.post("/v1/test/clock/advance", &json!({"to": payment["expiresAt"]})),
            _ => Client::bare("GET", format!("/v1/loyalty/redemptions/{redemption}"), ""),
        };
        let (client, pause) = (&*self, self.chance.millis(25));
        let late = async {
            sleep(pause).await;
            client.tell(&confirm).await
        };
        let (other, confirmed) = join(client.tell(&other), late).await;
        other.and(confirmed).map(drop)
    }
}

/// What is charged, what is taken off and what credit pays is what was asked for.
pub(super) fn adds_up(asked: &Value, payment: &Value) -> Result<(), Broken> {
    let off: i64 = payment["discounts"].as_array().into_iter().flatten().filter_map(|one| one["amount"].as_i64()).sum();
    let [charged, credit, back] =
        ["amount", "creditApplied", "creditRefunded"].map(|name| payment[name].as_i64().unwrap_or(-1));
    let is_whole = payment["originalAmount"] == *asked && asked.as_i64() == Some(charged + off + credit);
    if is_whole && charged >= 0 && (0..=credit).contains(&back) {
        return Ok(());
    }
    Err(format!("{asked} was asked for, {off} are taken off, and credit pays {credit}: {payment}"))
}
