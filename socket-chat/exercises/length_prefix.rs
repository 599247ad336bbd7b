// Your turn: framing with a length instead of a newline, so that a message may contain any bytes.
//
// - On the wire, a message is its length in bytes as 8 bytes (`u64`, the highest byte first), then the
//   message itself. `send` writes this; the stream may take a few bytes at a time.
// - `receive` returns the next message, in however many reads it comes, and reads nothing beyond it.
// - `None` is the end: the stream has ended between two messages. An end in the middle of a message,
//   or of a length, is an error.
// - A message has at most `LIMIT` bytes. A longer one is an error in `send`, which then writes nothing,
//   and in `receive`, which must not ask for so much memory: a sender may lie about its length.
//
// It is judged by `cargo test -p socket-chat --test exercises -- --ignored`.

use std::io::{self, Read, Write};

/// The longest message in bytes.
pub const LIMIT: usize = 64 * 1024;

/// Writes a message, so that `receive` finds its end.
pub fn send(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    to.write_all(message)
}

/// Reads the next message. `None` is the end.
pub fn receive(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut message = vec![0; 1024];
    let size = from.read(&mut message)?;
    message.truncate(size);
    Ok((size > 0).then_some(message))
}
