//! `vinr events tail`: an account's events on the terminal, as they happen.

use vinr_core::money::{Currency, Money};

use crate::Failure;
use crate::cli::FollowOptions;
use crate::follow::{Event, Follower};
use crate::show::{Colour, Lines};

/// Prints events until it is stopped.
pub(crate) async fn run(options: FollowOptions, json: bool) -> Result<(), Failure> {
    let mut follower = Follower::start(options).await?;
    let lines = Lines::new(json);
    if !json {
        eprintln!("Events of {}; Ctrl-C ends.", follower.api.url);
    }
    loop {
        for event in follower.next().await? {
            // As JSON, the very bytes that were served.
            lines.print(&event.json, &words(&event, &lines))?;
        }
    }
}

fn words(event: &Event, lines: &Lines) -> String {
    let data = &event.data;
    let when = lines.painted(Colour::Faint, &event.created.rfc3339());
    let mut line = format!("{when}  {:>6}  {:<32}", event.sequence, event.kind);
    if let Some(id) = data["id"].as_str() {
        line.push_str("  ");
        line.push_str(id);
    }
    if let (Some(amount), Some(currency)) =
        (data["amount"].as_i64(), data["currency"].as_str().and_then(Currency::parse))
    {
        line.push_str("  ");
        line.push_str(&Money::new(amount, currency).display());
    }
    if let Some(status) = data["status"].as_str() {
        line.push_str("  ");
        line.push_str(status);
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vinr_core::time::Timestamp;

    use super::*;

    #[test]
    fn a_line_says_what_happened_to_what() {
        let event = Event {
            sequence: 12,
            kind: "payment.completed".to_owned(),
            id: "evt_1".to_owned(),
            created: Timestamp::from_seconds(1_780_315_200),
            data: json!({"id": "pay_1", "amount": 1000, "currency": "EUR", "status": "completed"}),
            json: String::new(),
        };
        let plain = Lines::new(true);
        let line = words(&event, &plain);
        let parts: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(parts, ["2026-06-01T12:00:00Z", "12", "payment.completed", "pay_1", "€10.00", "completed"]);
        assert_eq!(words(&Event { data: json!({}), ..event }, &plain).split_whitespace().count(), 3);
    }
}
