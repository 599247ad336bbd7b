//! How threads and shared things are named in a table.

use std::collections::BTreeMap;

use super::shared::{Key, THREAD};

/// All that threads share, in all interleavings: each thing with its number among those of its
/// kind, and how many of its kind there are.
pub(super) struct Numbers(BTreeMap<Key, (usize, usize)>);

impl Numbers {
    pub(super) fn of<'a>(keys: impl Iterator<Item = &'a Key>) -> Self {
        let mut of_a_kind: BTreeMap<&str, Vec<Key>> = BTreeMap::new();
        for key in keys.filter(|key| key.kind != THREAD) {
            of_a_kind.entry(key.kind).or_default().push(*key);
        }
        let mut numbers = BTreeMap::new();
        for keys in of_a_kind.into_values() {
            let count = keys.len();
            numbers.extend(keys.into_iter().zip((1..).map(|number| (number, count))));
        }
        Self(numbers)
    }

    /// The number of a lock, an atomic or a queue is said only where there are several.
    pub(super) fn describe(&self, text: &str, on: Option<Key>) -> String {
        match on.and_then(|key| Some((key.kind, self.0.get(&key)?))) {
            Some((kind, (number, 2..))) => {
                let (the, one) = (format!("the {kind}"), format!("{kind} {number}"));
                let text = text.replace(&the, &one);
                if text.contains(&one) { text } else { format!("{text} ({one})") }
            }
            _ => text.to_string(),
        }
    }
}

/// The names under which threads are shown. Of two threads with one name, the second one has a
/// `(2)` after it.
pub(super) fn titles(names: &[Option<String>]) -> Vec<String> {
    let mut titles = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let name = name.clone().unwrap_or_else(|| format!("thread {number}"));
        let mut others = (2..).map(|again| format!("{name} ({again})"));
        let mut title = name.clone();
        while titles.contains(&title) {
            title = others.next().expect("there are enough numbers");
        }
        titles.push(title);
    }
    titles
}
