//! What the players say: one pipe leads from both of them to the parent, which hears every word in
//! the order in which it was said.

use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};
use std::io::{BufRead, BufReader, PipeReader};
use std::time::Duration;

use common::clock::three_digits;
use common::picture::{self, paint};
use common::record::{self, Lines};
use common::{say::text, show};

pub const PLAYERS: [&str; 2] = ["Ping", "Pong"];

/// So many words at the beginning and at the end are shown of a long run.
const FIRST: usize = 50;
const LAST: usize = 18;

/// A line of words is at most so long.
const WIDTH: usize = 78;

/// A word that was heard, such as `Ping 3`.
pub struct Word {
    /// Its place in `PLAYERS`.
    pub player: usize,
    pub number: u32,
    /// Had this number been said before?
    pub is_old: bool,
    /// Had the same player said the word before it?
    pub repeated: bool,
}

/// All words, in the order in which they were said.
pub type Words = Vec<Word>;

/// Hears the players until both have ended, and shows these of their words.
pub fn hear(ears: PipeReader, lines: Lines) -> Words {
    let most = match lines {
        Lines::All => usize::MAX,
        Lines::Few => FIRST,
        Lines::None => 0,
    };
    let (mut words, mut numbers, mut screen) = (Words::new(), HashSet::new(), Screen::default());
    for line in BufReader::new(ears).lines().map_while(Result::ok) {
        let Some((player, number)) = understood(&line) else {
            screen.end_line();
            show!("{line}"); // what a player says when it fails
            continue;
        };
        let is_old = !numbers.insert(number);
        let repeated = words.last().is_some_and(|last| last.player == player);
        let word = Word { player, number, is_old, repeated };
        if words.len() < most {
            screen.put(&word);
        } else {
            screen.end_line();
            record::status(format_args!("{word}"));
        }
        words.push(word);
    }
    record::end_status();
    if lines == Lines::Few && words.len() > FIRST {
        let left_out = (words.len() - FIRST).saturating_sub(LAST);
        if left_out > 0 {
            picture::show(&format!("…  {left_out} more words: --all shows them"));
        }
        words[FIRST + left_out..].iter().for_each(|word| screen.put(word));
    }
    screen.end_line();
    words
}

/// How many words were said, and by whom.
pub fn summary(words: &[Word], time: Duration) -> String {
    let count = words.len();
    let ping = words.iter().filter(|word| word.player == 0).count();
    let each_second = three_digits(count as f64 / time.as_secs_f64());
    format!("{count} words ({ping} Ping, {} Pong), {each_second}/s", count - ping)
}

/// Which player this line is from, and its number.
fn understood(line: &str) -> Option<(usize, u32)> {
    let (name, number) = line.split_once(' ')?;
    let player = PLAYERS.iter().position(|player| *player == name)?;
    Some((player, number.parse().ok()?))
}

impl Display for Word {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", PLAYERS[self.player], self.number)
    }
}

/// Words one after the other, in lines.
#[derive(Default)]
struct Screen {
    column: usize,
}

impl Screen {
    fn put(&mut self, word: &Word) {
        let plain = word.to_string();
        if self.column + 2 + plain.len() > WIDTH {
            self.end_line();
        }
        let space = if self.column > 0 { "  " } else { "" };
        text(format_args!("{space}{}", paint(word.player, &plain)));
        self.column += space.len() + plain.len();
    }

    fn end_line(&mut self) {
        if self.column > 0 {
            show!("");
            self.column = 0;
        }
    }
}
