//! What the players say: one pipe leads from both of them to the parent, which hears every word in
//! the order in which it was said.

use std::io::{self, BufRead, BufReader, PipeReader, Write};

use anyhow::Context;
use common::{say::text, show};

/// Says a word. A player's standard error is its mouth, since its other two are for a queue.
pub fn say(word: &str) -> anyhow::Result<()> {
    // One call, so that it is one write, and words do not mix.
    io::stderr().write_all(format!("{word}\n").as_bytes()).context("nobody hears")
}

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
