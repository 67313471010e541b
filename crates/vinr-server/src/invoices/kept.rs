//! How the parts of an invoice are kept that no query asks for: JSON, with instants in milliseconds.

use serde_json::{Value as Json, json};
use vinr_core::dunning::Dunning;
use vinr_core::exact::ExactAmount;
use vinr_core::ids::{InvoiceLineId, PaymentMethodId};
use vinr_core::invoices::{Computation, Line, Named, Noted};
use vinr_core::prices::{Basis, Piece};
use vinr_core::proration::Share;
use vinr_core::time::Timestamp;

const WRITTEN: &str = "the database holds invoices that were written by this program";

/// The column of how a line came about.
pub(super) fn computation_text(computation: &Computation) -> String {
    let share = |share: &Share| json!([share.numerator, share.denominator]);
    let pieces = |pieces: &[Piece]| pieces.iter().map(piece_json).collect::<Vec<_>>();
    match computation {
        Computation::Named(Named { quantity, unit_amount }) => {
            json!({"kind": "named", "quantity": quantity, "unit": unit_amount})
        }
        Computation::Priced { pieces: of } => json!({"kind": "priced", "pieces": pieces(of)}),
        Computation::Prorated { pieces: of, share: part } => {
            json!({"kind": "prorated", "pieces": pieces(of), "share": share(part)})
        }
        Computation::Unused { charged, share: part, carried } => {
            json!({"kind": "unused", "charged": charged, "share": share(part), "carried": carried})
        }
    }
    .to_string()
}

/// Reads [`computation_text`] back.
pub(super) fn read_computation(text: &str) -> Computation {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    let pieces = || kept["pieces"].as_array().expect(WRITTEN).iter().map(read_piece).collect();
    let share = || Share { numerator: int(&kept["share"][0]), denominator: int(&kept["share"][1]) };
    match kept["kind"].as_str().expect(WRITTEN) {
        "named" => Computation::Named(Named { quantity: int(&kept["quantity"]), unit_amount: int(&kept["unit"]) }),
        "priced" => Computation::Priced { pieces: pieces() },
        "prorated" => Computation::Prorated { pieces: pieces(), share: share() },
        "unused" => {
            Computation::Unused { charged: int(&kept["charged"]), share: share(), carried: int(&kept["carried"]) }
        }
        other => panic!("{WRITTEN}, not {other}"),
    }
}

fn piece_json(piece: &Piece) -> Json {
    let Piece { basis, tier, quantity, unit_amount, exact } = piece;
    json!({
        "basis": basis.as_str(),
        "tier": tier,
        "quantity": quantity,
        "unit": unit_amount.to_string(),
        "exact": exact.to_string(),
    })
}

fn read_piece(kept: &Json) -> Piece {
    // A sum may be longer than what a price may be written as, so it is multiplied again.
    let unit_amount = ExactAmount::parse(kept["unit"].as_str().expect(WRITTEN)).expect(WRITTEN);
    let quantity = int(&kept["quantity"]);
    Piece {
        basis: kept["basis"].as_str().and_then(Basis::parse).expect(WRITTEN),
        tier: kept["tier"].as_u64().map(|tier| usize::try_from(tier).expect(WRITTEN)),
        quantity,
        unit_amount,
        exact: unit_amount.times(quantity).expect(WRITTEN),
    }
}

/// The column of a dunning.
pub(super) fn dunning_text(dunning: &Dunning) -> String {
    let Dunning { first_failed_at, retries_done, blocked, next_attempt_at } = dunning;
    json!({
        "firstFailedAt": first_failed_at.millis(),
        "retriesDone": retries_done,
        "blocked": blocked.as_ref().map(PaymentMethodId::as_str),
        "nextAttemptAt": next_attempt_at.map(Timestamp::millis),
    })
    .to_string()
}

/// Reads [`dunning_text`] back.
pub(super) fn read_dunning(text: &str) -> Dunning {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    Dunning {
        first_failed_at: Timestamp::from_millis(int(&kept["firstFailedAt"])),
        retries_done: u32::try_from(int(&kept["retriesDone"])).expect(WRITTEN),
        blocked: kept["blocked"].as_str().map(|id| PaymentMethodId::parse(id).expect(WRITTEN)),
        next_attempt_at: kept["nextAttemptAt"].as_i64().map(Timestamp::from_millis),
    }
}

/// The column of what credit notes took back.
pub(super) fn noted_text(noted: &Noted) -> String {
    let Noted { net, tax, to_due, to_balance, refunded } = noted;
    json!([net, tax, to_due, to_balance, refunded]).to_string()
}

/// Reads [`noted_text`] back.
pub(super) fn read_noted(text: &str) -> Noted {
    let [net, tax, to_due, to_balance, refunded] = serde_json::from_str(text).expect(WRITTEN);
    Noted { net, tax, to_due, to_balance, refunded }
}

/// The column of the ids of lines.
pub(super) fn line_ids_text(lines: &[Line]) -> String {
    let ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    serde_json::to_string(&ids).expect("texts are JSON")
}

/// Reads [`line_ids_text`] back.
pub(super) fn read_line_ids(text: &str) -> Vec<InvoiceLineId> {
    let ids: Vec<String> = serde_json::from_str(text).expect(WRITTEN);
    ids.iter().map(|id| InvoiceLineId::parse(id).expect(WRITTEN)).collect()
}

fn int(kept: &Json) -> i64 {
    kept.as_i64().expect(WRITTEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_line_came_about_comes_back_from_its_column() {
        let unit_amount = ExactAmount::parse("0.000000000001").expect("an amount");
        let piece = |basis, tier, quantity| Piece {
            basis,
            tier,
            quantity,
            unit_amount,
            exact: unit_amount.times(quantity).expect("it fits"),
        };
        let pieces = vec![piece(Basis::Slice, Some(0), 7), piece(Basis::Units, None, 1_000_000)];
        let share = Share { numerator: 1_339_200, denominator: 2_678_400 };
        for computation in [
            Computation::Named(Named { quantity: 2, unit_amount: -500 }),
            Computation::Priced { pieces: pieces.clone() },
            Computation::Prorated { pieces, share },
            Computation::Unused { charged: 2_000, share, carried: -500_000_000 },
        ] {
            assert_eq!(read_computation(&computation_text(&computation)), computation);
        }
    }

    #[test]
    fn dunning_and_what_was_credited_come_back_from_their_columns() {
        let at = Timestamp::from_millis;
        for (blocked, next_attempt_at) in [(None, Some(at(9))), (Some(PaymentMethodId::from_bits(3)), None)] {
            let dunning = Dunning { first_failed_at: at(5), retries_done: 2, blocked, next_attempt_at };
            assert_eq!(read_dunning(&dunning_text(&dunning)), dunning);
        }
        let noted = Noted { net: 1, tax: 2, to_due: 3, to_balance: 4, refunded: 5 };
        assert_eq!(read_noted(&noted_text(&noted)), noted);
    }
}
