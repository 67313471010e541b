//! Random histories: whatever is paid, when, in which currency, on which schedule, a payout is the sum of its
//! settlements, a settlement of its transactions, and the ledger of all, to the minor unit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::settlements::{listed, on_monday, pay};

on_both_engines!(histories_add_up, lines_of_one_day_are_counted_while_others_are_written);

/// Numbers that are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

async fn histories_add_up(engine: Engine) {
    for seed in 1..=3 {
        let server = on_monday(engine).await;
        let mut chance = Chance(seed);
        for _ in 0..40 {
            step(&server, &mut chance).await;
        }
        adds_up(&server).await;
        server.advance(40 * 86_400).await;
        adds_up(&server).await;
        let balance = server.get("/v1/balance").await.ok();
        let of = |place: &str| -> Vec<i64> {
            let balances = balance[place].as_array().expect("balances").iter();
            balances.map(|one| one["amount"].as_i64().expect("a number")).collect()
        };
        assert!(of("pending").iter().all(|amount| *amount == 0), "all of it is settled: {balance}");
        assert!(of("available").iter().all(|amount| *amount <= 0), "what there is is paid out: {balance}");
    }
}

async fn step(server: &Server, chance: &mut Chance) {
    let currency = ["EUR", "JPY", "KWD"][usize::try_from(chance.below(3)).expect("small")];
    match chance.below(13) {
        0..=4 => {
            let amount = i64::try_from(chance.below(99_999)).expect("small") * 10 + 50;
            let token = ["pm_test_4242", "pm_test_4242", "pm_test_0077", "pm_test_0002"];
            pay(server, amount, currency, token[usize::try_from(chance.below(4)).expect("small")]).await;
        }
        5 | 6 => {
            server.advance(i64::try_from(chance.below(40 * 3_600)).expect("small")).await;
        }
        7 => {
            let interval = ["daily", "weekly", "monthly"][usize::try_from(chance.below(3)).expect("small")];
            let schedule = json!({"interval": interval, "delayDays": chance.below(4) + 1});
            server.patch("/v1/account", json!({"payoutSchedule": schedule})).await.ok();
        }
        8 => {
            let zone = ["UTC", "Pacific/Auckland", "America/Chicago"][usize::try_from(chance.below(3)).expect("small")];
            server.patch("/v1/account", json!({"timeZone": zone})).await.ok();
        }
        9 | 10 => give_back(server, chance).await,
        _ => {
            let answer = server.post("/v1/payouts", json!({"currency": currency})).await;
            assert!(answer.status == 200 || answer.code() == "balance_insufficient", "{:?}", answer.json());
            if answer.status == 200 && chance.below(2) == 0 {
                let id = answer.json()["id"].as_str().expect("an id").to_owned();
                server.post(&format!("/v1/payouts/{id}/cancel"), json!({})).await.ok();
            }
        }
    }
}

/// A part of one of the last payments is refunded or disputed, if there is so much left.
async fn give_back(server: &Server, chance: &mut Chance) {
    let payments = listed(server, "/v1/payments?status=completed&limit=5").await;
    let Some(payment) = payments.get(usize::try_from(chance.below(5)).expect("small")) else { return };
    let id = payment["id"].as_str().expect("an id");
    let amount = (1 + i64::try_from(chance.below(2_000)).expect("small")) * 10;
    let answer = if chance.below(3) == 0 {
        server.post(&format!("/v1/test/payments/{id}/dispute"), json!({"amount": amount})).await
    } else {
        server.post("/v1/refunds", json!({"paymentId": id, "amount": amount})).await
    };
    assert!([200, 422].contains(&answer.status), "{:?}", answer.json());
}

/// By what the API shows, and by the ledger's own proof.
async fn adds_up(server: &Server) {
    server.assert_ledger().await;
    let number = |value: &Value| value.as_i64().expect("a number");
    let mut paid: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for settlement in all(server, "/v1/settlements").await {
        let id = settlement["id"].as_str().expect("an id");
        let lines = all(server, &format!("/v1/settlements/{id}/transactions")).await;
        let net: i64 = lines.iter().map(|line| number(&line["net"])).sum();
        assert_eq!(
            (number(&settlement["net"]), number(&settlement["transactionCount"])),
            (net, i64::try_from(lines.len()).expect("few"))
        );
        let parts = number(&settlement["gross"]) - number(&settlement["refunds"]) - number(&settlement["disputes"]);
        assert_eq!(parts - number(&settlement["fees"]), net);
        assert!(lines.iter().all(|line| line["currency"] == settlement["currency"]));
        if let Some(payout) = settlement["payoutId"].as_str() {
            let sum = paid.entry(payout.to_owned()).or_default();
            *sum = (sum.0 + net, sum.1 + 1);
        }
    }
    let payouts = all(server, "/v1/payouts").await;
    assert_eq!(payouts.len(), paid.len());
    for payout in payouts {
        let is = (number(&payout["amount"]), number(&payout["settlementCount"]));
        assert_eq!(paid.get(payout["id"].as_str().expect("an id")), Some(&is));
    }
}

async fn all(server: &Server, path: &str) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}?limit=100{after}")).await.ok();
        found.extend(page["data"].as_array().expect("a list").iter().cloned());
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { return found };
        after = format!("&startingAfter={cursor}");
    }
}

/// Payments that are taken at once open one settlement, and none is left out of its count.
async fn lines_of_one_day_are_counted_while_others_are_written(engine: Engine) {
    let server = on_monday(engine).await;
    for _ in 0..3 {
        futures_util::future::join_all((0..40).map(|n| pay(&server, 1_000 + n, "EUR", "pm_test_4242"))).await;
        let day = futures_util::future::join(server.advance(86_400), async {
            for _ in 0..20 {
                pay(&server, 1_000, "EUR", "pm_test_4242").await;
            }
        });
        day.await;
    }
    server.advance(86_400).await;
    let settlements = listed(&server, "/v1/settlements").await;
    assert!((3..=5).contains(&settlements.len()), "one a day: {settlements:?}");
    let counted: i64 = settlements.iter().map(|one| one["transactionCount"].as_i64().expect("a number")).sum();
    assert_eq!(counted, 180);
    adds_up(&server).await;
}
