// Half fixed: the first answer is found, but all others are waited for, and none is ended.

use std::io::{self, BufRead, BufReader};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;

/// Returns the first answer of all these workers.
pub fn first_answer(commands: Vec<Command>) -> io::Result<Option<String>> {
    let (tell, answers) = mpsc::channel();
    let mut children = Vec::new();
    for mut command in commands {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("its standard output is piped");
        children.push(child);
        let tell = tell.clone();
        thread::spawn(move || {
            if let Ok(Some(answer)) = read_answer(stdout) {
                let _ = tell.send(answer); // the parent may have another answer already
            }
        });
    }
    drop(tell); // the channel ends with the last worker, if none of them answers
    let answer = answers.recv().ok();
    for mut child in children {
        child.wait()?;
    }
    Ok(answer)
}

/// Waits for the first line that a worker writes, or for its end without a line.
fn read_answer(stdout: ChildStdout) -> io::Result<Option<String>> {
    BufReader::new(stdout).lines().next().transpose()
}
