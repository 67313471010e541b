//! Consumers that wait for an account's events. All of them share one look at the numbers of their accounts, every 100
//! milliseconds, so that many who wait cost as much as one; and an event that another process committed is seen as
//! soon as one of this process.

mod store;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select;
use tokio::sync::{Notify, watch};
use vinr_core::ids::AccountId;

use crate::app::App;

/// How often the numbers are looked at while anybody waits.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(100);

/// Who waits for which account.
#[derive(Default)]
pub(crate) struct Pollers {
    waiting: Mutex<HashMap<AccountId, Waiting>>,
    came: Notify,
}

struct Waiting {
    count: usize,
    /// The number of the account's last event, as far as it is known.
    last: watch::Sender<i64>,
}

/// One who waits, for as long as this lives.
pub(crate) struct Poller<'a> {
    pollers: &'a Pollers,
    account: &'a AccountId,
    last: watch::Receiver<i64>,
}

impl Pollers {
    /// Waits for an account's events from now on.
    pub(crate) fn wait<'a>(&'a self, account: &'a AccountId) -> Poller<'a> {
        let mut all = self.waiting();
        let waiting = all.entry(account.clone()).or_insert_with(|| Waiting { count: 0, last: watch::Sender::new(0) });
        waiting.count += 1;
        self.came.notify_one();
        Poller { pollers: self, account, last: waiting.last.subscribe() }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<AccountId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accounts(&self) -> Vec<AccountId> {
        self.waiting().keys().cloned().collect()
    }

    fn tell(&self, account: &AccountId, last: i64) {
        if let Some(waiting) = self.waiting().get(account) {
            waiting.last.send_if_modified(|known| std::mem::replace(known, last) != last);
        }
    }
}

impl Poller<'_> {
    /// Resolves with the number of the account's last event once it is beyond `seen`.
    pub(crate) async fn beyond(&mut self, seen: i64) -> i64 {
        match self.last.wait_for(|last| *last > seen).await {
            Ok(last) => *last,
            // The sender lives as long as this poller is counted.
            Err(_) => seen,
        }
    }
}

impl Drop for Poller<'_> {
    fn drop(&mut self) {
        let mut all = self.pollers.waiting();
        if let Some(waiting) = all.get_mut(self.account) {
            waiting.count -= 1;
            if waiting.count == 0 {
                all.remove(self.account);
            }
        }
    }
}

/// Looks for all who wait until told to stop.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let pollers = &app.workers.pollers;
    while !*stop.borrow() {
        let accounts = pollers.accounts();
        if accounts.is_empty() {
            select(pin!(stop.changed()), pin!(pollers.came.notified())).await;
            continue;
        }
        match store::numbers(&app.db, &accounts).await {
            Ok(numbers) => numbers.iter().for_each(|(account, last)| pollers.tell(account, *last)),
            Err(error) => tracing::warn!(%error, "the numbers of events cannot be read; trying again"),
        }
        select(pin!(stop.changed()), pin!(tokio::time::sleep(LOOKED_AT_EVERY))).await;
    }
}
