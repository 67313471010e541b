//! Finding e-mails that are due.

use vinr_core::ids::AccountId;
use vinr_core::time::WallTime;
use vinr_store::{Db, Row};

use crate::error::Result;

const DUE: &str = "SELECT account, id FROM emails WHERE wake_wall <= $1 ORDER BY wake_wall, account, id LIMIT 20";

/// E-mails of all accounts that are to be sent, by account and cause.
pub(super) async fn due(db: &Db, now: WallTime) -> Result<Vec<(AccountId, String)>> {
    let read = |row: &Row| {
        let account = AccountId::parse(row.text(0)).expect("the database holds account ids");
        (account, row.text(1).to_owned())
    };
    Ok(db.query(DUE, &[now.millis().into()]).await?.iter().map(read).collect())
}
