//! The one error of the server's edge: what went wrong, in the client's terms, and what only the log may know.

use std::fmt;

use vinr_core::refusal::{Code, Kind, Refusal};
use vinr_store::{StoreError, StoreErrorKind};

/// What an endpoint answers when it does not do what was asked.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The refusals, all that were found; the first is the answer's `error`.
    pub refusals: Vec<Refusal>,
    /// After how many seconds another try makes sense.
    pub retry_after_s: Option<u32>,
    /// For the log only: never shown.
    pub source: Option<String>,
}

/// The result of everything behind an endpoint.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// All the problems of one request together.
    pub fn all(refusals: Vec<Refusal>) -> ApiError {
        assert!(!refusals.is_empty(), "an error says what is wrong");
        ApiError { refusals, retry_after_s: None, source: None }
    }

    /// Something that is ours to mend; the cause goes to the log.
    pub fn internal(source: impl fmt::Display) -> ApiError {
        let refusal = Refusal::new(
            Code::InternalError,
            "something went wrong on our side; it is safe to retry with the same idempotency key",
        );
        ApiError { source: Some(source.to_string()), ..ApiError::all(vec![refusal]) }
    }

    /// No such object.
    pub fn missing(noun: &str, id: &str) -> ApiError {
        Refusal::new(Code::ResourceMissing, format!("there is no {noun} {id} in this account and environment")).into()
    }

    /// The same error with a time to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> ApiError {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The same error about a parameter: what it names is not there.
    #[must_use]
    pub fn about(mut self, param: &'static str) -> ApiError {
        self.refusals = self.refusals.into_iter().map(|refusal| refusal.at(param)).collect();
        self
    }

    /// The refusal shown as `error`.
    pub fn first(&self) -> &Refusal {
        &self.refusals[0]
    }

    /// The HTTP status (spec/conventions.md, Errors).
    pub fn status(&self) -> u16 {
        let code = self.first().code;
        match code.kind() {
            Kind::Invalid => 400,
            Kind::Unauthenticated => 401,
            Kind::Permission => 403,
            Kind::Missing => 404,
            Kind::Method => 405,
            Kind::Conflict => 409,
            Kind::TooLarge => 413,
            Kind::MediaType => 415,
            Kind::State => 422,
            Kind::RateLimited => 429,
            Kind::Internal => 500,
            Kind::Unavailable => 503,
        }
    }
}

/// The problems of one request, found one after the other and told together.
#[derive(Debug, Clone, Default)]
pub struct Problems(Vec<Refusal>);

impl Problems {
    /// Notes a problem.
    pub fn add(&mut self, problem: Refusal) {
        self.0.push(problem);
    }

    /// What is right; otherwise the problem is noted.
    pub fn note<T>(&mut self, checked: std::result::Result<T, Refusal>) -> Option<T> {
        checked.map_err(|problem| self.add(problem)).ok()
    }

    /// The same for what may have several problems.
    pub fn note_all<T>(&mut self, checked: std::result::Result<T, Vec<Refusal>>) -> Option<T> {
        checked.map_err(|problems| self.0.extend(problems)).ok()
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the search.
    ///
    /// # Errors
    /// All of them, if there are any.
    pub fn told(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Problems> for ApiError {
    fn from(problems: Problems) -> ApiError {
        ApiError::all(problems.0)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        ApiError::all(vec![refusal])
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error.kind {
            StoreErrorKind::Unavailable | StoreErrorKind::Overloaded | StoreErrorKind::Deadline => {
                let refusal = Refusal::new(
                    Code::ServiceUnavailable,
                    "the service is busy or its database is away; retry with the same idempotency key",
                );
                ApiError { retry_after_s: Some(1), source: Some(error.to_string()), ..ApiError::all(vec![refusal]) }
            }
            StoreErrorKind::Floor { .. } | StoreErrorKind::Failed => ApiError::internal(error),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.first().code.as_str(), self.first().message)
    }
}

impl std::error::Error for ApiError {}
