//! The file that says how many tickets are left: `{"count": 3}`. Nothing here is about locks, but
//! for the moment in which a missing file is created.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use common::pid;
use serde_json::{Value, json};

/// More than this is no file of ours.
const LONGEST: u64 = 4096;

/// Where the file really is: a link must not be replaced, but what it leads to.
pub fn resolve(path: &Path) -> anyhow::Result<PathBuf> {
    match path.canonicalize() {
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            let name = path.file_name().with_context(|| format!("{path:?} names no file"))?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let real = folder.canonicalize();
            Ok(real.with_context(|| format!("no folder for {}", path.display()))?.join(name))
        }
        real => real.with_context(|| format!("cannot find {}", path.display())),
    }
}

/// The folder that holds the file.
pub fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(file)
}

/// Checks that the file can be read and replaced, and leaves it as it is. Where there is none, it
/// is created, with so many tickets. Gives how many there are, and whether it was created.
pub fn open(file: &Path, tickets: u64) -> anyhow::Result<(u64, bool)> {
    let name = file.display();
    // Two runs must not both create it.
    let lock = File::open(folder(file));
    let lock = lock.with_context(|| format!("cannot open the folder of {name}"))?;
    let missing = || fs::symlink_metadata(file).is_err_and(|e| e.kind() == ErrorKind::NotFound);
    if missing() {
        lock.lock().with_context(|| format!("cannot lock the folder of {name}"))?;
        if missing() {
            let new = write_new(file, tickets)?;
            replace(file, &new)?;
            return Ok((tickets, true));
        }
    }
    let left = read(file)?;
    let rights = fs::metadata(file).with_context(|| format!("cannot look at {name}"))?;
    // It is replaced, not written to, so the system would not mind. Whoever protected it would.
    ensure!(!rights.permissions().readonly(), "cannot write {name}: it is read-only");
    File::options().append(true).open(file).with_context(|| format!("cannot write {name}"))?;
    let new = write_new(file, left)?; // a rehearsal: is the disk full, is the folder read-only?
    fs::remove_file(&new).with_context(|| format!("cannot remove {}", new.display()))?;
    Ok((left, false))
}

/// How many tickets are left.
pub fn read(file: &Path) -> anyhow::Result<u64> {
    let name = file.display();
    let cannot = || format!("cannot read {name}");
    let found = fs::metadata(file).with_context(cannot)?;
    ensure!(!found.is_dir(), "{name} is a folder, not a file");
    ensure!(found.is_file(), "{name} is no file"); // a pipe would be waited for
    ensure!(found.len() <= LONGEST, "{name} has {} bytes, that is no count", found.len());
    let text = fs::read(file).with_context(cannot)?;
    ensure!(!text.trim_ascii().is_empty(), "{name} is empty");
    let json: Value = serde_json::from_slice(&text).with_context(|| format!("{name}: no JSON"))?;
    // Whatever else it says would be lost when it is replaced, so it may say nothing else.
    match (json["count"].as_u64(), json.as_object()) {
        (Some(count), Some(fields)) if fields.len() == 1 => Ok(count),
        _ => bail!(r#"{name}: {json} is not {{"count": N}} with a whole N, not negative"#),
    }
}

/// The new file that this process has in hand before it replaces the old one. It is in the same
/// folder, since a file cannot be renamed to another disk.
pub fn new_file(file: &Path, pid: u32) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(format!(".{pid}.new"));
    name.into()
}

/// Writes the new file, and waits until it is on the disk.
pub fn write_new(file: &Path, left: u64) -> anyhow::Result<PathBuf> {
    let new = new_file(file, pid::own());
    let write = || {
        let mut open = File::create_new(&new)?;
        let written =
            fs::metadata(file).map_or(Ok(()), |old| open.set_permissions(old.permissions()));
        let written = written
            .and_then(|()| writeln!(open, "{}", json!({ "count": left })))
            .and_then(|()| open.sync_all());
        written.inspect_err(|_| drop(fs::remove_file(&new)))
    };
    write().with_context(|| format!("cannot replace {} by {}", file.display(), new.display()))?;
    Ok(new)
}

/// Puts the new file in the place of the old one, in one step.
pub fn replace(file: &Path, new: &Path) -> anyhow::Result<()> {
    fs::rename(new, file).with_context(|| format!("cannot replace {}", file.display()))
}
