//! Messages of different lengths. Item 7 of writer B is `B7 B7 B7 …`: from its first word one knows
//! what all of it must be.

/// Some are longer than what a pipe takes in one piece (4096 bytes).
const LENGTHS: [usize; 4] = [4, 400, 5_000, 20_000];

/// No message is longer. Whoever reads a greater length has read something else.
pub const LONGEST: u32 = 20_100;

pub fn text(writer: char, item: u32) -> String {
    let word = format!("{writer}{item} ");
    word.repeat(LENGTHS[item as usize % LENGTHS.len()].div_ceil(word.len()))
}

/// The first word of a message that is whole; of a torn one, the place where it is torn.
pub fn name(message: &[u8]) -> Result<&str, String> {
    let whole = name_and_text(message);
    let (name, text) = whole.unwrap_or_default();
    if !name.is_empty() && text.as_bytes() == message {
        return Ok(name);
    }
    let same = text.bytes().zip(message).take_while(|(one, other)| one == *other).count();
    let part = &message[same.saturating_sub(10)..message.len().min(same + 14)];
    let before = if same > 10 { "…" } else { "" };
    let after = if message.len() > same + 14 { "…" } else { "" };
    Err(format!("{before}{}{after}", part.escape_ascii()))
}

fn name_and_text(message: &[u8]) -> Option<(&str, String)> {
    let word = message.split(|byte| *byte == b' ').next()?;
    let name = str::from_utf8(word).ok()?;
    let writer = name.chars().next().filter(char::is_ascii_uppercase)?;
    Some((name, text(writer, name[1..].parse().ok()?)))
}
