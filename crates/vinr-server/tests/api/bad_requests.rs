//! Bad input: bodies, queries, ids and headers that must be refused, each with the parameter or header at fault. Every
//! answer is a 4xx that names it, none is ours to mend, and nothing is written.

use reqwest::Method;
use serde_json::{Value, json};

use crate::endpoints_replayed::written;
use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    hundreds_of_bad_requests_name_what_is_wrong_and_write_nothing,
    what_is_no_json_is_told_where,
    a_text_is_taken_whole_or_refused,
    a_cursor_is_an_id_of_its_list,
);

/// A request that must be refused.
#[derive(Debug)]
struct Bad {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    /// The parameter or header at fault.
    param: String,
}

impl Bad {
    fn get(path: impl Into<String>, param: &str) -> Bad {
        Bad { method: Method::GET, path: path.into(), headers: Vec::new(), body: None, param: param.to_owned() }
    }

    fn post(path: &str, body: &Value, param: &str) -> Bad {
        Bad { method: Method::POST, body: Some(body.to_string()), ..Bad::get(path, param) }
    }

    /// A request that is right but for this header.
    fn header(name: &'static str, value: &str, param: &str) -> Bad {
        let headers = vec![(name, value.to_owned())];
        Bad { headers, ..Bad::post("/v1/payments", &json!({"amount": 1000, "currency": "EUR"}), param) }
    }

    async fn send(&self, server: &Server) -> Answer {
        let mut request = server.http.request(self.method.clone(), format!("{}{}", server.url, self.path));
        let has = |name| self.headers.iter().any(|(header, _)| *header == name);
        if !has("authorization") {
            request = request.bearer_auth(&server.secret_key);
        }
        if self.body.is_some() && !has("content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        server.send(request.body(self.body.clone().unwrap_or_default())).await
    }
}

async fn hundreds_of_bad_requests_name_what_is_wrong_and_write_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let known = Known::make(&server).await;
    let requests = [payments(), customers(), others(&known), queries(&known), paths(&known), headers()];
    assert!(requests.iter().all(|some| some.len() >= 15), "{:?}", requests.each_ref().map(Vec::len));
    let before = written(&server).await;
    let mut refused = 0;
    for bad in requests.into_iter().flatten() {
        let answer = bad.send(&server).await;
        let text = String::from_utf8_lossy(&answer.bytes);
        assert!((400..500).contains(&answer.status), "{bad:?}: {} {text}", answer.status);
        let error = &answer.json()["error"];
        assert_eq!(error["param"], bad.param, "{bad:?}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{bad:?}: {error}");
        refused += 1;
    }
    assert!(refused >= 300, "{refused}");
    assert_eq!(written(&server).await, before, "nothing is written");
}

/// What is there to be asked about.
struct Known {
    payment: String,
    customer: String,
    endpoint: String,
}

impl Known {
    async fn make(server: &Server) -> Known {
        let id = |made: Value| made["id"].as_str().expect("an id").to_owned();
        let customer = id(server.post("/v1/customers", json!({"name": "Ada"})).await.ok());
        let payment = id(server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok());
        // After everything that has an event: nothing is on its way while the requests are sent.
        let endpoint = id(server.post("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook"})).await.ok());
        Known { payment, customer, endpoint }
    }
}

/// A body that is right but for one field, which has each of these values in turn.
fn field(path: &str, right: &Value, name: &str, values: &[Value]) -> Vec<Bad> {
    below(path, right, name, &values.iter().map(|value| (value.clone(), name)).collect::<Vec<_>>())
}

/// The same, where the parameter at fault is a part of the field.
fn below(path: &str, right: &Value, name: &str, cases: &[(Value, &str)]) -> Vec<Bad> {
    let with = |(value, param): &(Value, &str)| {
        let mut body = right.clone();
        body[name] = value.clone();
        Bad::post(path, &body, param)
    };
    cases.iter().map(with).collect()
}

fn long(length: usize) -> Value {
    json!("x".repeat(length))
}

fn metadata(path: &str, right: &Value) -> Vec<Bad> {
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
    let cases = [
        (json!({"a": "x\u{0}y"}), "metadata.a"),
        (json!({"a\u{0}b": "x"}), "metadata"),
        (json!({"a": long(501)}), "metadata.a"),
        (json!({"a": {}}), "metadata.a"),
        (json!({"a": ["x"]}), "metadata.a"),
        (json!({"k".repeat(41): "x"}), "metadata"),
        (json!({"": "x"}), "metadata"),
        (Value::Object(many), "metadata"),
        (json!("a=b"), "metadata"),
        (json!(["a"]), "metadata"),
    ];
    below(path, right, "metadata", &cases)
}

fn payments() -> Vec<Bad> {
    let (path, right) = ("/v1/payments", json!({"amount": 1000, "currency": "EUR"}));
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let amounts = json!([0, -1, 1.5, "1000", null, [1], {}, true, 100_000_000_000_i64, "\u{0}"]);
    let currencies = json!(["EURO", "XXX", "", 978, null, "E R", ["EUR"], "ЕUR", "EUR\u{0}"]);
    let mut all = field(path, &right, "amount", amounts.as_array().expect("a list"));
    all.extend(field(path, &right, "currency", currencies.as_array().expect("a list")));
    for name in ["returnUrl", "cancelUrl"] {
        let mut urls =
            texts(&["shop", "/return", "ftp://x.example", "javascript:alert(1)", "http://", "https://u:p@x.example"]);
        urls.extend([
            json!(1),
            json!("https://x.example/\u{0}"),
            json!(format!("https://x.example/{}", "x".repeat(2048))),
        ]);
        all.extend(field(path, &right, name, &urls));
    }
    for (name, prefix) in [("customerId", "pay_1"), ("paymentMethodId", "cust_1"), ("id", "evt_1")] {
        let overlong = format!("{}_{}", prefix, "x".repeat(80));
        let mut ids = texts(&[prefix, "", &overlong, "_", "pm", "cust-1", "pay_\u{0}", "pm_é", "cust_\u{0}"]);
        ids.push(json!(7));
        all.extend(field(path, &right, name, &ids));
    }
    for name in ["capture", "confirm", "offSession", "savePaymentMethod"] {
        all.extend(field(path, &right, name, &[json!("true"), json!(1), json!([]), json!({}), json!("yes")]));
    }
    all.extend(field(path, &right, "captureMethod", &[json!("auto"), json!(true), json!(""), json!(["manual"])]));
    all.extend(field(path, &right, "description", &[long(501), json!(1), json!("a\u{0}b"), json!({})]));
    let descriptors = [json!(""), long(23), json!(1), json!("123"), json!("a<b"), json!("a\u{0}b")];
    all.extend(field(path, &right, "statementDescriptor", &descriptors));
    let mails = [json!("ada"), json!("a b@c.example"), json!("@"), json!(1), json!("a@b\u{0}")];
    all.extend(field(path, &right, "receiptEmail", &mails));
    for name in ["amont", "currancy", "AMOUNT", "", "card"] {
        all.extend(field(path, &right, name, &[json!("x")]));
    }
    all.extend(below(path, &right, "expand", &[(json!(["card"]), "expand.0"), (json!("customer"), "expand")]));
    all.extend(metadata(path, &right));
    all
}

fn customers() -> Vec<Bad> {
    let (path, right) = ("/v1/customers", json!({}));
    let mails = [json!("ada"), json!("a\u{0}@b.example"), json!(1), json!(format!("a@{}", "b".repeat(254)))];
    let mut all = field(path, &right, "email", &mails);
    all.extend(field(path, &right, "name", &[json!("a\u{0}b"), json!(["Ada"]), long(201)]));
    all.extend(field(path, &right, "phone", &[json!("+49\u{0}"), json!(49), long(41)]));
    all.extend(field(path, &right, "defaultMethodId", &[json!("cust_1"), json!("pm_1"), json!("pm_\u{0}")]));
    let addresses = [
        (json!("Sofia"), "address"),
        (json!({"city": "a\u{0}b"}), "address.city"),
        (json!({"line1": 1}), "address.line1"),
        (json!({"country": "XX"}), "address.country"),
        (json!({"country": "D\u{0}"}), "address.country"),
        (json!({"town": "Sofia"}), "address.town"),
    ];
    all.extend(below(path, &right, "address", &addresses));
    all.extend(metadata(path, &right));
    all
}

/// What the other endpoints refuse.
fn others(known: &Known) -> Vec<Bad> {
    let (webhooks, right) = ("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook"}));
    let urls = [json!("hook"), json!("http://a:b@x.example"), json!("http://x.example/\u{0}"), json!(9)];
    let mut all = field(webhooks, &right, "url", &urls);
    all.push(Bad::post(webhooks, &json!({}), "url"));
    let events = [json!(["payment.complete"]), json!(["payment.\u{0}"]), json!("*")];
    all.extend(below(
        webhooks,
        &right,
        "enabledEvents",
        &events.map(|value| {
            let is_text_within = value[0].as_str().is_some_and(|text| text.contains('\u{0}'));
            (value, if is_text_within { "enabledEvents.0" } else { "enabledEvents" })
        }),
    ));
    all.extend(field(webhooks, &right, "description", &[json!("a\u{0}b"), json!({}), long(501)]));
    all.extend(metadata(webhooks, &right));
    let (nothing, account) = (json!({}), "/v1/account");
    all.extend(field(account, &nothing, "name", &[json!(""), json!("a\u{0}b"), json!(1)]));
    all.extend(field(account, &nothing, "timeZone", &[json!("Mars/Olympus"), json!("\u{0}")]));
    all.extend(field(account, &nothing, "taxMode", &[json!("none"), json!("per_line\u{0}")]));
    all.extend(field(account, &nothing, "country", &[json!("XX"), json!("\u{0}")]));
    all.extend(below(account, &nothing, "branding", &[(json!({"logoUrl": "\u{0}"}), "branding.logoUrl")]));
    let rotate = format!("{webhooks}/{}/rotate-secret", known.endpoint);
    all.extend(field(&rotate, &nothing, "overlapHours", &[json!(-1), json!(721), json!("1"), json!(0.5)]));
    let capture = format!("/v1/payments/{}/capture", known.payment);
    all.extend(field(&capture, &nothing, "amount", &[json!(0), json!("1"), json!(1.5)]));
    let confirm = format!("/v1/payments/{}/confirm", known.payment);
    all.extend(field(&confirm, &nothing, "paymentMethodId", &[json!("pm_\u{0}"), json!("pay_1"), json!(1)]));
    let (pay, card) = (format!("/v1/test/payments/{}/pay", known.payment), json!({"number": "4242424242424242"}));
    all.extend(field(
        &pay,
        &card,
        "number",
        &[json!("4242"), json!(4_242_424_242_424_242_i64), json!("424242424242424\u{0}")],
    ));
    all.extend(field(&pay, &card, "name", &[json!("a\u{0}b")]));
    all.extend(field(&pay, &card, "expMonth", &[json!(0), json!(13), json!("1")]));
    let setup = format!("/v1/customers/{}/setup-method", known.customer);
    all.extend(field(&setup, &nothing, "returnUrl", &[json!("shop"), json!("https://x.example/\u{0}")]));
    all.extend(metadata(&setup, &nothing));
    let clock = "/v1/test/clock/advance";
    all.extend(field(clock, &nothing, "seconds", &[json!(-1), json!("1"), json!(0)]));
    all.extend(field(clock, &nothing, "to", &[json!("tomorrow"), json!("\u{0}")]));
    all
}

fn queries(known: &Known) -> Vec<Bad> {
    let methods = format!("/v1/customers/{}/methods", known.customer);
    let deliveries = format!("/v1/webhooks/{}/deliveries", known.endpoint);
    let mut all = Vec::new();
    for (list, prefix) in [
        ("/v1/payments", "pay"),
        ("/v1/customers", "cust"),
        ("/v1/events", "evt"),
        ("/v1/webhooks", "we"),
        ("/v1/webhook-endpoints", "we"),
        (methods.as_str(), "pm"),
        (deliveries.as_str(), "whd"),
    ] {
        for cursor in ["startingAfter", "endingBefore"] {
            let overlong = format!("{prefix}_{}", "x".repeat(65));
            let nul = format!("{prefix}_%00");
            let dashed = format!("{prefix}-1");
            // An id of no list.
            for text in ["", "%00", "btx_1", prefix, "%F0%9F%92%B3", &overlong, &nul, &dashed] {
                all.push(Bad::get(format!("{list}?{cursor}={text}"), cursor));
            }
        }
        for limit in ["0", "101", "x", "-1", "1.5", ""] {
            all.push(Bad::get(format!("{list}?limit={limit}"), "limit"));
        }
        all.push(Bad::get(format!("{list}?created[gte]=x"), "created.gte"));
        all.push(Bad::get(format!("{list}?created[after]=1"), "created.after"));
        all.push(Bad::get(format!("{list}?created=1"), "created"));
        all.push(Bad::get(format!("{list}?limit=1&limit=2"), "limit"));
        all.push(Bad::get(format!("{list}?nope=1"), "nope"));
        all.push(Bad::get(format!("{list}?startingAfter={prefix}_1&endingBefore={prefix}_2"), "endingBefore"));
    }
    for (path, param) in [
        ("/v1/payments?status=paid", "status"),
        ("/v1/payments?status=%00", "status"),
        ("/v1/payments?customerId=%00", "customerId"),
        ("/v1/payments?customer=pay_1", "customerId"),
        ("/v1/payments?currency=EURO", "currency"),
        ("/v1/payments?expand[]=card", "expand.0"),
        ("/v1/customers?email=%00", "email"),
        ("/v1/customers?email=a%00@b.example", "email"),
        ("/v1/customers?metadata[plan]=%00", "metadata.plan"),
        ("/v1/customers?metadata[%00]=gold", "metadata"),
        ("/v1/customers?metadata[a]=1&metadata[b]=2", "metadata"),
        ("/v1/customers?metadata[a]=1&email=a@b.example", "metadata"),
        ("/v1/events?type=payment.complete", "type"),
        ("/v1/events?type=%00", "type"),
        ("/v1/events?after=-1", "after"),
        ("/v1/events?after=x", "after"),
        ("/v1/events?after=0&wait=31", "wait"),
        ("/v1/events?wait=1", "wait"),
        ("/v1/events?type=payment.completed&wait=0", "wait"),
        ("/v1/events?after=0&startingAfter=evt_1", "startingAfter"),
        ("/v1/events?after=0&endingBefore=evt_1", "endingBefore"),
        ("/v1/events?after=0&created[gte]=1", "created"),
        ("/v1/events?after=0&type=payment.complete", "type"),
        ("/v1/balance?x=1", "x"),
    ] {
        all.push(Bad::get(path, param));
    }
    all.push(Bad::get(format!("{deliveries}?status=sent"), "status"));
    all
}

/// Addresses of objects that cannot be.
fn paths(known: &Known) -> Vec<Bad> {
    let paths = [
        "/v1/payments/cust_1",
        "/v1/payments/pay_%00",
        "/v1/payments/%00",
        "/v1/payments/pay_1%2F..",
        "/v1/customers/pay_1",
        "/v1/customers/cust_%00",
        "/v1/customers/pay_1/methods",
        "/v1/events/pay_1",
        "/v1/events/evt_%00",
        "/v1/webhooks/evt_1",
        "/v1/webhooks/we_%C3%A9",
        "/v1/webhook-endpoints/evt_1/deliveries",
        "/v1/webhook-deliveries/evt_1",
        "/v1/payment-methods/card_1",
        "/v1/payment-methods/pm_%00",
        "/v1/setups/pm_1",
    ];
    let mut all: Vec<Bad> = paths.into_iter().map(|path| Bad::get(path, "id")).collect();
    for path in ["/v1/payments/evt_1/capture", "/v1/payments/pay_%00/cancel", "/v1/webhook-deliveries/we_1/redeliver"] {
        all.push(Bad::post(path, &json!({}), "id"));
    }
    for method in ["pay_1", "pm_%00"] {
        let path = format!("/v1/customers/{}/methods/{method}", known.customer);
        all.push(Bad { method: Method::DELETE, ..Bad::get(path, "method") });
    }
    all
}

fn headers() -> Vec<Bad> {
    let overlong = "é".repeat(256);
    let mut all = vec![
        Bad::header("idempotency-key", "", "Idempotency-Key"),
        Bad::header("idempotency-key", &overlong, "Idempotency-Key"),
        Bad::header("vinr-version", "2020-01-01", "Vinr-Version"),
        Bad::header("vinr-version", "", "Vinr-Version"),
        Bad::header("vinr-version", "latest", "Vinr-Version"),
        Bad::header("x-api-key", "sk_test_another", "X-Api-Key"),
    ];
    for kind in
        ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x"]
    {
        all.push(Bad::header("content-type", kind, "Content-Type"));
    }
    for key in ["Bearer sk_live_x", "Bearer sk_test_unknown", "Bearer nonsense", "Bearer ", "Basic ?", "Digest x", ""] {
        all.push(Bad::header("authorization", key, "Authorization"));
    }
    let mut twice = Bad::header("idempotency-key", "one", "Idempotency-Key");
    twice.headers.push(("idempotency-key", "another".to_owned()));
    all.push(twice);
    let body = json!({"amount": 1, "currency": "EUR", "idempotencyKey": "another"});
    let mut contradicted = Bad::post("/v1/payments", &body, "Idempotency-Key");
    contradicted.headers.push(("idempotency-key", "one".to_owned()));
    all.push(contradicted);
    all
}

async fn what_is_no_json_is_told_where(engine: Engine) {
    let server = Server::start(engine).await;
    let before = written(&server).await;
    let cut = |bad: Bad| bad.body.map(|text| text[..text.len() - 1].to_owned());
    let mut broken: Vec<String> = payments().into_iter().chain(customers()).filter_map(cut).collect();
    broken.extend(
        ["{", "{\"amount\":}", "\u{feff}{}", "{'a':1}", "\u{0}", "{\"a\":\"\u{0}\"}", "{\"a\":\"\\ud800\"}"]
            .map(str::to_owned),
    );
    for body in broken {
        let key = Some(server.secret_key.as_str());
        let refused = server.call(Method::POST, "/v1/payments", key, &[], Some(body.clone())).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid_json"), "{body}");
        let message = refused.json()["error"]["message"].as_str().expect("a message").to_owned();
        assert!(message.contains("line ") && message.contains("column "), "{body}: {message}");
    }
    for body in ["[]", "1", "\"x\"", "null", "true", "[{}]"] {
        let key = Some(server.secret_key.as_str());
        let refused = server.call(Method::POST, "/v1/payments", key, &[], Some(body.into())).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "{body}");
    }
    let twice = "{\"amount\":1,\"amount\":2}".to_owned();
    let refused = server.call(Method::POST, "/v1/payments", Some(&server.secret_key), &[], Some(twice)).await;
    let error = &refused.json()["error"];
    assert_eq!((&error["code"], &error["param"]), (&json!("parameter_conflict"), &json!("amount")));
    assert_eq!(written(&server).await, before, "nothing is written");
}

/// PostgreSQL keeps every character but U+0000, and the engines do not differ in what they take.
async fn a_text_is_taken_whole_or_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let text = "\u{1}\u{7f}\u{85}\u{2028}\u{fffd}\u{10ffff}é💳'\"\\%_$1";
    let made = server.post("/v1/customers", json!({"metadata": {text: text}})).await.ok();
    assert_eq!(made["metadata"], json!({text: text}));
    let found = server.get(&format!("/v1/customers/{}", made["id"].as_str().expect("an id"))).await.ok();
    assert_eq!(found, made);
    let refused = server.post("/v1/customers", json!({"metadata": {"a": "\u{0}"}, "name": "\u{0}", "nmae": 1})).await;
    let errors = refused.json()["error"]["errors"].as_array().expect("all of them").clone();
    let problems: Vec<[&Value; 2]> = errors.iter().map(|one| [&one["param"], &one["code"]]).collect();
    let (unknown, invalid) = (json!("parameter_unknown"), json!("parameter_invalid"));
    let (first, second, third) = (json!("nmae"), json!("name"), json!("metadata.a"));
    assert_eq!(problems, [[&first, &unknown], [&second, &invalid], [&third, &invalid]]);
}

async fn a_cursor_is_an_id_of_its_list(engine: Engine) {
    let server = Server::start(engine).await;
    for (path, cursor) in [("/v1/payments", "cust_1"), ("/v1/customers", "pay_1"), ("/v1/events", "pay_1")] {
        for param in ["startingAfter", "endingBefore"] {
            let error = server.get(&format!("{path}?{param}={cursor}")).await.json()["error"].clone();
            assert_eq!((&error["code"], &error["param"]), (&json!("parameter_invalid"), &json!(param)), "{path}");
            let expected = match path {
                "/v1/payments" => "expected a pay_ id",
                "/v1/customers" => "expected a cust_ id",
                _ => "expected a evt_ id",
            };
            assert!(error["message"].as_str().is_some_and(|message| message.contains(expected)), "{error}");
        }
    }
    for path in ["/v1/payments?startingAfter=pay_nobodys", "/v1/customers?metadata[a]=b&startingAfter=cust_nobodys"] {
        let unknown = server.get(path).await;
        assert_eq!((unknown.status, unknown.code().as_str()), (404, "resource_missing"), "{path}");
        assert_eq!(unknown.json()["error"]["param"], "startingAfter", "{path}");
    }
}
