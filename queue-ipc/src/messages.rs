//! Messages of different lengths. Item 7 of writer B is `B7 B7 B7 …`: from its first word one knows
//! what all of it must be.

use std::iter::Sum;
use std::str::FromStr;

use anyhow::Context;

/// Some are longer than what a pipe takes in one piece (4096 bytes).
const LENGTHS: [usize; 4] = [4, 400, 5_000, 20_000];

/// No message is longer. A greater length is something else that was read.
pub const LONGEST: u32 = 20_100;

pub fn text(writer: char, item: u32) -> String {
    let word = format!("{writer}{item} ");
    word.repeat(LENGTHS[item as usize % LENGTHS.len()].div_ceil(word.len()))
}

/// The place where a message is torn; none if it is whole.
pub fn tear(message: &[u8]) -> Option<String> {
    let whole = whole(message).unwrap_or_default();
    if whole.as_bytes() == message && !whole.is_empty() {
        return None;
    }
    let same = whole.bytes().zip(message).take_while(|(one, other)| one == *other).count();
    let part = &message[same.saturating_sub(10)..message.len().min(same + 14)];
    let before = if same > 10 { "…" } else { "" };
    let after = if message.len() > same + 14 { "…" } else { "" };
    Some(format!("{before}{}{after}", part.escape_ascii()))
}

/// What a message must be that begins with this word.
fn whole(message: &[u8]) -> Option<String> {
    let word = str::from_utf8(message.split(|byte| *byte == b' ').next()?).ok()?;
    let writer = word.chars().next().filter(char::is_ascii_uppercase)?;
    Some(text(writer, word[1..].parse().ok()?))
}

/// How many messages a reader has taken: its answer to the parent.
#[derive(Default)]
pub struct Taken {
    pub whole: u64,
    pub torn: u64,
}

impl Sum for Taken {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let add =
            |sum: Self, one: Self| Self { whole: sum.whole + one.whole, torn: sum.torn + one.torn };
        all.fold(Self::default(), add)
    }
}

impl FromStr for Taken {
    type Err = anyhow::Error;

    fn from_str(answer: &str) -> anyhow::Result<Self> {
        let (whole, torn) = answer.split_once(' ').context("not two numbers")?;
        Ok(Self { whole: whole.parse()?, torn: torn.parse()? })
    }
}
