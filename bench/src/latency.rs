//! How long single payments took.

use std::time::Duration;

/// Latencies of one measurement.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// One more.
    pub(crate) fn note(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// All of another measurement's too.
    pub(crate) fn join(&mut self, other: Latencies) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The latencies that half and 99 of a hundred did not exceed, in milliseconds.
    pub(crate) fn percentiles_ms(mut self) -> (f64, f64) {
        self.0.sort_unstable();
        let at = |percent: usize| {
            let rank = (self.0.len() * percent).div_ceil(100).max(1) - 1;
            self.0.get(rank).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
        };
        (at(50), at(99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_latencies_that_were_measured() {
        let mut latencies = Latencies::default();
        assert_eq!(Latencies::default().percentiles_ms(), (0.0, 0.0));
        for millis in (1..=200).rev() {
            latencies.note(Duration::from_millis(millis));
        }
        assert_eq!(latencies.percentiles_ms(), (100.0, 198.0));
    }
}
