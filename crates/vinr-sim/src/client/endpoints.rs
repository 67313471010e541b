//! Webhook endpoints that come, change and go while events flow.

use serde_json::json;

use super::Client;
use super::payments::id;
use crate::world::Broken;

/// What endpoints ask for.
const WANTED: [&[&str]; 4] =
    [&["*"], &["payment.*"], &["payment.completed", "payment.failed"], &["customer.*", "webhook_endpoint.*"]];

impl Client {
    /// A new endpoint at an address of its own.
    pub(crate) async fn new_endpoint(&mut self) -> Result<(), Broken> {
        self.count += 1;
        let url = format!("http://{}-{}.example/hook", self.name, self.count);
        let events = self.chance.one(&WANTED).copied().unwrap_or(WANTED[0]);
        let ask = self.post("/v1/webhooks", &json!({"url": url, "enabledEvents": events}));
        if let Some(endpoint) = self.object(&ask).await? {
            self.endpoints.push(id(&endpoint).to_owned());
        }
        Ok(())
    }

    pub(super) async fn keep_endpoints(&mut self) -> Result<(), Broken> {
        let Some(endpoint) = self.chance.one(&self.endpoints).cloned() else { return self.new_endpoint().await };
        let path = format!("/v1/webhooks/{endpoint}");
        let change = |body: serde_json::Value| Client::bare("PATCH", path.clone(), &body.to_string());
        let ask = match self.chance.below(9) {
            0 | 1 => return self.new_endpoint().await,
            2 => change(json!({"status": "disabled"})),
            3 | 4 => change(json!({"status": "enabled"})),
            5 => change(json!({"enabledEvents": self.chance.one(&WANTED).copied().unwrap_or(WANTED[0])})),
            6 => self.post(format!("{path}/rotate-secret"), &json!({"overlapHours": self.chance.below(3)})),
            7 => self.post(format!("{path}/test"), &json!({})),
            _ => {
                self.endpoints.retain(|one| *one != endpoint);
                Client::bare("DELETE", path, "")
            }
        };
        self.tell(&ask).await.map(drop)
    }
}
