//! The course checks itself: what a page says is there, and what is there stands on a page.

mod outputs;
mod pages;
mod programs;
mod words;
mod yours;

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::{iter, thread};

use common::check::code;
use pages::{Block, Page, course, files, is_version, lessons, read};
use regex::Regex;
use similar::{ChangeTag, TextDiff};

/// The parts of a lesson page, in their order.
const PARTS: [&str; 9] = [
    "Run it",
    "What you see",
    "Why",
    "The fix",
    "Your turn",
    "Predict, then try",
    "In Python and here",
    "Where the original goes wrong",
    "For instructors",
];

/// `cargo test --workspace` comes to these checks before most lessons.
fn lesson_knows(page: &Page) -> String {
    let lesson = page.path.split('/').next().unwrap_or_default();
    format!("If the lesson was changed: `cargo test -p {lesson}` says what that means.")
}

/// Checks all of them, some at the same time, since programs mostly wait. Shows all faults.
#[track_caller]
fn check_all<T: Send>(items: Vec<T>, check: impl Fn(T) -> Result<(), String> + Sync) {
    assert!(!items.is_empty(), "nothing was found to check");
    let items = Mutex::new(items.into_iter());
    let next = || items.lock().unwrap().next();
    let faults = || iter::from_fn(next).filter_map(|item| check(item).err()).collect::<Vec<_>>();
    let faults: Vec<String> = thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(faults));
        threads
            .into_iter()
            .flat_map(|it| it.join().unwrap_or_else(|it| resume_unwind(it)))
            .collect()
    });
    assert!(faults.is_empty(), "\n\n{}\n", faults.join("\n\n"));
}

#[test]
fn every_lesson_has_a_page_with_all_its_parts_in_order() {
    let minutes = Regex::new(r"(?m)^## For instructors \([1-9]\d* minutes\)$").unwrap();
    for lesson in lessons() {
        let Page { path, text, blocks, .. } = Page::of_lesson(&lesson);
        let title = format!("# {lesson}: ");
        let first = text.lines().next().unwrap_or_default();
        let asks = first.starts_with(&title) && first.ends_with('?');
        assert!(asks, "{path}: the first line must be `{title}A QUESTION?`, but is `{first}`");
        let parts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected =
            parts.iter().filter_map(|part| PARTS.iter().find(|name| part.starts_with(*name)));
        assert!(
            expected.eq(PARTS.iter()),
            "{path}: its parts are\n{parts:?}\nThey must be, in this order\n{PARTS:?}"
        );
        assert!(minutes.is_match(&text), "{path}: no `## For instructors (N minutes)`");
        assert!(text.lines().count() <= 150, "{path}: a page of more than 150 lines is not read");
        for block in blocks {
            // So nothing that a program prints can stand on a page without its command.
            let known = ["sh", "console", "diff"].contains(&&*block.language);
            assert!(known, "{path}, line {}: a block is `sh`, `console` or `diff`", block.line);
        }
    }
}

#[test]
fn every_lesson_has_a_check() {
    for lesson in lessons() {
        let check = read(format!("{lesson}/tests/lesson.rs"));
        assert!(check.contains("#[test]"), "{lesson}/tests/lesson.rs checks nothing");
    }
}

#[test]
fn every_lesson_is_in_the_table_of_the_course() {
    let table = read("README.md");
    let time = Regex::new(r"## For instructors \((\d+) minutes\)").unwrap();
    let mut minutes = 0;
    for lesson in lessons() {
        let line = format!("| [{lesson}]({lesson}/README.md) | ");
        assert!(table.contains(&line), "README.md: no line of the table starts with {line:?}");
        let page = Page::of_lesson(&lesson);
        minutes += time.captures(&page.text).map_or(0, |it| it[1].parse::<u32>().unwrap());
    }
    let sum = format!("about {minutes} minutes");
    assert!(table.contains(&sum), "README.md does not say that the lessons take {sum}");
}

/// A link with a name in backquotes leads to the file of that name.
#[test]
fn every_link_leads_to_a_file() {
    let link = Regex::new(r"\[(`?)([^\]`]*)`?\]\(([^)]*)\)").unwrap();
    check_all(Page::all(), |page| {
        let own = course().join(&page.path);
        for (whole, [quote, name, target]) in link.captures_iter(&page.text).map(|it| it.extract())
        {
            if target.starts_with("https://") {
                continue;
            }
            let file = own.with_file_name(target);
            let is_named = quote.is_empty() || file.file_stem().is_some_and(|stem| stem == name);
            if !file.is_file() || !is_named {
                return Err(format!("{}: {whole} leads to no such file", page.path));
            }
        }
        Ok(())
    });
}

#[test]
fn no_lesson_file_has_more_than_80_lines() {
    for lesson in lessons() {
        for folder in ["src", "examples", "exercises"] {
            for file in files(&lesson, folder) {
                let text = read(format!("{lesson}/{folder}/{file}.rs"));
                let lines = text.lines().count();
                let is_lesson = folder != "src" || is_version(&text);
                let most = if is_lesson { 80 } else { 300 };
                assert!(
                    lines <= most,
                    "{lesson}/{folder}/{file}.rs has {lines} lines; at most {most} are read"
                );
            }
        }
    }
}

/// A page says which pairs it has, `git diff --no-index ONE OTHER`, and shows the diff of each.
#[test]
fn every_pair_differs_by_at_most_8_lines_and_its_diff_can_be_typed_as_the_page_shows_it() {
    for lesson in lessons() {
        let page = Page::of_lesson(&lesson);
        let path = &page.path;
        let commands = page.quoted.iter().map(|(_, quoted)| quoted);
        let pairs: Vec<(&str, &str)> = commands
            .filter_map(|it| it.strip_prefix("git diff --no-index ")?.split_once(' '))
            .collect();
        let diffs: Vec<&Block> = page.blocks("diff").collect();
        assert!(!pairs.is_empty(), "{path}: no `git diff --no-index` names a pair");
        assert_eq!(
            pairs.len(),
            diffs.len(),
            "{path}: each pair has one `diff` block, in this order"
        );
        for ((one, other), block) in pairs.into_iter().zip(diffs) {
            must_be_listed(one, other);
            let (wrong, right) = (read(one), read(other));
            let diff = TextDiff::from_lines(&wrong, &right);
            let changes = diff.iter_all_changes().filter(|line| line.tag() != ChangeTag::Equal);
            let changes = changes.filter(|line| !code(line.value()).is_empty());
            let changed: Vec<String> =
                changes.map(|line| format!("{}{}", line.tag(), line.value().trim_end())).collect();
            let (count, changed) = (changed.len(), changed.join("\n"));
            assert!(count <= 8, "{one}: {count} changed lines, at most 8 are the fix:\n{changed}");
            let typed = typed(&wrong, block).unwrap_or_else(|fault| {
                panic!("{path}, line {}: {fault}\n{}", block.line, lesson_knows(&page))
            });
            assert!(
                code(&typed) == code(&right),
                "{path}, line {}: typed as it is shown, the fix turns {one} into\n{typed}\n{other} \
                 is another file. They differ by\n{changed}\n\n{}",
                block.line,
                lesson_knows(&page)
            );
        }
    }
}

#[track_caller]
fn must_be_listed(one: &str, other: &str) {
    let is_listed = |line: &str| {
        line.split_once(&format!("]({one})"))
            .is_some_and(|(_, rest)| rest.contains(&format!("]({other})")))
    };
    let is_listed = read("README.md").lines().any(is_listed);
    assert!(is_listed, "README.md: no line of the table has links to {one}, then to {other}");
}

/// The file that comes of a diff, if somebody who sees nothing else types it. Its parts stand between
/// lines of `@@`. The lines that a part begins with, and those that it replaces, must tell its place.
fn typed(file: &str, diff: &Block) -> Result<String, String> {
    let mut lines: Vec<&str> = file.lines().map(str::trim_end).collect();
    for part in diff.lines.split(|line| line.starts_with("@@")) {
        let with = |signs: [char; 2]| -> Vec<&str> {
            let own = part.iter().filter(|line| line.is_empty() || line.starts_with(signs));
            own.map(|line| line.get(1..).unwrap_or_default().trim_end()).collect()
        };
        let (old, new) = (with([' ', '-']), with([' ', '+']));
        let is_here = |at: &usize| lines[*at..].starts_with(&old);
        let places: Vec<usize> = (0..lines.len()).filter(is_here).collect();
        match places[..] {
            [at] if !old.is_empty() => drop(lines.splice(at..at + old.len(), new)),
            _ => {
                return Err(format!(
                    "these lines stand at {} places of the file, not at 1; lines around them would \
                     tell where to type:\n{}",
                    places.len(),
                    part.join("\n")
                ));
            }
        }
    }
    Ok(lines.join("\n"))
}
