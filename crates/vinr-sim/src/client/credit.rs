//! Store credit: given for points, used by payments that come to every end and by several at once, and given back.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Client;
use super::loyalty::{Known, Member, follow_one_another};
use super::payments::id;
use super::rewards::adds_up;
use crate::world::{Ask, Broken};

/// Cards that pay what credit leaves: most do, some ask first or never pay, refunds of two go wrong or wait, payments with
/// two are disputed or asked about at once.
const CARDS: [&str; 10] = ["4242", "4242", "4242", "4242", "0002", "3220", "5126", "0077", "0259", "1976"];
/// Attempts after which a payment that failed is not tried again.
const FAILURES_MAX: u32 = 10;
/// More than a hold lives, in seconds.
const LAPSES_S: u64 = 7 * 24 * 3_600 + 60;

/// What a customer can use in a currency, as it was read.
struct Purse {
    customer: String,
    currency: String,
    available: u64,
}

impl Client {
    /// A member's customer is given credit, and pays with it.
    pub(super) async fn use_credit(&mut self) -> Result<(), Broken> {
        let rich = self.chance.one(&self.shelf.rich).filter(|_| self.chance.percent(70)).cloned();
        let member = if rich.is_some() { rich } else { self.member().await? };
        let Some(member) = member else { return Ok(()) };
        let Some(account) = member.account.clone() else { return self.earn().await };
        let Some(customer) = member.customer.clone() else { return self.credit_of_nobody(&account, &member).await };
        let mut purse = self.purse(&customer).await?;
        if purse.is_none() || self.chance.percent(25) {
            self.get_credit(&account, &member).await?;
            purse = self.purse(&customer).await?;
        }
        let Some(purse) = purse else { return Ok(()) };
        match self.chance.below(10) {
            0..3 => self.race_for_credit(&member, &purse).await?,
            3..5 => self.hold_with_credit(&member, &purse).await?,
            5..7 => self.wait_with_credit(&member, &purse).await?,
            _ => self.pay_with_credit(&member, (&purse, &account)).await?,
        }
        if self.chance.percent(50) { self.look_at_credit(&customer).await.map(drop) } else { Ok(()) }
    }

    /// Points are exchanged for credit, by several at once, and stay exchanged.
    async fn get_credit(&mut self, account: &str, member: &Member) -> Result<(), Broken> {
        let given = self.redeem_for_credit(account, member).await?;
        if !given.is_empty() && self.shelf.rich.iter().all(|one| one.account != member.account) {
            self.shelf.rich.push(member.clone());
        }
        for made in given {
            if made["status"] != "applied" {
                return Err(format!("store credit is given at once: {made}"));
            }
            if self.chance.percent(10) {
                let cancel = self.post(format!("/v1/loyalty/redemptions/{}/cancel", id(&made)), &json!({}));
                if let Some(cancelled) = self.object(&cancel).await? {
                    return Err(format!("credit was taken away that was given: {cancelled}"));
                }
            }
        }
        Ok(())
    }

    /// Who is no customer has no credit.
    async fn credit_of_nobody(&mut self, account: &str, member: &Member) -> Result<(), Broken> {
        match self.redeem_for_credit(account, member).await?.first() {
            Some(made) => Err(format!("credit was given to no customer: {made}")),
            None => Ok(()),
        }
    }

    async fn redeem_for_credit(&mut self, account: &str, member: &Member) -> Result<Vec<Value>, Broken> {
        let reward = self.credit_reward(&member.program).await?;
        let Some(Known { id: reward, cost, .. }) = reward else { return Ok(Vec::new()) };
        let points = cost + self.chance.below(3 * cost);
        let gift = self.post("/v1/loyalty/transactions", &json!({"account": account, "amount": points}));
        self.tell(&gift).await?;
        let body = json!({"account": account, "rewardId": reward});
        let asks: Vec<Ask> = (0..=self.chance.below(3)).map(|_| self.post("/v1/loyalty/redemptions", &body)).collect();
        let client = &*self;
        let told = join_all(asks.iter().map(|ask| client.object(ask))).await;
        Ok(told.into_iter().collect::<Result<Vec<_>, Broken>>()?.into_iter().flatten().collect())
    }

    /// One of the currencies in which a customer has something that nobody holds.
    async fn purse(&mut self, customer: &str) -> Result<Option<Purse>, Broken> {
        let Some(shown) = self.object(&credit_of(customer)).await? else { return Ok(None) };
        let balances = shown["balances"].as_array().into_iter().flatten();
        let free = |one: &Value| one["available"].as_u64().filter(|available| *available > 0);
        let purses: Vec<(u64, String)> = balances
            .filter_map(|one| Some((free(one)?, one["currency"].as_str().unwrap_or_default().to_owned())))
            .collect();
        let purse = self.chance.one(&purses).cloned();
        Ok(purse.map(|(available, currency)| Purse { customer: customer.to_owned(), currency, available }))
    }

    /// An order that credit pays, whole or in part, or but for too little.
    fn order_with_credit(&mut self, member: &Member, purse: &Purse) -> Value {
        let there = purse.available;
        let amount = match self.chance.below(20) {
            0..5 => 1 + self.chance.below(there),
            5..7 => there,
            7..9 => there + 1 + self.chance.below(49),
            _ => there + 50 + self.chance.below(5_000),
        };
        let mut body = self.order_of(member);
        body["currency"] = json!(purse.currency);
        body["amount"] = json!(in_steps(amount, &purse.currency));
        body["useStoreCredit"] = json!(true);
        body
    }

    /// Creates a payment, which uses no more than it is of; whether it waits for nobody any more its status says.
    async fn created(&mut self, path: &str, body: &Value) -> Result<Option<Value>, Broken> {
        let ask = self.post(path, body);
        let Some(payment) = self.object(&ask).await? else { return Ok(None) };
        adds_up(&body["amount"], &payment)?;
        Ok(Some(payment))
    }

    /// A payment that is charged at once for what credit leaves, and now and then a discount before it.
    async fn pay_with_credit(&mut self, member: &Member, (purse, account): (&Purse, &str)) -> Result<(), Broken> {
        let mut body = self.order_with_credit(member, purse);
        if self.chance.percent(20)
            && let Some(Known { id: reward, .. }) = self.reward().await?
        {
            let ask = self.post("/v1/loyalty/redemptions", &json!({"account": account, "rewardId": reward}));
            let redeemed = self.object(&ask).await?.filter(|redeemed| redeemed["status"] == "issued");
            body["redemptions"] = redeemed.map_or_else(|| json!([]), |redeemed| json!([redeemed["id"]]));
        }
        body["paymentMethod"] = json!(self.card_beside_credit());
        let how = if self.chance.percent(15) { "offSession" } else { "confirm" };
        body[how] = json!(true);
        let Some(payment) = self.created("/v1/payments", &body).await? else { return Ok(()) };
        self.answer_challenge(&payment).await?;
        self.give_credit_back(&payment).await
    }

    fn card_beside_credit(&self) -> String {
        format!("pm_test_{}", self.chance.one(&CARDS).copied().unwrap_or("4242"))
    }

    /// A payment that is held, and captured in whole or in part, cancelled, both at once, or left to lapse.
    async fn hold_with_credit(&mut self, member: &Member, purse: &Purse) -> Result<(), Broken> {
        let mut body = self.order_with_credit(member, purse);
        body["paymentMethod"] = json!("pm_test_4242");
        body["confirm"] = json!(true);
        body["captureMethod"] = json!("manual");
        let Some(payment) = self.created("/v1/payments", &body).await? else { return Ok(()) };
        let most = payment["amountCapturable"].as_u64().unwrap_or_default().max(1);
        let part = if self.chance.percent(60) {
            json!({"amount": in_steps(1 + self.chance.below(most), &purse.currency)})
        } else {
            json!({})
        };
        let capture = self.post(format!("/v1/payments/{}/capture", id(&payment)), &part);
        let cancel = self.post(format!("/v1/payments/{}/cancel", id(&payment)), &json!({}));
        match self.chance.below(7) {
            0..3 => drop(self.tell(&capture).await?),
            3 => drop(self.tell(&cancel).await?),
            4 => {
                let later = self.post("/v1/test/clock/advance", &json!({"seconds": LAPSES_S}));
                self.tell(&later).await?;
            }
            // It lapses by itself.
            5 => {}
            _ => self.not_both(&capture, "completed", &cancel, "cancelled").await?,
        }
        self.give_credit_back(&payment).await
    }

    /// A payment that waits for its buyer, who comes, comes too late, fails until nobody may try again, or never comes.
    async fn wait_with_credit(&mut self, member: &Member, purse: &Purse) -> Result<(), Broken> {
        let body = self.order_with_credit(member, purse);
        let path = if self.chance.percent(25) { "/v1/payments/sessions" } else { "/v1/payments" };
        let Some(payment) = self.created(path, &body).await? else { return Ok(()) };
        let mut confirm = json!({"paymentMethodId": self.card_beside_credit()});
        if payment["amount"] != 0 {
            confirm["amount"] = payment["amount"].clone();
        }
        let confirm = self.post(format!("/v1/payments/{}/confirm", id(&payment)), &confirm);
        let cancel = self.post(format!("/v1/payments/{}/cancel", id(&payment)), &json!({}));
        let closes = self.post("/v1/test/clock/advance", &json!({"to": payment["expiresAt"]}));
        match self.chance.below(10) {
            0 => drop(self.tell(&cancel).await?),
            1 => drop(self.tell(&closes).await?),
            2 => self.try_until_over(&payment).await?,
            3 | 4 => match payment["checkoutUrl"].as_str() {
                Some(page) if payment["status"] == "pending" => self.buy(page).await?,
                Some(_) | None => {}
            },
            5 => self.at_once(&confirm, &closes).await?,
            6 | 7 => self.not_both(&confirm, "completed", &cancel, "cancelled").await?,
            _ => drop(self.tell(&confirm).await?),
        }
        self.give_credit_back(&payment).await
    }

    /// Every attempt fails, up to the last that there is; then somebody else may use its credit.
    async fn try_until_over(&mut self, payment: &Value) -> Result<(), Broken> {
        for _ in 0..FAILURES_MAX {
            let body = json!({"paymentMethodId": "pm_test_0002"});
            let confirm = self.post(format!("/v1/payments/{}/confirm", id(payment)), &body);
            let Some(tried) = self.object(&confirm).await? else { return Ok(()) };
            if tried["failureCount"].as_u64() >= Some(u64::from(FAILURES_MAX)) && tried["creditApplied"] != 0 {
                return Err(format!("nobody can pay it, and it keeps its credit: {tried}"));
            }
        }
        Ok(())
    }

    async fn at_once(&self, one: &Ask, other: &Ask) -> Result<(), Broken> {
        let pause = self.chance.millis(25);
        let late = async {
            sleep(pause).await;
            self.tell(other).await
        };
        let (one, other) = join(self.tell(one), late).await;
        one.and(other).map(drop)
    }

    /// Orders at once that use the same credit: together they have no more of it than was ever given.
    async fn race_for_credit(&mut self, member: &Member, purse: &Purse) -> Result<(), Broken> {
        let mut orders = Vec::new();
        for _ in 0..2 + self.chance.below(3) {
            let mut body = self.order_with_credit(member, purse);
            if self.chance.percent(70) {
                body["paymentMethod"] = json!("pm_test_4242");
                body["confirm"] = json!(true);
            }
            orders.push((body["amount"].clone(), self.post("/v1/payments", &body)));
        }
        let client = &*self;
        let told = join_all(orders.iter().map(|(_, ask)| async move {
            // Some come while the commit of another is under way, and have not seen it.
            sleep(client.chance.millis(15)).await;
            client.object(ask).await
        }));
        let told = told.await;
        let mut made = Vec::new();
        for ((asked, _), payment) in orders.iter().zip(told) {
            if let Some(payment) = payment? {
                adds_up(asked, &payment)?;
                made.push(payment);
            }
        }
        // All of them are there by now: what the first one still has when it is read, all have at that moment.
        let mut used = 0;
        for payment in &made {
            let ask = Client::bare("GET", format!("/v1/payments/{}", id(payment)), "");
            let Some(shown) = self.object(&ask).await? else { return Ok(()) };
            used += shown["creditApplied"].as_i64().unwrap_or_default();
        }
        let Some(moved) = self.look_at_credit(&purse.customer).await? else { return Ok(()) };
        let own = moved.iter().filter(|one| one["currency"] == purse.currency.as_str());
        let given: i64 = own.filter_map(|one| one["amount"].as_i64()).filter(|amount| *amount > 0).sum();
        if used > given {
            return Err(format!("{given} of credit were given, and {made:?} use {used}"));
        }
        match self.chance.one(&made).cloned() {
            Some(payment) => self.give_credit_back(&payment).await,
            None => Ok(()),
        }
    }

    /// What was paid goes back, in parts or whole, in turn or at once, and now and then its bank takes some of it.
    async fn give_credit_back(&mut self, payment: &Value) -> Result<(), Broken> {
        let ask = Client::bare("GET", format!("/v1/payments/{}", id(payment)), "");
        let shown = self.object(&ask).await?.filter(|shown| shown["status"] == "completed");
        let Some(shown) = shown.filter(|_| self.chance.percent(60)) else { return Ok(()) };
        let [money, credit] = ["amountCaptured", "creditApplied"].map(|name| shown[name].as_u64().unwrap_or_default());
        let (whole, parts) = (money + credit, 1 + self.chance.below(4));
        // A discount took all of it.
        if whole == 0 {
            return Ok(());
        }
        let mut asks = Vec::new();
        for _ in 0..parts {
            let part = if self.chance.percent(60) { whole.div_ceil(parts) } else { 1 + self.chance.below(whole) };
            asks.push(self.refund_of(&shown, Some(part)));
        }
        if self.chance.percent(60) {
            // All that is left.
            asks.push(self.refund_of(&shown, None));
        }
        if money > 0 && self.chance.percent(15) {
            asks.push(self.dispute_of(&shown, money));
        }
        self.tell_all(&asks).await?;
        self.answer_disputes(&shown).await?;
        self.never_more_than_paid(&shown, credit).await
    }

    /// Refunds give back no more than was paid, and of credit no more than was used; what they gave is told once.
    async fn never_more_than_paid(&self, payment: &Value, credit: u64) -> Result<(), Broken> {
        let own = format!("paymentId={}&limit=100", id(payment));
        let list = Client::bare("GET", format!("/v1/refunds?{own}"), "");
        let Some(refunds) = self.object(&list).await? else { return Ok(()) };
        let list = Client::bare("GET", format!("/v1/loyalty/credit/transactions?{own}"), "");
        let Some(moved) = self.object(&list).await? else { return Ok(()) };
        let sum = |page: &Value, name: &str, which: (&str, &[&str])| -> i64 {
            let all = page["data"].as_array().into_iter().flatten();
            let those = all.filter(|one| which.1.iter().any(|word| one[which.0] == *word));
            those.filter_map(|one| one[name].as_i64()).sum()
        };
        let standing = ("status", &["pending", "succeeded"][..]);
        let paid = payment["amountCaptured"].as_i64().unwrap_or_default() + i64::try_from(credit).unwrap_or(i64::MAX);
        let [back, of_credit] = ["amount", "creditAmount"].map(|name| sum(&refunds, name, standing));
        let given = sum(&refunds, "creditAmount", ("status", &["succeeded"]));
        let [spent, told] = ["spend", "refund"].map(|kind| sum(&moved, "amount", ("type", &[kind])));
        let is_within = back <= paid && of_credit <= -spent && spent == -i64::try_from(credit).unwrap_or(i64::MAX);
        // Refunds that arrived after their list was read are among the transactions.
        if is_within && (given..=-spent).contains(&told) {
            return Ok(());
        }
        Err(format!("{back} went back of {payment}, of that {of_credit} as credit: {refunds} {moved}"))
    }

    /// What a customer has, and how it came to that; what moved it, newest first, if that is one page.
    async fn look_at_credit(&self, customer: &str) -> Result<Option<Vec<Value>>, Broken> {
        let Some(shown) = self.object(&credit_of(customer)).await? else { return Ok(None) };
        for one in shown["balances"].as_array().into_iter().flatten() {
            let [balance, held, free] = ["balance", "held", "available"].map(|name| one[name].as_i64().unwrap_or(-1));
            if !(0..=balance).contains(&held) || free != balance - held {
                return Err(format!("{customer} has what nobody can have: {shown}"));
            }
        }
        let list = Client::bare("GET", format!("/v1/loyalty/credit/transactions?customerId={customer}&limit=100"), "");
        let Some(mut page) = self.object(&list).await? else { return Ok(None) };
        let moved: Vec<Value> = page["data"].as_array_mut().map(std::mem::take).unwrap_or_default();
        for currency in ["EUR", "JPY", "KWD"] {
            let own: Vec<&Value> = moved.iter().filter(|one| one["currency"] == currency).collect();
            follow_one_another(&own, "amount")?;
        }
        if let Some(one) = self.chance.one(&moved).filter(|_| self.chance.percent(25)) {
            let path = format!("/v1/loyalty/credit/transactions/{}", id(one));
            match self.object(&Client::bare("GET", path, "")).await? {
                Some(again) if again != *one => return Err(format!("{one} became {again}")),
                Some(_) | None => {}
            }
        }
        Ok(page["page"]["nextCursor"].is_null().then_some(moved))
    }
}

fn credit_of(customer: &str) -> Ask {
    Client::bare("GET", format!("/v1/loyalty/credit?customerId={customer}"), "")
}

/// An amount that cards can be charged with.
fn in_steps(amount: u64, currency: &str) -> u64 {
    let step = if currency == "KWD" { 10 } else { 1 };
    amount.div_ceil(step) * step
}
