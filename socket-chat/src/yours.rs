// Your turn. A message is what one read brings: make it a line, in however many reads it comes.
// A line over 64 KiB is an error; so is half a line at the end, or one that is not valid UTF-8.
// See it with `cargo run -p socket-chat -- yours`. `cargo test -p socket-chat` judges it.

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
        let mut message = vec![0; 1024];
        let size = from_client.read(&mut message)?;
        if size == 0 {
            return Ok(()); // the client has ended
        }
        let text = str::from_utf8(&message[..size]).context("a message is not valid UTF-8")?;
        heard(text);
        to_client.write_all(text.to_uppercase().as_bytes())?;
    }
}
