//! How the pages speak: the field's terms, sentences with a subject, questions with an answer.

use regex::Regex;

use crate::check_all;
use crate::pages::{Page, lessons, read};

/// The glossary of the course: each term, and the page that it is linked to.
fn glossary() -> Vec<(String, String)> {
    let page = read("README.md");
    let part = page.split_once("\n## Glossary\n").expect("README.md has no `## Glossary`").1;
    let part = part.split("\n## ").next().unwrap_or_default();
    let line =
        Regex::new(r"(?m)^\| ([^|]+) \| [^|]+ \| \[[a-z-]+\]\(([a-z-]+/README\.md)\) \|$").unwrap();
    let terms = line.captures_iter(part).map(|it| (it[1].to_string(), it[2].to_string()));
    let terms: Vec<(String, String)> = terms.collect();
    let rows = part.lines().filter(|line| line.starts_with("| ")).count() - 1; // its head
    assert_eq!(
        terms.len(),
        rows,
        "README.md: a line of the glossary is not `| term | text | [lesson](page) |`"
    );
    terms
}

/// The text of a page without its blocks, and without what stands in backquotes.
fn prose(page: &Page) -> String {
    let is_out = |number: usize| {
        let inside =
            |it: &crate::pages::Block| (it.line..=it.line + it.lines.len() + 1).contains(&number);
        !page.blocks.iter().any(inside)
    };
    let lines = page.text.lines().zip(1..).filter(|(_, number)| is_out(*number));
    let text: String = lines.map(|(line, _)| format!("{line}\n")).collect();
    Regex::new("`[^`]*`").unwrap().replace_all(&text, "`…`").into_owned()
}

/// What is bold on a page: `**term**`, or `**[term](link)**`.
fn bold(page: &Page) -> Vec<String> {
    let bold = Regex::new(r"\*\*\[?([^\]*]+)\]?[^*]*\*\*").unwrap();
    let text = prose(page).replace('\n', " ");
    bold.captures_iter(&text).map(|it| it[1].to_lowercase()).collect()
}

#[test]
fn each_term_of_the_glossary_is_bold_on_exactly_the_page_it_is_linked_to_and_nothing_else_is() {
    let glossary = glossary();
    check_all(lessons(), |lesson| {
        let page = Page::of_lesson(&lesson);
        let mut bold = bold(&page);
        let own = glossary.iter().filter(|(_, path)| *path == page.path);
        let mut own: Vec<String> = own.map(|(term, _)| term.to_lowercase()).collect();
        bold.sort();
        own.sort();
        if bold == own {
            return Ok(());
        }
        let [more, missing] = [(&bold, &own), (&own, &bold)].map(|(some, others)| {
            some.iter().filter(|it| !others.contains(it)).collect::<Vec<_>>()
        });
        Err(format!(
            "{}: in bold, once each, are the terms that the glossary of README.md links to it. \
             Not in the glossary, or twice: {more:?}; not in bold: {missing:?}\n{bold:?}",
            page.path
        ))
    });
}

#[test]
fn each_lesson_page_links_to_the_documentation_of_std_and_to_another_source() {
    let link = Regex::new(r"\]\((https://[^)\s]+)\)").unwrap();
    for lesson in lessons() {
        let page = Page::of_lesson(&lesson);
        let links: Vec<String> =
            link.captures_iter(&page.text).map(|it| it[1].to_string()).collect();
        let is_std = |link: &&String| link.starts_with("https://doc.rust-lang.org/std/");
        let std = links.iter().filter(is_std).count();
        assert!(std >= 2, "{}: at least two links lead to the documentation of std", page.path);
        assert!(links.len() > std, "{}: no link leads to another source", page.path);
    }
}

#[test]
fn no_sentence_begins_with_who_unless_it_is_a_question() {
    let who = Regex::new(r"(?:^|[.:!?>)]\s+|\n\s*(?:[-*]|\d+\.)?\s*)(Who\b[^.?!]*[.?!])").unwrap();
    check_all(Page::all(), |page| {
        let text = prose(&page);
        let wrong = who.captures_iter(&text).map(|it| it[1].to_string());
        match wrong.filter(|sentence| !sentence.ends_with('?')).collect::<Vec<_>>() {
            none if none.is_empty() => Ok(()),
            some => Err(format!("{}: these sentences have no subject: {some:#?}", page.path)),
        }
    });
}

#[test]
fn each_question_of_predict_has_a_folded_answer() {
    let question = Regex::new(r"(?m)^\d+\. ").unwrap();
    for lesson in lessons() {
        let page = Page::of_lesson(&lesson);
        let part = page.text.split_once("\n## Predict, then try\n");
        let part = part.unwrap_or_else(|| panic!("{}: no `## Predict, then try`", page.path)).1;
        let part = part.split("\n## ").next().unwrap_or_default();
        let questions: Vec<&str> = question.split(part).skip(1).collect();
        assert!(questions.len() >= 3, "{}: fewer than three questions to predict", page.path);
        for text in questions {
            let answers = text.matches("<summary>Answer</summary>").count();
            assert_eq!(answers, 1, "{}: a question has no folded answer: {text}", page.path);
        }
    }
}

#[test]
fn each_folded_part_is_closed() {
    let tag = Regex::new("</?(details|summary)>").unwrap();
    check_all(Page::all(), |page| {
        let tags: String = tag.find_iter(&page.text).map(|it| it.as_str()).collect();
        let whole = "<details><summary></summary></details>";
        let left = tags.replace(whole, "");
        left.is_empty().then_some(()).ok_or(format!("{}: {left} is not closed", page.path))
    });
}
