//! The picture of two talks beside each other: where the bytes of a client are cut on their way.

use std::str::Utf8Chunk;

use common::picture::{bad, good};

/// What is cut. The name stands before its line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// What the client has written in one go.
    Write,
    /// What one read of the server has brought.
    Read,
    /// What the server takes for a message.
    Message,
    /// What the server has written in one go.
    Answer,
}

const ROWS: [(What, &str); 4] = [
    (What::Write, "writes"),
    (What::Read, "reads"),
    (What::Message, "messages"),
    (What::Answer, "answers"),
];

const LEGEND: &str =
    r"| end of a write, read, message or answer   ⏎ newline   \xC3\xBC the bytes of ü";

/// So many columns are for `chunks`.
const LEFT: usize = 34;

pub type Piece = (What, Vec<u8>);

/// What was written, read, taken for a message and answered, in this order.
pub struct Talk {
    pub client: &'static str,
    pub pieces: Vec<Piece>,
}

impl Talk {
    pub fn pieces(&self, what: What) -> Vec<&[u8]> {
        let same = self.pieces.iter().filter(|(other, _)| *other == what);
        same.map(|(_, bytes)| bytes.as_slice()).collect()
    }

    /// The lines that the client has said.
    pub fn lines(&self) -> Vec<Vec<u8>> {
        let said = self.pieces(What::Write).concat();
        said.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
    }

    /// What is wrong with the messages. A message may be a line without its newline.
    fn fault(&self) -> Option<&'static str> {
        let without_newline = |line: &[u8]| line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        let messages = self.pieces(What::Message).into_iter().map(without_newline);
        let lines = self.lines();
        let lines = lines.iter().map(|line| without_newline(line));
        let (messages, lines) = (Vec::from_iter(messages), Vec::from_iter(lines));
        if messages == lines {
            None
        } else if messages.iter().any(|message| message.contains(&0)) {
            Some("zeros")
        } else if messages.iter().any(|message| message.contains(&b'\n')) {
            Some("run together")
        } else if messages.iter().any(|message| !lines.contains(message)) {
            Some("cut in two")
        } else if self.pieces(What::Read).iter().any(|read| str::from_utf8(read).is_err()) {
            Some("not valid UTF-8")
        } else {
            Some("not all")
        }
    }

    /// One line of its picture, in so many columns.
    fn row(&self, what: What, columns: usize) -> String {
        let pieces = Vec::from_iter(self.pieces(what).into_iter().map(readable));
        let mut text = format!("|{}|", pieces.join("|"));
        if pieces.is_empty() {
            text = "none".into();
        } else if let Some((end, _)) = text.char_indices().nth(29) {
            text = format!("{}…|", &text[..end]);
        }
        match (what, self.fault()) {
            (What::Message, Some(why)) => bad(&format!("{:columns$}", format!("{text}  ← {why}"))),
            (What::Message, None) => good(&format!("{text:columns$}")),
            _ => format!("{text:columns$}"),
        }
    }
}

/// Text as it is. What is not valid UTF-8 stands byte by byte, and a control character as in Rust.
pub fn readable(bytes: &[u8]) -> String {
    let broken = |byte: &u8| format!(r"\x{byte:02X}");
    let chunk = |chunk: Utf8Chunk<'_>| {
        let text = Vec::from_iter(chunk.valid().chars());
        let text = text.chunk_by(|one, next| one == next).map(run).collect::<String>();
        text + &chunk.invalid().iter().map(broken).collect::<String>()
    };
    bytes.utf8_chunks().map(chunk).collect()
}

/// The same character several times. Many zeros are short: `\0…\0`.
fn run(same: &[char]) -> String {
    let control = match same[0] {
        '\n' => return "⏎".repeat(same.len()),
        control if control.is_control() => control.escape_debug().to_string(),
        _ => return same.iter().collect(),
    };
    if same.len() > 3 { format!("{control}…{control}") } else { control.repeat(same.len()) }
}

/// Draws the talks of the same clients with `chunks` and with another version.
pub fn draw(chunks: &[Talk], title: &str, other: &[Talk]) -> String {
    let mut picture = format!("{:16}{:LEFT$}{title}\n", "", "chunks: a read is a message");
    for (left, right) in chunks.iter().zip(other) {
        for (what, name) in ROWS {
            let client = if what == What::Write { left.client } else { "" };
            let (left, right) = (left.row(what, LEFT), right.row(what, 0));
            picture += &format!("{client:6}{name:10}{left}{right}\n");
        }
        picture.push('\n');
    }
    picture + LEGEND
}
