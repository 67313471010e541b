//! Every list of the table: page after page forwards and back, and with each of its filters. Lists are the only SQL
//! that is put together at run time.

use serde_json::Value;
use vinr_core::time::Timestamp;

use crate::endpoints::{Row, table};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    every_list_is_walked_both_ways_and_takes_each_of_its_filters,
    a_page_of_a_range_is_what_the_whole_list_has_there,
);

async fn every_list_is_walked_both_ways_and_takes_each_of_its_filters(engine: Engine) {
    let server = Server::start(engine).await;
    let item = crate::usage::used_item(&server, 3).await;
    let mut endpoint = String::new();
    for _ in 0..3 {
        let made = server.post("/v1/webhooks", serde_json::json!({"url": "http://127.0.0.1:9/hook"})).await.ok();
        made["id"].as_str().expect("an id").clone_into(&mut endpoint);
    }
    for name in ["ada", "bob", "eve"] {
        server
            .post(
                "/v1/customers",
                serde_json::json!({"email": format!("{name}@example.com"), "metadata": {"plan": "gold"}}),
            )
            .await
            .ok();
    }
    server.post("/v1/customers", serde_json::json!({"id": "cust_wallet"})).await.ok();
    for number in ["4242424242424242", "5555555555554444", "378282246310005"] {
        server.saved("cust_wallet", number).await;
    }
    for amount in 1..=3 {
        server.post("/v1/payment-links", serde_json::json!({"amount": amount, "currency": "EUR"})).await.ok();
    }
    for _ in 0..4 {
        let paid = server.paid(1000, "pm_test_4242").await;
        server.post("/v1/refunds", serde_json::json!({"paymentId": paid["id"], "amount": 100})).await.ok();
        let dispute = format!("/v1/test/payments/{}/dispute", paid["id"].as_str().expect("an id"));
        server.post(&dispute, serde_json::json!({})).await.ok();
    }
    for _ in 0..3 {
        server.paid(1000, "pm_test_0077").await;
        server.post("/v1/payouts", serde_json::json!({"currency": "EUR"})).await.ok();
    }
    three_programs(&server).await;
    for place in 0..3 {
        crate::catalog::one_of_each(&server, place).await;
        crate::billing::one_of_each(&server).await;
    }
    let settlement = a_days_settlement(&server).await;
    let document = server.get("/v1/openapi.json").await.ok();
    let mut lists = 0;
    for Row { path, method, .. } in table(&server).await {
        let operation = &document["paths"][&path][method.as_str().to_lowercase()];
        let names: Vec<&str> =
            operation["parameters"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        if !names.contains(&"startingAfter") {
            continue;
        }
        lists += 1;
        let parent = match path.split('/').nth(2) {
            Some("customers") => "cust_wallet",
            Some("settlements") => &settlement,
            Some("subscription-items") => &item,
            _ => &endpoint,
        };
        let path = path.replace("{id}", parent);
        walk(&server, &path).await;
        for name in names {
            filter(&server, &path, name).await;
        }
    }
    assert!(lists >= 10, "{lists} lists were walked");
}

/// Three loyalty programs, each with a rule, a member, a reward and a redemption.
async fn three_programs(server: &Server) {
    for _ in 0..3 {
        let program = &server.post("/v1/loyalty/programs", serde_json::json!({"name": "Miles"})).await.ok()["id"];
        let fixed = serde_json::json!({"programId": program, "award": {"type": "fixed", "points": 1}});
        server.post("/v1/loyalty/earning-rules", fixed).await.ok();
        let member = server.post("/v1/loyalty/accounts", serde_json::json!({"programId": program})).await.ok();
        let given = serde_json::json!({"account": member["id"], "amount": 1});
        server.post("/v1/loyalty/points/earn", given).await.ok();
        let mut off =
            serde_json::json!({"name": "Off", "type": "discount_percent", "cost": 1, "value": {"percent": 5}});
        off["programId"] = program.clone();
        let reward = server.post("/v1/loyalty/rewards", off).await.ok();
        let redeems = serde_json::json!({"account": member["id"], "reward": reward["id"]});
        server.post("/v1/loyalty/redemptions", redeems).await.ok();
        store_credit(server, program).await;
    }
}

/// A customer's store credit, for points of this program.
async fn store_credit(server: &Server, program: &serde_json::Value) {
    let customer = server.post("/v1/customers", serde_json::json!({})).await.ok();
    let joins = serde_json::json!({"programId": program, "customerId": customer["id"]});
    let member = server.post("/v1/loyalty/accounts", joins).await.ok();
    let given = serde_json::json!({"account": member["id"], "amount": 1});
    server.post("/v1/loyalty/transactions", given).await.ok();
    let mut credit = serde_json::json!({"name": "Credit", "type": "store_credit", "cost": 1});
    credit["value"] = serde_json::json!({"amount": 100, "currency": "EUR"});
    credit["programId"] = program.clone();
    let reward = server.post("/v1/loyalty/rewards", credit).await.ok();
    let redeems = serde_json::json!({"account": member["id"], "reward": reward["id"]});
    server.post("/v1/loyalty/redemptions", redeems).await.ok();
}

/// The settlement of a day with several payments.
async fn a_days_settlement(server: &Server) -> String {
    server.advance(86_400).await;
    let all = server.get("/v1/settlements?limit=100").await.ok();
    let all = all["data"].as_array().expect("a list");
    let day = all.iter().find(|one| one["transactionCount"].as_i64().is_some_and(|count| count >= 3));
    day.expect("four payments were of one day")["id"].as_str().expect("an id").to_owned()
}

/// All of a list, by pages of so many.
async fn forwards(server: &Server, path: &str, limit: usize) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}?limit={limit}{after}")).await.ok();
        all.extend(ids(&page));
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { return all };
        after = format!("&startingAfter={cursor}");
    }
}

async fn walk(server: &Server, path: &str) {
    let all = forwards(server, path, 100).await;
    assert!(all.len() >= 3, "{path} has something to turn pages over");
    assert_eq!(forwards(server, path, 2).await, all, "{path} forwards");
    let last = all.last().expect("there are some");
    let before = ids(&server.get(&format!("{path}?limit=2&endingBefore={last}")).await.ok());
    assert_eq!(before, all[all.len() - 3..all.len() - 1], "{path} back from its end");
}

async fn filter(server: &Server, path: &str, name: &str) {
    let query = match name {
        "id" | "limit" | "startingAfter" | "endingBefore" | "wait" | "expand" => return,
        "created" => "created[gte]=1&created[gt]=1&created[lte]=99999999999&created[lt]=99999999999",
        "status" if path.ends_with("/deliveries") => "status=pending",
        "status" if path == "/v1/payouts" => "status=in_transit",
        "status" if path.ends_with("/disputes") => "status=needs_response",
        "status" if path.ends_with("/redemptions") => "status=released",
        "status" if path == "/v1/subscriptions" => "status=active",
        "status" if path == "/v1/invoices" => "status=paid",
        "status" => "status=completed",
        "customerId" => "customerId=cust_nobody",
        "subscriptionId" => "subscriptionId=sub_nobody",
        "paymentLinkId" => "paymentLinkId=link_nobody",
        "active" => "active=true",
        "code" => "code=spring-0",
        "paymentId" => "paymentId=pay_nobody",
        "email" => "email=Ada@Example.com",
        "metadata" => "metadata[plan]=gold",
        "currency" => "currency=eur",
        "type" if path.starts_with("/v1/balance/") => "type=payment",
        "type" if path.starts_with("/v1/loyalty/") => "type=earn",
        "productId" => return of_one(server, path, ["productId", "productId"], "prod_nobody").await,
        "programId" => return of_one(server, path, ["programId", "programId"], "prog_nobody").await,
        "accountId" => return of_one(server, path, ["accountId", "account"], "loy_nobody").await,
        "type" => "type=payment.completed",
        "source" => "source=pay_nobodys",
        "payoutId" => "payoutId=po_nobodys",
        "after" => "after=1",
        other => panic!("how is {path} filtered by {other}? add it to this list"),
    };
    let found = ids(&server.get(&format!("{path}?{query}")).await.ok());
    let nobodys = ["customerId", "subscriptionId", "productId", "paymentLinkId", "paymentId", "payoutId", "source"];
    let finds_nothing = nobodys.contains(&name);
    assert_eq!(found.is_empty(), finds_nothing, "{path}?{query} finds {}", found.len());
}

/// What one program, member or product has, and nothing of what the others have; the name in the query, and
/// in what is listed.
async fn of_one(server: &Server, path: &str, [name, shown]: [&str; 2], nobody: &str) {
    let all = server.get(&format!("{path}?limit=100")).await.ok();
    let all = all["data"].as_array().expect("a list");
    let one = all[0][shown].as_str().expect("an id");
    let theirs: Vec<&Value> = all.iter().filter(|listed| listed[shown] == one).collect();
    assert!(theirs.len() < all.len(), "{path} has something of others");
    let found = server.get(&format!("{path}?limit=100&{name}={one}")).await.ok();
    assert_eq!(found["data"].as_array().expect("a list").iter().collect::<Vec<_>>(), theirs, "{path} of {one}");
    assert!(ids(&server.get(&format!("{path}?{name}={nobody}")).await.ok()).is_empty(), "{path} of nobody");
}

fn ids(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().expect("a list");
    data.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

/// A range and a cursor narrow each other, wherever the cursor is.
async fn a_page_of_a_range_is_what_the_whole_list_has_there(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..3 {
        server.paid(1000, "pm_test_4242").await;
        server.paid(1000, "pm_test_4242").await;
        server.advance(10).await;
    }
    let all = server.get("/v1/payments").await.ok()["data"].as_array().expect("a list").clone();
    let second = |one: &Value| {
        let created = Timestamp::parse(one["created_at"].as_str().expect("a time")).expect("a time");
        created.millis().div_euclid(1000)
    };
    let all: Vec<(&str, i64)> = all.iter().map(|one| (one["id"].as_str().expect("an id"), second(one))).collect();
    let middle = all[2].1;
    for range in [
        format!("created[gte]={middle}"),
        format!("created[gt]={middle}"),
        format!("created[lte]={middle}"),
        format!("created[lt]={middle}"),
        format!("created[gte]={middle}&created[lte]={middle}"),
        format!("created[gt]={}&created[gte]={}&created[lt]={}", middle - 20, middle - 5, middle + 10),
        format!("created[gt]={}&created[lt]={middle}&created[lte]={}", middle - 20, middle + 5),
    ] {
        let within: Vec<bool> = all.iter().map(|(_, created)| is_within(&range, *created)).collect();
        assert!(within.contains(&true) && within.contains(&false), "{range} is a part");
        let matching = |places: std::ops::Range<usize>| -> Vec<&str> {
            places.filter(|place| within[*place]).map(|place| all[place].0).collect()
        };
        for (place, (id, _)) in all.iter().enumerate() {
            let after = server.get(&format!("/v1/payments?limit=2&{range}&startingAfter={id}")).await.ok();
            let expected = matching(place + 1..all.len());
            assert_eq!(ids(&after), expected[..expected.len().min(2)], "{range} after {place}");
            assert_eq!(after["page"]["hasMore"], expected.len() > 2, "{range} after {place}");
            let before = server.get(&format!("/v1/payments?limit=2&{range}&endingBefore={id}")).await.ok();
            let expected = matching(0..place);
            assert_eq!(ids(&before), expected[expected.len().saturating_sub(2)..], "{range} before {place}");
            assert_eq!(before["page"]["hasMore"], expected.len() > 2, "{range} before {place}");
        }
    }
}

fn is_within(range: &str, created: i64) -> bool {
    range.split('&').all(|bound| {
        let (comparison, second) = bound.trim_start_matches("created[").split_once("]=").expect("a bound");
        let second: i64 = second.parse().expect("a second");
        match comparison {
            "gte" => created >= second,
            "gt" => created > second,
            "lte" => created <= second,
            "lt" => created < second,
            other => panic!("{other}"),
        }
    })
}
