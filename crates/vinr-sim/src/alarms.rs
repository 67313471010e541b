//! What the server logs as an error: a person would have to act, so a story in which that happens is broken.

use std::cell::RefCell;
use std::fmt::Write as _;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

thread_local! {
    static RAISED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Remembers the first error that this thread logs.
pub(crate) struct Alarms;

/// The first error that this thread logged since it was asked last.
pub(crate) fn raised() -> Option<String> {
    RAISED.with_borrow_mut(Option::take)
}

impl Subscriber for Alarms {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if *metadata.level() == Level::ERROR { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::ERROR)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(format!("an error was logged in {}:", event.metadata().target()));
        event.record(&mut text);
        RAISED.with_borrow_mut(|raised| {
            raised.get_or_insert(text.0);
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing into a text does not fail.
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}
