//! Products, prices, coupons, tax rates and dunning policies (spec/billing.md): what is made, what may change, and what never does.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::right_calls::RightCall;

on_both_engines!(
    a_price_is_made_for_a_product_of_an_id_of_ones_own,
    a_price_for_a_product_that_is_not_there_is_refused_in_product_id,
    what_a_price_costs_never_changes,
    what_a_coupon_or_a_tax_rate_comes_to_never_changes,
    prices_finer_than_a_minor_unit_and_with_tiers_come_back_as_they_were_made,
    an_amount_is_kept_in_the_minor_unit_of_its_currency,
    a_price_that_makes_no_sense_is_refused_with_all_its_problems,
    a_code_is_one_coupons_and_found_in_any_case,
    a_tax_rate_keeps_its_percentage_exactly,
    a_dunning_policy_says_the_usual_where_nothing_is_said,
    a_dunning_policy_that_makes_no_sense_is_refused_with_all_its_problems,
    an_account_names_the_dunning_policy_of_what_names_none,
);

/// Whether an endpoint is of the catalog.
pub fn is_of_it(path: &str) -> bool {
    ["/v1/products", "/v1/prices", "/v1/coupons", "/v1/tax-rates", "/v1/dunning-policies"]
        .iter()
        .any(|noun| path.starts_with(noun))
}

/// How each of its endpoints is called rightly.
pub async fn right_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let noun = path.split('/').nth(2).unwrap_or_default();
    if method == Method::POST && !path.contains('{') {
        let (body, other) = (creation(server, noun, 1).await, creation(server, noun, 2).await);
        return RightCall { path: path.to_owned(), body, other: Some(other) };
    }
    if !path.contains('{') {
        return RightCall { path: path.to_owned(), body: Value::Null, other: None };
    }
    let made = server.post(&format!("/v1/{noun}"), creation(server, noun, 0).await).await.ok();
    let path = path.replace("{id}", made["id"].as_str().expect("an id"));
    if method == Method::GET {
        return RightCall { path, body: Value::Null, other: None };
    }
    RightCall { path, body: json!({"active": false}), other: Some(json!({"metadata": {"shelf": "3"}})) }
}

async fn creation(server: &Server, noun: &str, place: i64) -> Value {
    match noun {
        "products" => json!({"name": format!("Product {place}")}),
        "prices" => {
            let product = server.post("/v1/products", json!({"name": "Starter"})).await.ok();
            json!({"productId": product["id"], "amount": 2900 + place, "currency": "EUR"})
        }
        "coupons" => json!({"percentOff": 25 + place}),
        "tax-rates" => json!({"displayName": "VAT", "percentage": 20 + place}),
        "dunning-policies" => json!({"retries": [{"afterDays": 20 + place}]}),
        other => panic!("{other} is not of the catalog"),
    }
}

/// One of each, of its own.
pub async fn one_of_each(server: &Server, place: i64) {
    for noun in ["products", "prices", "tax-rates", "dunning-policies"] {
        server.post(&format!("/v1/{noun}"), creation(server, noun, place).await).await.ok();
    }
    server.post("/v1/coupons", json!({"percentOff": 5, "code": format!("spring-{place}")})).await.ok();
}

async fn starter(server: &Server) {
    server.post("/v1/products", json!({"id": "prod_starter", "name": "Starter"})).await.ok();
}

async fn a_price_is_made_for_a_product_of_an_id_of_ones_own(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    let again = server.post("/v1/products", json!({"id": "prod_starter", "name": "Again"})).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));
    let ask = json!({"product": "prod_starter", "amount": 2900, "currency": "eur", "recurring": {"interval": "month"}});
    let price = server.post("/v1/prices", ask).await.ok();
    let recurring = json!({"interval": "month", "intervalCount": 1, "usageType": "licensed", "aggregateUsage": null});
    assert_eq!(price["recurring"], recurring);
    assert_eq!((&price["amount"], &price["unitAmountDecimal"]), (&json!(2900), &json!("2900")));
    assert_eq!(
        (&price["currency"], &price["model"], &price["active"]),
        (&json!("EUR"), &json!("per_unit"), &json!(true))
    );
    let path = format!("/v1/prices/{}", price["id"].as_str().expect("an id"));
    assert_eq!(server.get(&path).await.ok(), price);
    let listed = server.get("/v1/prices?product=prod_starter").await.ok();
    assert_eq!(listed["data"], json!([price]));
    assert_eq!(server.get("/v1/prices?productId=prod_other").await.ok()["data"], json!([]));
}

async fn a_price_for_a_product_that_is_not_there_is_refused_in_product_id(engine: Engine) {
    let server = Server::start(engine).await;
    let ask = json!({"productId": "prod_nobodys", "amount": 2900, "currency": "EUR"});
    let refused = server.post("/v1/prices", ask).await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "resource_missing"));
    assert_eq!(refused.json()["error"]["param"], "productId");
    let coupon = server.post("/v1/coupons", json!({"percentOff": 5, "appliesTo": ["prod_nobodys"]})).await;
    assert_eq!((coupon.status, &coupon.json()["error"]["param"]), (404, &json!("appliesTo")));
}

async fn what_a_price_costs_never_changes(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    let ask = json!({"id": "price_starter", "productId": "prod_starter", "amount": 2900, "currency": "EUR",
        "recurring": {"interval": "month"}});
    let made = server.post("/v1/prices", ask).await.ok();
    let fixed = [
        ("productId", json!("prod_other")),
        ("amount", json!(3900)),
        ("unitAmountDecimal", json!("0.5")),
        ("currency", json!("USD")),
        ("recurring", json!({"interval": "year"})),
        ("model", json!("volume")),
        ("tiers", json!([{"upTo": null, "unitAmount": 1}])),
        ("packageSize", json!(3)),
    ];
    is_never_changed(&server, "/v1/prices/price_starter", &made, &fixed).await;
    let short = server.patch("/v1/prices/price_starter", json!({"product": null})).await;
    assert_eq!((short.status, &short.json()["error"]["param"]), (422, &json!("productId")));
    let changes = json!({"nickname": "Spring", "active": false, "metadata": {"shelf": 3}});
    let changed = server.post("/v1/prices/price_starter", changes).await.ok();
    assert_eq!((&changed["nickname"], &changed["active"]), (&json!("Spring"), &json!(false)));
    assert_eq!((&changed["metadata"], &changed["amount"]), (&json!({"shelf": "3"}), &json!(2900)));
    let unnamed = server.patch("/v1/prices/price_starter", json!({"nickname": null})).await.ok();
    assert_eq!((&unnamed["nickname"], &unnamed["recurring"]), (&Value::Null, &made["recurring"]));
}

async fn what_a_coupon_or_a_tax_rate_comes_to_never_changes(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    let ask = json!({"id": "cpn_spring", "code": "SPRING", "amountOff": 500, "currency": "EUR", "maxRedemptions": 3});
    let made = server.post("/v1/coupons", ask).await.ok();
    let fixed = [
        ("code", json!("SUMMER")),
        ("percentOff", json!(5)),
        ("amountOff", json!(600)),
        ("currency", json!("USD")),
        ("duration", json!("forever")),
        ("durationInPeriods", json!(2)),
        ("maxRedemptions", json!(9)),
        ("redeemBy", json!("2030-01-01T00:00:00Z")),
        ("appliesTo", json!(["prod_starter"])),
    ];
    is_never_changed(&server, "/v1/coupons/cpn_spring", &made, &fixed).await;
    let ask = json!({"id": "txr_vat", "displayName": "VAT", "percentage": 20, "country": "BG"});
    let made = server.post("/v1/tax-rates", ask).await.ok();
    let fixed = [("percentage", json!(21)), ("inclusive", json!(true)), ("country", json!("DE"))];
    is_never_changed(&server, "/v1/tax-rates/txr_vat", &made, &fixed).await;
}

/// Each of these is refused, with whatever it is asked for and beside whatever may change, and nothing of it is kept.
async fn is_never_changed(server: &Server, path: &str, made: &Value, fixed: &[(&str, Value)]) {
    for (param, other) in fixed {
        for value in [other, &made[*param], &Value::Null, &json!({"odd": [7]})] {
            let mut changes = json!({"active": false, "metadata": {"shelf": "3"}});
            changes[*param] = value.clone();
            for refused in [server.patch(path, changes.clone()).await, server.post(path, changes.clone()).await] {
                assert_eq!((refused.status, refused.code().as_str()), (422, "parameter_immutable"), "{changes}");
                assert_eq!(refused.json()["error"]["param"], **param);
            }
        }
    }
    let all: serde_json::Map<String, Value> =
        fixed.iter().map(|(param, _)| ((*param).to_owned(), Value::Null)).collect();
    let refused = server.patch(path, Value::Object(all)).await.json();
    let named: Vec<&str> =
        refused["error"]["errors"].as_array().into_iter().flatten().filter_map(|one| one["param"].as_str()).collect();
    assert_eq!(named, fixed.iter().map(|(param, _)| *param).collect::<Vec<_>>(), "all of them are told at once");
    assert_eq!(server.get(path).await.ok(), *made, "nothing of a refused change is kept");
}

async fn prices_finer_than_a_minor_unit_and_with_tiers_come_back_as_they_were_made(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    let fine = json!({"productId": "prod_starter", "unitAmountDecimal": "0.1250", "currency": "EUR",
        "recurring": {"interval": "month", "usageType": "metered"}});
    let fine = server.post("/v1/prices", fine).await.ok();
    assert_eq!((&fine["amount"], &fine["unitAmountDecimal"]), (&Value::Null, &json!("0.125")));
    assert_eq!(fine["recurring"]["aggregateUsage"], "sum");
    let tiers =
        json!([{"upTo": 10, "unitAmount": 500, "flatAmount": 100}, {"upTo": null, "unitAmountDecimal": "300.5"}]);
    let tiered = json!({"productId": "prod_starter", "currency": "EUR", "model": "graduated", "tiers": tiers});
    let tiered = server.post("/v1/prices", tiered).await.ok();
    let expected = json!([
        {"upTo": 10, "unitAmount": 500, "unitAmountDecimal": "500", "flatAmount": 100},
        {"upTo": null, "unitAmount": null, "unitAmountDecimal": "300.5", "flatAmount": 0},
    ]);
    assert_eq!((&tiered["tiers"], &tiered["amount"]), (&expected, &Value::Null));
    let path = format!("/v1/prices/{}", tiered["id"].as_str().expect("an id"));
    assert_eq!(server.get(&path).await.ok(), tiered);
}

/// What a line of them comes to is rounded to what cards can be charged with; a price is not, nor is it a charge that could
/// be too small. What a coupon takes off is an amount that cards can be charged with itself.
async fn an_amount_is_kept_in_the_minor_unit_of_its_currency(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    for (currency, amount) in [("KWD", 12_345), ("KWD", 1), ("JPY", 980), ("JPY", 49), ("EUR", 49), ("EUR", 0)] {
        let ask = json!({"productId": "prod_starter", "amount": amount, "currency": currency});
        let price = server.post("/v1/prices", ask).await.ok();
        assert_eq!((&price["amount"], &price["currency"]), (&json!(amount), &json!(currency)));
        assert_eq!(price["unitAmountDecimal"], amount.to_string());
    }
    let tiers = json!([{"upTo": null, "unitAmountDecimal": "0.5", "flatAmount": 5}]);
    let fils = json!({"productId": "prod_starter", "currency": "KWD", "model": "graduated", "tiers": tiers});
    assert_eq!(server.post("/v1/prices", fils).await.ok()["tiers"][0]["flatAmount"], 5);
    let coupon = async |amount: i64| server.post("/v1/coupons", json!({"amountOff": amount, "currency": "KWD"})).await;
    assert_eq!(coupon(12_340).await.ok()["amountOff"], 12_340);
    let refused = coupon(12_345).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"));
    assert_eq!(refused.json()["error"]["param"], "amountOff");
}

async fn a_price_that_makes_no_sense_is_refused_with_all_its_problems(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    let common = json!({"productId": "prod_starter", "currency": "EUR"});
    for (parts, code, params) in [
        (json!({}), "parameter_missing", vec!["amount"]),
        (json!({"amount": 1, "unitAmountDecimal": "1"}), "parameter_conflict", vec!["unitAmountDecimal"]),
        (json!({"unitAmountDecimal": "1e3"}), "parameter_invalid", vec!["unitAmountDecimal"]),
        (json!({"unitAmountDecimal": "99999999999.5"}), "parameter_invalid", vec!["unitAmountDecimal"]),
        (json!({"amount": 100_000_000_000_i64}), "parameter_invalid", vec!["amount"]),
        (json!({"model": "volume", "amount": 1}), "parameter_invalid", vec!["amount", "tiers"]),
        (json!({"model": "package", "amount": 1}), "parameter_missing", vec!["packageSize"]),
        (
            json!({"model": "volume", "tiers": [{"upTo": 5, "unitAmount": 1}, {"upTo": 5, "unitAmount": 1}]}),
            "parameter_invalid",
            vec!["tiers.1.upTo"],
        ),
        (
            json!({"amount": 1, "recurring": {"interval": "year", "intervalCount": 4}}),
            "parameter_invalid",
            vec!["recurring.intervalCount"],
        ),
    ] {
        let mut body = common.as_object().expect("an object").clone();
        body.extend(parts.as_object().expect("an object").clone());
        let refused = server.post("/v1/prices", Value::Object(body)).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{parts}");
        let error = refused.json();
        let named = error["error"]["errors"].as_array().expect("all of them").iter().map(|one| one["param"].clone());
        assert_eq!(named.collect::<Vec<_>>(), params, "{parts}");
    }
}

async fn a_code_is_one_coupons_and_found_in_any_case(engine: Engine) {
    let server = Server::start(engine).await;
    starter(&server).await;
    let ask = json!({"id": "cpn_spring", "code": "spring25", "percentOff": 12.5, "duration": "repeating",
        "durationInPeriods": 3, "maxRedemptions": 10, "appliesTo": ["prod_starter"]});
    let made = server.post("/v1/coupons", ask).await.ok();
    assert_eq!(
        (&made["code"], &made["percentOff"], &made["timesRedeemed"]),
        (&json!("SPRING25"), &json!(12.5), &json!(0))
    );
    assert_eq!(made["appliesTo"], json!(["prod_starter"]));
    let again = server.post("/v1/coupons", json!({"code": "Spring25", "amountOff": 500, "currency": "EUR"})).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));
    assert_eq!(again.json()["error"]["param"], "code");
    assert_eq!(server.get("/v1/coupons?code=sPRING25").await.ok()["data"], json!([made]));
    assert_eq!(server.get("/v1/coupons?code=winter").await.ok()["data"], json!([]));
    let off = server.post("/v1/coupons/cpn_spring", json!({"active": false})).await.ok();
    assert_eq!((&off["active"], &off["percentOff"]), (&json!(false), &json!(12.5)));
    for (wrong, param) in [
        (json!({}), "percentOff"),
        (json!({"percentOff": 5, "amountOff": 5}), "amountOff"),
        (json!({"amountOff": 5}), "currency"),
        (json!({"percentOff": 5, "duration": "repeating"}), "durationInPeriods"),
    ] {
        let refused = server.post("/v1/coupons", wrong).await;
        assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!(param)));
    }
}

async fn a_tax_rate_keeps_its_percentage_exactly(engine: Engine) {
    let server = Server::start(engine).await;
    let ask = json!({"displayName": "VAT", "percentage": 8.125, "inclusive": true, "country": "bg"});
    let made = server.post("/v1/tax-rates", ask).await.ok();
    assert_eq!(
        (&made["percentage"], &made["inclusive"], &made["country"]),
        (&json!(8.125), &json!(true), &json!("BG"))
    );
    let path = format!("/v1/tax-rates/{}", made["id"].as_str().expect("an id"));
    let renamed = server.post(&path, json!({"displayName": "VAT reduced", "active": false})).await.ok();
    assert_eq!((&renamed["displayName"], &renamed["percentage"]), (&json!("VAT reduced"), &json!(8.125)));
    let finer = server.post("/v1/tax-rates", json!({"displayName": "VAT", "percentage": 8.1255})).await;
    assert_eq!((finer.status, &finer.json()["error"]["param"]), (400, &json!("percentage")));
    assert_eq!(server.get("/v1/tax-rates?active=false").await.ok()["data"], json!([renamed]));
}

async fn a_dunning_policy_says_the_usual_where_nothing_is_said(engine: Engine) {
    let server = Server::start(engine).await;
    let usual = server.post("/v1/dunning-policies", json!({})).await.ok();
    let days = json!([{"afterDays": 1}, {"afterDays": 3}, {"afterDays": 5}, {"afterDays": 7}]);
    assert_eq!((&usual["object"], &usual["name"], &usual["retries"]), (&json!("dunning_policy"), &Value::Null, &days));
    let (cancel, yes) = (json!("cancel"), json!(true));
    assert_eq!((&usual["onExhausted"], &usual["notify"], &usual["active"]), (&cancel, &yes, &yes));
    let ask =
        json!({"id": "dpol_gentle", "name": "Gentle", "retries": [{"afterDays": 14}], "onExhausted": "leave_unpaid"});
    let made = server.post("/v1/dunning-policies", ask.clone()).await.ok();
    assert_eq!(server.get("/v1/dunning-policies/dpol_gentle").await.ok(), made);
    let again = server.post("/v1/dunning-policies", ask).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));
    let changes = json!({"name": null, "onExhausted": "pause", "active": false, "metadata": {"team": "billing"}});
    let changed = server.patch("/v1/dunning-policies/dpol_gentle", changes).await.ok();
    assert_eq!((&changed["name"], &changed["onExhausted"]), (&Value::Null, &json!("pause")));
    assert_eq!((&changed["retries"], &changed["notify"]), (&made["retries"], &made["notify"]), "the rest stays");
    assert_eq!(server.get("/v1/dunning-policies?active=false").await.ok()["data"], json!([changed]));
    assert_eq!(server.get("/v1/dunning-policies?active=true").await.ok()["data"], json!([usual]));
}

async fn a_dunning_policy_that_makes_no_sense_is_refused_with_all_its_problems(engine: Engine) {
    let server = Server::start(engine).await;
    for (body, params) in [
        (json!({"retries": []}), vec!["retries"]),
        (json!({"retries": [{"afterDays": 3}, {"afterDays": 3}]}), vec!["retries.1.afterDays"]),
        (json!({"retries": [{"afterDays": 0}], "onExhausted": "wait"}), vec!["retries.0.afterDays", "onExhausted"]),
        (json!({"retries": [{"afterDays": 61}], "name": ""}), vec!["retries.0.afterDays", "name"]),
    ] {
        let refused = server.post("/v1/dunning-policies", body.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "{body}");
        let error = refused.json();
        let mut named: Vec<&str> = error["error"]["errors"]
            .as_array()
            .expect("all of them")
            .iter()
            .filter_map(|one| one["param"].as_str())
            .collect();
        let mut params = params;
        named.sort_unstable();
        params.sort_unstable();
        assert_eq!(named, params, "{body}");
    }
    assert_eq!(server.get("/v1/dunning-policies").await.ok()["data"], json!([]));
}

async fn an_account_names_the_dunning_policy_of_what_names_none(engine: Engine) {
    let server = Server::start(engine).await;
    assert_eq!(server.get("/v1/account").await.ok()["dunningPolicyId"], Value::Null);
    server.post("/v1/dunning-policies", json!({"id": "dpol_gentle"})).await.ok();
    server.post("/v1/dunning-policies", json!({"id": "dpol_old", "active": false})).await.ok();
    let named = server.patch("/v1/account", json!({"dunningPolicyId": "dpol_gentle"})).await.ok();
    assert_eq!(named["dunningPolicyId"], "dpol_gentle");
    for (policy, status, code) in [
        ("dpol_nobodys", 404, "resource_missing"),
        ("dpol_old", 400, "parameter_invalid"),
        ("txr_1", 400, "parameter_invalid"),
    ] {
        let refused = server.patch("/v1/account", json!({"dunningPolicyId": policy})).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{policy}");
        assert_eq!(refused.json()["error"]["param"], "dunningPolicyId");
    }
    assert_eq!(server.get("/v1/account").await.ok(), named, "nothing of a refused change is kept");
    server.post("/v1/test/reset", json!({})).await.ok();
    let after = server.get("/v1/account").await.ok();
    assert_eq!(
        (&after["dunningPolicyId"], &after["name"]),
        (&Value::Null, &named["name"]),
        "it went with the policies"
    );
    server.post("/v1/dunning-policies", json!({"id": "dpol_gentle"})).await.ok();
    server.patch("/v1/account", json!({"dunningPolicyId": "dpol_gentle"})).await.ok();
    let taken = server.patch("/v1/account", json!({"dunningPolicyId": null})).await.ok();
    assert_eq!(taken["dunningPolicyId"], Value::Null);
}
