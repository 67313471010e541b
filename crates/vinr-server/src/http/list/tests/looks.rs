//! Filters that no index leads with: a page looks at so many rows, and says where it ended.

use std::path::PathBuf;

use serde_json::Value as Json;
use vinr_store::{Class, Config, Value};

use super::super::LOOKED_AT_MAX;
use super::{Asked, name};
use crate::record::EVENTS;

/// Events of the account: a payment is completed only twice, and far apart.
const EVENTS_MAX: i64 = 2 * LOOKED_AT_MAX + 3;
const COMPLETED: [i64; 2] = [3, LOOKED_AT_MAX + 2_000];

#[tokio::test]
async fn on_sqlite_a_filter_without_an_index_costs_a_page_and_misses_nothing() {
    let folder: PathBuf = std::env::temp_dir().join(name());
    std::fs::create_dir_all(&folder).expect("a folder");
    let config = Config::Sqlite { path: folder.join("sandbox.db"), readers: 1 };
    looks_from_cursor_to_cursor(&Asked::new(config).await).await;
    // Left behind at worst; the system's folder for such things is emptied by others.
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn on_postgres_a_filter_without_an_index_costs_a_page_and_misses_nothing() {
    #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
    let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
    looks_from_cursor_to_cursor(&Asked::new(Config::Postgres { url, schema: name(), readers: 1 }).await).await;
}

async fn looks_from_cursor_to_cursor(asked: &Asked) {
    fill(asked).await;
    let newest_first = vec![COMPLETED[1], COMPLETED[0]];
    let (found, pages) = walk(asked, "type=payment.completed", "startingAfter").await;
    assert_eq!(found, newest_first);
    // Two looks, and what is left behind them.
    assert_eq!(pages, [1, 0, 1], "short pages that lead on");
    let (found, _) = walk(asked, &format!("type=payment.completed&endingBefore={}", id(1)), "endingBefore").await;
    assert_eq!(found, COMPLETED);
    let (found, pages) = walk(asked, "type=payment.completed&after=3", "after").await;
    assert_eq!((found, pages), (vec![COMPLETED[1]], vec![0, 1]));
    let waiting = asked.ask("GET", "/v1/events?type=payment.completed&after=3&wait=30", None).await;
    assert_eq!(waiting["data"][0]["sequence"], COMPLETED[1], "who waits is not sent away with an empty page");
    rare_types_are_searched(asked).await;
    ranges_are_searched(asked).await;
}

async fn rare_types_are_searched(asked: &Asked) {
    for query in ["type=webhook.test", "type=webhook.test&after=0"] {
        let page = asked.ask("GET", &format!("/v1/events?{query}"), None).await;
        assert_eq!(numbers(&page), [1], "{query}");
        assert_eq!(page["page"]["hasMore"], false, "{query}");
    }
}

/// Event n was created in second n, but that some came a minute late to their commit.
async fn ranges_are_searched(asked: &Asked) {
    let page = asked.ask("GET", "/v1/events?created[gte]=5000&created[lt]=5003", None).await;
    assert_eq!((numbers(&page), &page["page"]["hasMore"]), (vec![5_040, 5_002, 5_001], &Json::from(false)));
    let page = asked.ask("GET", &format!("/v1/events?created[lt]=3&startingAfter={}", id(2)), None).await;
    assert_eq!((numbers(&page), &page["page"]["hasMore"]), (vec![1], &Json::from(false)));
    let page = asked.ask("GET", &format!("/v1/events?created[gte]={EVENTS_MAX}"), None).await;
    assert_eq!(numbers(&page), [EVENTS_MAX]);
    let page = asked.ask("GET", "/v1/events?created[gte]=90000000", None).await;
    assert_eq!((numbers(&page), &page["page"]["hasMore"]), (vec![], &Json::from(false)));
}

/// Goes on in one direction until there is no more; the numbers, and how many each page had.
async fn walk(asked: &Asked, query: &str, cursor: &str) -> (Vec<i64>, Vec<usize>) {
    let (mut found, mut pages) = (Vec::new(), Vec::new());
    let mut query = query.to_owned();
    loop {
        let page = asked.ask("GET", &format!("/v1/events?limit=10&{query}"), None).await;
        let mut here = numbers(&page);
        pages.push(here.len());
        let first = page["data"][0]["id"].as_str().map(str::to_owned);
        if cursor == "endingBefore" {
            here.reverse();
        }
        found.extend(here);
        if page["page"]["hasMore"] == false {
            return (found, pages);
        }
        let next = page["page"]["nextCursor"].as_str().expect("more has a cursor").to_owned();
        let next = first.filter(|_| cursor == "endingBefore").unwrap_or(next);
        let kept = query.split('&').filter(|part| !part.starts_with(cursor)).collect::<Vec<_>>().join("&");
        query = format!("{kept}&{cursor}={next}");
    }
}

fn numbers(page: &Json) -> Vec<i64> {
    page["data"].as_array().expect("a page").iter().map(|event| event["sequence"].as_i64().expect("a number")).collect()
}

fn id(number: i64) -> String {
    format!("evt_{number:026}")
}

async fn fill(asked: &Asked) {
    let numbers: Vec<i64> = (1..=EVENTS_MAX).collect();
    for some in numbers.chunks(1_000) {
        let mut unit = asked.db.begin(asked.account.as_str(), "events", Class::Request);
        for number in some {
            let kind = match *number {
                1 => "webhook.test",
                number if COMPLETED.contains(&number) => "payment.completed",
                _ => "payment.created",
            };
            // Decided in second 5000, committed when others were 40 further.
            let created_at = if *number == 5_040 {
                5_000_000
            } else if *number == 5_000 {
                4_999_000
            } else {
                number * 1000
            };
            let values: Vec<Value> =
                vec![(*number).into(), kind.into(), "2026-04-01".into(), "{}".into(), created_at.into()];
            unit.insert(&EVENTS, &id(*number), values);
        }
        asked.db.commit(unit).await.expect("events");
    }
}
