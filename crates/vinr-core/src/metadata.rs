//! A merchant's own notes on an object: pairs of text, in the order of their keys.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::refusal::{Code, Refusal};

/// Most pairs on one object.
pub const PAIRS_MAX: usize = 50;
/// Longest key, in characters.
pub const KEY_LENGTH_MAX: usize = 40;
/// Longest value, in characters.
pub const VALUE_LENGTH_MAX: usize = 500;

/// Up to 50 pairs; keys are never spelled differently than they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// No pairs.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// These pairs with changes merged in: a key that is given replaces its value, an empty text
    /// or nothing removes it, the others stay. A new object merges into no pairs.
    pub fn merged(&self, changes: impl IntoIterator<Item = (String, Option<String>)>) -> Result<Self, Refusal> {
        let mut pairs = self.0.clone();
        for (key, value) in changes {
            check_key(&key)?;
            match value.filter(|value| !value.is_empty()) {
                None => {
                    pairs.remove(&key);
                }
                Some(value) if longer_than(&value, VALUE_LENGTH_MAX) => {
                    return Err(refusal(format!("expected {VALUE_LENGTH_MAX} characters at most"))
                        .at(format!("metadata.{key}")));
                }
                Some(value) => {
                    pairs.insert(key, value);
                }
            }
        }
        if pairs.len() > PAIRS_MAX {
            return Err(refusal(format!("expected {PAIRS_MAX} pairs at most")).at("metadata"));
        }
        Ok(Self(pairs))
    }

    /// The pairs as a row of the store has them, which were checked when they were written.
    pub const fn from_stored(pairs: BTreeMap<String, String>) -> Self {
        Self(pairs)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The pairs in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn check_key(key: &str) -> Result<(), Refusal> {
    if key.is_empty() {
        return Err(refusal("a key is never empty".into()).at("metadata"));
    }
    if longer_than(key, KEY_LENGTH_MAX) {
        return Err(refusal(format!("expected keys of {KEY_LENGTH_MAX} characters at most")).at("metadata"));
    }
    Ok(())
}

fn longer_than(text: &str, characters_max: usize) -> bool {
    text.len() > characters_max && text.chars().count() > characters_max
}

fn refusal(message: String) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message)
}

#[cfg(test)]
mod tests;
