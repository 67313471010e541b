use super::{assert_clean, assert_finds};

const PAYMENTS: &str = "crates/vinr-server/src/payments/mod.rs";

#[test]
fn a_noun_does_not_know_another_noun() {
    // `super` of payments/mod.rs is the crate.
    for text in [
        "use crate::refunds;",
        "use crate::{context::Clock, refunds::store};",
        "use super::refunds::store::load;",
        "fn a() { crate::refunds::create(); }",
        "fn a() { assert!(crate::refunds::any()); }",
        "mod inner { use super::super::refunds; }",
    ] {
        assert_finds(&[(PAYMENTS, text)], "crates/vinr-server/src/payments/mod.rs:1:", "`payments` knows `refunds`");
    }
    assert_clean(&[(
        PAYMENTS,
        "use super::payments::wire; use crate::payments::store; use vinr_core::refunds::Refund;",
    )]);
}

#[test]
fn a_tests_module_may_know_everything() {
    assert_clean(&[(PAYMENTS, "#[cfg(test)]\nmod tests { use crate::refunds; const A: &str = \"SELECT 1\"; }")]);
    assert_clean(&[(PAYMENTS, "impl Thing { #[cfg(test)] fn a() { crate::refunds::any(); } }")]);
    assert_clean(&[("crates/vinr-server/src/payments/tests.rs", "use crate::refunds;")]);
    assert_clean(&[("crates/vinr-server/tests/server/main.rs", "use reqwest::Client;")]);
}

#[test]
fn the_platform_knows_neither_nouns_nor_flows_nor_workers() {
    for (module, from) in
        [("http/server.rs", "http"), ("record.rs", "record"), ("record/tables.rs", "record"), ("env.rs", "env")]
    {
        let path = format!("crates/vinr-server/src/{module}");
        for to in ["payments", "flows", "workers"] {
            let text = format!("\nuse crate::{to}::Thing;");
            assert_finds(&[(&path, &text)], &format!("{path}:2:"), &format!("`{from}` knows `{to}`"));
        }
        assert_clean(&[(&path, "use crate::context::Contexts; use crate::error::Result;")]);
    }
}

#[test]
fn only_the_routes_of_a_noun_know_the_app() {
    assert_finds(&[(PAYMENTS, "use crate::app::App;")], "crates/vinr-server/src/payments/mod.rs:1:", "never the app");
    assert_clean(&[("crates/vinr-server/src/payments/routes.rs", "use crate::app::App;")]);
    assert_clean(&[("crates/vinr-server/src/flows/checkout.rs", "use crate::app::App; use crate::payments;")]);
}

#[test]
fn flows_and_nouns_do_not_call_workers() {
    for path in [PAYMENTS, "crates/vinr-server/src/flows/expiry.rs"] {
        assert_finds(&[(path, "use crate::workers::wake;")], &format!("{path}:1:"), "write a row");
    }
    assert_clean(&[(
        "crates/vinr-server/src/workers/schedule.rs",
        "use crate::flows::expiry; use crate::payments::store;",
    )]);
}

#[test]
fn connectors_get_values_only() {
    let path = "crates/vinr-server/src/connectors/sandbox.rs";
    for to in ["app", "payments", "flows", "workers"] {
        assert_finds(&[(path, &format!("use crate::{to}::Thing;"))], &format!("{path}:1:"), &format!("knows `{to}`"));
    }
}

#[test]
fn the_crate_itself_puts_everything_together() {
    assert_clean(&[("crates/vinr-server/src/lib.rs", "use crate::payments; use crate::flows; use crate::workers;")]);
}

#[test]
fn sql_lives_in_store_files() {
    let statements = [
        "SELECT id FROM payments WHERE account = $1",
        "\n    INSERT INTO payments VALUES ($1)",
        "UPDATE payments SET status = $1",
        "DELETE FROM jobs",
        "… AND x = 1 ORDER BY id DESC",
    ];
    for statement in statements {
        let text = format!("\nconst A: &str = {statement:?};");
        assert_finds(&[(PAYMENTS, &text)], "crates/vinr-server/src/payments/mod.rs:2:", "SQL lives in `store.rs`");
        assert_finds(
            &[("crates/vinr/src/verify.rs", &text)],
            "crates/vinr/src/verify.rs:2:",
            "SQL lives in `store.rs`",
        );
        for home in ["vinr-server/src/payments/store.rs", "vinr-server/src/http/list.rs", "vinr-store/src/group.rs"] {
            assert_clean(&[(&format!("crates/{home}"), &text)]);
        }
    }
    let within = "fn a() { query(format!(\"SELECT {} FROM t\", 1)); }";
    assert_finds(&[(PAYMENTS, within)], "crates/vinr-server/src/payments/mod.rs:1:", "SQL lives");
}

#[test]
fn prose_is_not_sql() {
    assert_clean(&[(
        PAYMENTS,
        "/// SELECT is what a buyer does FROM a shelf.\nconst A: &str = \"Update the payment's settings\";",
    )]);
}

#[test]
fn json_shapes_live_in_wire_files() {
    for name in ["Serialize", "serde::Deserialize"] {
        let text = format!("#[derive(Debug, {name})]\nstruct Shape;");
        assert_finds(&[(PAYMENTS, &text)], "crates/vinr-server/src/payments/mod.rs:1:", "`wire.rs`");
        for home in ["payments/wire.rs", "payments/store.rs", "http/reply.rs", "settings.rs"] {
            assert_clean(&[(&format!("crates/vinr-server/src/{home}"), &text)]);
        }
    }
}

#[test]
fn http_is_known_to_routes_alone() {
    for text in ["use axum::http::StatusCode;", "use http::HeaderMap;", "fn a() { axum::serve(); }"] {
        assert_finds(&[(PAYMENTS, text)], "crates/vinr-server/src/payments/mod.rs:1:", "is HTTP");
        for home in ["payments/routes.rs", "http/server.rs"] {
            assert_clean(&[(&format!("crates/vinr-server/src/{home}"), text)]);
        }
    }
}

#[test]
fn the_network_is_reached_from_few_places() {
    for text in ["use reqwest::Client;", "use tokio::net::TcpStream;", "fn a() { std::net::TcpStream::connect(); }"] {
        assert_finds(&[(PAYMENTS, text)], "crates/vinr-server/src/payments/mod.rs:1:", "reaches the network");
        for home in ["env.rs", "egress/client.rs", "egress.rs", "connectors/stripe.rs", "workers/deliver.rs"] {
            assert_clean(&[(&format!("crates/vinr-server/src/{home}"), text)]);
        }
    }
    assert_clean(&[(PAYMENTS, "use std::net::IpAddr;")]);
    assert_clean(&[("crates/vinr-server/src/http/server.rs", "use tokio::net::TcpListener;")]);
}
