//! What a payment earned as a column of its row.

use serde_json::{Value as Json, json};
use vinr_core::awards::Award;
use vinr_core::ids::{LoyaltyAccountId, PointsTransactionId, ProgramId};
use vinr_core::time::Timestamp;

/// The column of awards: nothing for a payment that earned nothing.
pub(crate) fn awards_text(awards: &[Award]) -> Option<String> {
    let kept = |award: &Award| {
        json!({
            "account": award.account.as_str(),
            "clawed": award.clawed,
            "expires_at": award.expires_at.map(Timestamp::millis),
            "points": award.points,
            "program": award.program_id.as_str(),
            "transaction": award.transaction.as_str(),
            "waived": award.waived,
        })
    };
    (!awards.is_empty()).then(|| awards.iter().map(kept).collect::<Json>().to_string())
}

/// Reads [`awards_text`] back.
pub(crate) fn read_awards(text: &str) -> Vec<Award> {
    const HOLDS: &str = "the database holds awards";
    let read = |kept: &Json| {
        let int = |name: &str| kept[name].as_i64().expect(HOLDS);
        let text = |name: &str| kept[name].as_str().expect(HOLDS);
        Award {
            program_id: ProgramId::parse(text("program")).expect(HOLDS),
            account: LoyaltyAccountId::parse(text("account")).expect(HOLDS),
            transaction: PointsTransactionId::parse(text("transaction")).expect(HOLDS),
            points: int("points"),
            clawed: int("clawed"),
            waived: int("waived"),
            expires_at: kept["expires_at"].as_i64().map(Timestamp::from_millis),
        }
    };
    let awards: Vec<Json> = serde_json::from_str(text).expect(HOLDS);
    awards.iter().map(read).collect()
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
