// The file that says how many tickets are left: `{"count": 3}`. Nothing here knows of locks.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// How many tickets are left.
pub fn read(file: &Path) -> anyhow::Result<u64> {
    let name = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let json: Value = serde_json::from_str(&text).with_context(|| format!("{name} is not JSON"))?;
    // The file is replaced as a whole, so whatever else it says would be lost.
    match (json["count"].as_u64(), json.as_object()) {
        (Some(count), Some(fields)) if fields.len() == 1 => Ok(count),
        _ => bail!(r#"{name} must say {{"count": N}} with a whole number N, but it says {json}"#),
    }
}

/// Writes a new file, and waits until it is on the disk.
pub fn create(new: &Path, left: u64) -> anyhow::Result<()> {
    let text = format!("{}\n", json!({ "count": left }));
    let create = || -> io::Result<()> {
        let mut file = File::create(new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    create().with_context(|| format!("cannot write {}", new.display()))
}

/// Puts the new file in the place of the old one, in one step.
pub fn replace(file: &Path, new: &Path) -> anyhow::Result<()> {
    fs::rename(new, file).with_context(|| format!("cannot replace {}", file.display()))
}

/// The new file of the process with this PID. It is in the same folder, since a file cannot be
/// renamed to another disk.
pub fn new_file(file: &Path, pid: u32) -> PathBuf {
    beside(file, &format!(".{pid}.new"))
}

/// The file to lock. It stays where it is, while `file` is replaced.
pub fn lock_file(file: &Path) -> PathBuf {
    beside(file, ".lock")
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(ending);
    name.into()
}
