// `read_to_end` reads until end of file, or until `take` lets no more bytes through. It goes on after a
// partial read, and after `Interrupted`. What it has read shows where end of file came.

use std::io::{self, ErrorKind, Read};

/// The text of the next message; none at the end of the queue.
pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
    let (mut length, mut text) = (Vec::new(), Vec::new());
    queue.by_ref().take(4).read_to_end(&mut length)?;
    if length.is_empty() {
        return Ok(None); // end of file between two messages
    }
    let bytes = *length.first_chunk().ok_or(ErrorKind::UnexpectedEof)?;
    let expected = u64::from(u32::from_be_bytes(bytes));
    queue.take(expected).read_to_end(&mut text)?;
    if (text.len() as u64) < expected {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(text))
}
