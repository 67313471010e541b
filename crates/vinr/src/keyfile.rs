//! The file of master keys: one a line, 32 bytes in base64, the oldest first. A key's id is the number of its line.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vinr_server::env::Entropy;
use vinr_server::keyring::Keyring;
use vinr_server::settings::MasterKey;

use crate::Failure;
use crate::settings::Resolved;

/// The master keys: of the file that was named, or of the data folder's, which is made when it is missing. A line that is
/// added while the server runs is seen.
pub(crate) fn keyring(settings: &Resolved, entropy: &Entropy) -> Result<Keyring, Failure> {
    let path = path(settings);
    if settings.master_key_file.is_none() {
        make_folder(&settings.folder())?;
        if read(&path)?.is_none() {
            make(&path, &entropy.bytes::<32>())?;
        }
    }
    let seen = Mutex::new(stamp(&path));
    let keys = present(&path)?;
    let reread = move || {
        let now = stamp(&path);
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return None;
        }
        match read(&path) {
            Ok(Some(keys)) => {
                *seen = now;
                Some(keys)
            }
            // Somebody is writing it, or it is not well: what is known goes on.
            Ok(None) | Err(_) => None,
        }
    };
    Ok(Keyring::following(keys, Box::new(reread)))
}

/// Adds a key, which is the newest from now on.
pub(crate) fn add(settings: &Resolved, entropy: &Entropy) -> Result<(), Failure> {
    let path = path(settings);
    present(&path)?;
    let failed = |error: std::io::Error| {
        let message = format!(
            "cannot write {}: {error}; add a line with 32 bytes in base64 yourself (`openssl rand -base64 32`), then run \
             `vinr vault rotate --no-new-key`",
            path.display()
        );
        Failure::Refused(message)
    };
    let mut text = std::fs::read_to_string(&path).map_err(failed)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&STANDARD.encode(entropy.bytes::<32>()));
    text.push('\n');
    let draft = draft(&path, text.as_bytes()).map_err(failed)?;
    std::fs::rename(&draft, &path).map_err(failed)
}

fn path(settings: &Resolved) -> PathBuf {
    settings.master_key_file.clone().unwrap_or_else(|| settings.folder().join("master.key"))
}

fn present(path: &Path) -> Result<Vec<MasterKey>, Failure> {
    read(path)?.ok_or_else(|| Failure::Usage(format!("there is no master key file {}", path.display())))
}

/// What changes when the file does.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Makes a folder that only its owner can look into.
pub(crate) fn make_folder(folder: &PathBuf) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::Refused(format!("cannot make {}: {error}", folder.display())))
}

fn read(path: &Path) -> Result<Option<Vec<MasterKey>>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::Refused(format!("cannot read {}: {error}", path.display()))),
    };
    let key = |line: &str| STANDARD.decode(line.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let keys: Option<Vec<MasterKey>> = text.trim().lines().map(|line| key(line).map(MasterKey::new)).collect();
    let keys = keys.filter(|keys| !keys.is_empty());
    keys.map(Some).ok_or_else(|| Failure::Usage(format!("{} is not 32 bytes in base64 a line", path.display())))
}

/// Writes beside the file, then links it into place: a reader sees the whole key or none, and of two writers the
/// first one wins.
fn make(path: &Path, key: &[u8; 32]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Refused(format!("cannot write {}: {error}", path.display()));
    let draft = draft(path, format!("{}\n", STANDARD.encode(key)).as_bytes()).map_err(failed)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}

/// A file beside this one that only its owner can read, on disk.
fn draft(path: &Path, text: &[u8]) -> std::io::Result<PathBuf> {
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text)?;
    file.sync_all()?;
    Ok(draft)
}
