//! Points that merchants give and correct by hand.

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, balance, id, member, moved, pays, pays_with};
use crate::payment_links::seconds;

on_both_engines!(
    a_payment_earns_by_hand_once,
    what_rules_have_given_is_not_given_again,
    nothing_can_be_given_and_tells_nobody,
    who_is_no_member_is_given_nothing,
    a_payment_that_is_not_theirs_gives_nothing,
    a_correction_is_given_or_taken_and_never_below_zero,
    transactions_are_found_by_member_type_and_payment,
    all_that_a_payment_moved_is_found_by_it_page_by_page,
    transactions_are_found_by_their_time_whatever_the_clock_was_set_to,
);

async fn give(server: &Server, body: Value) -> crate::harness::Answer {
    server.post("/v1/loyalty/points/earn", body).await
}

/// As the seed's webhook handler does it, with the event that it gets.
async fn a_payment_earns_by_hand_once(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 4250).await;
    let event = server.get("/v1/events?type=payment.completed").await.ok()["data"][0].clone();
    let amount = event["data"]["amount"].as_i64().expect("an amount") / 100;
    let ask = json!({"programId": "prog_default", "customerId": event["data"]["customerId"], "amount": amount,
        "sourcePaymentId": event["data"]["id"]});
    let first = give(&server, ask.clone()).await.ok();
    assert_eq!((&first["points"], &first["account"], &first["type"]), (&json!(42), &json!(account), &json!("earn")));
    let source = &first["source"];
    assert_eq!(
        (&source["payment"], &source["amount"], &source["currency"]),
        (&payment["id"], &json!(4250), &json!("eur"))
    );
    assert_eq!(source["rule"], json!(null));
    let mut again = ask;
    again["amount"] = json!(1000);
    again["reason"] = json!("once more");
    assert_eq!(give(&server, again).await.ok(), first, "the first one is the answer");
    let other_name = json!({"account": account, "amount": 7, "source_payment": payment["id"]});
    assert_eq!(give(&server, other_name).await.ok(), first);
    assert_eq!(moved(&server, &account).await, [("earn".to_owned(), 42)]);
    let events = server.get("/v1/events?type=loyalty.points.earned").await.ok();
    assert_eq!(events["data"].as_array().map(Vec::len), Some(1));
    server.assert_ledger().await;
}

async fn what_rules_have_given_is_not_given_again(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    server.post("/v1/loyalty/programs", json!({"id": "prog_other", "name": "Other"})).await.ok();
    let (customer, account) = member(&server).await;
    let other = json!({"customer": customer, "program": "prog_other"});
    let other = id(&server.post("/v1/loyalty/accounts", other).await.ok());
    let payment = pays(&server, &customer, 4200).await;
    let by_rules = server.get("/v1/loyalty/transactions").await.ok()["data"][0].clone();
    let ask = json!({"customer": customer, "amount": 42, "sourcePayment": payment["id"]});
    assert_eq!(give(&server, ask.clone()).await.ok(), by_rules, "a merchant who follows both pages awards once");
    let mut elsewhere = ask;
    elsewhere["program"] = json!("prog_other");
    assert_eq!(give(&server, elsewhere).await.ok()["account"], json!(other), "another program is another matter");
    assert_eq!((balance(&server, &account).await, balance(&server, &other).await), (42, 42));
    server.assert_ledger().await;
}

async fn nothing_can_be_given_and_tells_nobody(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 99).await;
    let none = give(&server, json!({"customer": customer, "amount": 0, "sourcePaymentId": payment["id"]})).await.ok();
    assert_eq!((&none["points"], &none["balanceAfter"]), (&json!(0), &json!(0)));
    assert_eq!(server.get("/v1/events?type=loyalty.points.earned").await.ok()["data"], json!([]));
    let later = give(&server, json!({"customer": customer, "amount": 5, "sourcePaymentId": payment["id"]})).await.ok();
    assert_eq!((later, balance(&server, &account).await), (none, 0), "that was its award");
    let gift = json!({"account": account, "amount": 5, "reason": "a birthday"});
    assert_eq!(give(&server, gift.clone()).await.ok()["reason"], json!("a birthday"));
    give(&server, gift).await.ok();
    assert_eq!(balance(&server, &account).await, 10, "what is for no payment is given as often as it is asked for");
    server.assert_ledger().await;
}

async fn who_is_no_member_is_given_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    let ask = json!({"customerId": customer, "amount": 5});
    let refused = give(&server, ask.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "loyalty_account_missing"));
    for (body, param) in [
        (json!({"customerId": "cust_none", "amount": 5}), "customerId"),
        (json!({"account": "loy_none", "amount": 5}), "accountId"),
        (json!({"customerId": customer, "amount": 5, "programId": "prog_none"}), "programId"),
        (json!({"customerId": customer, "amount": 5, "sourcePaymentId": "pay_none"}), "sourcePaymentId"),
    ] {
        let missing = give(&server, body).await;
        assert_eq!((missing.status, missing.json()["error"]["param"].as_str()), (404, Some(param)));
    }
    let nobody = give(&server, json!({"amount": 5})).await;
    assert_eq!((nobody.status, nobody.code().as_str()), (400, "parameter_missing"));
    server.patch("/v1/loyalty/programs/prog_default", json!({"autoEnroll": true})).await.ok();
    let opened = give(&server, ask).await.ok();
    assert_eq!((&opened["customerId"], &opened["balanceAfter"]), (&json!(customer), &json!(5)));
    assert_eq!(
        server.get("/v1/events?type=loyalty.account.created").await.ok()["data"][0]["data"]["id"],
        opened["account"]
    );
    server.assert_ledger().await;
}

async fn a_payment_that_is_not_theirs_gives_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    let waiting =
        server.post("/v1/payments", json!({"customer": customer, "amount": 1000, "currency": "EUR"})).await.ok();
    let refused = give(&server, json!({"account": account, "amount": 5, "sourcePaymentId": waiting["id"]})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_completed"));
    let stranger = id(&server.post("/v1/customers", json!({})).await.ok());
    let theirs = pays(&server, &stranger, 1000).await;
    let refused = give(&server, json!({"account": account, "amount": 5, "sourcePaymentId": theirs["id"]})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_theirs"));
    let guest = id(&server.post("/v1/loyalty/accounts", json!({})).await.ok());
    let named = pays_with(&server, json!({"metadata": {"loyalty_account": guest}})).await;
    let refused = give(&server, json!({"account": account, "amount": 5, "sourcePaymentId": named["id"]})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_theirs"));
    let nobodys = pays_with(&server, json!({})).await;
    give(&server, json!({"account": account, "amount": 5, "sourcePaymentId": nobodys["id"]})).await.ok();
    assert_eq!(moved(&server, &account).await, [("earn".to_owned(), 5)]);
    server.assert_ledger().await;
}

async fn a_correction_is_given_or_taken_and_never_below_zero(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server).await;
    let correct = |amount: i64| {
        server.post("/v1/loyalty/transactions", json!({"account": account, "amount": amount, "reason": "a mistake"}))
    };
    let given = correct(100).await.ok();
    assert_eq!(
        (&given["type"], &given["points"], &given["reason"]),
        (&json!("adjust"), &json!(100), &json!("a mistake"))
    );
    assert_eq!(correct(-60).await.ok()["balanceAfter"], json!(40));
    let refused = correct(-41).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "insufficient_points"));
    let error = &refused.json()["error"];
    assert_eq!((&error["have"], &error["need"]), (&json!(40), &json!(41)));
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("41") && message.contains("40"), "what is needed and what there is: {message}");
    assert_eq!(correct(0).await.status, 400);
    let shown = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    assert_eq!(
        (&shown["balance"], &shown["lifetimePoints"]),
        (&json!(40), &json!(0)),
        "what is corrected was not earned"
    );
    server.assert_ledger().await;
}

async fn transactions_are_found_by_member_type_and_payment(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 4200).await;
    pays(&server, &customer, 1000).await;
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": -2})).await.ok();
    let other = id(&server.post("/v1/loyalty/accounts", json!({})).await.ok());
    give(&server, json!({"account": other, "amount": 9})).await.ok();
    let points = async |query: &str| {
        let list = server.get(&format!("/v1/loyalty/transactions?{query}")).await.ok();
        let all = list["data"].as_array().expect("a list").iter();
        all.map(|one| one["points"].as_i64().expect("points")).collect::<Vec<_>>()
    };
    assert_eq!(points("").await, [9, -2, 10, 42], "newest first");
    assert_eq!(points(&format!("account={account}")).await, [-2, 10, 42]);
    assert_eq!(points(&format!("account_id={account}&type=earn")).await, [10, 42]);
    assert_eq!(points("type=adjust").await, [-2]);
    assert_eq!(points(&format!("payment={}", id(&payment))).await, [42]);
    assert_eq!(points("created[gte]=1717113600&limit=2").await, [9, -2]);
    assert_eq!(points("created[lt]=1717113600").await, Vec::<i64>::new());
    assert_eq!(server.get("/v1/loyalty/transactions?type=gift").await.status, 400);
    assert_eq!(server.get("/v1/loyalty/transactions/ptx_none").await.code(), "resource_missing");
}

/// What rules gave, what was given by hand in another program, and what refunds took.
async fn all_that_a_payment_moved_is_found_by_it_page_by_page(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    a_point_for_each_euro(&server).await;
    let (customer, _) = member(&server).await;
    server.post("/v1/loyalty/programs", json!({"id": "prog_other", "name": "Other"})).await.ok();
    let other = json!({"programId": "prog_other", "customerId": customer});
    let other = id(&server.post("/v1/loyalty/accounts", other).await.ok());
    pays(&server, &customer, 900).await;
    let payment = pays(&server, &customer, 4200).await;
    give(&server, json!({"accountId": other, "amount": 5, "sourcePaymentId": payment["id"]})).await.ok();
    let refund = json!({"paymentId": payment["id"], "amount": 2100});
    server.post("/v1/refunds", refund.clone()).await.ok();
    server.post("/v1/refunds", refund).await.ok();
    let all = format!("/v1/loyalty/transactions?paymentId={}", id(&payment));
    let points = |list: &Value| -> Vec<i64> {
        let all = list["data"].as_array().expect("a list").iter();
        all.map(|one| one["points"].as_i64().expect("points")).collect()
    };
    let whole = server.get(&all).await.ok();
    let expected = [-2, -42, -3, -42, 5, 42, 42];
    assert_eq!(points(&whole), expected, "newest first, of both rules and by hand, and of no other payment");
    let ids: Vec<String> = whole["data"].as_array().expect("a list").iter().map(id).collect();
    let first = server.get(&format!("{all}&limit=5")).await.ok();
    assert_eq!(
        (points(&first), &first["page"]),
        (expected[..5].to_vec(), &json!({"hasMore": true, "nextCursor": ids[4]}))
    );
    let last = server.get(&format!("{all}&limit=5&startingAfter={}", ids[4])).await.ok();
    assert_eq!((points(&last), &last["page"]), (vec![42, 42], &json!({"hasMore": false, "nextCursor": null})));
    let back = server.get(&format!("{all}&limit=2&endingBefore={}", ids[4])).await.ok();
    assert_eq!((points(&back), &back["page"]), (vec![-3, -42], &json!({"hasMore": true, "nextCursor": ids[3]})));
    assert_eq!(points(&server.get(&format!("{all}&type=earn")).await.ok()), [5, 42, 42]);
    assert_eq!(points(&server.get(&format!("{all}&accountId={other}")).await.ok()), [-2, -3, 5]);
    assert_eq!(points(&server.get(&format!("{all}&created[lt]=1")).await.ok()), Vec::<i64>::new());
    let nobody = server.get(&format!("{all}&startingAfter=ptx_nobody")).await;
    assert_eq!((nobody.status, nobody.code().as_str()), (404, "resource_missing"));
}

/// The ids of transactions say when they were drawn, by the host's clock; the account's may be months ahead.
async fn transactions_are_found_by_their_time_whatever_the_clock_was_set_to(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server).await;
    let mut times = Vec::new();
    for points in 1..=6 {
        give(&server, json!({"accountId": account, "amount": points})).await.ok();
        let list = server.get("/v1/loyalty/transactions?limit=1").await.ok();
        times.push(seconds(list["data"][0]["created_at"].as_str().expect("a time")));
        server.advance(if points % 2 == 0 { 40 * 86_400 } else { 600 }).await;
    }
    let points = async |query: String| -> Vec<i64> {
        let list = server.get(&format!("/v1/loyalty/transactions?{query}")).await.ok();
        let all = list["data"].as_array().expect("a list").iter();
        all.map(|one| one["points"].as_i64().expect("points")).collect()
    };
    for (place, at) in times.iter().enumerate() {
        let place = i64::try_from(place).expect("six");
        let since: Vec<i64> = (place + 1..=6).rev().collect();
        assert_eq!(points(format!("created[gte]={at}")).await, since, "since {at}");
        let before: Vec<i64> = (1..=place).rev().collect();
        assert_eq!(points(format!("created[lt]={at}")).await, before, "before {at}");
        assert_eq!(points(format!("created[gte]={at}&created[lte]={at}&accountId={account}")).await, [place + 1]);
    }
    assert_eq!(points(format!("created[gte]={}&created[lt]={}", times[1], times[4])).await, [4, 3, 2]);
}
