// Half fixed: all are started, but they are asked in their order.

use std::io::{self, BufRead, BufReader};
use std::process::{ChildStdout, Command, Stdio};

/// Returns the first answer of all these workers.
pub fn first_answer(commands: Vec<Command>) -> io::Result<Option<String>> {
    let mut children = Vec::new();
    for mut command in commands {
        children.push(command.stdout(Stdio::piped()).spawn()?);
    }
    let mut answer = None;
    for child in &mut children {
        let stdout = child.stdout.take().expect("its standard output is piped");
        answer = read_answer(stdout)?;
        if answer.is_some() {
            break;
        }
    }
    for mut child in children {
        let _ = child.kill(); // it may have ended already
        child.wait()?;
    }
    Ok(answer)
}

/// Waits for the first line that a worker writes, or for its end without a line.
fn read_answer(stdout: ChildStdout) -> io::Result<Option<String>> {
    BufReader::new(stdout).lines().next().transpose()
}
