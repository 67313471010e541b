//! "Did you mean": the known name that is closest to one that is not known.

use alloc::vec::Vec;

/// Longer names are not compared: the work grows with the square of the length.
const NAME_LENGTH_MAX: usize = 64;

/// The candidate with the smallest edit distance to `name`, if it is close enough to be meant: a
/// third of its letters at most. The first one wins a tie.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > NAME_LENGTH_MAX {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one text into the
/// other, letters compared without case (optimal string alignment).
pub fn edit_distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let to: Vec<char> = to.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let mut before_previous: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(previous.len());
        current.push(row.saturating_add(1));
        for (column, other) in to.iter().enumerate() {
            let next = column.saturating_add(1);
            let replaced = previous[column].saturating_add(usize::from(letter != other));
            let mut best = replaced.min(previous[next].saturating_add(1)).min(current[column].saturating_add(1));
            if let (Some(row_before), Some(column_before)) = (row.checked_sub(1), column.checked_sub(1))
                && from[row_before] == *other
                && to[column_before] == *letter
            {
                best = best.min(before_previous[column_before].saturating_add(1));
            }
            current.push(best);
        }
        before_previous = previous;
        previous = current;
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
