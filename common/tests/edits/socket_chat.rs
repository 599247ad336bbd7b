//! See `main.rs`.

use crate::Edit;
use crate::Verdict::{Half, Red, Right, Wrong};

const YOURS: &str = "src/yours.rs";
const CHUNKS: &str = "src/chunks.rs";
const LINES: &str = "src/lines.rs";
const ROOM: &str = "src/room.rs";
const SERVER: &str = "src/server.rs";
const PROCESS: &str = "src/process.rs";
const CONNECTION: &str = "src/connection.rs";

/// The lines of `chunks`, and of its copy in `yours`.
const BEGIN: &str = "    let mut from_client = BufReader::with_capacity(1024, from_client);\n";
const READ: &str = "        let mut message = vec![0; 1024];
        let size = from_client.read(&mut message)?;\n";
const IF_ENDED: &str = "        if size == 0 {
            return Ok(()); // the client has ended
        }\n";
const TEXT: &str = "        let text = str::from_utf8(&message[..size]).context(\"a message is not valid UTF-8\")?;\n";
const HEARD: &str = "        heard(text);\n";
const ANSWER: &str = "        to_client.write_all(text.to_uppercase().as_bytes())?;\n";

/// The fix of the page.
const LINE: (&str, &str) = (READ, READ_UNTIL);
const READ_UNTIL: &str = "        let mut message = Vec::new();
        let size = from_client.by_ref().take(64 * 1024).read_until(b'\\n', &mut message)?;\n";
const MUST_END: (&str, &str) = (TEXT, WITH_ENSURE);
const ENSURE: &str =
    "        anyhow::ensure!(message.ends_with(b\"\\n\"), \"a line must end, within 64 KiB\");\n";
const WITH_ENSURE: &str =
    "        anyhow::ensure!(message.ends_with(b\"\\n\"), \"a line must end, within 64 KiB\");
        let text = str::from_utf8(&message[..size]).context(\"a message is not valid UTF-8\")?;\n";

/// A buffer of one's own, in the place of a `BufReader`.
const OWN_BUFFER: &str = "    let mut from_client = from_client;
    let mut waiting = Vec::new();
    loop {
        while let Some(end) = waiting.iter().position(|&byte| byte == b'\\n') {
            let line: Vec<u8> = waiting.drain(..=end).collect();
            anyhow::ensure!(line.len() <= 64 * 1024, \"too long\");
            let text = String::from_utf8(line).context(\"no text\")?;
            heard(&text);
            to_client.write_all(text.to_uppercase().as_bytes())?;
        }
        anyhow::ensure!(waiting.len() < 64 * 1024, \"too long\");
        let mut bytes = [0; 512];
        let size = from_client.read(&mut bytes)?;
        if size == 0 {
            anyhow::ensure!(waiting.is_empty(), \"half a line\");
            return Ok(());
        }
        waiting.extend_from_slice(&bytes[..size]);
    }
}
#[allow(dead_code)]
fn as_before(from_client: impl Read, mut to_client: impl Write, mut heard: impl FnMut(&str)) -> anyhow::Result<()> {
    let mut from_client = BufReader::with_capacity(1024, from_client);\n";

const fn edit(
    what: &'static str,
    file: &'static str,
    changes: &'static [(&'static str, &'static str)],
    verdict: crate::Verdict,
) -> Edit {
    Edit { what, file, changes, verdict }
}

pub const EDITS: &[Edit] = &[
    // Yours: what changes nothing, or what breaks what was right.
    edit("a larger buffer", YOURS, &[(READ, "        let mut message = vec![0; 64 * 1024];
        let size = from_client.read(&mut message)?;\n")], Wrong),
    edit("a smaller BufReader", YOURS, &[("with_capacity(1024", "with_capacity(1")], Wrong),
    edit("it waits for the rest before it reads", YOURS, &[(READ, "        std::thread::sleep(std::time::Duration::from_millis(20));
        let mut message = vec![0; 1024];
        let size = from_client.read(&mut message)?;\n")], Wrong),
    edit("a line after the zeros of its vector", YOURS, &[(READ, "        let mut message = vec![0; 1024];
        let size = from_client.by_ref().take(64 * 1024).read_until(b'\\n', &mut message)?;\n")], Wrong),
    edit("a read into an empty vector", YOURS, &[(READ, "        let mut message = Vec::new();
        let size = from_client.read(&mut message)?;\n")], Wrong),
    edit("read_exact", YOURS, &[(READ, "        let mut message = vec![0; 1024];
        from_client.read_exact(&mut message)?;
        let size = message.len();\n")], Wrong),
    edit("it reads all, then answers", YOURS, &[(READ, "        let mut message = Vec::new();
        let size = from_client.read_to_end(&mut message)?;\n")], Wrong),
    edit("lossy text of each read", YOURS, &[
        (TEXT, "        let text = &String::from_utf8_lossy(&message[..size]);\n"),
        ("use anyhow::Context;\n", ""),
    ], Wrong),
    edit("it reads on when the client has ended", YOURS, &[(IF_ENDED, "        if size == 0 {
            continue;
        }\n")], Wrong),
    edit("it never returns", YOURS, &[(IF_ENDED, "        if size == 0 {
            loop {
                std::hint::spin_loop();
            }
        }\n")], Wrong),
    edit("the fix, but upper case of ASCII only", YOURS, &[LINE, MUST_END, (ANSWER,
        "        to_client.write_all(text.to_ascii_uppercase().as_bytes())?;\n")], Wrong),
    edit("the fix, but messages are not told", YOURS, &[LINE, MUST_END, (HEARD, "        let _ = &mut heard;\n")], Wrong),
    edit("the fix, but nothing is answered", YOURS, &[LINE, MUST_END, (ANSWER, "        let _ = &mut to_client;\n")], Wrong),
    edit("the fix, but each message is trimmed", YOURS, &[LINE, MUST_END, (HEARD, "        let text = text.trim();\n        heard(text);\n")], Wrong),
    edit("the fix, but answers wait in a buffer", YOURS, &[LINE, MUST_END, (BEGIN,
        "    let mut from_client = BufReader::with_capacity(1024, from_client);
    let mut to_client = std::io::BufWriter::new(&mut to_client);\n")], Wrong),
    edit("the fix, but one line only", YOURS, &[LINE, MUST_END, (ANSWER,
        "        to_client.write_all(text.to_uppercase().as_bytes())?;
        return Ok(());\n")], Wrong),
    edit("a new BufReader for each message", YOURS, &[(BEGIN, "    let mut from_client = from_client;\n"),
        (READ, "        let mut message = Vec::new();
        let size = BufReader::new(&mut from_client).take(64 * 1024).read_until(b'\\n', &mut message)?;\n"), MUST_END], Half),

    // Yours: half of it.
    edit("lines, but half a line at the end is one, too", YOURS, &[LINE], Half),
    edit("lines without a limit", YOURS, &[(READ, "        let mut message = Vec::new();
        let size = from_client.read_until(b'\\n', &mut message)?;\n"), MUST_END], Half),
    edit("the limit comes after all has been read", YOURS, &[(READ, "        let mut message = Vec::new();
        let size = from_client.read_until(b'\\n', &mut message)?;
        anyhow::ensure!(size <= 64 * 1024, \"too long\");\n"), MUST_END], Half),
    edit("one read is split into lines, but none is joined", YOURS, &[
        (HEARD, "        for text in text.split_inclusive('\\n') {\n            heard(text);\n"),
        (ANSWER, "            to_client.write_all(text.to_uppercase().as_bytes())?;\n        }\n"),
    ], Half),
    edit("reads are joined, but only one line of a read is a message", YOURS, &[(READ, "        let mut message = Vec::new();
        let mut size = 0;
        while !message.contains(&b'\\n') {
            message.resize(size + 1024, 0);
            let came = from_client.read(&mut message[size..])?;
            message.truncate(size + came);
            size += came;
            if came == 0 {
                break;
            }
        }\n")], Half),
    edit("reads are joined, and the second line is lost", YOURS, &[(READ, "        let mut message = Vec::new();
        let mut size = 0;
        while !message.contains(&b'\\n') {
            let mut bytes = [0; 1024];
            let came = from_client.read(&mut bytes)?;
            message.extend_from_slice(&bytes[..came]);
            if came == 0 {
                break;
            }
        }
        if let Some(end) = message.iter().position(|&byte| byte == b'\\n') {
            size = end + 1;
        }\n")], Half),
    edit("lines are joined as lossy text, so a character is cut", YOURS, &[
        (BEGIN, "    let mut from_client = BufReader::with_capacity(1024, from_client);
    let mut waiting = String::new();\n"),
        (TEXT, "        waiting += &String::from_utf8_lossy(&message[..size]);
        while let Some(end) = waiting.find('\\n') {
            let text: String = waiting.drain(..=end).collect();
            let text = text.as_str();\n"),
        (ANSWER, "        to_client.write_all(text.to_uppercase().as_bytes())?;\n        }\n"),
        ("use anyhow::Context;\n", ""),
    ], Half),
    edit("the fix, but `write` for `write_all`", YOURS, &[LINE, MUST_END, ("write_all", "write")], Half),
    edit("the fix, but lossy text", YOURS, &[LINE,
        (TEXT, "        anyhow::ensure!(message.ends_with(b\"\\n\"), \"a line must end, within 64 KiB\");
        let text = &String::from_utf8_lossy(&message);\n"),
        ("use anyhow::Context;\n", ""),
    ], Half),
    edit("the fix, but a reset passes for the end", YOURS, &[(READ, "        let mut message = Vec::new();
        let line = from_client.by_ref().take(64 * 1024).read_until(b'\\n', &mut message);
        let Ok(size) = line else { return Ok(()) };\n"), MUST_END], Half),
    edit("the fix, but a panic in the place of an error", YOURS, &[LINE,
        (TEXT, "        assert!(message.ends_with(b\"\\n\"));
        let text = str::from_utf8(&message[..size]).context(\"a message is not valid UTF-8\")?;\n")], Half),
    edit("`lines` of std", YOURS, &[
        ("    loop {\n", "    let mut lines = from_client.by_ref().lines();\n    loop {\n"),
        (READ, "        let Some(message) = lines.next() else { return Ok(()) };
        let message = message? + \"\\n\";
        let (message, size) = (message.as_bytes(), message.len());\n"),
        (IF_ENDED, ""),
    ], Half),

    // Yours: right, in this style or another.
    edit("the fix of the page", YOURS, &[LINE, MUST_END], Right),
    edit("a buffer of one's own", YOURS, &[(BEGIN, OWN_BUFFER)], Right),
    edit("read_line", YOURS, &[
        (READ, "        let mut text = String::new();
        let size = from_client.by_ref().take(64 * 1024).read_line(&mut text)?;\n"),
        (TEXT, "        let text = text.as_str();
        if !text.ends_with('\\n') {
            anyhow::bail!(\"no end of a line\");
        }\n"),
        ("use anyhow::Context;\n", ""),
    ], Right),
    edit("byte by byte", YOURS, &[
        (READ, "        let mut message = Vec::new();
        for byte in from_client.by_ref().bytes().take(64 * 1024) {
            message.push(byte?);
            if message.ends_with(b\"\\n\") {
                break;
            }
        }
        let size = message.len();\n"), MUST_END], Right),
    edit("a message without its newline", YOURS, &[LINE, MUST_END,
        (HEARD, "        let text = text.trim_end_matches('\\n');\n        heard(text);\n"),
        (ANSWER, "        writeln!(to_client, \"{}\", text.to_uppercase())?;\n")], Right),
    edit("a BufWriter that is flushed, and a debug line", YOURS, &[LINE, MUST_END,
        (BEGIN, "    let mut from_client = BufReader::new(from_client);
    let mut to_client = std::io::BufWriter::new(&mut to_client);\n"),
        (ANSWER, "        to_client.write_all(text.to_uppercase().as_bytes())?;
        to_client.flush()?;
        eprintln!(\"answered\");\n")], Right),
    edit("other names, and a function", YOURS, &[
        (READ, "        let message = line(&mut from_client)?;
        let size = message.len();\n"),
        ("/// Talks with", "fn line(client: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    client.take(65_536).read_until(b'\\n', &mut line)?;
    if !line.is_empty() && line.last() != Some(&b'\\n') {
        return Err(std::io::Error::other(\"half a line\"));
    }
    Ok(line)
}

/// Talks with"),
    ], Right),

    // The pair.
    edit("the fix", CHUNKS, &[LINE, MUST_END], Red("chunks.rs is right: ")),
    edit("half of the fix", CHUNKS, &[LINE], Red("chunks.rs is half fixed. ")),
    edit("`write` for `write_all`", CHUNKS, &[("write_all", "write")], Red("writes only")),
    edit("lossy text", CHUNKS, &[
        (TEXT, "        let text = &String::from_utf8_lossy(&message[..size]);\n"),
        ("use anyhow::Context;\n", ""),
    ], Red("a character that is broken")),
    edit("back to `read`", LINES, &[(READ_UNTIL, READ), (ENSURE, "")], Red("lines.rs is still wrong: ")),
    edit("no limit", LINES, &[(".take(64 * 1024)", "")], Red("lines.rs is half fixed. ")),
    edit("no check of the end", LINES, &[(ENSURE, "")], Red("lines.rs is half fixed. ")),
    edit("`write` for `write_all`", LINES, &[("write_all", "write")], Red("lines.rs is half fixed. ")),
    edit("an endless loop", LINES, &[(IF_ENDED, "")], Red("lines.rs is still wrong: ")),
    edit("the end of the client is not seen", LINES, &[("return Ok(());", "continue;")], Red("lines.rs is still wrong: ")),
    edit("read_line", LINES, &[
        ("let mut message = Vec::new();", "let mut text = String::new();"),
        ("read_until(b'\\n', &mut message)", "read_line(&mut text)"),
        ("message.ends_with(b\"\\n\")", "text.ends_with('\\n')"),
        (TEXT, "        let text = text.as_str();\n"),
        ("use anyhow::Context;\n", ""),
    ], Right),
    edit("a buffer of one's own", LINES, &[(BEGIN, OWN_BUFFER)], Right),
    edit("a debug line", LINES, &[(HEARD, "        eprintln!(\"one line\");\n        heard(text);\n")], Right),
    edit("a BufReader of 8 KiB, and bail", LINES, &[
        ("BufReader::with_capacity(1024, from_client)", "BufReader::new(from_client)"),
        (ENSURE, "        if message.last() != Some(&b'\\n') {\n            anyhow::bail!(\"no end\");\n        }\n"),
    ], Right),
    edit("a message without its newline", LINES, &[
        (HEARD, "        let text = text.trim_end_matches('\\n');\n        heard(text);\n"),
        (ANSWER, "        to_client.write_all((text.to_uppercase() + \"\\n\").as_bytes())?;\n")], Right),

    // The room, and what stands around the versions.
    edit("the speaker waits for a slow client", ROOM, &[("queue.try_send", "queue.send")], Red("hold up the others")),
    edit("a queue for any number of lines", ROOM, &[("sync_channel(256)", "sync_channel(1_000_000)")], Red("keeps a client")),
    edit("a dropped client is still heard", ROOM, &[("ensure!(room.clients.lock().unwrap().contains_key(&client), \"it is dropped\");", "")],
        Red("still hears a client that it has dropped")),
    edit("the speaker hears itself", ROOM, &[("other == client || ", "")], Red("client 1 ")),
    edit("nobody is told who goes", ROOM, &[("self.tell_all_but(client, format!(\"server: client {client} goes\\n\"));", "let _ = client;")],
        Red("server: client 3 goes")),
    edit("no limit", ROOM, &[(".take(64 * 1024)", "")], Red("a line must end, within 64 KiB")),
    edit("a worker that was killed is not told", PROCESS, &[("Ok(status) if status.success() => {}", "Ok(status) if status.success() || true => {}")],
        Red("failed: signal: 9")),
    edit("no limit of clients", SERVER, &[("served.len() == MAX_CLIENTS", "served.len() == 10 * MAX_CLIENTS")],
        Red("the server has no limit")),
    edit("only two clients are told that the server stops", SERVER, &[("for_each(|one| one.stop())", "take(2).for_each(|one| one.stop())")],
        Red("is not told that the server stops")),
    edit("a connection is closed at once", CONNECTION, &[("stream.read(&mut rest).is_ok_and(|size| size > 0)", "false")],
        Red("end_with")),
];
