//! What grows with the history: one merchant's payments, from a thousand to a million, and beside them an installation
//! that stays at a thousand. Both are asked in turn, so that a noisy second is noisy for both.

mod ask;
mod fill;

use std::time::Instant;

use serde::Serialize;

use crate::engine::Place;
use crate::format::grouped;
use crate::results::Results;
use crate::server::Server;
use crate::{Bench, Engine, Problem, progress, runtime};

/// The history that stays small.
const SMALL: u32 = 1_000;
/// Entries on a page, as when none are asked for.
const PAGE: u32 = 25;
/// The page that is as dear as the first.
const DEEP_PAGE: u32 = 10_000;

/// What one size costs, beside the small one.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grown {
    pub(crate) engine: Engine,
    pub(crate) payments: u32,
    pub(crate) small_payments: u32,
    pub(crate) large: Costs,
    pub(crate) small: Costs,
    /// The deepest page that was asked for, if it is not the first.
    pub(crate) deep: Option<Deep>,
    /// Whether the history grew no further.
    pub(crate) is_last: bool,
}

/// Medians.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "each says its unit")]
pub(crate) struct Costs {
    pub(crate) create_ms: f64,
    pub(crate) get_ms: f64,
    pub(crate) first_page_ms: f64,
    /// A page of those that failed, of which there are none: an index knows.
    pub(crate) failed_page_ms: f64,
    /// A page of a currency in which there are none: a page looks at so many rows and no more.
    pub(crate) currency_page_ms: f64,
}

/// A page far behind the first.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Deep {
    pub(crate) page: u32,
    pub(crate) ms: f64,
}

pub(crate) fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<(), Problem> {
    for engine in &bench.cli.engines {
        one(bench, *engine, results)?;
    }
    Ok(())
}

fn one(bench: &Bench<'_>, engine: Engine, results: &mut Results) -> Result<(), Problem> {
    let (small, large) = (History::new(bench, engine)?, History::new(bench, engine)?);
    let most = bench.cli.history();
    small.grow(bench, SMALL)?;
    let small_server = small.serve()?;
    let small_deep = runtime()?.block_on(small.cursor(SMALL / 2))?;
    let sizes = std::iter::successors(Some(SMALL), |size| size.checked_mul(10)).take_while(|size| *size < most);
    for size in sizes.chain([most]) {
        large.grow(bench, size)?;
        let server = large.serve()?;
        let deep_page = (size / PAGE).min(DEEP_PAGE);
        let deep = runtime()?.block_on(large.cursor((deep_page - 1) * PAGE))?;
        let found =
            runtime()?.block_on(ask::in_turn((&small_server, &small_deep), (&server, &deep), bench.cli.quick))?;
        server.stop()?;
        progress(&format!(
            "{}, {} payments: create {:.2} ms, get {:.2} ms, page 1 {:.2} ms, page {} {:.2} ms",
            engine.name(),
            grouped(f64::from(size)),
            found.large.create_ms,
            found.large.get_ms,
            found.large.first_page_ms,
            grouped(f64::from(deep_page)),
            found.deep_ms
        ));
        results.growth.push(Grown {
            engine,
            payments: size,
            small_payments: SMALL,
            large: found.large,
            small: found.small,
            deep: Some(Deep { page: deep_page, ms: found.deep_ms }),
            is_last: size == most,
        });
    }
    small_server.stop()
}

/// A database with payments of one account.
struct History {
    place: Place,
    key: String,
    account: String,
}

impl History {
    fn new(bench: &Bench<'_>, engine: Engine) -> Result<History, Problem> {
        let place = bench.fresh(engine)?;
        let server = Server::with_accounts(&place, 1)?;
        let key = server.keys[0].clone();
        server.stop()?;
        let account = runtime()?.block_on(async {
            let db = place.open(std::sync::Arc::new(|| 1)).await?;
            let rows = db.query("SELECT account FROM keys WHERE kind = 'secret'", &[]).await;
            let rows = rows.map_err(|error| error.to_string())?;
            db.close().await;
            let own = rows.iter().map(|row| row.text(0).to_owned()).find(|account| account != "acct_demo");
            own.ok_or_else(|| Problem::from("the installation has no account"))
        })?;
        Ok(History { place, key, account })
    }

    /// Fills it up to so many payments.
    fn grow(&self, bench: &Bench<'_>, size: u32) -> Result<(), Problem> {
        let began = Instant::now();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let written = runtime.block_on(fill::up_to(&self.place, bench.template, &self.account, size))?;
        if self.place.engine == Engine::Postgres {
            // What its autovacuum has done long before in a history that came day by day.
            crate::engine::psql(&self.place.url, "VACUUM ANALYZE")?;
        }
        if written > 100_000 {
            let (seconds, count) = (began.elapsed().as_secs(), grouped(f64::from(written)));
            progress(&format!("{}: {count} payments written in {seconds} s", self.place.engine.name()));
        }
        Ok(())
    }

    fn serve(&self) -> Result<Server, Problem> {
        let (mut server, _) = Server::start(&self.place)?;
        server.keys = vec![self.key.clone()];
        Ok(server)
    }

    /// The payment after which a page begins, this far behind the newest.
    async fn cursor(&self, depth: u32) -> Result<String, Problem> {
        let db = self.place.open(std::sync::Arc::new(|| 1)).await?;
        let sql = "SELECT id FROM payments WHERE account = $1 ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $2";
        let depth = i64::from(depth.max(1)) - 1;
        let rows = db.query(sql, &[self.account.as_str().into(), depth.into()]).await;
        let rows = rows.map_err(|error| error.to_string())?;
        db.close().await;
        rows.first().map(|row| row.text(0).to_owned()).ok_or_else(|| "there is no payment that deep".into())
    }
}
