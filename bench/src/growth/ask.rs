//! The same questions to two servers in turn.

use hyper::header::HeaderValue;

use super::{Costs, PAGE};
use crate::Problem;
use crate::latency::Latencies;
use crate::load::{self, Client};
use crate::server::Server;

/// How often each question is asked.
const ROUNDS: usize = 400;
const ROUNDS_QUICK: usize = 100;
/// Rounds that are not measured: each payment that is read was read before, on both servers.
const WARMING: usize = 200;
const WARMING_QUICK: usize = 50;

/// Medians of both servers.
pub(super) struct Found {
    pub(super) small: Costs,
    pub(super) large: Costs,
    pub(super) deep_ms: f64,
}

/// One server's questions.
struct Asked {
    client: Client,
    key: HeaderValue,
    /// Payments that are read, from all of the history.
    ids: Vec<String>,
    create: Latencies,
    get: Latencies,
    first_page: Latencies,
    failed_page: Latencies,
    currency_page: Latencies,
}

/// Asks both servers, each with a payment from which its history goes far back, and the large one for the page behind it.
pub(super) async fn in_turn(small: (&Server, &str), large: (&Server, &str), quick: bool) -> Result<Found, Problem> {
    let deep = large.1;
    let (mut small, mut large) = (Asked::new(small).await?, Asked::new(large).await?);
    let mut deep_page = Latencies::default();
    let deep = format!("/v1/payments?limit={PAGE}&startingAfter={deep}");
    let (warming, rounds) = if quick { (WARMING_QUICK, ROUNDS_QUICK) } else { (WARMING, ROUNDS) };
    for round in 0..warming + rounds {
        if round == warming {
            small.forget();
            large.forget();
            deep_page = Latencies::default();
        }
        small.round(round).await?;
        large.round(round).await?;
        deep_page.note(large.client.get(&deep, &large.key).await?.took);
    }
    Ok(Found { small: small.costs(), large: large.costs(), deep_ms: deep_page.percentiles_ms().0 })
}

impl Asked {
    async fn new((server, deep): (&Server, &str)) -> Result<Asked, Problem> {
        let mut client = Client::connect(server.address).await?;
        let key = load::keys(server)?.remove(0);
        let mut ids = Vec::new();
        for after in [String::new(), format!("&startingAfter={deep}")] {
            let page = client.get(&format!("/v1/payments?limit={PAGE}{after}"), &key).await?.body;
            let page: serde_json::Value = serde_json::from_slice(&page).map_err(|error| error.to_string())?;
            let data = page["data"].as_array().into_iter().flatten();
            ids.extend(data.filter_map(|one| one["id"].as_str()).map(str::to_owned));
        }
        let [create, get, first_page, failed_page, currency_page] = std::array::from_fn(|_| Latencies::default());
        Ok(Asked { client, key, ids, create, get, first_page, failed_page, currency_page })
    }

    fn forget(&mut self) {
        let all = [&mut self.create, &mut self.get, &mut self.first_page, &mut self.failed_page];
        for latencies in all.into_iter().chain([&mut self.currency_page]) {
            *latencies = Latencies::default();
        }
    }

    async fn round(&mut self, round: usize) -> Result<(), Problem> {
        let Asked { client, key, .. } = self;
        self.create.note(client.pay(key, load::next_order()).await?.took);
        let id = &self.ids[round * 7 % self.ids.len()];
        self.get.note(client.get(&format!("/v1/payments/{id}"), key).await?.took);
        self.first_page.note(client.get(&format!("/v1/payments?limit={PAGE}"), key).await?.took);
        self.failed_page.note(client.get(&format!("/v1/payments?limit={PAGE}&status=failed"), key).await?.took);
        self.currency_page.note(client.get(&format!("/v1/payments?limit={PAGE}&currency=jpy"), key).await?.took);
        Ok(())
    }

    fn costs(self) -> Costs {
        Costs {
            create_ms: self.create.percentiles_ms().0,
            get_ms: self.get.percentiles_ms().0,
            first_page_ms: self.first_page.percentiles_ms().0,
            failed_page_ms: self.failed_page.percentiles_ms().0,
            currency_page_ms: self.currency_page.percentiles_ms().0,
        }
    }
}
