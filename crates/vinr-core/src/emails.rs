//! E-mails on their way: what becomes of one after each attempt to hand it over.
//!
//! ```text
//!            accepted
//! pending ────────────▶ sent
//!    │ ▲ │
//!    └─┘ └────────────▶ failed     refused for good, or tried for two days
//!   later
//! ```

use crate::time::Span;
use crate::wire_enum::wire_enum;

/// How long to wait after each attempt that came to nothing; after the last of them no other is made.
const WAITS: [Span; 8] = [
    Span::minutes(1),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(6),
    Span::hours(12),
    Span::hours(12),
    Span::hours(16),
];

wire_enum! {
    /// How far an e-mail is.
    pub enum Status {
        /// To be sent.
        Pending = "pending",
        /// Handed over. Whether it arrives is the mail servers' business.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
    }
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Whoever passes it on has it.
    Accepted,
    /// Not now: nobody answered, or asked for another try.
    Later,
    /// Never: there is no such mailbox, or nobody takes this message.
    Refused,
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing more is to be done: how it ended.
    End(Status),
    /// Another attempt after so long.
    Wait(Span),
}

/// What follows the attempt of this number, counted from 1.
pub fn next(attempt: i64, outcome: Outcome) -> Next {
    match outcome {
        Outcome::Accepted => Next::End(Status::Sent),
        Outcome::Refused => Next::End(Status::Failed),
        Outcome::Later => {
            let made = usize::try_from(attempt).unwrap_or(usize::MAX).saturating_sub(1);
            WAITS.get(made).map_or(Next::End(Status::Failed), |wait| Next::Wait(*wait))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_tried_for_two_days_and_then_given_up() {
        let mut waited = Span::minutes(0).millis();
        let mut attempt = 1;
        while let Next::Wait(wait) = next(attempt, Outcome::Later) {
            waited += wait.millis();
            attempt += 1;
        }
        assert_eq!(attempt, 9);
        assert!((Span::hours(48).millis()..Span::hours(50).millis()).contains(&waited), "{waited}");
        assert_eq!(next(attempt, Outcome::Later), Next::End(Status::Failed));
    }

    #[test]
    fn what_was_accepted_or_refused_is_not_tried_again() {
        assert_eq!(next(1, Outcome::Accepted), Next::End(Status::Sent));
        assert_eq!(next(1, Outcome::Refused), Next::End(Status::Failed));
        assert_eq!(next(9, Outcome::Accepted), Next::End(Status::Sent));
    }

    #[test]
    fn a_status_is_read_back() {
        for status in [Status::Pending, Status::Sent, Status::Failed] {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("lost"), None);
    }
}
