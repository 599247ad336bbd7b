//! A stand-in for `std` that runs the threads of a lesson one at a time, in every possible order.
//!
//! A lesson file says `std` and means it. A test includes the same file with this module under the
//! name of `std` (see [`explore!`](crate::explore)) and lets [`every_order`] run it again and
//! again, each time in another order:
//!
//! ```
//! // In a lesson's check this is `common::explore!(unlocked, "../src/unlocked.rs");`.
//! mod unlocked {
//!     use common::every_order as std;
//!
//!     use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
//!     use std::thread;
//!
//!     pub fn run() -> i64 {
//!         let balance = AtomicI64::new(0);
//!         thread::scope(|scope| {
//!             for _ in 0..2 {
//!                 scope.spawn(|| balance.store(balance.load(SeqCst) + 1, SeqCst));
//!             }
//!         });
//!         balance.into_inner()
//!     }
//! }
//!
//! let orders = common::every_order(unlocked::run);
//! assert_eq!(orders.count(), 6); // two threads of two steps: 4! / (2! 2!)
//! assert_eq!(orders.ending_with(1), 4); // a deposit is lost unless one thread comes after the other
//! ```
//!
//! # What it models
//!
//! - A step is a call that another thread could notice: an atomic access, taking a lock, giving it
//!   back, a pause. What a thread does between two steps is its own affair and belongs to the first
//!   of them. Waiting for the end of a thread is no step: only the one who waits notices.
//! - All threads see all steps in one order (sequential consistency). Real hardware allows more
//!   when an [`Ordering`](sync::atomic::Ordering) weaker than `SeqCst` is asked for.
//! - An order ends when the closure returns. Threads that nobody has waited for are ended there, as
//!   a program ends its threads when `main` returns.
//! - [`Arc`](sync::Arc) is that of `std`: what it counts is not watched.
//! - Only what is modelled is exported. Anything else of `std` that threads could use to notice
//!   each other is a compile error, not a call that goes unwatched. Locks and atomics must be made
//!   inside the closure.
//!
//! ```compile_fail,E0432
//! use common::every_order as std;
//! use std::sync::Condvar;
//! ```
//!
//! A lesson that shares something else, such as a queue, brings a stand-in for it, made of
//! [`Shared`]: see `producer-consumer/tests/crossbeam`.
//!
//! It takes two threads of a few steps in its stride: two of three steps have 20 orders. Three of
//! three have 1680, and four 369 600, so what holds for many threads is better argued than tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Formatter};

mod stage;
pub mod sync;
pub mod thread;

pub use stage::Shared;
pub(crate) use stage::is_on_stage;

#[doc(no_inline)]
pub use std::{
    array, borrow, boxed, cell, char, clone, cmp, collections, convert, default, error, fmt, hash,
    iter, marker, mem, num, ops, option, primitive, ptr, rc, result, slice, str, string, vec,
};

/// Stands in for `std::time`: no clock, since time passes differently in each order.
pub mod time {
    #[doc(no_inline)]
    pub use std::time::Duration;
}

/// Includes a lesson's own file as a module in which `std` means the stand-in. A third argument can
/// give another package a stand-in.
///
/// ```text
/// common::explore!(unlocked, "../src/unlocked.rs");
/// common::explore!(bounded, "../src/bounded.rs", use super::crossbeam);
/// ```
///
/// The path counts from the file that says so. The lesson file must begin with `//` comments, not
/// with `//!`.
#[macro_export]
macro_rules! explore {
    ($name:ident, $file:literal $(, use $stand_in:path)?) => {
        mod $name {
            use $crate::every_order as std;
            $(use $stand_in;)?
            include!($file);
        }
    };
}

/// One order of the steps of all threads: who, and what. Where it is stuck, its last lines say what
/// each thread waits for. It displays as a line a step: `thread 1 reads 0`.
pub struct Order(Vec<(String, String)>);

impl Order {
    /// The steps as a table: a numbered row for each step, a column for each thread.
    pub fn table(&self) -> String {
        let threads: BTreeSet<&str> = self.0.iter().map(|(thread, _)| thread.as_str()).collect();
        let longest = self.0.iter().map(|(_, step)| step.chars().count()).max().unwrap_or(0);
        let width = longest.max(11) + 2;
        let row = |number: String, cell: &dyn Fn(&str) -> String| {
            let cells = threads.iter().map(|thread| format!("{:width$}", cell(thread)));
            let row = format!("{number:<6}{}", cells.collect::<String>());
            row.trim_end().to_string() + "\n"
        };
        let mut table = row("step".into(), &str::to_string);
        for (number, (actor, step)) in self.0.iter().enumerate() {
            let cell = |thread: &str| if thread == actor { step.clone() } else { String::new() };
            let is_step = !step.starts_with("waits for "); // it is where this thread is stuck
            table +=
                &row(if is_step { format!("{:>2}", number + 1) } else { String::new() }, &cell);
        }
        table
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(thread, step)| writeln!(f, "    {thread} {step}"))
    }
}

/// What came of running a lesson in every order. It displays as the endings, each with how many
/// orders lead there, and one of them.
pub struct Orders(BTreeMap<String, (usize, Order)>);

/// How orders end that do not come to their end.
const STUCK: &str = "are stuck: every thread waits for another";

fn with(value: impl Display) -> String {
    format!("end with {value}")
}

/// Runs `lesson` once for each order in which the steps of its threads can happen.
///
/// # Panics
///
/// If an order has more than 300 steps, so that it must be waiting in a loop; if the lesson does
/// not do the same in the same order, because something in it is random.
pub fn every_order<T: Display>(lesson: impl Fn() -> T) -> Orders {
    let mut endings = BTreeMap::new();
    let mut path = Some(Vec::new());
    while let Some(this) = path {
        let (ending, order, next) = stage::Stage::play(this, &lesson);
        endings.entry(ending).or_insert((0, order)).0 += 1;
        path = next;
    }
    Orders(endings)
}

impl Orders {
    /// How many orders there are.
    pub fn count(&self) -> usize {
        self.0.values().map(|(count, _)| count).sum()
    }

    /// How many orders end with this value.
    pub fn ending_with(&self, value: impl Display) -> usize {
        self.0.get(&with(value)).map_or(0, |(count, _)| *count)
    }

    /// How many orders are stuck: every thread waits for another, for ever.
    pub fn stuck(&self) -> usize {
        self.0.get(STUCK).map_or(0, |(count, _)| *count)
    }

    /// Each ending, how many orders lead there, and one of them. An ending reads `end with 2`,
    /// `panic: ` with the message of the first panic, or `are stuck: every thread waits for another`.
    pub fn endings(&self) -> impl Iterator<Item = (&str, usize, &Order)> {
        self.0.iter().map(|(ending, (count, order))| (ending.as_str(), *count, order))
    }

    /// Checks that every order ends with `value`.
    ///
    /// # Panics
    ///
    /// If one does not. The message says what is `wrong`, in how many orders, shows one of them
    /// step by step, and closes with `hint`, which says where to look.
    #[track_caller]
    pub fn must_all_end_with(&self, value: impl Display, wrong: &str, hint: &str) {
        let (all, right) = (self.count(), with(&value));
        if let Some((ending, count, order)) = self.endings().find(|(ending, ..)| *ending != right) {
            panic!(
                "{wrong}: {count} of {all} orders {ending}; all should end with {value}. \
                 One of them:\n{order}{hint}"
            );
        }
    }
}

impl Display for Orders {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let all = self.count();
        self.endings().try_for_each(|(ending, count, order)| {
            writeln!(f, "{count} of {all} orders {ending}. One of them:\n{}", order.table())
        })
    }
}
