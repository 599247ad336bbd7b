// Half of `length_prefix.rs`: it makes room for the message before it looks at the limit.

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
    if from.read(&mut length[..1])? == 0 {
        return Ok(None); // not one byte of a next message: the end
    }
    from.read_exact(&mut length[1..])?; // from here on, an end is an error
    let length = u64::from_be_bytes(length);
    let mut message = vec![0; length as usize];
    if message.len() > LIMIT {
        return Err(Error::new(ErrorKind::InvalidData, "a length over the limit"));
    }
    from.read_exact(&mut message)?;
    Ok(Some(message))
}
