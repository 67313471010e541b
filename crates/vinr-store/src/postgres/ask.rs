//! Arbitration: one flight that begins the transaction, locks what the batch will change and reads what it must know.

use tokio_postgres::{Error, Statement};

use crate::group::plan::{Plan, TableAsk};
use crate::group::settle::Filled;
use crate::postgres::connect::{Connection, Params, Rows, fly};
use crate::postgres::encode::{column, filled};
use crate::postgres::texts::{TableTexts, Texts};
use crate::table::Type;

/// How an arbitration reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// For a batch that writes: rows to be changed are locked, checked ones shared, and the transaction stays open.
    Locked,
    /// For a batch of checks only: nothing is locked, and the transaction ends in the same flight.
    Plain,
}

/// One statement of an arbitration, and the places in the plan that its arrays stand for.
struct Question<'p> {
    statement: Statement,
    params: Params<'p>,
    places: Vec<u32>,
    about: About,
}

#[derive(Clone, Copy)]
enum About {
    Rows,
    Tallies,
    Owners,
}

/// Fills `plan` over `conn`. Answers how many statements that took.
pub(crate) async fn ask(conn: &Connection, texts: &Texts, plan: &mut Plan<'_>, reading: Reading) -> Result<u64, Error> {
    let mut questions = Vec::new();
    for ask in plan.asks.values() {
        pose(conn, &texts.of(ask.table), plan, ask, reading, &mut questions).await?;
    }
    let mut flight = vec![conn.command(match reading {
        Reading::Locked => "BEGIN",
        Reading::Plain => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    })];
    let mut answered = Vec::with_capacity(questions.len());
    for question in questions {
        flight.push(conn.query(question.statement, question.params));
        answered.push((question.about, question.places));
    }
    if reading == Reading::Plain {
        flight.push(conn.command("COMMIT"));
    }
    let statements = flight.len() as u64;
    let mut answers = fly(flight).await.into_iter();
    let mut next = || answers.next().flatten().unwrap_or_else(|| Ok(Rows::new()));
    next()?;
    let mut found = Vec::with_capacity(answered.len());
    for (about, places) in answered {
        found.push((about, places, next()?));
    }
    for (about, places, rows) in found {
        fill(plan, about, &places, &rows);
    }
    Ok(statements)
}

/// Poses the questions about one table, in the order in which they lock.
async fn pose<'p>(
    conn: &Connection,
    texts: &TableTexts,
    plan: &'p Plan<'_>,
    ask: &TableAsk,
    reading: Reading,
    questions: &mut Vec<Question<'p>>,
) -> Result<(), Error> {
    let locked = reading == Reading::Locked;
    let pick = |with_lock, without| if locked { with_lock } else { without };
    let by_key: [(&Vec<u32>, &String, About); 4] = [
        (&ask.locked, pick(&texts.lock, &texts.see), About::Rows),
        (&ask.tallies, pick(&texts.lock_tally, &texts.see_tally), About::Tallies),
        (&ask.checked, pick(&texts.share, &texts.see), About::Rows),
        (&ask.expected, pick(&texts.share_tally, &texts.see_tally), About::Tallies),
    ];
    for (places, sql, about) in by_key {
        if !places.is_empty() {
            let statement = conn.prepare(sql).await?;
            let params = key_params(plan, places.clone(), about);
            questions.push(Question { statement, params, places: places.clone(), about });
        }
    }
    for (index, sql) in texts.owners.iter().enumerate() {
        let of_index = |place: &u32| plan.uniques[*place as usize].index == index;
        let places: Vec<u32> = ask.uniques.iter().copied().filter(of_index).collect();
        if !places.is_empty() {
            let statement = conn.prepare(sql).await?;
            let params = owner_params(plan, ask, index, &places);
            questions.push(Question { statement, params, places, about: About::Owners });
        }
    }
    Ok(())
}

fn key_params<'p>(plan: &'p Plan<'_>, places: Vec<u32>, about: About) -> Params<'p> {
    let key = move |place: u32| match about {
        About::Tallies => (plan.tallies[place as usize].account, plan.tallies[place as usize].id),
        About::Rows | About::Owners => (plan.rows[place as usize].account, plan.rows[place as usize].id),
    };
    let ids = places.clone();
    vec![
        column(places.len(), Type::Text, move |index| Filled::Text(key(places[index]).0)),
        column(ids.len(), Type::Text, move |index| Filled::Text(key(ids[index]).1)),
    ]
}

fn owner_params<'p>(plan: &'p Plan<'_>, ask: &TableAsk, index: usize, places: &[u32]) -> Params<'p> {
    let unique = &ask.table.unique[index];
    let mut params = Params::new();
    if !unique.global {
        let places = places.to_vec();
        let len = places.len();
        params.push(column(len, Type::Text, move |index| Filled::Text(plan.uniques[places[index] as usize].account)));
    }
    for (nth, name) in unique.columns.iter().enumerate() {
        let (places, ty) = (places.to_vec(), ask.table.columns[ask.table.column(name)].ty);
        let len = places.len();
        params.push(column(len, ty, move |index| filled(plan.uniques[places[index] as usize].values[nth])));
    }
    params
}

/// Puts one statement's answer into the plan. The first column is the key's place in the arrays, from 1; a key
/// without a row is not among the answers and stays unknown.
fn fill(plan: &mut Plan<'_>, about: About, places: &[u32], rows: &Rows) {
    for row in rows {
        let nth = usize::try_from(row.get::<_, i64>(0)).expect("places count from 1");
        let place = places[nth - 1] as usize;
        match about {
            About::Rows => plan.rows[place].version = Some(row.get(1)),
            About::Tallies => {
                let tally = &mut plan.tallies[place];
                tally.exists = true;
                for (column, value) in tally.values.iter_mut().enumerate() {
                    *value = row.get(column + 1);
                }
            }
            About::Owners => plan.uniques[place].owner = Some((row.get(1), row.get(2))),
        }
    }
}
