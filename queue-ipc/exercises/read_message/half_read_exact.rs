// Half fixed: `read_exact` waits for the rest of a message, but it says `UnexpectedEof` at each end of
// file. So a length that is broken off is taken for the end of the queue.

use std::io::{self, ErrorKind, Read};

/// The text of the next message; none at the end of the queue.
pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match queue.read_exact(&mut length) {
        Err(fault) if fault.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let mut text = vec![0; u32::from_be_bytes(length) as usize];
    queue.read_exact(&mut text)?;
    Ok(Some(text))
}
