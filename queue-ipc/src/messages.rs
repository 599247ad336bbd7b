//! Messages of different lengths. Item 7 of writer B is `B7 B7 B7 …`: from its first word one knows
//! what all of it must be.

use std::collections::BTreeMap;
use std::fmt;
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

/// What was taken out of the pipe, if this is no whole message: `[6] A0 |[6]B0` stands for the length
/// 6, a part of a text, and another length. The `|` is where the message is torn.
pub fn tear(message: &[u8]) -> Option<String> {
    let Some((bytes, text)) = message.split_first_chunk() else {
        return Some(format!("[{} |end of file", shown(message)));
    };
    let length = u32::from_be_bytes(*bytes) as usize;
    if !LENGTHS.iter().any(|least| (*least..least + 12).contains(&length)) {
        return Some(format!("|[{}] {}", shown(bytes), beginning(text)).trim_end().into());
    }
    let whole = whole(text).unwrap_or_default();
    if whole.as_bytes() == text && text.len() == length {
        return None;
    }
    let same = whole.bytes().zip(text).take_while(|(one, other)| one == *other).count();
    let (fits, rest) = text.split_at(same);
    let fits = match fits.len() {
        ..=15 => shown(fits),
        long => format!("{}.. {}", shown(&fits[..6]), shown(&fits[long - 6..])),
    };
    let rest = match rest.len() {
        0 if text.len() < length => "end of file".into(),
        _ => beginning(rest),
    };
    Some(format!("[{length}] {fits}|{rest}").trim_end().into())
}

/// What a text must be that begins with this word.
fn whole(text: &[u8]) -> Option<String> {
    let word = str::from_utf8(text.split(|byte| *byte == b' ').next()?).ok()?;
    let writer = word.chars().next().filter(char::is_ascii_uppercase)?;
    Some(self::text(writer, word[1..].parse().ok()?))
}

fn beginning(text: &[u8]) -> String {
    if text.len() > 12 { format!("{}..", shown(&text[..12])) } else { shown(text) }
}

/// Bytes as they are shown. No text has a zero byte, but each length begins with two.
fn shown(mut bytes: &[u8]) -> String {
    let mut shown = String::new();
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = rest;
        match *rest {
            [0, high, low, ref rest @ ..] if *byte == 0 => {
                shown += &format!("[{}]", u16::from_be_bytes([high, low]));
                bytes = rest;
            }
            _ => shown += &byte.escape_ascii().to_string().replace("\\x0", "\\"),
        }
    }
    shown
}

/// What a reader has taken: its answer to the parent.
#[derive(Default)]
pub struct Taken {
    /// How many whole messages of each writer.
    pub whole: BTreeMap<char, u64>,
    pub torn: u64,
}

impl Taken {
    /// One more whole message.
    pub fn count(&mut self, message: &[u8]) {
        *self.whole.entry(message[4].into()).or_default() += 1;
    }

    pub fn whole(&self) -> u64 {
        self.whole.values().sum()
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole.iter().try_for_each(|(writer, count)| write!(to, "{writer}={count} "))?;
        write!(to, "torn={}", self.torn)
    }
}

impl FromStr for Taken {
    type Err = anyhow::Error;

    fn from_str(answer: &str) -> anyhow::Result<Self> {
        let mut taken = Self::default();
        for part in answer.split(' ') {
            let (name, count) = part.split_once('=').context("not a name and a number")?;
            match name {
                "torn" => taken.torn = count.parse()?,
                writer => drop(taken.whole.insert(writer.parse()?, count.parse()?)),
            }
        }
        Ok(taken)
    }
}
