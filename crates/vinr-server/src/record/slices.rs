//! What a movement of points did to which lot as a column, of transactions and of the redemptions that remember it.

use vinr_core::points::Slice;
use vinr_core::time::Timestamp;

/// A part as JSON has it: when its lot lapses, and the points.
type StoredSlice = (Option<i64>, i64);

/// The column of slices.
pub(crate) fn slices_text(slices: &[Slice]) -> String {
    let stored = |slice: &Slice| (slice.expires_at.map(Timestamp::millis), slice.points);
    let slices: Vec<StoredSlice> = slices.iter().map(stored).collect();
    serde_json::to_string(&slices).expect("numbers are JSON")
}

/// Reads [`slices_text`] back.
pub(crate) fn read_slices(text: &str) -> Vec<Slice> {
    let slices: Vec<StoredSlice> = serde_json::from_str(text).expect("the database holds slices");
    let read = |(at, points): StoredSlice| Slice { expires_at: at.map(Timestamp::from_millis), points };
    slices.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_come_back_from_their_column() {
        let lapses = Some(Timestamp::from_millis(1_772_323_200_000));
        let slices = vec![Slice { expires_at: lapses, points: -100 }, Slice { expires_at: None, points: 20 }];
        assert_eq!(slices_text(&slices), "[[1772323200000,-100],[null,20]]");
        assert_eq!(read_slices(&slices_text(&slices)), slices);
    }
}
