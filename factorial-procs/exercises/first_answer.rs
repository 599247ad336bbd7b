// Several workers look for the same answer, and the first answer is enough.
//
// `first_answer` gets the commands of several workers. It must
// - start all of them, and return the first line that any of them writes to its standard output;
// - then end the others, and reap all of them: nothing runs on, and no zombie is left;
// - not take a worker that ends without a line for an answer. If no worker answers, it returns `None`.
//
// Today it asks one worker after the other, so a worker that takes long keeps all others waiting.
//
//     cargo test -p factorial-procs --test exercises -- --ignored

use std::io::{self, BufRead, BufReader};
use std::process::{ChildStdout, Command, Stdio};

/// Returns the first answer of all these workers.
pub fn first_answer(commands: Vec<Command>) -> io::Result<Option<String>> {
    for mut command in commands {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("its standard output is piped");
        let answer = read_answer(stdout)?;
        child.wait()?;
        if answer.is_some() {
            return Ok(answer);
        }
    }
    Ok(None)
}

/// Waits for the first line that a worker writes, or for its end without a line.
fn read_answer(stdout: ChildStdout) -> io::Result<Option<String>> {
    BufReader::new(stdout).lines().next().transpose()
}
