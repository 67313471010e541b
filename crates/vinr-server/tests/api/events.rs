//! Events pulled with a long poll.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_waiting_consumer_is_told_at_once_and_an_idle_one_when_its_time_is_over,
    waiting_consumers_look_a_bounded_number_of_times_however_much_is_committed,
);

async fn a_waiting_consumer_is_told_at_once_and_an_idle_one_when_its_time_is_over(engine: Engine) {
    let server = Arc::new(Server::start(engine).await);
    let asked = Instant::now();
    assert_eq!(server.get("/v1/events?after=0&wait=1").await.ok()["data"], json!([]));
    assert!(asked.elapsed() >= Duration::from_secs(1), "it waited: {:?}", asked.elapsed());

    let waiting = server.clone();
    #[expect(clippy::disallowed_methods, reason = "joined below")]
    let poll = tokio::spawn(async move { waiting.get("/v1/events?after=0&wait=20").await.ok() });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.paid(1000, "pm_test_4242").await;
    let committed = Instant::now();
    let told = poll.await.expect("the poll ends");
    assert!(committed.elapsed() < Duration::from_secs(2), "told after {:?}", committed.elapsed());
    let events: Vec<_> = told["data"].as_array().expect("a list").iter().map(|event| &event["type"]).collect();
    assert_eq!(events, [&json!("payment.created"), &json!("payment.completed")]);
}

async fn waiting_consumers_look_a_bounded_number_of_times_however_much_is_committed(engine: Engine) {
    let server = Arc::new(Server::start(engine).await);
    server.paid(1000, "pm_test_4242").await;
    let busy = server.another_account().await;
    let (polls, seconds) = (8_u64, 2_u64);
    let waiting = (0..polls).map(|_| {
        let server = server.clone();
        // After the account's last event: nothing will come.
        async move { server.get(&format!("/v1/events?after=2&wait={seconds}")).await.ok() }
    });
    let commits = async {
        let mut count = 0_u64;
        let until = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < until {
            let body = json!({"amount": 1, "currency": "EUR"}).to_string();
            let path = "/v1/payments";
            server.call(reqwest::Method::POST, path, Some(&busy), &[], Some(body)).await;
            count += 1;
        }
        count
    };
    let before = server.app.db.stats().reads;
    let (answers, commits) = futures_util::future::join(futures_util::future::join_all(waiting), commits).await;
    assert!(answers.iter().all(|answer| answer["data"] == json!([])));
    let reads = server.app.db.stats().reads - before;
    // Each looks once; all of them share a look every 100 ms; keys and contexts are read again every second.
    let bound = polls + seconds * 10 + 20;
    assert!(reads <= bound, "{reads} reads for {polls} consumers beside {commits} commits; {bound} would do");
}
