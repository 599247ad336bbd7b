//! What a lesson file may not say, since the real `std` would answer.

use std::panic;

use common::interleave::source::must_stay_inside;

/// Why a lesson file with this text is refused, if it is.
fn refusal(source: &str) -> Option<String> {
    let source = source.to_string();
    let panic = panic::catch_unwind(move || must_stay_inside(&source)).err()?;
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    Some(text.or_else(|| panic.downcast_ref::<String>().cloned()).expect("a message"))
}

#[test]
fn a_lesson_that_says_std_is_accepted() {
    let source = r#"
        // ::std::sync and mod x { use std::fs; } in a comment, and "core::mem" in a text, are fine
        /* ::std */
        use std::sync::{Mutex, atomic::Ordering};
        mod inner { use super::Mutex; fn f() { let text = "mod x { ::std"; } }
        use std::thread;
        fn f<'a>(x: &'a std::fmt::Arguments) -> char { let core = 1; '{' }
        struct Account { lock: std::sync::Mutex<()> }
        fn g() { crate::core::f(); my::std::g(); let x = '"'; let y = '\''; std::mem::drop(x) }
    "#;
    assert_eq!(refusal(source), None);
}

#[test]
fn std_in_a_nested_module_is_refused() {
    for source in [
        "mod x { use std::sync::Mutex; }",
        "mod x { mod y {} fn f() { std::thread::yield_now() } }",
        "pub mod x {\n    // a comment\n    use {std::sync::Mutex};\n}",
    ] {
        let refusal = refusal(source).unwrap_or_else(|| panic!("{source} is accepted"));
        assert!(refusal.contains("says `std` in a nested `mod`"), "{refusal}");
    }
}

#[test]
fn the_real_std_and_core_and_alloc_are_refused() {
    for source in [
        "use ::std::sync::Mutex;",
        "fn f() { ::std::thread::yield_now() }",
        "use core::sync::atomic::AtomicBool;",
        "use ::core::sync;",
        "fn f() { let x = core::cell::Cell::new(1); }",
        "use alloc::sync::Arc;",
    ] {
        let refusal = refusal(source).unwrap_or_else(|| panic!("{source} is accepted"));
        assert!(refusal.contains("says `::std`, `core` or `alloc`"), "{refusal}");
    }
    assert!(refusal("extern crate std as real;").unwrap().contains("extern crate"));
}
