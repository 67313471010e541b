//! What a payment earned as a column of its row.

use serde::{Deserialize, Serialize};
use vinr_core::awards::Award;
use vinr_core::ids::{LoyaltyAccountId, PointsTransactionId, ProgramId};
use vinr_core::time::Timestamp;

/// An award as JSON has it.
#[derive(Serialize, Deserialize)]
struct StoredAward {
    program: String,
    account: String,
    transaction: String,
    points: i64,
    clawed: i64,
    waived: i64,
    expires_at: Option<i64>,
}

/// The column of awards: nothing for a payment that earned nothing.
pub(crate) fn awards_text(awards: &[Award]) -> Option<String> {
    let stored = |award: &Award| StoredAward {
        program: award.program_id.to_string(),
        account: award.account.to_string(),
        transaction: award.transaction.to_string(),
        points: award.points,
        clawed: award.clawed,
        waived: award.waived,
        expires_at: award.expires_at.map(Timestamp::millis),
    };
    let awards: Vec<StoredAward> = awards.iter().map(stored).collect();
    (!awards.is_empty()).then(|| serde_json::to_string(&awards).expect("texts and numbers are JSON"))
}

/// Reads [`awards_text`] back.
pub(crate) fn read_awards(text: &str) -> Vec<Award> {
    const HOLDS: &str = "the database holds ids";
    let awards: Vec<StoredAward> = serde_json::from_str(text).expect("the database holds awards");
    let read = |award: StoredAward| Award {
        program_id: ProgramId::parse(&award.program).expect(HOLDS),
        account: LoyaltyAccountId::parse(&award.account).expect(HOLDS),
        transaction: PointsTransactionId::parse(&award.transaction).expect(HOLDS),
        points: award.points,
        clawed: award.clawed,
        waived: award.waived,
        expires_at: award.expires_at.map(Timestamp::from_millis),
    };
    awards.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awards_come_back_from_their_column() {
        let award = Award {
            program_id: ProgramId::from_bits(1),
            account: LoyaltyAccountId::from_bits(2),
            transaction: PointsTransactionId::from_bits(3),
            points: 42,
            clawed: 21,
            waived: 1,
            expires_at: Some(Timestamp::from_millis(1_772_323_200_000)),
        };
        let awards = vec![award.clone(), Award { expires_at: None, ..award }];
        assert_eq!(read_awards(&awards_text(&awards).expect("awards")), awards);
        assert_eq!(awards_text(&[]), None);
    }
}
