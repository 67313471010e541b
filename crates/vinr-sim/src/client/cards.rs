//! Customers, setups, saved cards and saved bank accounts.

use futures_util::future::join;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Client;
use super::payments::{IBANS, NUMBERS, id};
use crate::world::Broken;

impl Client {
    pub(super) async fn keep_customers(&mut self) -> Result<(), Broken> {
        let Some(customer) = self.chance.one(&self.customers).cloned() else { return self.new_customer().await };
        match self.chance.below(10) {
            0..4 => self.new_customer().await,
            4..7 => {
                let body = json!({"name": format!("Ada {}", self.chance.below(100))}).to_string();
                self.tell(&Client::bare("PATCH", format!("/v1/customers/{customer}"), &body)).await.map(drop)
            }
            7..9 => self.tell(&Client::bare("GET", format!("/v1/customers/{customer}"), "")).await.map(drop),
            _ => {
                self.customers.retain(|one| *one != customer);
                self.tell(&Client::bare("DELETE", format!("/v1/customers/{customer}"), "")).await.map(drop)
            }
        }
    }

    async fn new_customer(&mut self) -> Result<(), Broken> {
        let body = json!({"email": format!("{}-{}@buyer.example", self.name, self.count), "name": "Ada"});
        let ask = self.post("/v1/customers", &body);
        let Some(customer) = self.object(&ask).await? else { return Ok(()) };
        self.customers.push(id(&customer).to_owned());
        // Most customers come with a card.
        let mut body = self.order();
        body["customerId"] = customer["id"].clone();
        body["paymentMethod"] = json!("pm_test_4242");
        body["confirm"] = json!(true);
        body["savePaymentMethod"] = json!(true);
        let ask = self.post("/v1/payments", &body);
        self.tell(&ask).await.map(drop)
    }

    /// A card or an account that is saved on its page.
    pub(super) async fn set_up(&mut self) -> Result<(), Broken> {
        let Some(customer) = self.chance.one(&self.customers).cloned() else { return self.new_customer().await };
        let ask = self.post(format!("/v1/customers/{customer}/setup-method"), &json!({}));
        let Some(setup) = self.object(&ask).await? else { return Ok(()) };
        if self.chance.percent(30) {
            return self.save_account(&setup).await;
        }
        let number = self.chance.one(&NUMBERS[..4]).copied().unwrap_or_default();
        if self.chance.percent(50) {
            let form = format!("number={number}&expiry=12%2F31&cvc=123&name=Ada");
            self.tell(&Client::browse(setup["checkoutUrl"].as_str().unwrap_or_default(), &form)).await?;
        } else {
            let ask = self.post(format!("/v1/test/setups/{}/pay", id(&setup)), &json!({"number": number}));
            self.tell(&ask).await?;
        }
        let shown = self.object(&Client::bare("GET", format!("/v1/setups/{}", id(&setup)), "")).await?;
        let challenged = shown.is_some_and(|shown| shown["status"] == "requires_authentication");
        if challenged && self.chance.percent(70) {
            let result = if self.chance.percent(70) { "succeed" } else { "fail" };
            let ask = self.post(format!("/v1/test/setups/{}/authenticate", id(&setup)), &json!({"result": result}));
            self.tell(&ask).await?;
        }
        Ok(())
    }

    /// An account is given with a mandate; some are closed.
    async fn save_account(&mut self, setup: &Value) -> Result<(), Broken> {
        let iban = self.chance.one(&IBANS).copied().unwrap_or_default();
        if self.chance.percent(50) {
            let form = format!("method=sepa_debit&iban={iban}&holder=Ada");
            let page = setup["checkoutUrl"].as_str().unwrap_or_default();
            return self.tell(&Client::browse(page, &form)).await.map(drop);
        }
        let body = json!({"iban": iban, "accountHolder": "Ada"});
        let ask = self.post(format!("/v1/test/setups/{}/debit", id(setup)), &body);
        self.tell(&ask).await.map(drop)
    }

    /// One of a customer's saved cards and accounts.
    async fn saved(&self, customer: &str) -> Result<Option<String>, Broken> {
        let list = self.object(&Client::bare("GET", format!("/v1/customers/{customer}/methods"), "")).await?;
        let methods: Vec<String> = list
            .iter()
            .filter_map(|list| list["data"].as_array())
            .flatten()
            .map(|method| id(method).to_owned())
            .collect();
        Ok(self.chance.one(&methods).cloned())
    }

    fn off_session(&mut self, customer: &str, method: Option<&str>) -> Value {
        let mut body = self.order();
        // Banks pay no other currency.
        body["currency"] = json!("EUR");
        body["customerId"] = json!(customer);
        body["offSession"] = json!(true);
        if let Some(method) = method {
            body["paymentMethodId"] = json!(method);
        }
        body
    }

    pub(super) async fn charge_saved(&mut self) -> Result<(), Broken> {
        let Some(customer) = self.chance.one(&self.customers).cloned() else { return self.new_customer().await };
        // The default is charged if none is named.
        let method = if self.chance.percent(50) { self.saved(&customer).await? } else { None };
        let body = self.off_session(&customer, method.as_deref());
        let ask = self.post("/v1/payments", &body);
        self.tell(&ask).await.map(drop)
    }

    /// A card or an account is taken away while it is charged; what is asked for after that answer never comes to
    /// anything.
    pub(super) async fn detach(&mut self) -> Result<(), Broken> {
        let Some(customer) = self.chance.one(&self.customers).cloned() else { return self.new_customer().await };
        let Some(method) = self.saved(&customer).await? else { return Ok(()) };
        let body = self.off_session(&customer, Some(&method));
        let charge = self.post("/v1/payments", &body);
        let detach = Client::bare("DELETE", format!("/v1/customers/{customer}/methods/{method}"), "");
        let pause = self.chance.millis(15);
        let late = async {
            sleep(pause).await;
            self.tell(&detach).await
        };
        let (charged, detached) = join(self.tell(&charge), late).await;
        charged?;
        if detached?.is_none_or(|said| said.status != 200) {
            return Ok(());
        }
        let body = self.off_session(&customer, Some(&method));
        let again = self.post("/v1/payments", &body);
        match self.tell(&again).await? {
            Some(said) if said.status == 200 => Err(format!("{method} was detached and then charged: {}", said.text)),
            Some(_) | None => Ok(()),
        }
    }
}
