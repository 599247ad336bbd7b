//! What a page says can be typed, and what can be typed stands on a page.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::check::{self, Run, command};
use regex::Regex;

use crate::check_all;
use crate::pages::{Page, course, files, is_version, lessons, read};

/// What a page may tell to type beside `cargo run`, the programs of the lessons, `cargo test -p` and
/// `git diff`.
const OTHERS: &[&str] = &[
    "cargo doc --workspace --no-deps --open",
    "cargo fetch",
    "cargo test",
    "cargo test --workspace",
    "cargo test --workspace --no-run",
    "cargo test -p common --test course",
    "cargo test -p common --test course -- --ignored",
    "cargo test -p common --test edits -- --ignored",
    "kill -9 PID",
    r"printf 'one\ntwo\n'",
    "seq 2000",
    "sleep 5",
];

/// How each version is run in a small size. A server ends with Ctrl-C.
const SMALL: &[(&str, &str)] = &[
    ("bank-account", "VERSION --pause-ms 0"),
    ("factorial-procs", "VERSION --n 10"),
    ("ping-pong", "VERSION --count 2 --pause-ms 0"),
    ("queue-ipc", "VERSION --items 2"),
    ("ticket-system", "VERSION --pause-ms 0"),
    ("producer-consumer", "VERSION --items 2 --pause-ms 0"),
    ("socket-chat", "server VERSION --listen 127.0.0.1:0"),
];

/// The examples that would take long without arguments, or need more than arguments.
const SMALL_EXAMPLES: &[(&str, &str)] = &[
    ("counter", "--count 1000"),
    ("isolated_counter", "--count 1000"),
    ("load", "--help"), // it needs a server; the checks of its lesson start one
];

/// The folder of the programs that cargo has built from this course. For `cargo test -p common`
/// alone they may be missing or old, so cargo is asked once, which is quick when there is nothing to do.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = env::current_exe().unwrap(); // such as target/debug/deps/course-0123
        let built = own.ancestors().nth(2).unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--workspace", "--no-run", "--quiet"]).current_dir(course());
        cargo.arg("--target-dir").arg(built.parent().unwrap());
        cargo.args((!built.ends_with("debug")).then_some("--release"));
        #[allow(clippy::disallowed_methods, reason = "cargo ends by itself, however long it takes")]
        let outcome = cargo.output().unwrap();
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert!(outcome.status.success(), "cargo cannot build the course:\n{said}");
        built.to_path_buf()
    })
}

/// The program of a lesson.
fn program(lesson: &str) -> PathBuf {
    built().join(lesson).with_extension(env::consts::EXE_EXTENSION)
}

fn example(lesson: &str, name: &str) -> PathBuf {
    check::example(program(lesson).to_str().unwrap(), name)
}

/// What `cargo run …` starts: the program, and its arguments.
pub fn started_by(typed: &str) -> Result<(PathBuf, String), String> {
    let (options, arguments) = typed.split_once(" -- ").unwrap_or((typed, ""));
    let options = options.strip_prefix("cargo run ").ok_or("this is not `cargo run`")?;
    let (mut lesson, mut name) = (None, None);
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "-p" => lesson = words.next(),
            "--example" => name = words.next(),
            "--release" => {} // these checks run what is built without it
            _ => return Err(format!("`cargo run` knows no `{word}`, except after `--`")),
        }
    }
    let lesson = lesson.ok_or("no lesson is named, with `-p`")?;
    must_be_one_of("lesson", lesson, &lessons())?;
    let Some(name) = name else { return Ok((program(lesson), arguments.into())) };
    must_be_one_of("example", name, &files(lesson, "examples"))?;
    Ok((example(lesson, name), arguments.into()))
}

fn must_be_one_of(what: &str, name: &str, all: &[String]) -> Result<(), String> {
    let known = all.iter().any(|one| one == name);
    known.then_some(()).ok_or(format!("there is no {what} `{name}`; there is {}", all.join(", ")))
}

/// Can this be typed? Nothing of it is run: with `--help` at its end, a program only reads its
/// command line. It reads from left to right, so it still refuses an option that it does not know, or
/// a wrong value. It does not see what it would only see at the end: that two options do not fit.
fn can_be_typed(typed: &str) -> Result<(), String> {
    if OTHERS.contains(&typed) {
        return Ok(());
    }
    let words: Vec<&str> = typed.split_whitespace().collect();
    match words[..] {
        ["cargo", "run", ..] => {
            let (program, arguments) = started_by(typed)?;
            // An example may have no command line. That it runs is checked below.
            let is_plain = typed.contains(" --example ") && arguments.is_empty();
            if is_plain { Ok(()) } else { is_accepted(&program, &arguments) }
        }
        ["echo", ..] => Ok(()), // what a program after `|` reads
        ["cargo", "test", "-p", lesson]
        | ["cargo", "test", "-p", lesson, "--test", "exercises", "--", "--ignored"] => {
            must_be_one_of("lesson", lesson, &lessons())
        }
        ["cargo", "test", "-p", lesson, "--test", "exercises", "--", "--ignored", name] => {
            must_be_one_of("lesson", lesson, &lessons())?;
            must_be_one_of("exercise", name, &files(lesson, "exercises"))
        }
        ["rustc", "--edition", "2024", file] if file.ends_with(".rs") => {
            let is_there = course().join(file).is_file();
            is_there.then_some(()).ok_or_else(|| format!("there is no file {file}"))
        }
        ["git", "diff" | "checkout", ref files @ ..] => {
            let mut files = files.iter().filter(|file| !file.starts_with('-') && **file != ".");
            let missing = files.find(|file| !course().join(file).is_file());
            missing.map_or(Ok(()), |file| Err(format!("there is no file {file}")))
        }
        [lesson, ref arguments @ ..] if lessons().iter().any(|name| name == lesson) => {
            is_accepted(&program(lesson), &arguments.join(" "))
        }
        _ => Err(format!("not known. If it is right, add it to OTHERS in {}", file!())),
    }
}

fn is_accepted(program: &Path, arguments: &str) -> Result<(), String> {
    let outcome = Run::start(command(program, &format!("{arguments} --help"))).end();
    if outcome.status.success() && outcome.stdout.contains("Usage: ") {
        return Ok(());
    }
    let said = outcome.stderr.lines().next().unwrap_or("it reads no command line");
    Err(format!("the program refuses it: {said}"))
}

#[test]
fn every_command_on_a_page_can_be_typed() {
    let mut all = Vec::new();
    for page in Page::all() {
        let lesson = page.path.split('/').next().unwrap();
        let quoted =
            page.quoted.iter().filter_map(|(line, typed)| match typed.split_once(' ')?.0 {
                "cargo" | "git" | "rustc" => Some((*line, typed.clone())),
                "--example" => Some((*line, format!("cargo run -p {lesson} {typed}"))),
                _ => None,
            });
        for (line, typed) in quoted.chain(page.commands()) {
            // What stands before or after `|` is one more command.
            let each = typed.split(" | ").flat_map(|typed| typed.split("; ")).map(str::to_string);
            all.extend(each.map(|typed| (format!("{}, line {line}: {typed}", page.path), typed)));
        }
    }
    check_all(all, |(place, typed)| {
        can_be_typed(&typed).map_err(|fault| format!("{place}\n{fault}"))
    });
}

/// What the program of a lesson, its commands and its examples say about their options.
fn help(lesson: &str) -> String {
    let help = |program: &Path, arguments: &str| {
        Run::start(command(program, &format!("{arguments} --help"))).end().stdout()
    };
    let mut all = help(&program(lesson), "");
    let commands = all.split_once("Commands:\n").map_or("", |(_, rest)| rest);
    let commands = commands.lines().map_while(|line| line.split_whitespace().next());
    let commands = commands.filter(|name| *name != "help");
    let commands: String = commands.map(|name| help(&program(lesson), name)).collect();
    all.push_str(&commands);
    for name in files(lesson, "examples") {
        if read(format!("{lesson}/examples/{name}.rs")).contains("clap::") {
            all.push_str(&help(&example(lesson, &name), ""));
        }
    }
    all
}

#[test]
fn every_option_in_the_text_of_a_page_is_there() {
    let option = Regex::new("(?:^| )(--[a-z-]+)").unwrap();
    check_all(lessons(), |lesson| {
        let (page, help) = (Page::of_lesson(&lesson), help(&lesson));
        for (line, typed) in &page.quoted {
            let is_command = ["cargo ", "git ", "rustc "].iter().any(|it| typed.starts_with(it));
            for (_, [option]) in option.captures_iter(typed).map(|found| found.extract()) {
                let of_cargo = ["--release", "--example"].contains(&option);
                let ends = |rest: &str| {
                    !rest.starts_with(|next: char| next.is_alphabetic() || next == '-')
                };
                if !is_command && !of_cargo && !help.split(option).skip(1).any(ends) {
                    return Err(format!(
                        "{}, line {line}: {typed}\nno help of the lesson names {option}",
                        page.path
                    ));
                }
            }
        }
        Ok(())
    });
}

/// The versions of a lesson, as its program tells them to who types a wrong one.
fn versions(lesson: &str, small: &str) -> String {
    let wrong = command(program(lesson), &small.replace("VERSION", "?"));
    let refusal = Run::start(wrong).end().refusal();
    let values =
        refusal.split_once("[possible values: ").and_then(|(_, rest)| rest.split_once(']'));
    values.unwrap_or_else(|| panic!("{lesson} tells no versions: {refusal}")).0.to_string()
}

/// Waits for the end of a program. It must end well, and no process may be left.
fn ends_well(program: &str, arguments: &str, run: Run) -> Result<(), String> {
    let outcome = run.end();
    let well = outcome.status.success() && outcome.stderr.is_empty();
    well.then_some(()).ok_or_else(|| format!("{program} {arguments} fails: {outcome:?}"))
}

#[test]
fn every_version_has_a_file_and_stands_on_its_page_and_runs() {
    let listed = Regex::new("# one version: ([a-z, -]*[a-z])").unwrap();
    check_all(lessons(), |lesson| {
        let small = SMALL.iter().find(|(name, _)| *name == lesson);
        let small = small.ok_or(format!("{lesson}: add a line to SMALL in {}", file!()))?.1;
        let versions = versions(&lesson, small);

        let page = Page::of_lesson(&lesson);
        let line = listed.captures(&page.text);
        let line = line.ok_or(format!("{}: no `# one version: ONE, TWO or THREE`", page.path))?;
        let on_page = line[1].replace(" or ", ", ");
        if on_page != versions {
            let path = page.path;
            return Err(format!(
                "{path} names one version: {on_page}\nThe program has: {versions}"
            ));
        }

        let is_version = |name: &String| is_version(&read(format!("{lesson}/src/{name}.rs")));
        let in_files = files(&lesson, "src").into_iter().filter(is_version);
        let in_files: Vec<String> = in_files.map(|name| name.replace('_', "-")).collect();
        let mut versions: Vec<&str> = versions.split(", ").collect();
        versions.sort();
        if in_files != versions {
            let files = in_files.join(", ");
            return Err(format!(
                "{lesson}/src has files of the versions {files} (a file is one if it begins with \
                 `//`, not with `//!`, and has `pub fn run` or `pub fn talk`)\nThe program has: {}",
                versions.join(", ")
            ));
        }

        for version in versions {
            let arguments = small.replace("VERSION", version);
            if arguments.starts_with("server ") {
                ends_well_on_ctrl_c(&lesson, &arguments)?;
            } else {
                let run = Run::start(command(program(&lesson), &arguments));
                ends_well(&lesson, &arguments, run)?;
            }
        }
        Ok(())
    });
}

#[cfg(unix)]
fn ends_well_on_ctrl_c(lesson: &str, arguments: &str) -> Result<(), String> {
    let mut run = Run::start(check::interruptible(program(lesson), arguments));
    run.until("listens on");
    run.ctrl_c();
    ends_well(lesson, arguments, run)
}

/// Without Ctrl-C, a server would not come to its end, so it is not run.
#[cfg(not(unix))]
fn ends_well_on_ctrl_c(_: &str, _: &str) -> Result<(), String> {
    Ok(())
}

#[test]
fn every_example_stands_on_its_page_and_runs() {
    let mut names: Vec<String> = lessons().iter().flat_map(|it| files(it, "examples")).collect();
    names.sort();
    let twice = names.windows(2).find(|two| two[0] == two[1]);
    assert!(twice.is_none(), "cargo builds the examples {twice:?} of two lessons into one file");
    let examples = |lesson: String| {
        files(&lesson, "examples").into_iter().map(move |name| (lesson.clone(), name))
    };
    check_all(lessons().into_iter().flat_map(examples).collect(), |(lesson, name)| {
        let page = Page::of_lesson(&lesson);
        let named = Regex::new(&format!(r"--example {name}\b")).unwrap().is_match(&page.text);
        if !named {
            return Err(format!("{}: there is no `--example {name}`", page.path));
        }
        let small = SMALL_EXAMPLES.iter().find(|(example, _)| *example == name);
        let arguments = small.map_or("", |(_, arguments)| arguments);
        ends_well(&name, arguments, Run::start(command(example(&lesson, &name), arguments)))
    });
}

/// Each option whose value is a whole number says in its help which ones are allowed.
#[test]
fn every_range_in_a_help_is_the_one_that_is_allowed() {
    let option = Regex::new(r"((?: *///.*\n)+) *#\[arg\(.*whole_number\((.*)\)\)\]").unwrap();
    let types = Regex::new("_?[iu](8|16|32|64|size)|_").unwrap();
    let mut options = 0;
    for lesson in lessons() {
        for folder in ["src", "examples"] {
            for file in files(&lesson, folder) {
                let path = format!("{lesson}/{folder}/{file}.rs");
                let text = read(&path);
                let is_one = |line: &&str| line.contains("value_parser = whole_number");
                let is_shown = |line: &&str| !line.contains("hide = true");
                options += text.lines().filter(is_one).filter(is_shown).count();
                for (_, [help, range]) in option.captures_iter(&text).map(|it| it.extract()) {
                    let range = range.replace("u64::MAX", &u64::MAX.to_string());
                    let allowed = types.replace_all(&range, "").replace("..=", " to ");
                    assert!(
                        help.contains(&format!("({allowed})")),
                        "{path}: ({allowed}) is allowed, but the help says\n{help}"
                    );
                    options -= 1;
                }
            }
        }
    }
    assert_eq!(options, 0, "options with a whole number that this check does not see");
}
