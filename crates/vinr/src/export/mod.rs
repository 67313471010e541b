//! `vinr export`: everything of one kind that an account has, as a file. It is read from the database a page at a time,
//! whether a server runs or not.

mod table;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write, stdout};
use std::path::{Path, PathBuf};

use serde_json::json;
use vinr_core::keys::Environment;
use vinr_core::time::Timestamp;
use vinr_server::bootstrap;
use vinr_server::export::{Ask, KINDS, Kind, Part, page};

use crate::cli::{ExportOptions, Format};
use crate::commands::the_account;
use crate::installation::{Place, open_to_read};
use crate::settings::Resolved;
use crate::{Failure, show, stop};
use table::Table;

/// What `--help` says at its end.
pub(crate) const HELP: &str = "Example: vinr export payments --created-from 2026-06-01 --output payments.csv\n\nNewest \
     first, as lists are; amounts are in minor units. In CSV a text that begins with = + - @ is led by an apostrophe, so \
     that no spreadsheet runs it.";

/// A moment on the command line: RFC 3339, a day (its first second in UTC), or unix seconds.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || Timestamp::parse(&format!("{text}T00:00:00Z"));
    let seconds = || text.parse().ok().filter(|seconds: &i64| *seconds >= 0).map(Timestamp::from_seconds);
    let read = Timestamp::parse(text).or_else(day).or_else(seconds);
    read.ok_or_else(|| "give a time such as 2026-06-01T12:00:00Z, a day such as 2026-06-01, or unix seconds".into())
}

/// Exports, and leaves no half of a file when it is interrupted.
pub(crate) async fn run(settings: &Resolved, options: ExportOptions) -> Result<(), Failure> {
    let mut signals = stop::Signals::listen()?;
    tokio::select! {
        ended = export(settings, options) => ended,
        () = signals.next() => Err(Failure::Refused("interrupted; no file was written".to_owned())),
    }
}

async fn export(settings: &Resolved, options: ExportOptions) -> Result<(), Failure> {
    let kind = KINDS.iter().find(|kind| kind.name == options.kind);
    let kind = kind.ok_or_else(|| Failure::Usage(format!("there is no kind {}", options.kind)))?;
    if let (Some(from), Some(to)) = (options.created_from, options.created_to)
        && to <= from
    {
        return Err(Failure::Usage("--created-to has to be later than --created-from".to_owned()));
    }
    let format = options.format.unwrap_or(if settings.json { Format::Jsonl } else { Format::Csv });
    let file = options.output.as_deref().map(|path| Draft::begin(path, options.force)).transpose()?;
    let environment = Environment::from(options.environment);
    let place = open_to_read(settings, environment).await?;
    let account = the_account(&place, options.account).await?;
    if !bootstrap::has_account(&place.db, &account).await.map_err(Failure::refused)? {
        return Err(Failure::Refused(format!("there is no account {account} in {}", environment.as_str())));
    }
    let ask =
        Ask { account, public_url: settings.url(environment), from: options.created_from, to: options.created_to };
    let written = match file {
        None => write(&place, kind, &ask, format, stdout().lock(), None).await.map(drop),
        Some((draft, file)) => into_file(&place, kind, &ask, format, draft, file, settings.json).await,
    };
    place.db.close().await;
    written
}

async fn into_file(
    place: &Place,
    kind: &'static Kind,
    ask: &Ask,
    format: Format,
    draft: Draft,
    file: File,
    json: bool,
) -> Result<(), Failure> {
    let progress = show::Progress::new(kind.name);
    let count = write(place, kind, ask, format, BufWriter::new(&file), Some(progress)).await?;
    file.sync_all().map_err(|error| draft.failed(&error))?;
    let path = draft.finish()?;
    let shown = json!({"kind": kind.name, "count": count, "output": path.display().to_string()});
    show::line(json, &shown, &format!("{count} {} are in {}", kind.name, path.display()))
}

/// Writes page after page; how many objects there were.
async fn write(
    place: &Place,
    kind: &'static Kind,
    ask: &Ask,
    format: Format,
    out: impl Write,
    mut progress: Option<show::Progress>,
) -> Result<usize, Failure> {
    let unwritten = |error: io::Error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::Refused(format!("cannot write: {error}")),
    };
    let mut table = Table::new(format, kind.columns, out).map_err(unwritten)?;
    let mut count = 0;
    let mut from = None;
    loop {
        let Part { objects, next } = page(&place.db, kind, ask, from).await.map_err(Failure::refused)?;
        for object in &objects {
            table.write(object).map_err(unwritten)?;
        }
        count += objects.len();
        if let Some(progress) = &mut progress {
            progress.add(objects.len());
        }
        if next.is_none() {
            table.flush().map_err(unwritten)?;
            return Ok(count);
        }
        from = next;
    }
}

/// A file that is being written beside its place; what is not finished is removed.
struct Draft {
    /// Where it is written.
    beside: PathBuf,
    /// Where it will be.
    path: PathBuf,
    force: bool,
    finished: bool,
}

impl Draft {
    fn begin(path: &Path, force: bool) -> Result<(Draft, File), Failure> {
        refuse_existing(path, force)?;
        let mut beside = OsString::from(path);
        beside.push(format!(".{}.partial", std::process::id()));
        let beside = PathBuf::from(beside);
        let file = File::create_new(&beside).map_err(|error| cannot(path, &error))?;
        Ok((Draft { beside, path: path.to_owned(), force, finished: false }, file))
    }

    /// Puts the file in its place.
    fn finish(mut self) -> Result<PathBuf, Failure> {
        // Somebody may have put a file there meanwhile.
        refuse_existing(&self.path, self.force)?;
        fs::rename(&self.beside, &self.path).map_err(|error| self.failed(&error))?;
        self.finished = true;
        Ok(self.path.clone())
    }

    fn failed(&self, error: &io::Error) -> Failure {
        cannot(&self.path, error)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // Left behind at worst, under a name that says what it is.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

fn refuse_existing(path: &Path, force: bool) -> Result<(), Failure> {
    if force || !path.exists() {
        return Ok(());
    }
    Err(Failure::Refused(format!("{} is there already; --force replaces it", path.display())))
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::Refused(format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_a_day_or_unix_seconds() {
        let read = |text: &str| moment(text).map(Timestamp::rfc3339);
        for text in ["2026-06-01T00:00:00Z", "2026-06-01T02:00:00+02:00", "2026-06-01", "1780272000"] {
            assert_eq!(read(text).as_deref(), Ok("2026-06-01T00:00:00Z"), "{text}");
        }
        for wrong in ["", "yesterday", "2026-13-01", "-1", "2026-06"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
