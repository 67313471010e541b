//! What a seed's story is like. Each kind of trouble and each kind of work is on or off: a fault that is always there
//! hides what only shows without it.

use crate::chance::Chance;

/// How large a story is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Requests, those that are made again included.
    pub(crate) requests: u32,
    /// Hours of account time.
    pub(crate) hours: u32,
}

/// Kinds of work, each with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A payment with a test token.
    Token,
    /// A payment on the hosted page.
    Page,
    /// An authorization that is captured and cancelled at once.
    Hold,
    /// A payment that is confirmed and cancelled at once.
    Race,
    /// A payment that is confirmed just when its checkout closes.
    Bell,
    /// A customer with a saved card.
    Customer,
    /// A setup on its page.
    Setup,
    /// A saved card that is charged.
    Saved,
    /// A saved card that is charged and detached at once.
    Detach,
    /// A webhook endpoint that is made, changed or removed.
    Endpoint,
    /// Lists, events, balances.
    Read,
    /// A key that was used before, with another body.
    Reuse,
    /// A payment that is given back in parts at once.
    Refund,
    /// A payment that is disputed.
    Dispute,
    /// Settlements that are paid out, and added up.
    Payout,
    /// A payment link that many visit at once.
    Link,
    /// A payment by a bank.
    Bank,
    /// A payment in card fields, with a client secret.
    Session,
    /// A card that a program tokenises itself.
    Tokenise,
    /// A loyalty program and its rules.
    Program,
    /// A member who pays, and money that goes back.
    Earn,
    /// Points that are given and taken by hand.
    Points,
    /// Points that are redeemed.
    Redeem,
    /// Store credit that is given, used and given back.
    Credit,
}

impl Work {
    /// All of it.
    pub(crate) const ALL: [Work; 24] = [
        Work::Token,
        Work::Page,
        Work::Hold,
        Work::Race,
        Work::Bell,
        Work::Customer,
        Work::Setup,
        Work::Saved,
        Work::Detach,
        Work::Endpoint,
        Work::Read,
        Work::Reuse,
        Work::Refund,
        Work::Dispute,
        Work::Payout,
        Work::Link,
        Work::Bank,
        Work::Session,
        Work::Tokenise,
        Work::Program,
        Work::Earn,
        Work::Points,
        Work::Redeem,
        Work::Credit,
    ];

    /// Whether it is about points, and what they give.
    const fn is_of_loyalty(self) -> bool {
        matches!(self, Work::Program | Work::Earn | Work::Points | Work::Redeem | Work::Credit)
    }
}

/// Programs of a story: the one that every merchant has, one of their own, or both, of which members may join both.
const PROGRAMS: [&[&str]; 3] = [&["prog_default"], &["prog_gold"], &["prog_default", "prog_gold"]];

/// What is drawn once a story.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// How large it is.
    pub(crate) size: Size,
    /// Whether an acquirer is reached over a network.
    pub(crate) remote: bool,
    /// Merchants' programs.
    pub(crate) clients: u64,
    /// For each of [`Work::ALL`].
    pub(crate) weights: [u64; Work::ALL.len()],
    /// Loyalty programs that are played.
    pub(crate) programs: &'static [&'static str],
    /// Pause between two things that a client does, at most.
    pub(crate) pause_ms: u64,
    /// Clients that go away before they are answered, in a hundred calls.
    pub(crate) impatient_percent: u64,
    /// Kills of the process while clients work.
    pub(crate) kills: u64,
    /// Of these, takeovers by a second process while the first one goes on, in a hundred.
    pub(crate) overlap_percent: u64,
    /// Commits that come to grief, in a hundred.
    pub(crate) disk_percent: u64,
    /// How long a commit takes at most.
    pub(crate) commit_us: u64,
    /// Answers of the acquirer that go wrong, in a hundred.
    pub(crate) bank_percent: u64,
    /// Merchants' endpoints at the beginning, each with its own troubles.
    pub(crate) endpoints: u64,
    /// Whether endpoints have troubles at all.
    pub(crate) flaky: bool,
    /// Hours that pass on each account's clock, about. In some stories there are many: holds lapse after 7 days, and
    /// endpoints are disabled after 5.
    pub(crate) hours: u64,
}

impl Profile {
    /// What this seed's story is like.
    pub(crate) fn drawn(seed: u64, size: Size) -> Profile {
        let chance = Chance::new(seed, 1);
        let on = |percent, most| if chance.percent(percent) { 1 + chance.below(most) } else { 0 };
        let remote = chance.percent(50);
        let mut weights = [0; Work::ALL.len()];
        for (weight, work) in weights.iter_mut().zip(Work::ALL) {
            // Credit has no draw of its own, so that stories without loyalty stay what they were.
            *weight = if work == Work::Credit { 0 } else { on(60, 10) };
        }
        // Points are played by all of their kinds of work, hard or by the way, or by none.
        let loyalty = Chance::new(seed, 7);
        let heavy = if loyalty.percent(60) { 1 + loyalty.below(3) } else { 0 };
        for (weight, work) in weights.iter_mut().zip(Work::ALL) {
            if work.is_of_loyalty() {
                // Whoever has credit came to it by the other kinds.
                let most = if work == Work::Credit { 24 } else { 6 };
                *weight = heavy * (1 + loyalty.below(most));
            }
        }
        // Something is always paid.
        weights[0] = 1 + chance.below(10);
        Profile {
            size,
            remote,
            clients: 1 + chance.below(4),
            weights,
            programs: loyalty.one(&PROGRAMS).copied().unwrap_or(PROGRAMS[0]),
            pause_ms: if chance.percent(20) { 8_000 } else { 20 + chance.below(1_500) },
            impatient_percent: on(50, 30),
            kills: on(60, 5),
            overlap_percent: if chance.percent(40) { 50 } else { 0 },
            disk_percent: on(50, 15),
            commit_us: if chance.percent(30) { 200 } else { 20_000 },
            bank_percent: on(60, 40),
            endpoints: chance.below(4),
            flaky: chance.percent(70),
            hours: u64::from(size.hours) * if chance.percent(20) { 12 } else { 1 },
        }
    }
}
