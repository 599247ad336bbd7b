//! A sale, seen from the parent: where its files are, which buyers it has, and what came of it. The
//! parent tidies up behind its buyers, also when one of them is killed, and on Ctrl-C.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::mem;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use common::picture::bad;
use common::{Worker, cli, clock, show, worker};
use tempfile::{NamedTempFile, TempDir};

use crate::database;
use crate::shop::Pace;

/// What Ctrl-C must know.
struct Buyers {
    /// The PID of each buyer of the sale that is going on, and what kills it.
    started: Vec<(u32, Box<dyn Fn() + Send>)>,
    stopped: bool,
}

static BUYERS: Mutex<Buyers> = Mutex::new(Buyers { started: Vec::new(), stopped: false });

/// From now on, Ctrl-C kills the buyers. The thread that waits for them then does the rest.
pub fn stop_on_ctrl_c() -> anyhow::Result<()> {
    let stop = || {
        let mut buyers = BUYERS.lock().unwrap();
        buyers.stopped = true;
        buyers.started.iter().for_each(|(_, kill)| kill());
    };
    ctrlc::set_handler(stop).context("cannot wait for Ctrl-C")
}

/// The file of a sale. Dropping it removes all that only this sale needs.
pub struct Sale {
    file: PathBuf,
    /// How many there were at the beginning.
    tickets: u64,
    _folder: Option<TempDir>,
}

impl Sale {
    /// A sale from this file, or from one in a temporary folder. If there is no such file, it is
    /// created, with so many tickets.
    pub fn open(db: Option<&Path>, tickets: u64) -> anyhow::Result<Self> {
        let sale = match db {
            Some(file) => {
                clock::show_wall_clock(); // another terminal may sell from the same file
                let created = create_if_missing(file, tickets)?;
                let tickets = read_first(file)?;
                let what = if created { "created" } else { "used as it is" };
                show!("{}: {what}, count {tickets}", file.display());
                Self { file: file.into(), tickets, _folder: None }
            }
            None => {
                let folder = tempfile::Builder::new().prefix("ticket-system-").tempdir();
                let folder = folder.context("cannot create a temporary folder")?;
                let file = folder.path().join("db.json");
                database::create(&file, tickets)?;
                Self { file, tickets, _folder: Some(folder) }
            }
        };
        let lock = database::lock_file(&sale.file);
        let created = File::options().append(true).create(true).open(&lock); // what is in it stays
        created.with_context(|| format!("cannot create {}", lock.display()))?;
        Ok(sale)
    }

    /// Starts the next buyer, unless the sale was stopped.
    pub fn start(&self, version: &impl ValueEnum, pace: &Pace) -> anyhow::Result<Worker> {
        let mut buyers = BUYERS.lock().unwrap();
        ensure!(!buyers.stopped, "the sale was stopped");
        let mut buyer = worker(&format!("buyer {}", buyers.started.len() + 1));
        buyer.arg(cli::name(version)).arg(&self.file).arg(format!("--pause-ms={}", pace.pause_ms));
        buyer.args(pace.step.map(|moment| format!("--step={}", cli::name(&moment))));
        let buyer = Worker::start(buyer.stdout(Stdio::piped()))?;
        buyers.started.push((buyer.pid(), Box::new(buyer.terminator())));
        Ok(buyer)
    }

    /// Ends the sale. Returns how many tickets there were, and how many are left.
    pub fn close(self) -> anyhow::Result<(u64, u64)> {
        let tickets = self.tickets;
        let left = database::read(&self.file);
        drop(self);
        ensure!(!BUYERS.lock().unwrap().stopped, "the sale was stopped");
        Ok((tickets, left?))
    }
}

impl Drop for Sale {
    fn drop(&mut self) {
        // By now, all buyers have ended. One that was killed may have left its new file.
        for (pid, _) in mem::take(&mut BUYERS.lock().unwrap().started) {
            let _ = fs::remove_file(database::new_file(&self.file, pid));
        }
    }
}

/// Says in words what came of a sale without a lock.
pub fn what_it_means(tickets: u64, sold: u64, left: u64) -> String {
    if sold > tickets {
        bad(&format!("Without a lock, {sold} of {tickets} tickets were sold."))
    } else if sold > tickets - left {
        bad(&format!("Without a lock, {sold} tickets were sold, but {left} of {tickets} are left."))
    } else {
        "Without a lock, no ticket was sold twice. This is correct by luck: try --step.".into()
    }
}

/// Creates the file in one step: another run finds none, or a whole one.
fn create_if_missing(file: &Path, tickets: u64) -> anyhow::Result<bool> {
    let cannot = || format!("cannot create {}", file.display());
    if fs::exists(file).with_context(cannot)? {
        return Ok(false);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let new = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(cannot)?;
    database::create(new.path(), tickets)?;
    match new.persist_noclobber(file) {
        Err(fault) if fault.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        outcome => outcome.map(|_| true).map_err(|fault| fault.error).with_context(cannot),
    }
}

/// Reads a file that may be anything.
fn read_first(file: &Path) -> anyhow::Result<u64> {
    let name = file.display();
    let found = fs::metadata(file).with_context(|| format!("cannot read {name}"))?;
    ensure!(found.is_file(), "{name} is not a file"); // and a pipe would be waited for
    ensure!(found.len() <= 1000, "{name} is too long for a count: {} bytes", found.len());
    database::read(file)
}
