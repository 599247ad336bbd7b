// Half fixed: the loop goes on after a partial read, and knows where end of file comes, but it gives up
// when a signal interrupts a read.

use std::io::{self, ErrorKind, Read};

/// The text of the next message; none at the end of the queue.
pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if fill(&mut queue, &mut length)? == 0 {
        return Ok(None);
    }
    let mut text = vec![0; u32::from_be_bytes(length) as usize];
    match fill(&mut queue, &mut text)? {
        bytes if bytes < text.len() => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(Some(text)),
    }
}

/// Reads until this is full. How many bytes have come: all of them, or none.
fn fill(queue: &mut impl Read, to: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < to.len() {
        match queue.read(&mut to[filled..])? {
            0 if filled == 0 => return Ok(0),
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            bytes => filled += bytes,
        }
    }
    Ok(filled)
}
