//! What the workers say: each counts its items, and the parent adds up.

use std::fmt::{Display, Write};
use std::io::{BufRead, BufReader, PipeReader};

use common::{say, show};

use crate::messages;

/// A line of `say!` stays whole, and so do lines of several processes, up to 4096 bytes.
const FULL: usize = 3900;

/// A worker's own count. When it is dropped, the worker says its last word, also after an error; one
/// that is killed has no last word.
pub struct Tally {
    who: String,
    what: &'static str,
    quiet: bool,
    names: String,
    count: u64,
    torn: u64,
}

impl Tally {
    /// A worker starts. `what` is what will have been done with its items: put, or taken.
    pub fn new(who: String, what: &'static str, quiet: bool) -> Self {
        say!("{who} starts");
        Self { who, what, quiet, names: String::new(), count: 0, torn: 0 }
    }

    /// One more item is put, or taken.
    pub fn add(&mut self, item: impl Display) {
        self.count += 1;
        if !self.quiet {
            let _ = write!(self.names, " {item}"); // writing to a String never fails
            if self.names.len() > FULL {
                self.say_names();
            }
        }
    }

    /// One more message is taken: is it whole?
    pub fn check(&mut self, message: &[u8]) {
        match messages::name(message) {
            Ok(name) => self.add(name),
            Err(place) => {
                self.torn();
                if self.torn == 1 {
                    say!("{} has taken a torn message: {place}", self.who);
                }
            }
        }
    }

    /// One more message is torn.
    pub fn torn(&mut self) {
        self.torn += 1;
    }

    /// The number of the next item, from 1.
    pub fn next(&self) -> u64 {
        self.count + 1
    }

    fn say_names(&mut self) {
        if !self.names.is_empty() {
            say!("{} has {}{}", self.who, self.what, self.names);
            self.names.clear();
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.say_names();
        let Self { who, what, count, torn, .. } = self;
        let torn = if *torn == 0 { String::new() } else { format!(", {torn} torn") };
        say!("{who} is done: {count} {what}{torn}");
    }
}

/// What the parent has heard.
#[derive(Default)]
pub struct Heard {
    pub put: u64,
    pub taken: u64,
    pub torn: u64,
    /// How many workers have said their last word.
    pub done: u32,
}

impl Heard {
    /// Hears all workers until they have ended, and repeats the lines that are to be shown.
    pub fn hear(ears: PipeReader, is_shown: impl Fn(&str) -> bool) -> Self {
        let mut heard = Self::default();
        for line in BufReader::new(ears).lines().map_while(Result::ok) {
            if is_shown(&line) {
                show!("{line}");
            }
            if let Some((_, last_word)) = line.split_once(" is done: ") {
                heard.done += 1;
                heard.add_up(last_word);
            }
        }
        heard
    }

    fn add_up(&mut self, last_word: &str) {
        for part in last_word.split(", ") {
            let Some((count, what)) = part.split_once(' ') else { continue };
            let count: u64 = count.parse().unwrap_or_default();
            match what {
                "put" => self.put += count,
                "taken" => self.taken += count,
                _ => self.torn += count,
            }
        }
    }
}
