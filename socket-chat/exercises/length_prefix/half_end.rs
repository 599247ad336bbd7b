// Half of `length_prefix.rs`: an end in the middle of a message passes for the end of the stream.

use std::io::{self, Error, ErrorKind, Read, Write};

/// The longest message in bytes.
pub const LIMIT: usize = 64 * 1024;

/// Writes a message, so that `receive` finds its end.
pub fn send(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    if message.len() > LIMIT {
        return Err(Error::new(ErrorKind::InvalidInput, "a message over the limit"));
    }
    to.write_all(&(message.len() as u64).to_be_bytes())?;
    to.write_all(message)
}

/// Reads the next message. `None` is the end.
pub fn receive(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    if from.read_exact(&mut length).is_err() {
        return Ok(None);
    }
    let length = u64::from_be_bytes(length);
    if length > LIMIT as u64 {
        return Err(Error::new(ErrorKind::InvalidData, "a length over the limit"));
    }
    let mut message = vec![0; length as usize];
    Ok(from.read_exact(&mut message).is_ok().then_some(message))
}
