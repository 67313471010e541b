//! Reads: lists page by page, events as they come, balances.

use serde_json::{Value, json};

use super::Client;
use super::payments::id;
use crate::world::{Ask, Broken, Who};

impl Client {
    pub(super) async fn read(&mut self) -> Result<(), Broken> {
        match self.chance.below(5) {
            0 => self.page_through().await,
            1 => self.tell(&Client::bare("GET", "/v1/balance", "")).await.map(drop),
            2 => self.redeliver().await,
            3 => self.read_with_less().await,
            _ => self.follow_events().await,
        }
    }

    /// Every page goes on where the last one ended, newest first, whatever is written meanwhile.
    async fn page_through(&self) -> Result<(), Broken> {
        let mut path = "/v1/payments?limit=7".to_owned();
        let mut last: Option<(String, String)> = None;
        for _ in 0..4 {
            let Some(page) = self.object(&Client::bare("GET", path, "")).await? else { return Ok(()) };
            for one in page["data"].as_array().into_iter().flatten() {
                let here = (one["created_at"].as_str().unwrap_or_default().to_owned(), id(one).to_owned());
                if last.as_ref().is_some_and(|last| comparable(&here.0) > comparable(&last.0) || *last == here) {
                    return Err(format!("a list goes from {last:?} to {here:?}"));
                }
                last = Some(here);
            }
            let Some(cursor) = page["page"]["nextCursor"].as_str() else { return Ok(()) };
            path = format!("/v1/payments?limit=7&startingAfter={cursor}");
        }
        Ok(())
    }

    /// A consumer that remembers the last number misses nothing.
    async fn follow_events(&mut self) -> Result<(), Broken> {
        let wait = self.chance.below(3);
        let path = format!("/v1/events?after={}&wait={wait}&limit=20", self.seen);
        let Some(page) = self.object(&Client::bare("GET", path, "")).await? else { return Ok(()) };
        for event in page["data"].as_array().into_iter().flatten() {
            self.seen += 1;
            if event["sequence"] != self.seen {
                return Err(format!("event {} is missing before {event}", self.seen));
            }
        }
        Ok(())
    }

    /// A key that reads payments reads them, and does nothing else; one for browsers does not even read.
    async fn read_with_less(&mut self) -> Result<(), Broken> {
        let list = Ask { who: Who::Reader, ..Client::bare("GET", "/v1/payments?limit=3", "") };
        if let Some(said) = self.tell(&list).await?
            && said.status != 200
        {
            return Err(format!("a key that reads payments was answered {} {}", said.status, said.text));
        }
        let body = json!({"amount": 1, "currency": "EUR", "paymentMethodId": "pm_test_4242", "confirm": true});
        let pay = self.post("/v1/payments", &body);
        let fields = Who::Fields(self.secret.clone());
        let forbidden =
            [Ask { who: Who::Reader, ..pay.clone() }, Ask { who: fields.clone(), ..pay }, Ask { who: fields, ..list }];
        for ask in forbidden {
            if let Some(said) = self.tell(&ask).await?
                && said.status != 403
            {
                return Err(format!("{ask:?} was answered {} {}", said.status, said.text));
            }
        }
        Ok(())
    }

    /// Somebody wants an old event once more.
    async fn redeliver(&mut self) -> Result<(), Broken> {
        let list: Option<Value> = self.object(&Client::bare("GET", "/v1/events?limit=5", "")).await?;
        let event = list.and_then(|list| self.chance.one(list["data"].as_array()?).map(|event| id(event).to_owned()));
        let Some(event) = event else { return Ok(()) };
        let ask = self.post(format!("/v1/events/{event}/redeliver"), &json!({}));
        self.tell(&ask).await.map(drop)
    }
}

/// A moment as a text that sorts like it: milliseconds are shown only where there are any.
fn comparable(moment: &str) -> String {
    let text = moment.trim_end_matches('Z');
    if text.contains('.') { text.to_owned() } else { format!("{text}.000") }
}
