//! What a lesson file may not say, since the real `std` would answer.

/// Refuses a lesson file in which a path leads past the stand-in. [`explore!`](crate::explore)
/// calls this when it is compiled.
///
/// # Panics
///
/// If there is such a path. The message says what to do.
pub const fn must_stay_inside(source: &str) {
    let text = source.as_bytes();
    // The last three words, or signs, before this one.
    let mut before = [(0, 0); 3];
    let (mut depth, mut nested_at) = (0, None);
    let mut next = word(text, 0);
    while let Some((from, to)) = next {
        next = word(text, to);
        if is(text, (from, to), b"{") {
            if is(text, before[1], b"mod") && nested_at.is_none() {
                nested_at = Some(depth);
            }
            depth += 1;
        } else if is(text, (from, to), b"}") {
            depth -= 1;
            if let Some(outside) = nested_at
                && depth <= outside
            {
                nested_at = None;
            }
        }
        let std = is(text, (from, to), b"std");
        let core = is(text, (from, to), b"core") || is(text, (from, to), b"alloc");
        let after_colons = is(text, before[0], b":") && is(text, before[1], b":");
        // `::std` begins a path, and `crate::std` goes on with one.
        let begins = after_colons && !is_name(text, before[2]);
        let leads_on = if let Some(next) = next { is(text, next, b":") } else { false };
        if (std || core) && begins || core && leads_on && !after_colons {
            panic!(
                "a lesson file says `::std`, `core` or `alloc`. That is the real one, and what \
                 threads do there cannot be seen by `common::interleave`: say `std` instead"
            );
        }
        if std && nested_at.is_some() && !after_colons {
            panic!(
                "a lesson file says `std` in a nested `mod`. There it is the real one, and what \
                 threads do there cannot be seen by `common::interleave`: say it outside of the \
                 `mod`, and `use super::…` inside"
            );
        }
        if is(text, (from, to), b"crate") && is(text, before[0], b"extern") {
            panic!(
                "a lesson file says `extern crate`. That is the real one, and what threads do \
                 there cannot be seen by `common::interleave`: say `use` instead"
            );
        }
        before = [(from, to), before[0], before[1]];
    }
}

type Range = (usize, usize);

/// The next word or sign; comments and texts are left out.
const fn word(text: &[u8], mut at: usize) -> Option<Range> {
    loop {
        if at >= text.len() {
            return None;
        }
        let next = if at + 1 < text.len() { text[at + 1] } else { b' ' };
        match (text[at], next) {
            (b'/', b'/') => {
                while at < text.len() && text[at] != b'\n' {
                    at += 1;
                }
            }
            (b'/', b'*') => {
                at += 2;
                while at + 1 < text.len() && !(text[at] == b'*' && text[at + 1] == b'/') {
                    at += 1;
                }
                at += 2;
            }
            (b'"', _) => {
                at += 1;
                while at < text.len() && text[at] != b'"' {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            // A character: the others of these begin a lifetime.
            (b'\'', b'\\') => at += 4,
            (b'\'', b'"' | b'{' | b'}') => at += 3,
            (b' ' | b'\n' | b'\r' | b'\t', _) => at += 1,
            _ => break,
        }
    }
    let mut end = at + 1;
    while is_letter(text[at]) && end < text.len() && is_letter(text[end]) {
        end += 1;
    }
    Some((at, end))
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Is it a name? It may be the rest of a path: `>` as in `Vec<u8>::`.
const fn is_name(text: &[u8], (from, to): Range) -> bool {
    from < to && (is_letter(text[from]) && !is(text, (from, to), b"use") || text[from] == b'>')
}

const fn is(text: &[u8], (from, to): Range, what: &[u8]) -> bool {
    if to - from != what.len() {
        return false;
    }
    let mut at = 0;
    while at < what.len() {
        if text[from + at] != what[at] {
            return false;
        }
        at += 1;
    }
    true
}
