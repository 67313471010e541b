//! The master key's file.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vinr_server::env::Entropy;
use vinr_server::settings::MasterKey;

use crate::Failure;
use crate::settings::Resolved;

/// The master key: of the file that was named, or of the data folder's, which is made when it is missing.
pub(crate) fn master_key(settings: &Resolved, entropy: &Entropy) -> Result<MasterKey, Failure> {
    if let Some(path) = &settings.master_key_file {
        return read(path)?.ok_or_else(|| Failure::Usage(format!("there is no master key file {}", path.display())));
    }
    let folder = settings.folder();
    make_folder(&folder)?;
    let path = folder.join("master.key");
    if let Some(key) = read(&path)? {
        return Ok(key);
    }
    write(&path, &entropy.bytes::<32>())?;
    read(&path)?.ok_or_else(|| Failure::Refused(format!("{} vanished", path.display())))
}

/// Makes a folder that only its owner can look into.
pub(crate) fn make_folder(folder: &PathBuf) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::Refused(format!("cannot make {}: {error}", folder.display())))
}

fn read(path: &Path) -> Result<Option<MasterKey>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::Refused(format!("cannot read {}: {error}", path.display()))),
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let bytes = bytes.ok_or_else(|| Failure::Usage(format!("{} is not 32 bytes in base64", path.display())))?;
    Ok(Some(MasterKey::new(bytes)))
}

/// Writes beside the file, then links it into place: a reader sees the whole key or none, and of two writers the
/// first one wins.
fn write(path: &Path, key: &[u8; 32]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Refused(format!("cannot write {}: {error}", path.display()));
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft).map_err(failed)?;
    file.write_all(format!("{}\n", STANDARD.encode(key)).as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}
