//! Customers by API (spec/payments.md, Customers).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_customer_is_created_changed_and_found_by_address,
    a_deleted_customer_is_forgotten_and_its_payments_stay,
    a_payment_belongs_to_a_customer_that_is_there,
    what_is_wrong_with_a_customer_is_named,
    a_customer_is_found_by_the_merchants_own_id,
);

async fn told(server: &Server) -> Vec<(Value, Value)> {
    let events = server.get("/v1/events?after=0").await.ok();
    let events = events["data"].as_array().expect("a list");
    events.iter().map(|event| (event["type"].clone(), event["data"].clone())).collect()
}

async fn a_customer_is_created_changed_and_found_by_address(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({
        "id": "cust_8fa2", "email": "Ada@Example.com", "name": "Ada Lovelace", "phone": "+359 2 000",
        "address": {"line1": "1 Vitosha", "city": "Sofia", "postal_code": "1000", "country": "bg"},
        "metadata": {"plan": "gold", "seats": 3},
    });
    let made = server.post("/v1/customers", body.clone()).await.ok();
    assert_eq!(
        (&made["id"], &made["object"], &made["defaultMethodId"]),
        (&json!("cust_8fa2"), &json!("customer"), &Value::Null)
    );
    let address = json!({"line1": "1 Vitosha", "line2": null, "city": "Sofia", "postalCode": "1000", "state": null, "country": "BG"});
    assert_eq!((&made["address"], &made["metadata"]), (&address, &json!({"plan": "gold", "seats": "3"})));
    assert_eq!(server.get("/v1/customers/cust_8fa2").await.ok(), made);
    let again = server.post("/v1/customers", body).await;
    assert_eq!(again.code(), "resource_exists");

    let changes = json!({"name": null, "address": {"city": "Plovdiv"}, "metadata": {"plan": "", "since": "2026"}});
    let changed = server.patch("/v1/customers/cust_8fa2", changes).await.ok();
    assert_eq!((&changed["name"], &changed["email"]), (&Value::Null, &json!("Ada@Example.com")));
    assert_eq!((&changed["address"]["city"], &changed["address"]["country"]), (&json!("Plovdiv"), &Value::Null));
    assert_eq!(changed["metadata"], json!({"seats": "3", "since": "2026"}));
    assert_eq!(server.patch("/v1/customers/cust_8fa2", json!({"metadata": {}})).await.ok(), changed);

    server.post("/v1/customers", json!({"email": "bob@example.com"})).await.ok();
    for (query, found) in [("ADA@example.COM", 1), ("ada", 0), ("eve@example.com", 0)] {
        let list = server.get(&format!("/v1/customers?email={query}")).await.ok();
        assert_eq!(list["data"].as_array().map(Vec::len), Some(found), "{query}");
    }
    let told = told(&server).await;
    let kinds: Vec<_> = told.iter().map(|(kind, _)| kind.as_str().expect("a type")).collect();
    assert_eq!(kinds, ["customer.created", "customer.updated", "customer.created"], "no change, no event");
    assert_eq!((&told[0].1, &told[1].1), (&made, &changed));
}

async fn a_deleted_customer_is_forgotten_and_its_payments_stay(engine: Engine) {
    let server = Server::start(engine).await;
    let made = server.post("/v1/customers", json!({"email": "ada@example.com", "name": "Ada"})).await.ok();
    let path = format!("/v1/customers/{}", made["id"].as_str().expect("an id"));
    let body = json!({"amount": 1000, "currency": "EUR", "customer": made["id"], "paymentMethod": "pm_test_4242", "confirm": true});
    let paid = server.post("/v1/payments", body).await.ok();
    let removed = server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    assert_eq!(removed, json!({"id": made["id"], "object": "customer", "deleted": true}));
    assert_eq!(server.get(&path).await.code(), "resource_missing");
    assert_eq!(server.patch(&path, json!({"name": "Eve"})).await.code(), "resource_missing");
    assert_eq!(server.get("/v1/customers").await.ok()["data"], json!([]));
    assert_eq!(server.get("/v1/customers?email=ada@example.com").await.ok()["data"], json!([]));
    let after = server.get(&format!("/v1/payments/{}", paid["id"].as_str().expect("an id"))).await.ok();
    assert_eq!((&after, &after["customerId"]), (&paid, &made["id"]));
    let told = told(&server).await;
    let (kind, last) = told.last().expect("events");
    assert_eq!(
        (kind, &last["email"], &last["name"], &last["deleted"]),
        (&json!("customer.deleted"), &Value::Null, &Value::Null, &json!(true))
    );
    let rows = server.app.db.query("SELECT email, email_key, name FROM customers", &[]).await.expect("a row");
    assert!((0..3).all(|column| rows[0].opt_text(column).is_none()), "nothing personal is kept in the row");
    server.assert_ledger().await;
}

async fn a_payment_belongs_to_a_customer_that_is_there(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = server.post("/v1/customers", json!({})).await.ok();
    let pay = |customer: &Value| json!({"amount": 1000, "currency": "EUR", "customerId": customer});
    let payment = server.post("/v1/payments", pay(&customer["id"])).await.ok();
    assert_eq!(payment["customerId"], customer["id"]);
    let theirs = server.get(&format!("/v1/payments?customerId={}", customer["id"].as_str().expect("an id"))).await.ok();
    assert_eq!(theirs["data"], json!([payment]));
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    assert!(payment.get("customer").is_none(), "shown whole only where it is asked for");
    assert_eq!(server.get(&format!("{path}?expand[]=customer")).await.ok()["customer"], customer);
    assert_eq!(server.get("/v1/payments?expand[]=customer").await.ok()["data"][0]["customer"], customer);
    let mut whole = pay(&customer["id"]);
    whole["expand"] = json!(["customer"]);
    let first = server.post_with_key("/v1/payments", "whole", &whole).await;
    assert_eq!(first.ok()["customer"], customer);
    server
        .patch(&format!("/v1/customers/{}", customer["id"].as_str().expect("an id")), json!({"name": "Ada"}))
        .await
        .ok();
    assert_eq!(
        server.post_with_key("/v1/payments", "whole", &whole).await.bytes,
        first.bytes,
        "the first answer stays"
    );
    let cancelled = server.post(&format!("{path}/cancel"), json!({"expand": ["customer"]})).await.ok();
    assert_eq!(cancelled["customer"]["name"], "Ada");
    let unknown = server.get(&format!("{path}?expand[]=shop")).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "parameter_invalid"));
    let mut nothing = pay(&customer["id"]);
    nothing["confirm"] = json!(true);
    assert_eq!(server.post("/v1/payments", nothing).await.code(), "payment_method_missing");
    let stranger = server.post("/v1/payments", pay(&json!("cust_nobody"))).await;
    assert_eq!((stranger.status, stranger.code().as_str()), (404, "resource_missing"));
    assert_eq!(stranger.json()["error"]["param"], "customerId");
}

async fn what_is_wrong_with_a_customer_is_named(engine: Engine) {
    let server = Server::start(engine).await;
    for (body, param) in [
        (json!({"email": "nobody"}), "email"),
        (json!({"id": "pay_1"}), "id"),
        (json!({"address": {"country": "XX"}}), "address.country"),
        (json!({"address": {"street": "x"}}), "address.street"),
        (json!({"phone": "\u{7}"}), "phone"),
        (json!({"nam": "x"}), "nam"),
        (json!({"metadata": {"k": "v".repeat(501)}}), "metadata.k"),
    ] {
        let refused = server.post("/v1/customers", body.clone()).await;
        assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!(param)), "{body}");
    }
    assert_eq!(server.get("/v1/customers").await.ok()["data"], json!([]));
}

async fn a_customer_is_found_by_the_merchants_own_id(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = json!({"id": "cust_ada", "metadata": {"internalId": "user_8821", "plan": "gold"}});
    server.post("/v1/customers", ada).await.ok();
    for seat in 0..3 {
        server.post("/v1/customers", json!({"id": format!("cust_{seat}"), "metadata": {"plan": "gold"}})).await.ok();
    }
    let found = async |query: &str| {
        let list = server.get(&format!("/v1/customers?{query}")).await.ok();
        let ids = list["data"].as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id"));
        ids.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("metadata[internalId]=user_8821").await, ["cust_ada"]);
    assert_eq!(found("metadata[internalId]=USER_8821").await, [""; 0], "ids are compared as they are");
    assert_eq!(found("metadata[plan]=gold").await, ["cust_2", "cust_1", "cust_0", "cust_ada"]);
    let first = server.get("/v1/customers?metadata[plan]=gold&limit=2").await.ok();
    assert_eq!(first["page"], json!({"hasMore": true, "nextCursor": "cust_1"}));
    assert_eq!(found("metadata[plan]=gold&limit=2&startingAfter=cust_1").await, ["cust_0", "cust_ada"]);
    server.patch("/v1/customers/cust_ada", json!({"metadata": {"internalId": "user_9", "plan": null}})).await.ok();
    assert_eq!(found("metadata[internalId]=user_8821").await, [""; 0]);
    assert_eq!(found("metadata[internalId]=user_9").await, ["cust_ada"]);
    assert_eq!(found("metadata[plan]=gold").await.len(), 3);
    server.call(Method::DELETE, "/v1/customers/cust_0", Some(&server.secret_key), &[], None).await.ok();
    assert_eq!(found("metadata[plan]=gold").await, ["cust_2", "cust_1"], "who is forgotten is not found");
    for wrong in ["metadata[a]=1&metadata[b]=2", "metadata[a]=1&email=ada@example.com", "metadata=x"] {
        let refused = server.get(&format!("/v1/customers?{wrong}")).await;
        assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("metadata")), "{wrong}");
    }
}
