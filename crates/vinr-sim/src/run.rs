//! Many seeds, on as many threads as asked for.

use std::io::{IsTerminal as _, Write as _};
use std::ops::Range;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::profile::Size;
use crate::story::play;

/// Of so many seeds one is played twice.
const TWICE_EVERY: u64 = 10;

struct Run {
    seeds: Range<u64>,
    size: Size,
    fail_fast: bool,
    next: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    over: AtomicBool,
}

/// Plays seeds and prints each that fails with the line that repeats it.
pub(crate) fn all(seeds: Range<u64>, size: Size, jobs: u16, fail_fast: bool) -> ExitCode {
    let run = Run {
        next: AtomicU64::new(seeds.start),
        seeds,
        size,
        fail_fast,
        done: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        over: AtomicBool::new(false),
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| run.work());
        }
    });
    let (done, failed) = (run.done.into_inner(), run.failed.into_inner());
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    println!("{} passed, {failed} failed", done - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Run {
    fn work(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.seeds.end {
                return;
            }
            let told = self.seed(seed);
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            let terminal = std::io::stderr().is_terminal();
            if let Err(broken) = told {
                self.failed.fetch_add(1, Ordering::Relaxed);
                self.over.fetch_or(self.fail_fast, Ordering::Relaxed);
                let Size { requests, hours } = self.size;
                let clear = if terminal { "\r\x1b[K" } else { "" };
                let repeat = format!("vinr-sim --seed {seed} --requests {requests} --hours {hours}");
                eprintln!("{clear}seed {seed}: {broken}\n  repeat with: {repeat}");
            }
            if terminal {
                let (failed, count) = (self.failed.load(Ordering::Relaxed), self.seeds.end - self.seeds.start);
                eprint!("\r\x1b[K{done} of {count} seeds, {failed} failed");
                // A progress line that is not shown harms nobody.
                let _ = std::io::stderr().flush();
            }
        }
    }

    fn seed(&self, seed: u64) -> Result<(), String> {
        let first = play(seed, self.size)?;
        if seed.is_multiple_of(TWICE_EVERY) {
            let second = play(seed, self.size)?;
            if first != second {
                return Err(format!("it played differently the second time: {first:?} and {second:?}"));
            }
        }
        Ok(())
    }
}
