//! Card fields on a merchant's page: a payment that a browser reads and confirms with a client secret.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Client;
use super::payments::{NUMBERS, id};
use super::tokens::card;
use crate::world::{Ask, Broken, Who};

/// What a browser has of a payment.
struct Session {
    payment: String,
    secret: String,
}

impl Client {
    /// A payment in card fields; another tab, or the merchant, may be quicker.
    pub(super) async fn pay_in_fields(&mut self) -> Result<(), Broken> {
        let mut body = self.order();
        if let Some(customer) = self.chance.one(&self.customers)
            && self.chance.percent(50)
        {
            body["customerId"] = json!(customer);
            body["savePaymentMethod"] = json!(self.chance.percent(60));
        }
        let ask = self.post("/v1/payments/sessions", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        let secret = payment["clientSecret"].as_str().unwrap_or_default().to_owned();
        let session = Session { payment: id(&payment).to_owned(), secret: secret.clone() };
        let other = std::mem::replace(&mut self.secret, secret);
        self.opens_nothing_else(&session, other).await?;
        for _ in 0..2 {
            self.look(&session).await?;
            if self.chance.percent(50) {
                self.confirm_with_token(&session).await?;
            } else {
                self.confirm_in_frame(&session).await?;
            }
            if self.chance.percent(60) {
                break;
            }
        }
        self.look(&session).await.map(drop)
    }

    /// The card is tokenised, and the payment confirmed with it, by two tabs at once now and then.
    async fn confirm_with_token(&mut self, session: &Session) -> Result<(), Broken> {
        let number = self.chance.one(&NUMBERS[..4]).copied().unwrap_or_default();
        let mut body = json!({"type": "card", "card": card(number)});
        if self.chance.percent(50) {
            body["clientSecret"] = json!(session.secret);
        }
        let ask = session.asks(self.post("/v1/payment-methods", &body));
        let Some(method) = self.object(&ask).await? else { return Ok(()) };
        let body = json!({"paymentMethodId": method["id"]});
        let path = format!("/v1/payments/{}", session.payment);
        let tabs = 1 + usize::from(self.chance.percent(20));
        let confirms: Vec<Ask> = (0..tabs).map(|_| session.asks(self.post(format!("{path}/confirm"), &body))).collect();
        let (cancel, given_up) = (self.post(format!("{path}/cancel"), &json!({})), self.chance.percent(15));
        let (client, pause) = (&*self, self.chance.millis(20));
        let told = join_all(confirms.iter().map(|ask| client.tell(ask)));
        let late = async {
            sleep(pause).await;
            if given_up { client.tell(&cancel).await.map(drop) } else { Ok(()) }
        };
        let (told, late) = join(told, late).await;
        late?;
        for said in told {
            if let Some(said) = said?.filter(|said| said.status == 200) {
                self.pass_frame(&serde_json::from_str(&said.text).unwrap_or_default()).await?;
            }
        }
        Ok(())
    }

    /// The form of the server's own frame.
    async fn confirm_in_frame(&self, session: &Session) -> Result<(), Broken> {
        let number = self.chance.one(&NUMBERS).copied().unwrap_or_default();
        let form = format!("number={number}&expiry=12%2F31&cvc=123&name=Ada&email=ada%40buyer.example");
        let ask =
            session.asks(Ask { method: "POST", path: "/elements/v1/confirm".into(), body: form, ..Ask::default() });
        let Some(said) = self.tell(&ask).await?.filter(|said| said.status == 200) else { return Ok(()) };
        let tried: Value = serde_json::from_str(&said.text).unwrap_or_default();
        self.pass_frame(&tried["payment"]).await
    }

    /// The bank's question in its frame.
    async fn pass_frame(&self, payment: &Value) -> Result<(), Broken> {
        let Some(page) = payment["authenticationUrl"].as_str().filter(|_| self.chance.percent(80)) else {
            return Ok(());
        };
        let result = if self.chance.percent(70) { "succeed" } else { "fail" };
        self.tell(&Client::browse(page, &format!("result={result}"))).await.map(drop)
    }

    /// A client secret opens its payment until that is over, and not a moment longer.
    async fn look(&self, session: &Session) -> Result<(), Broken> {
        let in_frame = self.chance.percent(40);
        let (method, path) = if in_frame {
            ("POST", "/elements/v1/session".to_owned())
        } else {
            ("GET", format!("/v1/payments/{}", session.payment))
        };
        let ask = session.asks(Ask { method, path, ..Ask::default() });
        let Some(said) = self.tell(&ask).await?.filter(|said| said.status == 200) else { return Ok(()) };
        let shown: Value = serde_json::from_str(&said.text).unwrap_or_default();
        let payment = if in_frame { &shown["payment"] } else { &shown };
        match payment["status"].as_str() {
            Some("pending" | "processing" | "requires_authentication" | "requires_action" | "failed") => Ok(()),
            _ => Err(format!("a client secret opened what was over: {shown}")),
        }
    }

    /// Another payment's secret opens nothing.
    async fn opens_nothing_else(&self, session: &Session, other: String) -> Result<(), Broken> {
        let who = Who::Fields(other);
        let ask = Ask { who, ..Client::bare("GET", format!("/v1/payments/{}", session.payment), "") };
        match self.tell(&ask).await? {
            Some(said) if said.status == 200 => Err(format!("another client secret opened {}", said.text)),
            Some(_) | None => Ok(()),
        }
    }
}

impl Session {
    /// The same request, from card fields with this session's secret.
    fn asks(&self, ask: Ask) -> Ask {
        Ask { who: Who::Fields(self.secret.clone()), ..ask }
    }
}
