//! Runs a version with two real processes.

use std::process::Command;
use std::{io, thread};

use common::cli::{self, show_result};
use common::record::{Lines, record};
use common::worker;

use crate::words::{self, Words};
use crate::{Options, Version, isolated, picture, shared, turns, yours};

/// Runs one version, and shows its picture and its result.
pub fn run(version: Version, options: &Options, lines: Lines) -> anyhow::Result<Words> {
    let name = cli::name(&version);
    let arguments = [name.clone(), options.count.to_string(), options.pause_ms.to_string()];
    let (ears, mouth) = io::pipe()?;
    let player = move |word: &str| -> anyhow::Result<Command> {
        let mut command = worker(word);
        command.args(&arguments).stderr(mouth.try_clone()?);
        Ok(command)
    }; // it takes `mouth` along, or else the hearing would not end with the players
    let ((outcome, words), record) = record(lines, || {
        let hearing = thread::spawn(move || words::hear(ears, lines));
        let outcome = match version {
            Version::Isolated => isolated::run(player),
            Version::Shared => shared::run(player),
            Version::Turns => turns::run(player),
            Version::Yours => yours::run(player),
        };
        (outcome, hearing.join().expect("hearing does not panic"))
    });
    outcome?;

    common::picture::show(&picture::draw(&name, &words, &record));
    show_result(&version, &words::summary(&words, record.time()), record.time());
    Ok(words)
}
