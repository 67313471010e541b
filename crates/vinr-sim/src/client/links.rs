//! Payment links: paid by many at once, changed, switched off and counted meanwhile.

use futures_util::future::{join, join_all};
use serde_json::json;

use super::Client;
use super::payments::id;
use crate::world::{Ask, Broken};

/// A link that its merchant gave to buyers.
#[derive(Debug, Clone)]
pub(super) struct Link {
    id: String,
    url: String,
    reusable: bool,
}

impl Client {
    /// Some buyers come to a link at once; its merchant may change it at the same time.
    pub(super) async fn pay_by_link(&mut self) -> Result<(), Broken> {
        let known = self.chance.one(&self.links).filter(|_| self.chance.percent(40)).cloned();
        let made = if known.is_some() { None } else { self.new_link().await? };
        let Some(link) = known.or(made) else { return Ok(()) };
        let change = if self.chance.percent(30) { Some(self.change(&link)) } else { None };
        let client = &*self;
        let visits = (0..=client.chance.below(4)).map(|_| client.visit(&link.url));
        let changed = async {
            match &change {
                Some(change) => client.tell(change).await.map(drop),
                None => Ok(()),
            }
        };
        let (visits, changed) = join(join_all(visits), changed).await;
        visits.into_iter().chain([changed]).collect::<Result<(), Broken>>()?;
        self.never_more_than_made_for(&link).await
    }

    async fn new_link(&mut self) -> Result<Option<Link>, Broken> {
        let currency = if self.chance.percent(80) { "EUR" } else { "JPY" };
        let mut body = json!({"amount": 1 + self.chance.below(50_000), "currency": currency});
        match self.chance.below(6) {
            // For one payment.
            0 | 1 => {}
            2 => body["reusable"] = json!(true),
            _ => body["maxPayments"] = json!(1 + self.chance.below(3)),
        }
        let ask = self.post("/v1/payment-links", &body);
        let Some(made) = self.object(&ask).await? else { return Ok(None) };
        let (id, url) = (id(&made).to_owned(), made["url"].as_str().unwrap_or_default().to_owned());
        let link = Link { id, url, reusable: made["reusable"] == true };
        self.links.push(link.clone());
        Ok(Some(link))
    }

    fn change(&self, link: &Link) -> Ask {
        let body = match self.chance.below(5) {
            0 => json!({"active": false}),
            1 | 2 => json!({"active": true}),
            3 if link.reusable => json!({"maxPayments": 1 + self.chance.below(4)}),
            _ => json!({"description": "for the choir"}),
        };
        Client::bare("PATCH", format!("/v1/payment-links/{}", link.id), &body.to_string())
    }

    /// A buyer looks, presses the button, and pays on the page it leads to, or leaves.
    async fn visit(&self, url: &str) -> Result<(), Broken> {
        tokio::time::sleep(self.chance.millis(40)).await;
        if self.chance.percent(30) {
            self.tell(&Client::browse(url, "")).await?;
        }
        let Some(said) = self.tell(&Client::browse(url, "go=1")).await? else { return Ok(()) };
        // A link that is closed leads to its own page, which says so; and a buyer may think better of it.
        if said.location.contains("/checkout/") && self.chance.percent(85) {
            return self.buy(&said.location).await;
        }
        Ok(())
    }

    /// Whatever raced, a link shows no more payments than it was made for.
    async fn never_more_than_made_for(&self, link: &Link) -> Result<(), Broken> {
        let ask = Client::bare("GET", format!("/v1/payment-links/{}", link.id), "");
        let Some(shown) = self.object(&ask).await? else { return Ok(()) };
        let [most, brought] = ["maxPayments", "completedPayments"].map(|name| shown[name].as_u64());
        if most.is_some() && brought > most {
            return Err(format!("a link brought more payments than it was made for: {shown}"));
        }
        Ok(())
    }
}
