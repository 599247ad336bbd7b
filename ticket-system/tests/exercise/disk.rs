//! What every version relies on: `Shop::write` puts a whole new file in the place of db.json.

use std::fs;
use std::path::Path;

use common::interleave::common::Worker;
use common::interleave::fs as modelled;
use common::interleave::process::Command;
use common::interleave::{Explorer, Interleavings, explore};

use shop::{Pace, Shop};

common::explore!(database, "../../src/database.rs");
common::explore!(shop, "../../src/shop.rs", use ::common::interleave::common);

/// The same file once more. Its `std` is the real one, with a disk that takes one byte at a time.
mod slow {
    use super::one_byte as std;
    include!("../../src/database.rs");
}

#[allow(unused_imports, reason = "what the lesson file uses of it may change")]
mod one_byte {
    pub use ::std::{io, path};

    pub mod fs {
        pub use ::std::fs::*;

        pub struct File(::std::fs::File);

        impl File {
            pub fn create(path: impl AsRef<::std::path::Path>) -> ::std::io::Result<Self> {
                ::std::fs::File::create(path).map(Self)
            }

            pub fn create_new(path: impl AsRef<::std::path::Path>) -> ::std::io::Result<Self> {
                ::std::fs::File::create_new(path).map(Self)
            }
        }

        impl ::std::ops::Deref for File {
            type Target = ::std::fs::File;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl ::std::io::Write for File {
            fn write(&mut self, data: &[u8]) -> ::std::io::Result<usize> {
                self.0.write(&data[..data.len().min(1)])
            }

            fn flush(&mut self) -> ::std::io::Result<()> {
                self.0.flush()
            }
        }
    }
}

const WHERE: &str = "See `create` and `replace` in ticket-system/src/database.rs, `write` in \
                     ticket-system/src/shop.rs, and \"Why\" in ticket-system/README.md.";

/// What the lesson reads in a file on the real disk.
pub fn count_in(file: &Path) -> anyhow::Result<u64> {
    slow::read(file)
}

/// One process writes that 2 are left, where 3 were. Gives what db.json says then.
fn one_write() -> String {
    modelled::prepare("db.json", "{\"count\":3}\n");
    let role = || Shop { file: "db.json".into(), pace: Pace { pause_ms: 0, step: None } }.write(2);
    let mut process = Command::of("buyer 1", role).mortal();
    let outcome = Worker::start(&mut process).and_then(Worker::join);
    match outcome {
        Ok(()) => modelled::files().remove(Path::new("db.json")).unwrap_or("nothing".into()),
        Err(fault) => format!("{fault:#}"),
    }
}

/// The place of the last step with these words in it.
fn last_step(found: &Interleavings, words: [&str; 2]) -> Option<usize> {
    let (_, _, sample) = found.endings().next()?;
    let steps: Vec<_> = sample.rows().map(|(_, text)| text.to_string()).collect();
    steps.iter().rposition(|text| words.iter().all(|word| text.contains(word)))
}

/// # Panics
///
/// If a purchase does not replace db.json, if a kill can leave half a file there, or if a power loss
/// could.
#[track_caller]
pub fn db_json_must_be_replaced_as_a_whole() {
    let found = explore(one_write);
    let (old, new) = ("end with {\"count\":3}\n", "end with {\"count\":2}\n");
    let must = |is_so: bool, wrong: &str, found: &Interleavings| {
        assert!(is_so, "\n{wrong}. What a buyer does:\n\n{found}\n{WHERE}");
    };
    must(found.endings().all(|it| it.0 == new), "a buyer does not write its purchase", &found);
    let killed = Explorer::default().kills(1).explore(one_write);
    must(
        killed.endings().all(|it| it.0 == old || it.0 == new),
        "when a buyer is killed, db.json is not whole: a search would fail",
        &killed,
    );
    let (write, sync) = (last_step(&found, ["writes ", ""]), last_step(&found, ["syncs ", ""]));
    let rename = last_step(&found, ["renames ", " to db.json"]);
    must(
        write < sync && sync < rename,
        "after a power loss, db.json could be empty: the new file must be synced between the write and \
         the rename",
        &found,
    );

    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("db.json");
    slow::create(&file, 2).unwrap();
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(
        text, "{\"count\":2}\n",
        "\nthe disk may take less than it is given: one `write` has written only a part, and \
         db.json is not whole. {WHERE}"
    );
}
