//! The till: a process that hears from each buyer, and tidies up when all of them have ended. It
//! outlives them and the parent, so nothing is left behind, also when they are killed or the user
//! types Ctrl-C.

use std::fs;
use std::io::{self, PipeWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use common::{Worker, pid, show, worker};

use crate::database;

/// The till, seen from the parent.
pub struct Till {
    receipts: PipeWriter,
    process: Worker,
}

impl Till {
    /// Starts the process. If the folder is a `fresh` one, it is to be removed with the file in it.
    pub fn start(file: &Path, fresh: bool) -> anyhow::Result<Self> {
        let (get, mut receipts) = io::pipe().context("no pipe to the till")?;
        let mut command = worker("till");
        command.arg(file).args(fresh.then_some("--fresh")).stdin(get).stdout(Stdio::piped());
        #[cfg(unix)] // out of reach of Ctrl-C, which the terminal sends to a whole group
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = Worker::start(&mut command)?;
        writeln!(receipts, "{}", pid::own()).context("the till does not hear")?;
        Ok(Self { receipts, process })
    }

    /// The slot into which a buyer puts its receipts: its standard output.
    pub fn slot(&self) -> anyhow::Result<PipeWriter> {
        self.receipts.try_clone().context("no further pipe to the till")
    }

    /// Waits until everything is tidied up, and gives how many tickets were sold.
    pub fn close(self) -> anyhow::Result<u64> {
        drop(self.receipts); // or else the till would wait for more
        let sold: String = self.process.answer()?;
        sold.trim_end().parse().with_context(|| format!("the till says {sold:?}"))
    }
}

/// What a buyer does: it gives its PID, for the case that it gets killed and leaves a new file
/// behind, then buys, and puts in a receipt if it has a ticket.
pub fn with_receipt(buy: impl FnOnce() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let mut slot = io::stdout();
    writeln!(slot, "{}", pid::own()).context("the till does not hear")?;
    if buy()? {
        writeln!(slot, "sold").context("the till does not hear")?;
    }
    Ok(())
}

/// What the till process does. Its standard input ends when the parent and the last buyer have
/// ended.
pub fn keep(file: &Path, fresh: bool) -> anyhow::Result<()> {
    let mut sold = 0;
    let mut left_behind: Vec<PathBuf> = Vec::new();
    for line in io::stdin().lines() {
        match line?.parse() {
            Ok(pid) => left_behind.push(database::new_file(file, pid)),
            Err(_) => sold += 1,
        }
    }
    left_behind.extend(fresh.then(|| file.to_path_buf()));
    for file in left_behind {
        let _ = fs::remove_file(file); // most of them are long gone
    }
    if fresh {
        let _ = fs::remove_dir(database::folder(file));
    }
    show!("{sold}");
    Ok(())
}
