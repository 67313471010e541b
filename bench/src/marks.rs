//! The marks that a run has to reach: ratios within one run, which compare between machines.

use crate::Engine;
use crate::payments::Ask;
use crate::results::{Results, Subject};

/// Where payments a second are compared.
const MARKED: Ask = Ask { accounts: 100, connections: 64 };
/// In the same seconds as many webhooks arrive as payments are taken, but for those that are under way at the end: one a
/// client of a few thousand.
const KEEPS_UP: f64 = 0.98;

/// A payment that earns points writes its member, a transaction, two balances and an event more, five rows beside twelve:
/// that costs the rest of this part at most.
const EARNS: f64 = 0.7;

/// A mark and what was found.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) what: String,
    pub(crate) found: f64,
    pub(crate) bound: Bound,
    pub(crate) holds: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    fn is_met(self, found: f64) -> bool {
        match self {
            Bound::AtLeast(least) => found >= least,
            Bound::AtMost(most) => found <= most,
        }
    }

    pub(crate) fn told(self) -> String {
        match self {
            Bound::AtLeast(least) => format!("at least {least}"),
            Bound::AtMost(most) => format!("at most {most}"),
        }
    }
}

/// Every mark of which both sides were measured.
pub(crate) fn of(results: &Results) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut mark = |what: String, found: f64, bound: Bound| {
        marks.push(Mark { what, found, bound, holds: bound.is_met(found) });
    };
    for (engine, against, least) in [
        (Engine::Postgres, Subject::Pgbench, 1.5),
        (Engine::Sqlite, Subject::InProcess, 0.6),
        (Engine::Postgres, Subject::InProcess, 0.6),
    ] {
        let [http, other] = [Subject::Http, against].map(|subject| results.find(engine, subject, MARKED));
        if let (Some(http), Some(other)) = (http, other) {
            let what = format!("{}: payments/s through HTTP, of those of {}", engine.name(), against.name());
            mark(what, http.per_second / other.per_second, Bound::AtLeast(least));
        }
    }
    for earning in results.rates.iter().filter(|rate| rate.subject == Subject::Earning) {
        let ask = Ask { accounts: earning.accounts, connections: earning.connections };
        if let Some(without) = results.find(earning.engine, Subject::Customer, ask) {
            let [with, of] = [Subject::Earning, Subject::Customer].map(Subject::name);
            let what = format!("{}: {with}/s, of {of}/s", earning.engine.name());
            mark(what, earning.per_second / without.per_second, Bound::AtLeast(EARNS));
        }
    }
    for found in results.deliveries.iter().filter(|found| found.connections == MARKED.connections) {
        let who = if found.accounts == 1 { "one endpoint".into() } else { format!("{} endpoints", found.accounts) };
        let what = format!("{}, {who}: deliveries/s, of payments/s", found.engine.name());
        mark(what, found.deliveries_per_second / found.payments_per_second, Bound::AtLeast(KEEPS_UP));
    }
    for grown in results.growth.iter().filter(|grown| grown.is_last) {
        let Some(deep) = grown.deep else { continue };
        let (engine, page) = (grown.engine.name(), deep.page);
        let what = format!("{engine}: page {} of a list, of page 1", crate::format::grouped(f64::from(page)));
        mark(what, deep.ms / grown.large.first_page_ms, Bound::AtMost(1.5));
        for (name, large, small) in [
            ("creating a payment", grown.large.create_ms, grown.small.create_ms),
            ("reading a payment", grown.large.get_ms, grown.small.get_ms),
            ("page 1 of a list", grown.large.first_page_ms, grown.small.first_page_ms),
        ] {
            let sizes = [grown.payments, grown.small_payments].map(|size| crate::format::grouped(f64::from(size)));
            let what = format!("{engine}: {name} among {} payments, of the same among {}", sizes[0], sizes[1]);
            mark(what, large / small, Bound::AtMost(1.3));
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_met_on_its_own_side() {
        assert!(Bound::AtLeast(1.5).is_met(1.5) && !Bound::AtLeast(1.5).is_met(1.49));
        assert!(Bound::AtMost(1.3).is_met(1.3) && !Bound::AtMost(1.3).is_met(1.31));
    }
}
