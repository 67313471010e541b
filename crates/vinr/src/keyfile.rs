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

/// Adds a key, which is the newest from now on. When this returns it is on disk: a card that is wrapped with it is lost
/// with it.
pub(crate) fn add(settings: &Resolved, entropy: &Entropy) -> Result<(), Failure> {
    let path = path(settings);
    present(&path)?;
    add_line(&path, &STANDARD.encode(entropy.bytes::<32>())).map_err(|error| {
        let message = format!(
            "cannot write {}: {error}; add a line with 32 bytes in base64 yourself (`openssl rand -base64 32`), then run \
             `vinr vault rotate --no-new-key`",
            path.display()
        );
        Failure::Refused(message)
    })
}

fn add_line(path: &Path, line: &str) -> std::io::Result<()> {
    // Of two that add at once, the second has to see what the first one added.
    let folder = Folder::of(path)?;
    folder.lock()?;
    let mut text = std::fs::read_to_string(path)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    text.push('\n');
    let draft = draft(path, text.as_bytes())?;
    let replaced = keep_owner(path, &draft).and_then(|()| std::fs::rename(&draft, path));
    if replaced.is_err() {
        // What went wrong is said; a draft that stays behind is readable for its owner alone.
        let _ = std::fs::remove_file(&draft);
    }
    replaced?;
    folder.sync()
}

/// Gives a file the owner, group and mode of another one: who may read the keys is the operator's choice.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (was, is) = (std::fs::metadata(old)?, std::fs::metadata(new)?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        chown(new, Some(was.uid()), Some(was.gid()))?;
    }
    std::fs::set_permissions(new, was.permissions())
}

#[cfg(not(unix))]
fn keep_owner(old: &Path, new: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(new, std::fs::metadata(old)?.permissions())
}

/// The folder of a file, where a system opens folders.
struct Folder(#[cfg(unix)] std::fs::File);

impl Folder {
    fn of(path: &Path) -> std::io::Result<Folder> {
        #[cfg(unix)]
        {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            std::fs::File::open(folder.unwrap_or(Path::new("."))).map(Folder)
        }
        #[cfg(not(unix))]
        {
            let _ = path;
            Ok(Folder())
        }
    }

    /// Waits until nobody else has locked it, and locks it for as long as this lives.
    fn lock(&self) -> std::io::Result<()> {
        #[cfg(unix)]
        self.0.lock()?;
        Ok(())
    }

    /// Brings what was renamed or linked in it to disk.
    fn sync(&self) -> std::io::Result<()> {
        #[cfg(unix)]
        self.0.sync_all()?;
        Ok(())
    }
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
        _ => Folder::of(path).and_then(|folder| folder.sync()).map_err(failed),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one key in a folder of its own.
    fn one_key(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("vinr-keyfile-{test}-{}", std::process::id()));
        make_folder(&folder).expect("a folder");
        let path = folder.join("master.key");
        make(&path, &[7; 32]).expect("a key");
        path
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the threads of this test are joined by it")]
    fn keys_that_are_added_at_once_are_all_kept() {
        let path = one_key("at-once");
        let added: Vec<_> = (0..8_u8)
            .map(|nth| {
                let path = path.clone();
                std::thread::spawn(move || add_line(&path, &STANDARD.encode([nth; 32])))
            })
            .collect();
        for thread in added {
            thread.join().expect("no panic").expect("added");
        }
        assert_eq!(present(&path).expect("keys").len(), 9);
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.starts_with(&STANDARD.encode([7; 32])), "the first one stays the first: {text}");
        std::fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_the_file_stays_as_it_was() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
        let path = one_key("owner");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("its mode");
        // Only root gives files away; for others they are their own.
        let given = chown(&path, Some(65_534), Some(65_534)).is_ok();
        let before = std::fs::metadata(&path).expect("a file");
        add_line(&path, &STANDARD.encode([8; 32])).expect("added");
        let after = std::fs::metadata(&path).expect("a file");
        let who = |file: &std::fs::Metadata| (file.mode() & 0o777, file.uid(), file.gid());
        assert_eq!((who(&after), after.uid() == 65_534), (who(&before), given || before.uid() == 65_534));
        assert_eq!(before.mode() & 0o777, 0o640);
        std::fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
    }
}
