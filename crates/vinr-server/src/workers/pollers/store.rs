//! The numbers of accounts' last events.

use vinr_core::ids::AccountId;
use vinr_store::{Db, Value};

use crate::error::Result;

/// Accounts that one statement asks for: as many as it has parameters, of which those without an account are empty.
const AT_ONCE: usize = 32;
const NUMBERS: &str = "SELECT account, sequence FROM counters WHERE id = 'self' AND account IN \
     ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
     $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";

/// The number of the last event of each of these accounts.
pub(super) async fn numbers(db: &Db, accounts: &[AccountId]) -> Result<Vec<(AccountId, i64)>> {
    let mut numbers = Vec::with_capacity(accounts.len());
    for some in accounts.chunks(AT_ONCE) {
        let named = some.iter().map(|account| Value::from(account.as_str()));
        let params: Vec<Value> = named.chain(std::iter::repeat(Value::from(""))).take(AT_ONCE).collect();
        for row in db.query(NUMBERS, &params).await? {
            let account = AccountId::parse(row.text(0)).expect("the database holds account ids");
            numbers.push((account, row.int(1)));
        }
    }
    Ok(numbers)
}
