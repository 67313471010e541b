//! Every list of the table: page after page forwards and back, and with each of its filters. Lists are the only SQL
//! that is put together at run time.

use serde_json::Value;

use crate::endpoints::{Row, table};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(every_list_is_walked_both_ways_and_takes_each_of_its_filters);

async fn every_list_is_walked_both_ways_and_takes_each_of_its_filters(engine: Engine) {
    let server = Server::start(engine).await;
    let mut endpoint = String::new();
    for _ in 0..3 {
        let made = server.post("/v1/webhooks", serde_json::json!({"url": "http://127.0.0.1:9/hook"})).await.ok();
        made["id"].as_str().expect("an id").clone_into(&mut endpoint);
    }
    for _ in 0..4 {
        server.paid(1000, "pm_test_4242").await;
    }
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
        let path = path.replace("{id}", &endpoint);
        walk(&server, &path).await;
        for name in names {
            filter(&server, &path, name).await;
        }
    }
    assert!(lists >= 6, "{lists} lists were walked");
}

async fn walk(server: &Server, path: &str) {
    let all = ids(&server.get(&format!("{path}?limit=100")).await.ok());
    assert!(all.len() >= 3, "{path} has something to turn pages over");
    let (mut forwards, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}?limit=2{after}")).await.ok();
        forwards.extend(ids(&page));
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { break };
        after = format!("&startingAfter={cursor}");
    }
    assert_eq!(forwards, all, "{path} forwards");
    let last = all.last().expect("there are some");
    let before = ids(&server.get(&format!("{path}?limit=2&endingBefore={last}")).await.ok());
    assert_eq!(before, all[all.len() - 3..all.len() - 1], "{path} back from its end");
}

async fn filter(server: &Server, path: &str, name: &str) {
    let query = match name {
        "id" | "limit" | "startingAfter" | "endingBefore" | "wait" => return,
        "created" => "created[gte]=1&created[gt]=1&created[lte]=99999999999&created[lt]=99999999999",
        "status" if path.ends_with("/deliveries") => "status=pending",
        "status" => "status=completed",
        "customerId" => "customerId=cust_nobody",
        "currency" => "currency=eur",
        "type" => "type=payment.completed",
        "after" => "after=1",
        other => panic!("how is {path} filtered by {other}? add it to this list"),
    };
    let found = ids(&server.get(&format!("{path}?{query}")).await.ok());
    assert_eq!(found.is_empty(), name == "customerId", "{path}?{query} finds {}", found.len());
}

fn ids(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().expect("a list");
    data.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}
