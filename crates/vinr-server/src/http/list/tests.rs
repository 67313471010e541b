//! What lists ask of the engines. Each is read with each of its filters and from each side, and then every text that was
//! composed is looked at as the engines plan it: the ten-thousandth page costs what the first does if a page begins at
//! its cursor, and nothing is sorted.

mod looks;

use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;
use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;
use vinr_store::{Config, Db};

use super::TEXTS;
use crate::App;
use crate::bootstrap;
use crate::connectors::Connector;
use crate::egress::Client;
use crate::env::{Entropy, Env, Net, WallClock};
use crate::keyring::Keyring;
use crate::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};

/// A server that is asked without a socket.
struct Asked {
    router: Router,
    key: String,
    db: Db,
    account: AccountId,
}

impl Asked {
    async fn new(config: Config) -> Asked {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let entropy = Entropy::system().expect("randomness");
        let chance = entropy.clone();
        let db = Db::open(config, std::sync::Arc::new(move || chance.u128())).await.expect("a database");
        db.migrate(bootstrap::MIGRATIONS).await.expect("migrations");
        let net = Net::Real(Client::new(PrivateWebhooks::Loopback).expect("a client"));
        let env = Env::new(WallClock::System, entropy, net);
        let account = AccountId::from_bits(env.id_bits());
        let keys = bootstrap::create_account(&db, &env, Environment::Sandbox, &account, "Test").await;
        let settings = Settings {
            environment: Environment::Sandbox,
            connector: Connector::Sandbox,
            public_url: String::new(),
            rate_limit: None,
            trusted_proxies: Vec::new(),
            private_webhooks: PrivateWebhooks::Loopback,
            keyring: Keyring::of(MasterKey::new([7; 32])),
            demo_shop: DemoShop::Closed,
        };
        let router = crate::router(App::new(env, db.clone(), settings));
        Asked { router, key: keys.expect("an account").secret_key, db, account }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Json>) -> Json {
        let request = axum::http::Request::builder().method(method).uri(path).header("x-api-key", &self.key);
        let request = request.header("content-type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(status, 200, "{method} {path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// A member with points, a rule, rewards and redemptions, one of them of store credit.
    async fn loyalty(&self) {
        let member = json!({"customerId": "cust_wallet"});
        let member = self.ask("POST", "/v1/loyalty/accounts", Some(member)).await["id"].clone();
        self.ask("POST", "/v1/loyalty/points/earn", Some(json!({"accountId": member, "amount": 2}))).await;
        for kind in ["discount_amount", "store_credit"] {
            let worth = json!({"amount": 500, "currency": "EUR"});
            let reward = json!({"name": "EUR 5.00", "type": kind, "cost": 1, "value": worth});
            let reward = self.ask("POST", "/v1/loyalty/rewards", Some(reward)).await["id"].clone();
            self.ask("POST", "/v1/loyalty/redemptions", Some(json!({"accountId": member, "rewardId": reward}))).await;
        }
        let rule = json!({"award": {"type": "fixed", "points": 1}});
        self.ask("POST", "/v1/loyalty/earning-rules", Some(rule)).await;
    }

    /// What is sold, a subscription to it with its invoice, and what was used of it. Its item.
    async fn billing(&self) -> String {
        let product = self.ask("POST", "/v1/products", Some(json!({"name": "Calls"}))).await["id"].clone();
        let recurring = json!({"interval": "month", "usageType": "metered"});
        let price = json!({"productId": product, "amount": 1, "currency": "EUR", "recurring": recurring});
        let price = self.ask("POST", "/v1/prices", Some(price)).await["id"].clone();
        self.ask("POST", "/v1/coupons", Some(json!({"code": "spring", "percentOff": 25}))).await;
        self.ask("POST", "/v1/tax-rates", Some(json!({"displayName": "VAT", "percentage": 20}))).await;
        self.ask("POST", "/v1/dunning-policies", Some(json!({}))).await;
        let subscribe = json!({"customerId": "cust_wallet", "priceId": price});
        let item = self.ask("POST", "/v1/subscriptions", Some(subscribe)).await["items"][0]["id"].clone();
        self.ask("POST", "/v1/usage", Some(json!({"subscriptionItemId": item, "quantity": 1}))).await;
        item.as_str().expect("an id").to_owned()
    }

    /// Asks every list of the table everything it can be asked; what it made of that.
    async fn composed(&self) -> Vec<&'static str> {
        let hook = self.ask("POST", "/v1/webhooks", Some(json!({"url": "http://127.0.0.1:9/hook"}))).await;
        let charged = json!({"amount": 1000, "currency": "EUR", "confirm": true, "paymentMethodId": "pm_test_4242"});
        let charged = self.ask("POST", "/v1/payments", Some(charged)).await;
        self.ask("POST", "/v1/refunds", Some(json!({"paymentId": charged["id"], "amount": 100}))).await;
        let dispute = format!("/v1/test/payments/{}/dispute", charged["id"].as_str().expect("an id"));
        self.ask("POST", &dispute, Some(json!({}))).await;
        let settled = json!({"amount": 1000, "currency": "USD", "confirm": true, "paymentMethodId": "pm_test_0077"});
        self.ask("POST", "/v1/payments", Some(settled)).await;
        let settlement = self.ask("GET", "/v1/settlements", None).await["data"][0]["id"].clone();
        let payout = self.ask("POST", "/v1/payouts", Some(json!({"currency": "USD"}))).await["id"].clone();
        self.ask("POST", "/v1/payment-links", Some(json!({"amount": 1000, "currency": "EUR"}))).await;
        self.ask(
            "POST",
            "/v1/customers",
            Some(json!({"email": "ada@example.com", "id": "cust_wallet", "metadata": {"plan": "gold"}})),
        )
        .await;
        // Several, so that several are read at once.
        for _ in 0..2 {
            self.ask("POST", "/v1/customers", Some(json!({"metadata": {"plan": "gold"}}))).await;
        }
        let setup = self.ask("POST", "/v1/customers/cust_wallet/setup-method", Some(json!({}))).await;
        let path = format!("/v1/test/setups/{}/pay", setup["id"].as_str().expect("an id"));
        self.ask("POST", &path, Some(json!({"number": "4242424242424242"}))).await;
        self.loyalty().await;
        let item = self.billing().await;
        let mut lists = 0;
        for endpoint in crate::endpoints() {
            let schema = endpoint.query.map_or(Json::Null, |schema| schema().to_value());
            if schema["properties"].get("startingAfter").is_none() {
                continue;
            }
            lists += 1;
            let payout = payout.as_str().expect("an id");
            let parent = match endpoint.path {
                path if path.starts_with("/v1/customers/") => "cust_wallet",
                path if path.starts_with("/v1/settlements/") => settlement.as_str().expect("an id"),
                path if path.starts_with("/v1/subscription-items/") => &item,
                _ => hook["id"].as_str().expect("an id"),
            };
            let path = endpoint.path.replace("{id}", parent);
            let first = &self.ask("GET", &path, None).await["data"][0]["id"];
            let first = first.as_str().unwrap_or_else(|| panic!("{path} has something to begin after"));
            let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
            let mut filters: Vec<String> = names.filter_map(|name| filter(&path, name, payout)).collect();
            filters.push(filters.join("&"));
            filters.push(String::new());
            for filter in filters {
                for cursor in [String::new(), format!("startingAfter={first}"), format!("endingBefore={first}")] {
                    self.ask("GET", &format!("{path}?{filter}&{cursor}"), None).await;
                }
            }
        }
        // What is rare has an index of its own; what is common is looked for in the order of the list.
        for rare in ["payments?status=failed", "events?type=payment.failed", "invoices?status=open"] {
            self.ask("GET", &format!("/v1/{rare}"), None).await;
        }
        let deliveries = format!("/v1/webhooks/{}/deliveries?status=failed", hook["id"].as_str().expect("an id"));
        self.ask("GET", &deliveries, None).await;
        for cursor in ["", "&startingAfter=cust_wallet", "&endingBefore=cust_wallet", "&created[gte]=1"] {
            self.ask("GET", &format!("/v1/customers?metadata[plan]=gold{cursor}"), None).await;
        }
        assert!(lists >= 7, "{lists} lists were asked");
        let texts: Vec<&str> = TEXTS.lock().expect("no panic").values().copied().collect();
        assert!(texts.len() >= 40, "{} texts were composed", texts.len());
        assert!(texts.iter().any(|text| text.ends_with("id IN ($2, $3, $4, $5)")), "{texts:#?}");
        texts
    }
}

/// What is asked of an index that has only some rows.
const RARE: [(&str, &str); 4] = [
    ("status <> 'paid'", "invoices_status"),
    ("status <> 'completed'", "payments_status"),
    ("type <> 'payment.created' AND type <> 'payment.completed'", "events_type"),
    ("status = 'failed'", "webhook_deliveries_failed"),
];

/// A database nobody else has, nor had.
fn name() -> String {
    format!("vinr_lists_{:016x}", Entropy::system().expect("randomness").u128() >> 64)
}

/// What a filter is asked for in a query string.
fn filter(path: &str, name: &str, payout: &str) -> Option<String> {
    Some(match name {
        // `metadata` is asked for alone. `after` and `wait` follow the events by another statement; what is shown whole is read afterwards.
        "limit" | "startingAfter" | "endingBefore" | "after" | "wait" | "expand" | "metadata" => return None,
        "created" => "created[gte]=1&created[gt]=1&created[lte]=99999999999&created[lt]=99999999999".to_owned(),
        "status" if path.ends_with("/deliveries") => "status=pending".to_owned(),
        "status" if path.ends_with("/disputes") => "status=lost".to_owned(),
        "status" if path.ends_with("/payouts") => "status=paid".to_owned(),
        "status" if path.ends_with("/redemptions") => "status=issued".to_owned(),
        "status" if path.ends_with("/subscriptions") => "status=active".to_owned(),
        "status" if path.ends_with("/invoices") => "status=paid".to_owned(),
        "status" => "status=completed".to_owned(),
        "subscriptionId" => "subscriptionId=sub_nobody".to_owned(),
        "productId" => "productId=prod_nobody".to_owned(),
        "code" => "code=spring".to_owned(),
        "payoutId" => format!("payoutId={payout}"),
        "paymentLinkId" => "paymentLinkId=link_1".to_owned(),
        "active" => "active=true".to_owned(),
        "customerId" => "customerId=cust_nobody".to_owned(),
        "email" => "email=ada@example.com".to_owned(),
        "currency" => "currency=eur".to_owned(),
        "type" if path.starts_with("/v1/balance") => "type=payment".to_owned(),
        "type" if path.starts_with("/v1/loyalty") => "type=earn".to_owned(),
        "type" => "type=payment.completed".to_owned(),
        "accountId" => "accountId=loy_nobody".to_owned(),
        "programId" => "programId=prog_default".to_owned(),
        "source" => "source=pay_nobody".to_owned(),
        "paymentId" => "paymentId=pay_nobody".to_owned(),
        other => panic!("how is {path} filtered by {other}? add it to this list"),
    })
}

#[tokio::test]
async fn sqlite_begins_every_page_at_its_cursor_and_sorts_nothing() {
    let folder: PathBuf = std::env::temp_dir().join(name());
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("sandbox.db");
    let texts = Asked::new(Config::Sqlite { path: path.clone(), readers: 1 }).await.composed().await;
    let conn = rusqlite::Connection::open(path).expect("a database");
    for sql in &texts {
        let plan = format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"));
        let mut prepared = conn.prepare(&plan).unwrap_or_else(|error| panic!("{sql}\n{error}"));
        let parameters = vec![rusqlite::types::Null; prepared.parameter_count()];
        let steps = prepared.query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.and_then(Iterator::collect).expect("a plan");
        if sql.contains("halves") {
            let each = |step: &String| step.contains("SCAN halves") || step.contains("SCAN CONSTANT ROW");
            assert!(!steps.iter().any(|step| step.contains("SCAN") && !each(step)), "{sql}\n{steps:#?}");
            continue;
        }
        // A look takes one row after the other from the search, and ends it when it has enough.
        let search = match steps.as_slice() {
            [search] => search,
            [taken, search, looked] if taken.starts_with("CO-ROUTINE ") && looked == "SCAN looked_at" => search,
            _ => panic!("{sql}\n{steps:#?}"),
        };
        assert!(search.starts_with("SEARCH ") && search.contains("(account=?"), "{sql}\n{search}");
        for (asked, found) in [
            ("(created_at, id) < (", "(created_at,id)<(?,?)"),
            ("(created_at, id) > (", "(created_at,id)>(?,?)"),
            // A number of an event is there once.
            ("(sequence, id) < (", "sequence<?"),
            ("(sequence, id) > (", "sequence>?"),
            (" AND id < $", "id<?"),
            (" AND id > $", "id>?"),
        ] {
            assert!(!sql.contains(asked) || search.contains(found), "{sql}\n{search}");
        }
        for (asked, index) in RARE {
            assert!(!sql.contains(asked) || search.contains(index), "{sql}\n{search}");
        }
    }
    for (asked, index) in RARE {
        assert!(texts.iter().any(|sql| sql.contains(asked)), "nothing was asked of {index}");
    }
    for (side, other) in [("(created_at, id) < (", " created_at < $"), ("(created_at, id) > (", " created_at >= $")] {
        let both = |sql: &&&str| sql.contains(side) && sql.contains(other);
        assert_eq!(texts.iter().find(both), None, "SQLite begins at one of them only");
    }
    // Left behind at worst; the system's folder for such things is emptied by others.
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn postgres_begins_every_page_at_its_cursor_and_sorts_nothing() {
    #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
    let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
    let schema = name();
    let config = Config::Postgres { url: url.clone(), schema: schema.clone(), readers: 1 };
    let texts = Asked::new(config).await.composed().await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
    #[expect(clippy::disallowed_methods, reason = "it ends with its client")]
    tokio::spawn(connection);
    // So few rows may be read in any way; what is left is what can be done with many.
    let forbidden = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; \
         SET plan_cache_mode = force_generic_plan";
    client.batch_execute(&format!("SET search_path = {schema}; {forbidden}")).await.expect("settings");
    for sql in texts {
        let parameters = client.prepare(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}")).params().len();
        client.batch_execute(&format!("PREPARE one AS {sql}")).await.expect("prepared above");
        let explain = format!("EXPLAIN EXECUTE one({})", vec!["NULL"; parameters].join(", "));
        let plan: Vec<String> =
            client.query(&explain, &[]).await.expect("a plan").iter().map(|row| row.get(0)).collect();
        client.batch_execute("DEALLOCATE one").await.expect("prepared above");
        let conditions: String = plan.iter().filter(|line| line.contains("Index Cond")).map(String::as_str).collect();
        assert!(conditions.contains("(account = $1)"), "{sql}\n{plan:#?}");
        for (asked, index) in RARE {
            assert!(!sql.contains(asked) || plan.iter().any(|line| line.contains(index)), "{sql}\n{plan:#?}");
        }
        // An incremental sort puts ties in order, of which there is one at a time.
        let sorts = plan.iter().any(|line| line.contains("Sort  (") && !line.contains("Incremental"));
        assert!(!sorts, "{sql}\n{plan:#?}");
        for (asked, found) in [
            ("(created_at, id) < (", "(ROW(created_at, id) < ROW("),
            ("(created_at, id) > (", "(ROW(created_at, id) > ROW("),
            ("(sequence, id) < (", "sequence <"),
            ("(sequence, id) > (", "sequence >"),
            (" AND id < $", "id <"),
            (" AND id > $", "id >"),
        ] {
            assert!(!sql.contains(asked) || conditions.contains(found), "{sql}\n{plan:#?}");
        }
    }
}
