//! Every draw of a story comes from its seed. Whoever acts beside others has a stream of its own, so that one more draw
//! of one changes nothing for another.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A stream of draws.
pub(crate) struct Chance(Mutex<ChaCha12Rng>);

impl Chance {
    /// The stream of this name in a seed's story.
    pub(crate) fn new(seed: u64, stream: u64) -> Chance {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Chance(Mutex::new(rng))
    }

    /// A number below `end`, or 0.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64() % end.max(1)
    }

    /// Whether something that happens so often in a hundred happens now.
    pub(crate) fn percent(&self, often: u64) -> bool {
        self.below(100) < often
    }

    /// A length of time up to so many milliseconds, and at least one.
    pub(crate) fn millis(&self, most: u64) -> Duration {
        Duration::from_millis(1 + self.below(most))
    }

    /// One of these, all equally likely.
    pub(crate) fn one<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        let index = self.below(of.len() as u64);
        of.get(usize::try_from(index).unwrap_or(0))
    }

    /// The place of one of these weights, as likely as it is heavy; `None` if none weighs anything.
    pub(crate) fn weighed(&self, weights: &[u64]) -> Option<usize> {
        let mut left = self.below(weights.iter().sum());
        weights.iter().position(|weight| {
            let hit = left < *weight;
            left = left.saturating_sub(*weight);
            hit
        })
    }
}
