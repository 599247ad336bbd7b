// A message is what ends with a newline, in however many reads it comes.

use std::io::{BufReader, prelude::*};

use anyhow::Context;

/// Talks with one client until it ends. Every message goes to `heard`, and back in upper case.
pub fn talk(
    from_client: impl Read,
    mut to_client: impl Write,
    mut heard: impl FnMut(&str),
) -> anyhow::Result<()> {
    let mut from_client = BufReader::with_capacity(1024, from_client);
    loop {
        let mut message = Vec::new();
        let size = from_client.by_ref().take(64 * 1024).read_until(b'\n', &mut message)?;
        if size == 0 {
            return Ok(()); // the client has ended
        }
        anyhow::ensure!(message.ends_with(b"\n"), "a line must end, within 64 KiB");
        let text = str::from_utf8(&message[..size]).context("a message is not valid UTF-8")?;
        heard(text);
        to_client.write_all(text.to_uppercase().as_bytes())?;
    }
}
