//! Payments: with tokens, on the hosted page, held and captured, and raced.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Client;
use crate::world::{Ask, Broken, Said};

/// Cards that behave differently, by their last digits.
pub(super) const CARDS: [&str; 8] = ["4242", "4242", "0002", "9995", "3220", "3063", "0077", "0341"];
/// Numbers that buyers type.
pub(super) const NUMBERS: [&str; 5] =
    ["4242424242424242", "4242424242424242", "4000000000000002", "4000000000003220", "4242424242424241"];

/// Accounts that buyers give: two pay, one has no money, one is closed.
pub(super) const IBANS: [&str; 4] =
    ["DE89370400440532013000", "NL91ABNA0417164300", "DE62370400440532013001", "DE35370400440532013002"];

impl Client {
    /// What creates a payment; each has an order of its own.
    pub(super) fn order(&mut self) -> Value {
        self.count += 1;
        let order = format!("{}-{}", self.name, self.count);
        self.book.ordered(&order);
        let currency = if self.chance.percent(80) { "EUR" } else { "JPY" };
        json!({"amount": 1 + self.chance.below(100_000), "currency": currency, "metadata": {"order": order}})
    }

    fn card(&self) -> String {
        format!("pm_test_{}", self.chance.one(&CARDS).copied().unwrap_or("4242"))
    }

    pub(super) async fn pay_with_token(&mut self) -> Result<(), Broken> {
        let mut body = self.order();
        body["paymentMethod"] = json!(self.card());
        body["confirm"] = json!(true);
        if let Some(customer) = self.chance.one(&self.customers)
            && self.chance.percent(50)
        {
            body["customerId"] = json!(customer);
            body["savePaymentMethod"] = json!(self.chance.percent(60));
        }
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        self.answer_challenge(&payment).await
    }

    /// The buyer answers the bank, or does not.
    pub(super) async fn answer_challenge(&mut self, payment: &Value) -> Result<(), Broken> {
        if payment["status"] != "requires_authentication" || self.chance.percent(30) {
            return Ok(());
        }
        let result = if self.chance.percent(70) { "succeed" } else { "fail" };
        if self.chance.percent(50) {
            let page = payment["authenticationUrl"].as_str().unwrap_or_default();
            return self.tell(&Client::browse(page, &format!("result={result}"))).await.map(drop);
        }
        let path = format!("/v1/test/payments/{}/authenticate", id(payment));
        let ask = self.post(path, &json!({"result": result}));
        self.tell(&ask).await.map(drop)
    }

    /// A buyer on the page: types, is declined, tries another card, answers the bank, or leaves.
    pub(super) async fn pay_on_page(&mut self) -> Result<(), Broken> {
        let mut body = self.order();
        body["returnUrl"] = json!("https://shop.example/thanks");
        body["savePaymentMethod"] = json!(self.chance.percent(30));
        if let Some(customer) = self.chance.one(&self.customers) {
            body["customerId"] = json!(customer);
        }
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        let page = payment["checkoutUrl"].as_str().unwrap_or_default().to_owned();
        for _ in 0..3 {
            if self.chance.percent(10) || self.tell(&Client::browse(&page, "")).await?.is_none() {
                return Ok(());
            }
            let form = self.typed();
            let Some(said) = self.tell(&Client::browse(&page, &form)).await? else { return Ok(()) };
            if said.status == 303 {
                self.tell(&Client::browse(&said.location, "")).await?;
            }
            let shown = self.object(&Client::bare("GET", format!("/v1/payments/{}", id(&payment)), "")).await?;
            let Some(shown) = shown else { return Ok(()) };
            self.answer_challenge(&shown).await?;
            if shown["status"] != "failed" && shown["status"] != "pending" {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What a buyer sends: a card mostly, an account, or the wish to pay at their bank.
    fn typed(&self) -> String {
        let paying = match self.chance.below(10) {
            0..2 => "method=ideal".to_owned(),
            2..4 => {
                let iban = self.chance.one(&IBANS).copied().unwrap_or_default();
                format!("method=sepa_debit&iban={iban}&holder=Ada")
            }
            _ => {
                let number = self.chance.one(&NUMBERS).copied().unwrap_or_default();
                format!("method=new&number={number}&expiry=12%2F31&cvc=123&name=Ada")
            }
        };
        format!("{paying}&email=ada%40buyer.example")
    }

    /// An authorization that is captured, or cancelled, or both at once.
    pub(super) async fn hold(&mut self) -> Result<(), Broken> {
        let mut body = self.order();
        body["paymentMethod"] = json!("pm_test_4242");
        body["confirm"] = json!(true);
        body["captureMethod"] = json!("manual");
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        let most = payment["amountCapturable"].as_u64().unwrap_or(1);
        let part = match self.chance.below(10) {
            0..3 => json!({"amount": payment["amount"]}),
            // The rest of the hold is released.
            3..6 => json!({"amount": 1 + self.chance.below(most)}),
            _ => json!({}),
        };
        let capture = self.post(format!("/v1/payments/{}/capture", id(&payment)), &part);
        let cancel = self.post(format!("/v1/payments/{}/cancel", id(&payment)), &json!({}));
        match self.chance.below(5) {
            0 => self.tell(&capture).await.map(drop),
            1 => self.tell(&cancel).await.map(drop),
            // The hold lapses by itself.
            2 => Ok(()),
            _ => self.not_both(&capture, "completed", &cancel, "cancelled").await,
        }
    }

    /// A payment that is charged and given up at once.
    pub(super) async fn confirm_or_cancel(&mut self) -> Result<(), Broken> {
        let body = self.order();
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        let confirm = json!({"paymentMethodId": self.card()});
        let confirm = self.post(format!("/v1/payments/{}/confirm", id(&payment)), &confirm);
        let cancel = self.post(format!("/v1/payments/{}/cancel", id(&payment)), &json!({}));
        self.not_both(&confirm, "completed", &cancel, "cancelled").await
    }

    /// Two requests at once of which only one can come out so.
    pub(super) async fn not_both(&self, one: &Ask, first: &str, other: &Ask, second: &str) -> Result<(), Broken> {
        let pause = self.chance.millis(20);
        let late = async {
            sleep(pause).await;
            self.tell(other).await
        };
        let (one, other) = join(self.tell(one), late).await;
        let (one, other) = (one?, other?);
        let is = |said: &Option<Said>, status: &str| {
            let shown = said.as_ref().filter(|said| said.status == 200);
            let shown = shown.and_then(|said| serde_json::from_str::<Value>(&said.text).ok());
            shown.is_some_and(|payment| payment["status"] == status)
        };
        if is(&one, first) && is(&other, second) {
            return Err(format!("a payment was {first} and {second}: {one:?} {other:?}"));
        }
        Ok(())
    }

    /// A payment that is charged a moment before, when, and a moment after its checkout closes.
    pub(super) async fn confirm_at_the_bell(&mut self) -> Result<(), Broken> {
        let body = self.order();
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        let Some(before) = just_before(payment["expiresAt"].as_str().unwrap_or_default()) else { return Ok(()) };
        let ask = self.post("/v1/test/clock/advance", &json!({"to": before}));
        if self.object(&ask).await?.is_none() {
            return Ok(());
        }
        let confirm = json!({"paymentMethodId": "pm_test_0002"});
        let path = format!("/v1/payments/{}/confirm", id(&payment));
        let asks: Vec<Ask> = (0..12).map(|_| self.post(path.clone(), &confirm)).collect();
        let client = &*self;
        let told = asks.iter().zip(0..).map(|(ask, ms)| async move {
            sleep(Duration::from_millis(ms * 2)).await;
            client.tell(ask).await
        });
        join_all(told).await.into_iter().try_for_each(|said| said.map(drop))
    }
}

/// The id of an object.
pub(super) fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_default()
}

/// Some milliseconds before a moment that has milliseconds of its own.
fn just_before(moment: &str) -> Option<String> {
    let (rest, millis) = moment.strip_suffix('Z')?.split_once('.')?;
    let millis = millis.parse::<u32>().ok()?.checked_sub(12)?;
    Some(format!("{rest}.{millis:03}Z"))
}
