//! Cards that a merchant's program tokenises itself, which only a merchant with an attestation may.

use serde_json::{Value, json};

use super::Client;
use super::payments::NUMBERS;
use crate::world::Broken;

impl Client {
    /// A card number over the API, and a charge of what comes of it.
    pub(super) async fn tokenise(&mut self) -> Result<(), Broken> {
        let number = self.chance.one(&NUMBERS[..4]).copied().unwrap_or_default();
        let mut body = json!({"type": "card", "card": card(number)});
        let customer = self.chance.one(&self.customers).filter(|_| self.chance.percent(50)).cloned();
        if let Some(customer) = &customer {
            body["customerId"] = json!(customer);
        }
        let ask = self.post("/v1/payment-methods", &body);
        let Some(said) = self.tell(&ask).await? else { return Ok(()) };
        let may = self.world.accounts[self.account].attested;
        if may == said.text.contains("pci_attestation_required") || (said.status == 200 && !may) {
            return Err(format!("attested {may}, and a card number was answered with {} {}", said.status, said.text));
        }
        let Some(method) = Some(said).filter(|said| said.status == 200) else { return Ok(()) };
        let method: Value = serde_json::from_str(&method.text).unwrap_or_default();
        let mut body = self.order();
        body["paymentMethodId"] = method["id"].clone();
        body["confirm"] = json!(true);
        if let Some(customer) = &customer {
            body["customerId"] = json!(customer);
            body["offSession"] = json!(self.chance.percent(50));
        }
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        self.answer_challenge(&payment).await
    }
}

/// A card as the API takes it.
pub(super) fn card(number: &str) -> Value {
    json!({"number": number, "expMonth": 12, "expYear": 2031, "cvc": "123"})
}
