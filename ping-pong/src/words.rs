//! What the players say: one pipe leads from both of them to the parent, which hears every word in
//! the order in which it was said.

use std::io::{BufRead, BufReader, PipeReader};

use common::{say::text, show};

/// What was heard.
#[derive(Default)]
pub struct Words {
    pub ping: u32,
    pub pong: u32,
    /// How often a word followed itself.
    pub repeated: u32,
}

impl Words {
    /// Hears all words, and repeats them on the screen unless `quiet`. It ends when both players
    /// have ended.
    pub fn hear(ears: PipeReader, quiet: bool) -> Self {
        let mut words = Self::default();
        let mut last = String::new();
        for word in BufReader::new(ears).lines().map_while(Result::ok) {
            match word.as_str() {
                "Ping" => words.ping += 1,
                "Pong" => words.pong += 1,
                _ => {
                    show!("{word}"); // what a player says when it fails
                    continue;
                }
            }
            words.repeated += u32::from(word == last);
            if !quiet {
                text(format_args!("{}{word}", if last.is_empty() { "" } else { " " }));
            }
            last = word;
        }
        if !quiet {
            show!("");
        }
        words
    }

    pub fn count(&self) -> u32 {
        self.ping + self.pong
    }
}
