//! Every draw of a story comes from its seed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use vinr_store::{Chaos, CommitFault};

/// A stream of draws.
pub(crate) struct Chance(Mutex<ChaCha12Rng>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64() % end.max(1)
    }

    /// Whether something that happens so often in a hundred happens now.
    pub(crate) fn percent(&self, often: u64) -> bool {
        self.below(100) < often
    }
}

/// A disk whose commits are slow, small, or lost with their answers, as often as the seed has it.
pub(crate) struct Disk {
    chance: Chance,
    faults_percent: u64,
}

impl Disk {
    pub(crate) fn new(seed: u64) -> Disk {
        let chance = Chance::new(seed ^ 0xd15c);
        // Every third seed has a faultless disk, so that other troubles are seen alone.
        let faults_percent = if seed.is_multiple_of(3) { 0 } else { chance.below(15) };
        Disk { chance, faults_percent }
    }
}

impl Chaos for Disk {
    fn batch_max(&self) -> usize {
        usize::try_from(1 + self.chance.below(32)).unwrap_or(1)
    }

    fn commit_delay(&self) -> Duration {
        Duration::from_micros(100 + self.chance.below(20_000))
    }

    fn commit_fault(&self) -> CommitFault {
        if !self.chance.percent(self.faults_percent) {
            return CommitFault::None;
        }
        if self.chance.percent(50) { CommitFault::UnknownButCommitted } else { CommitFault::UnknownAndLost }
    }
}
