//! Events pulled with a long poll.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    events_of_a_type_are_followed_by_their_numbers,
    what_does_not_go_with_a_number_is_refused_all_at_once,
    a_waiting_consumer_is_told_at_once_and_an_idle_one_when_its_time_is_over,
    waiting_consumers_look_a_bounded_number_of_times_however_much_is_committed,
);

/// Page after page, each beginning where the one before says.
async fn events_of_a_type_are_followed_by_their_numbers(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..30 {
        server.paid(1000, "pm_test_4242").await;
    }
    let default = server.get("/v1/events?after=0").await.ok();
    assert_eq!(default["data"].as_array().map(Vec::len), Some(25), "as many as on any page");
    for (kind, expected) in [
        ("", (1..=60).collect::<Vec<i64>>()),
        ("&type=payment.completed", (1..=30).map(|n| 2 * n).collect()),
        ("&type=payment.failed", Vec::new()),
    ] {
        let (mut seen, mut after) = (Vec::new(), "0".to_owned());
        loop {
            let page = server.get(&format!("/v1/events?limit=7&after={after}{kind}")).await.ok();
            let numbers = page["data"].as_array().expect("a list").iter().map(|event| event["sequence"].as_i64());
            seen.extend(numbers.map(|number| number.expect("a number")));
            let cursor = &page["page"]["nextCursor"];
            assert_eq!(cursor.is_string(), page["page"]["hasMore"] == true, "{page}");
            let Some(next) = cursor.as_str() else { break };
            assert_eq!(Some(next.to_owned()), seen.last().map(i64::to_string), "what follows the last one shown");
            next.clone_into(&mut after);
        }
        assert_eq!(seen, expected, "{kind}");
    }
    let asked = Instant::now();
    let none = server.get("/v1/events?after=59&type=payment.created&wait=1").await.ok();
    assert_eq!(none["data"], json!([]), "another type's event is not what was waited for");
    assert!(asked.elapsed() >= Duration::from_secs(1), "it waited: {:?}", asked.elapsed());
}

async fn what_does_not_go_with_a_number_is_refused_all_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let query = "after=1&startingAfter=evt_1&endingBefore=evt_2&created[gt]=1&type=payment.complete";
    let error = server.get(&format!("/v1/events?{query}")).await.json()["error"].clone();
    let problems: Vec<_> = error["errors"]
        .as_array()
        .expect("all")
        .iter()
        .map(|one| (one["param"].clone(), one["code"].clone()))
        .collect();
    let conflict = |param: &str| (json!(param), json!("parameter_conflict"));
    let expected = [
        (json!("type"), json!("parameter_invalid")),
        conflict("startingAfter"),
        conflict("endingBefore"),
        conflict("created"),
    ];
    assert_eq!(problems, expected);
}

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
