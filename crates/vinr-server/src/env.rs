//! Time, chance and the network as values: the only place where the server meets a real clock, a real random source
//! or a real socket, each with a simulated variant that `vinr-sim` drives from one seed.

mod mailer;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use vinr_core::ids::IdGenerator;
use vinr_core::time::{Span, WallTime};

use crate::egress::{Client, EgressError};

pub use mailer::{Mailer, Outgoing, SimulatedMail, Smtp, Unsent, is_address};

/// Everything that comes from outside the process.
#[derive(Clone)]
pub struct Env {
    /// Where wall time comes from.
    pub clock: WallClock,
    /// Where random bytes come from.
    pub entropy: Entropy,
    /// Where outgoing requests go.
    pub net: Net,
    /// Where e-mails go.
    pub mailer: Mailer,
    /// The address that e-mails come from.
    pub mail_from: Arc<str>,
    ids: Arc<Mutex<IdGenerator>>,
}

impl Env {
    /// An environment of these three parts, in which e-mails stay in their rows.
    pub fn new(clock: WallClock, entropy: Entropy, net: Net) -> Env {
        Env { clock, entropy, net, mailer: Mailer::Absent, mail_from: "vinr@localhost".into(), ids: Arc::default() }
    }

    /// The same with a way for e-mails, and the address that they come from.
    #[must_use]
    pub fn with_mail(self, mailer: Mailer, mail_from: &str) -> Env {
        Env { mailer, mail_from: mail_from.into(), ..self }
    }

    /// The wall clock's time.
    pub fn wall(&self) -> WallTime {
        self.clock.now()
    }

    /// The bits of a fresh id: ordered by time, and within this process strictly rising.
    pub fn id_bits(&self) -> u128 {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).next_bits(self.clock.now(), random)
    }
}

/// Where wall time comes from.
#[derive(Clone)]
pub enum WallClock {
    /// The host's clock.
    System,
    /// Starts at a chosen moment and moves with the runtime's (paused) timer.
    Simulated {
        /// Milliseconds since 1970 at `start`.
        epoch_ms: i64,
        /// The runtime's instant at that moment.
        start: tokio::time::Instant,
    },
    /// Shows what somebody sets it to, milliseconds since 1970: a host whose clock jumps.
    Set(Arc<AtomicI64>),
}

impl WallClock {
    /// Its time.
    pub fn now(&self) -> WallTime {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the host's clock")]
            WallClock::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                WallTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            WallClock::Simulated { epoch_ms, start } => {
                let passed = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
                WallTime::from_millis(epoch_ms.saturating_add(passed))
            }
            WallClock::Set(shown_ms) => WallTime::from_millis(shown_ms.load(Ordering::Relaxed)),
        }
    }
}

/// Where random bytes come from: a `ChaCha` stream, seeded by the operating system or by a number.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<ChaCha12Rng>>);

impl Entropy {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn system() -> Result<Entropy, getrandom::Error> {
        let mut seed = [0; 32];
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for randomness")]
        getrandom::fill(&mut seed)?;
        Ok(Entropy(Arc::new(Mutex::new(ChaCha12Rng::from_seed(seed)))))
    }

    /// Seeded by a number: the same number, the same bytes.
    pub fn seeded(seed: u64) -> Entropy {
        Entropy(Arc::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed))))
    }

    /// Fills a buffer.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random number of 128 bits.
    pub fn u128(&self) -> u128 {
        u128::from_le_bytes(self.bytes())
    }

    /// A random number of 16 bits, for jitter.
    pub fn u16(&self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }
}

/// Where outgoing requests go.
#[derive(Clone)]
pub enum Net {
    /// To the network, through the address check.
    Real(Client),
    /// To a simulated world.
    Simulated(Arc<dyn SimulatedNet>),
}

impl Net {
    /// Posts a body and reads the answer's beginning.
    ///
    /// # Errors
    /// The address is refused, or nobody answered in time.
    pub async fn post(&self, request: Post) -> Result<Answer, EgressError> {
        match self {
            Net::Real(client) => client.post(request).await,
            Net::Simulated(world) => world.post(request).await,
        }
    }
}

/// The far side of a simulated network.
pub trait SimulatedNet: Send + Sync {
    /// Answers a POST.
    fn post(&self, request: Post) -> BoxFuture<'static, Result<Answer, EgressError>>;
}

/// An outgoing POST.
#[derive(Debug, Clone)]
pub struct Post {
    /// Absolute URL.
    pub url: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that were signed.
    pub body: Bytes,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: u64,
}

/// When a far side wants to be asked again (RFC 9110, 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many seconds after its answer.
    Seconds(i64),
    /// At this moment, by its own clock.
    At(WallTime),
}

impl RetryAfter {
    /// How long that is after an answer which came at this moment; less than nothing if it is over already.
    pub fn after(self, answered: WallTime) -> Span {
        match self {
            RetryAfter::Seconds(seconds) => Span::seconds(seconds),
            RetryAfter::At(moment) => moment.since(answered),
        }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// When the far side wants to be asked again, if it says so.
    pub retry_after: Option<RetryAfter>,
    /// The beginning of the body, at most 4 KiB.
    pub body: String,
}
