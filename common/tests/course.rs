//! The course checks itself: what a page says is there, and what is there stands on a page.

use std::fs;
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};

/// The parts of a lesson page, in their order.
const PARTS: [&str; 8] = [
    "Run it",
    "What you see",
    "Why",
    "The fix",
    "Predict, then try",
    "In Python and here",
    "Where the original goes wrong",
    "For instructors",
];

fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn read(file: impl AsRef<Path>) -> String {
    let file = course().join(file);
    fs::read_to_string(&file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()))
}

/// The names of the lessons: all members of the workspace but `common`.
fn lessons() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let members = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    let names = members.split(',').map(|name| name.trim().trim_matches('"').to_string());
    names.filter(|name| !name.is_empty() && name != "common").collect()
}

/// The names of the Rust files in a folder of a lesson, without `.rs`.
fn files(lesson: &str, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(course().join(lesson).join(folder)).into_iter().flatten().flatten();
    let names = entries
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_string()));
    names.collect()
}

/// The lines of all blocks of this language on a page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(str::to_string).collect()
}

/// What is in backquotes on a page.
fn quoted(page: &str) -> Vec<&str> {
    page.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_lesson_has_a_page_with_all_its_parts_in_order() {
    for lesson in lessons() {
        let page = read(format!("{lesson}/README.md"));
        assert!(page.starts_with(&format!("# {lesson}: ")), "{lesson}: the title is no question");
        let parts: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected =
            parts.iter().filter_map(|part| PARTS.iter().find(|name| part.starts_with(*name)));
        assert!(expected.eq(PARTS.iter()), "{lesson}: the parts are {parts:?}");
        assert!(page.lines().count() <= 90, "{lesson}: a page of more than 90 lines is not read");
    }
}

#[test]
fn every_lesson_is_in_the_table_of_the_course() {
    let table = read("README.md");
    for lesson in lessons() {
        assert!(table.contains(&format!("| [{lesson}]({lesson}/README.md) | ")), "{lesson}");
    }
}

#[test]
fn no_lesson_file_has_more_than_80_lines() {
    for lesson in lessons() {
        for folder in ["src", "examples"] {
            for file in files(&lesson, folder) {
                let text = read(format!("{lesson}/{folder}/{file}.rs"));
                let lines = text.lines().count();
                // What stands around the lesson has documentation of its own, with `//!`.
                let is_lesson = folder == "examples" || !text.starts_with("//!");
                let allowed = if is_lesson && file != "main" { 80 } else { 300 };
                assert!(lines <= allowed, "{lesson}/{folder}/{file}.rs has {lines} lines");
            }
        }
    }
}

#[test]
fn every_example_is_on_the_page_of_its_lesson() {
    for lesson in lessons() {
        let page = read(format!("{lesson}/README.md"));
        for example in files(&lesson, "examples") {
            let named = quoted(&page).iter().any(|text| text.contains(&example))
                || page.contains(&format!("--example {example}"));
            assert!(named, "{lesson}: the page does not name the example {example}");
        }
    }
}

/// A page says which pairs it has: `git diff --no-index ONE OTHER`.
#[test]
fn every_pair_differs_by_at_most_8_lines_and_the_page_shows_exactly_these() {
    for lesson in lessons() {
        let page = read(format!("{lesson}/README.md"));
        let shown: Vec<String> = blocks(&page, "diff");
        let shown: Vec<&str> =
            shown.iter().map(String::as_str).filter(|line| line.starts_with(['+', '-'])).collect();
        let mut changed = Vec::new();
        let mut pairs = 0;
        for command in quoted(&page) {
            let Some(files) = command.strip_prefix("git diff --no-index ") else { continue };
            let (one, other) = files.split_once(' ').unwrap();
            let (one, other) = (read(one), read(other));
            let diff = TextDiff::from_lines(&one, &other);
            let lines = diff.iter_all_changes().filter(|line| line.tag() != ChangeTag::Equal);
            let lines: Vec<String> =
                lines.map(|line| format!("{}{}", line.tag(), line.value().trim_end())).collect();
            assert!(
                lines.len() <= 8,
                "{files}: {} changed lines:\n{}",
                lines.len(),
                lines.join("\n")
            );
            changed.extend(lines);
            pairs += 1;
        }
        assert!(pairs > 0, "{lesson}: the page names no pair");
        assert_eq!(shown, changed, "{lesson}: the page shows another diff");
    }
}
