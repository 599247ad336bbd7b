// Your turn: read one message, a length of 4 bytes and then a text, from a queue that may bring its
// bytes one at a time.
//
// - `read` may bring fewer bytes than were asked for: a partial read. The message is whole all the same.
// - End of file between two messages is the end: `Ok(None)`.
// - End of file inside a message, be it in its length or in its text, is an error of the kind
//   `UnexpectedEof`. A part of a message is never returned.
// - `read` may fail with `Interrupted`: then it is tried again. Any other error is returned.
// - No byte of the next message is taken.
//
// `cargo test -p queue-ipc --test exercises -- --ignored` judges this file.

use std::io::{self, Read};

/// The text of the next message; none at the end of the queue.
pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if queue.read(&mut length)? == 0 {
        return Ok(None);
    }
    let mut text = vec![0; u32::from_be_bytes(length) as usize];
    let bytes = queue.read(&mut text)?;
    text.truncate(bytes);
    Ok(Some(text))
}
