//! The installation's master keys. The first one seals everything but the vault's numbers; the newest one wraps the
//! keys of these, so that an operator can replace it while the server runs (`vinr vault rotate`).

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::settings::MasterKey;

/// Looks whether there are other keys than at its last call; `None` if not.
pub type Reread = Box<dyn Fn() -> Option<Vec<MasterKey>> + Send + Sync>;

/// Master keys by their ids, which count from 1, oldest first. A handle that is cheap to clone.
#[derive(Clone)]
pub struct Keyring(Arc<Keys>);

struct Keys {
    keys: RwLock<Vec<MasterKey>>,
    reread: Option<Reread>,
}

impl Keyring {
    /// One key for ever.
    pub fn of(key: MasterKey) -> Keyring {
        Keyring(Arc::new(Keys { keys: RwLock::new(vec![key]), reread: None }))
    }

    /// Keys that may become more while the server runs.
    ///
    /// # Panics
    /// Without a key.
    pub fn following(keys: Vec<MasterKey>, reread: Reread) -> Keyring {
        assert!(!keys.is_empty(), "an installation has a master key");
        Keyring(Arc::new(Keys { keys: RwLock::new(keys), reread: Some(reread) }))
    }

    /// The first key.
    pub fn first(&self) -> MasterKey {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner)[0].clone()
    }

    /// The newest key with its id.
    pub fn newest(&self) -> (i64, MasterKey) {
        self.refresh();
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let newest = keys.last().expect("an installation has a master key").clone();
        (i64::try_from(keys.len()).unwrap_or(i64::MAX), newest)
    }

    /// The key with this id, if it is there.
    pub fn get(&self, id: i64) -> Option<MasterKey> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        let found = || self.0.keys.read().unwrap_or_else(PoisonError::into_inner).get(index).cloned();
        found().or_else(|| {
            self.refresh();
            found()
        })
    }

    fn refresh(&self) {
        if let Some(keys) = self.0.reread.as_ref().and_then(|reread| reread()).filter(|keys| !keys.is_empty()) {
            *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn keys(count: u8) -> Vec<MasterKey> {
        (1..=count).map(|byte| MasterKey::new([byte; 32])).collect()
    }

    #[test]
    fn a_key_that_was_added_is_found_when_it_is_met_and_used_from_then_on() {
        let file = Arc::new(Mutex::new(keys(1)));
        let read = Arc::clone(&file);
        let ring = Keyring::following(keys(1), Box::new(move || Some(read.lock().expect("free").clone())));
        assert_eq!((ring.newest().0, ring.get(2).is_some(), ring.get(0).is_some()), (1, false, false));
        *file.lock().expect("free") = keys(2);
        assert!(ring.get(2).is_some());
        let (id, newest) = ring.newest();
        assert_eq!((id, newest.derive("x")), (2, keys(2)[1].derive("x")));
        assert_eq!(ring.first().derive("x"), keys(1)[0].derive("x"));
    }
}
