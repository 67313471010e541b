//! What clients know: what they asked for, what they were told, and what they must be told again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::world::{Ask, Broken, Said};

/// The clients' memory of a story.
#[derive(Default)]
pub(crate) struct Book(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// For an account and an idempotency key what was asked and what was answered.
    answered: BTreeMap<(usize, String), (Ask, String)>,
    /// For an order the id of the payment that was answered, if one was.
    orders: BTreeMap<String, Option<String>>,
    /// How payments ended, as somebody was told.
    ended: BTreeMap<String, String>,
}

impl Book {
    /// Somebody is about to ask for a payment of this order, once however often it asks.
    pub(crate) fn ordered(&self, order: &str) {
        self.pages().orders.entry(order.to_owned()).or_default();
    }

    /// Notes an answer, and judges it by those before.
    pub(crate) fn note(&self, account: usize, ask: &Ask, said: &Said) -> Result<(), Broken> {
        if said.status != 200 || ask.is_of_pages() {
            return Ok(());
        }
        let mut pages = self.pages();
        if let Some(key) = &ask.key {
            let first = pages.answered.entry((account, key.clone()));
            let (_, bytes) = first.or_insert_with(|| (ask.clone(), said.text.clone()));
            if *bytes != said.text {
                return Err(format!("key {key} was answered {bytes} and then {}", said.text));
            }
        }
        let Ok(shown) = serde_json::from_str::<Value>(&said.text) else { return Ok(()) };
        let creates = ask.method == "POST" && matches!(ask.path.as_str(), "/v1/payments" | "/v1/payments/sessions");
        if creates && shown["creditApplied"] != 0 && !ask.body.contains("\"useStoreCredit\":true") {
            return Err(format!("credit was used that nobody asked for: {}", said.text));
        }
        let shown_list = shown["data"].as_array();
        for payment in shown_list.into_iter().flatten().chain([&shown]).filter(|one| one["object"] == "payment") {
            pages.payment(payment)?;
        }
        Ok(())
    }

    /// A request that was answered and may be made again, with its answer.
    pub(crate) fn answers(&self) -> Vec<(usize, Ask, String)> {
        self.pages()
            .answered
            .iter()
            .map(|((account, _), (ask, bytes))| (*account, ask.clone(), bytes.clone()))
            .collect()
    }

    /// Every order with the payment that was answered.
    pub(crate) fn orders(&self) -> BTreeMap<String, Option<String>> {
        self.pages().orders.clone()
    }

    /// How payments ended, as somebody was told.
    pub(crate) fn ended(&self) -> BTreeMap<String, String> {
        self.pages().ended.clone()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn payment(&mut self, payment: &Value) -> Result<(), Broken> {
        let text = |name: &str| payment[name].as_str().unwrap_or_default().to_owned();
        let (id, status) = (text("id"), text("status"));
        if let Some(order) = payment["metadata"]["order"].as_str() {
            let known = self.orders.entry(order.to_owned()).or_default();
            if known.as_ref().is_some_and(|known| *known != id) {
                return Err(format!("order {order} is {known:?} and also {id}"));
            }
            *known = Some(id.clone());
        }
        if matches!(status.as_str(), "completed" | "cancelled" | "expired") {
            let ended = self.ended.entry(id.clone()).or_insert_with(|| status.clone());
            if *ended != status {
                return Err(format!("{id} was {ended} and then {status}"));
            }
        }
        Ok(())
    }
}
