//! Each lesson has files of the student's own, and exercises, each with hints and a solution.

use std::fs;

use common::check::code;
use regex::Regex;

use crate::pages::{course, files, lessons, read};

/// The files of the student's own in a lesson, by name.
fn yours(lesson: &str) -> Vec<String> {
    files(lesson, "src").into_iter().filter(|name| name.starts_with("yours")).collect()
}

#[test]
fn every_lesson_has_a_file_of_the_students_own_that_is_judged() {
    for lesson in lessons() {
        let (yours, check) = (yours(&lesson), read(format!("{lesson}/tests/check_yours.rs")));
        assert!(!yours.is_empty(), "{lesson}/src has no file yours.rs");
        for name in yours {
            let file = format!("{name}.rs");
            assert!(check.contains(&file), "check_yours.rs does not judge {lesson}/src/{file}");
        }
    }
}

/// For the course as it is handed out. A student's copy of it need not pass.
#[test]
#[ignore = "a file of the student's own is to be changed: .ci/run asks for this"]
fn every_file_of_the_students_own_is_untouched_and_states_its_task_in_three_lines() {
    for lesson in lessons() {
        let versions = files(&lesson, "src").into_iter().filter(|name| !name.starts_with("yours"));
        let versions: Vec<String> =
            versions.map(|name| code(&read(format!("{lesson}/src/{name}.rs")))).collect();
        for name in yours(&lesson) {
            let path = format!("{lesson}/src/{name}.rs");
            let text = read(&path);
            let is_copy = versions.contains(&code(&text));
            assert!(is_copy, "{path} is no longer a copy of a version of the lesson");
            let header: Vec<&str> = text.lines().take_while(|it| it.starts_with("//")).collect();
            assert_eq!(header.len(), 3, "{path}: its task stands in three lines, not {header:#?}");
            let command = format!("cargo test -p {lesson}");
            assert!(header.concat().contains(&command), "{path}: no `{command}` in its header");
        }
    }
}

#[test]
fn every_exercise_has_three_hints_a_solution_and_two_half_solutions() {
    let hint = Regex::new(r"<summary>Hint \d</summary>").unwrap();
    for lesson in lessons() {
        let folder = format!("{lesson}/exercises");
        let (names, page) = (files(&lesson, "exercises"), read(format!("{folder}/README.md")));
        let check = read(format!("{lesson}/tests/exercises.rs"));
        assert!(!names.is_empty(), "{folder} is empty");
        assert!(
            check.contains("#[ignore = \"your turn: "),
            "{folder}: no check is left to students"
        );
        for name in &names {
            let entries = fs::read_dir(course().join(&folder).join(name)).into_iter().flatten();
            let files = entries.flatten().map(|entry| entry.file_name().into_string().unwrap());
            let files: Vec<String> = files.collect();
            let halves: Vec<&String> = files.iter().filter(|it| it.starts_with("half_")).collect();
            assert!(files.iter().any(|it| it == "solution.rs"), "{folder}/{name}: no solution.rs");
            assert!(
                halves.len() >= 2,
                "{folder}/{name}: {halves:?} are fewer than two half solutions"
            );
            for file in ["solution.rs".to_string()].iter().chain(halves) {
                let path = format!("{name}/{file}");
                assert!(check.contains(&path), "tests/exercises.rs does not judge {folder}/{path}");
            }
            assert!(
                page.contains(&format!("({name}.rs)")),
                "{folder}/README.md: no link to {name}.rs"
            );
        }
        let hints = hint.find_iter(&page).count();
        assert_eq!(hints, 3 * names.len(), "{folder}/README.md: each exercise has three hints");
    }
}
