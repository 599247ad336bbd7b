//! The pages, as the checks read them.

use std::fs;
use std::path::{Path, PathBuf};

/// The page of the course or of a lesson.
pub struct Page {
    /// Where it is, such as `ping-pong/README.md`.
    pub path: String,
    pub text: String,
    pub blocks: Vec<Block>,
    /// What stands in backquotes outside of the blocks, and in the comments of `sh` blocks, each with
    /// the number of its line.
    pub quoted: Vec<(usize, String)>,
}

/// What stands between two lines of three backquotes.
pub struct Block {
    pub language: String,
    /// The number of the line before its first line.
    pub line: usize,
    pub lines: Vec<String>,
}

impl Page {
    fn new(path: String) -> Self {
        let text = read(&path);
        let (mut blocks, mut quoted) = (Vec::new(), Vec::new());
        let mut open: Option<Block> = None;
        for (line, number) in text.lines().zip(1..) {
            match (line.strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(language), None) => {
                    open = Some(Block { language: language.into(), line: number, lines: vec![] });
                }
                (None, Some(block)) => {
                    let comment = line.split_once(" #").filter(|_| block.language == "sh");
                    quoted.extend(comment.map(|(_, comment)| (number, comment.trim().into())));
                    block.lines.push(line.into());
                }
                (None, None) => {
                    let parts: Vec<&str> = line.split('`').collect();
                    assert!(parts.len() % 2 == 1, "{path}, line {number}: an open backquote");
                    quoted.extend(parts.iter().skip(1).step_by(2).map(|x| (number, x.to_string())));
                }
            }
        }
        assert!(open.is_none(), "{path}: the last block has no end");
        Self { path, text, blocks, quoted }
    }

    pub fn of_lesson(lesson: &str) -> Self {
        Self::new(format!("{lesson}/README.md"))
    }

    /// The page of the course, and those of the lessons and of their exercises.
    pub fn all() -> Vec<Self> {
        let pages = ["README.md", "exercises/README.md"];
        let own = |lesson: String| pages.map(|page| format!("{lesson}/{page}"));
        let lessons = lessons().into_iter().flat_map(own);
        ["README.md".into()].into_iter().chain(lessons).map(Self::new).collect()
    }

    pub fn blocks(&self, language: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.language == language)
    }

    /// All commands of the `sh` and `console` blocks, each with the number of its line.
    pub fn commands(&self) -> Vec<(usize, String)> {
        let mut commands = Vec::new();
        for block in &self.blocks {
            for (line, number) in block.lines.iter().zip(block.line + 1..) {
                let command = match block.language.as_str() {
                    "sh" if line.starts_with('#') => None,
                    "sh" => line.split(" #").next(), // what follows is a comment
                    "console" => line.strip_prefix("$ "),
                    _ => None,
                };
                commands.extend(command.map(|command| (number, command.trim().to_string())));
            }
        }
        commands
    }
}

/// The folder with all lessons.
pub fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

pub fn read(file: impl AsRef<Path>) -> String {
    let file = course().join(file);
    fs::read_to_string(&file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()))
}

/// The names of the lessons: all members of the workspace but `common`.
pub fn lessons() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let members = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    let names = members.split(',').map(|name| name.trim().trim_matches('"').to_string());
    names.filter(|name| !name.is_empty() && name != "common").collect()
}

/// Is this the file of a version? All others begin with documentation, `//!` or `#!` and the page; or,
/// where `explore!` includes them, have none of these functions.
pub fn is_version(text: &str) -> bool {
    let has = |function| text.contains(function);
    let documented = text.starts_with("//!") || text.starts_with("#!");
    !documented && (has("\npub fn run(") || has("\npub fn talk("))
}

/// The names of the Rust files in a folder of a lesson, without `.rs`, in order.
pub fn files(lesson: &str, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(course().join(lesson).join(folder)).into_iter().flatten().flatten();
    let names = entries
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_string()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
