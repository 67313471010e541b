//! A disk whose commits are slow, small, refused or lost with their answers, as one process sees it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use vinr_store::{Chaos, CommitFault};

use crate::chance::Chance;

/// What befalls a process: its disk, and when it stands still.
pub(crate) struct Troubles {
    chance: Arc<Chance>,
    faults_percent: u64,
    commit_us: u64,
    /// Until then nothing of this process reaches the outside.
    frozen_until: Mutex<Option<Instant>>,
}

impl Troubles {
    /// Troubles drawn from a stream that all processes of a story share.
    pub(crate) fn new(chance: Arc<Chance>, faults_percent: u64, commit_us: u64) -> Arc<Troubles> {
        let frozen_until = Mutex::new(None);
        Arc::new(Troubles { chance, faults_percent, commit_us, frozen_until })
    }

    /// The process stands still, and goes on where it stood.
    pub(crate) fn freeze(&self, length: Duration) {
        *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + length);
    }

    /// How long the process stands still from now on.
    pub(crate) fn frozen(&self) -> Duration {
        let until = *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default()
    }
}

impl Chaos for Troubles {
    fn batch_max(&self) -> usize {
        usize::try_from(1 + self.chance.below(32)).unwrap_or(1)
    }

    fn commit_delay(&self) -> Duration {
        // A half of it passes before the commit, and a half before its answer.
        Duration::from_micros(100 + self.chance.below(self.commit_us)).max(self.frozen() * 2)
    }

    fn commit_fault(&self) -> CommitFault {
        if !self.chance.percent(self.faults_percent) {
            return CommitFault::None;
        }
        match self.chance.below(3) {
            0 => CommitFault::UnknownButCommitted,
            1 => CommitFault::UnknownAndLost,
            _ => CommitFault::Refused,
        }
    }
}
