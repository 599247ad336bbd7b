//! What the compiler refuses, it must refuse for the reason that the lesson page gives.

use std::env;
use std::path::Path;
use std::process::Command;

/// rustc refuses `refused/NAME.rs` with exactly this error code.
#[expect(clippy::disallowed_methods, reason = "rustc is no worker")]
fn rustc_refuses(name: &str, code: &str) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("rmeta");
    let source = Path::new("refused").join(name).with_extension("rs");
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(rustc)
        .args(["--edition=2024", "--emit=metadata", "--error-format=short", "-o"])
        .args([&out, &source])
        .output()
        .expect("rustc must be installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    let codes = errors.lines().filter_map(|line| line.split_once("error[")?.1.split(']').next());
    assert!(!output.status.success(), "{} compiled; it should be refused", source.display());
    let codes: Vec<&str> = codes.collect();
    assert_eq!(
        codes,
        [code],
        "{} was refused, but for another reason:\n{errors}",
        source.display()
    );
}

#[test]
fn two_threads_may_not_write_to_one_variable() {
    rustc_refuses("two_writers", "E0499");
}

#[test]
fn an_rc_may_not_go_to_another_thread() {
    rustc_refuses("shared_rc", "E0277");
}

#[test]
fn a_thread_may_not_borrow_what_may_be_gone() {
    rustc_refuses("borrowed", "E0373");
}

#[test]
fn every_refused_program_is_checked() {
    let files = Path::new("refused").read_dir().unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["borrowed.rs", "shared_rc.rs", "two_writers.rs"]);
}
