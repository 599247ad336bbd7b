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
//!   back, a pause, what is done with a [queue](crossbeam::channel). What a thread does between two steps is its own affair and belongs to the
//!   first of them. Waiting for the end of a thread is no step: only the one who waits notices.
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
//! It takes two threads of a few steps in its stride: two of three steps have 20 orders. Three of
//! three have 1680, and four 369 600, so what holds for many threads is better argued than tried.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

mod stage;
pub mod sync;
pub mod thread;

#[doc(no_inline)]
pub use std::{
    array, borrow, boxed, cell, char, clone, cmp, collections, convert, default, error, fmt, hash,
    iter, marker, mem, num, ops, option, primitive, ptr, rc, result, slice, str, string, vec,
};

/// Stands in for the package `crossbeam`: queues only.
pub mod crossbeam {
    pub mod channel;
}

/// Stands in for `std::io`: errors only.
pub mod io {
    #[doc(no_inline)]
    pub use std::io::{Error, ErrorKind, Result};
}

/// Stands in for `std::time`: no clock, since time passes differently in each order.
pub mod time {
    #[doc(no_inline)]
    pub use std::time::Duration;
}

/// Includes a lesson's own file as a module in which `std` means the stand-in, and so does `crossbeam`.
///
/// ```text
/// common::explore!(unlocked, "../src/unlocked.rs");
/// ```
///
/// The path counts from the file that says so. The lesson file must begin with `//` comments, not
/// with `//!`.
#[macro_export]
macro_rules! explore {
    ($name:ident, $file:literal) => {
        mod $name {
            use $crate::every_order as std;
            #[allow(unused_imports)]
            use $crate::every_order::crossbeam;
            include!($file);
        }
    };
}

/// How a lesson can end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending<T> {
    /// It returned this.
    Value(T),
    /// It panicked with this message; with several panics, that of the first thread.
    Panic(String),
    /// Every thread waits for another, for ever.
    Stuck,
}

impl<T: Display> Display for Ending<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "end with {value}"),
            Self::Panic(text) => write!(f, "panic: {text}"),
            Self::Stuck => f.write_str("are stuck: every thread waits for another"),
        }
    }
}

/// One order of the steps of all threads. It displays as a line a step: `thread 1 reads 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    threads: Vec<String>,
    steps: Vec<(usize, String)>,
    waits: Vec<(usize, String)>,
}

impl Order {
    /// The steps as a table: a numbered row a step, a column a thread. Where an order is stuck, the
    /// last row says what each thread waits for.
    pub fn table(&self) -> String {
        let texts = |thread| {
            let lines = self.steps.iter().chain(&self.waits);
            lines.filter(move |line| line.0 == thread).map(|line| line.1.as_str())
        };
        let columns: Vec<(usize, usize)> = (0..self.threads.len())
            .filter(|&thread| texts(thread).next().is_some())
            .map(|thread| {
                let longest = texts(thread).chain([self.threads[thread].as_str()]);
                (thread, longest.map(|text| text.chars().count()).max().unwrap_or(0).max(11) + 2)
            })
            .collect();
        let row = |number: &str, text: &dyn Fn(usize) -> String| {
            let cells = columns.iter().map(|&(thread, width)| format!("{:width$}", text(thread)));
            let line = format!("{number:<6}{}", cells.collect::<String>());
            format!("{}\n", line.trim_end())
        };

        let mut table = row("step", &|thread| self.threads[thread].clone());
        for (number, (actor, step)) in self.steps.iter().enumerate() {
            let number = format!("{:>2}", number + 1);
            let text = |thread| {
                if thread == *actor { step.clone() } else { String::new() }
            };
            table += &row(&number, &text);
        }
        if !self.waits.is_empty() {
            let wait = |thread| {
                let wait = self.waits.iter().find(|wait| wait.0 == thread);
                wait.map(|wait| wait.1.clone()).unwrap_or_default()
            };
            table += &row("", &wait);
        }
        table
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (thread, text) in self.steps.iter().chain(&self.waits) {
            writeln!(f, "    {} {text}", self.threads[*thread])?;
        }
        Ok(())
    }
}

/// What came of running a lesson in every order. It displays as the endings, each with how many
/// orders lead there, and one of them.
pub struct Orders<T> {
    endings: BTreeMap<Ending<T>, (usize, Order)>,
}

/// Runs `lesson` once for each order in which the steps of its threads can happen.
///
/// # Panics
///
/// If an order has more than 300 steps, so that it must be waiting in a loop; if the lesson does
/// not do the same in the same order, because something in it is random.
pub fn every_order<T: Ord>(lesson: impl Fn() -> T) -> Orders<T> {
    let mut endings = BTreeMap::new();
    let mut path = Some(Vec::new());
    while let Some(this) = path {
        let (ending, order, next) = stage::Stage::play(this, &lesson);
        endings.entry(ending).or_insert((0, order)).0 += 1;
        path = next;
    }
    Orders { endings }
}

impl<T: Ord + Display> Orders<T> {
    /// How many orders there are.
    pub fn count(&self) -> usize {
        self.endings.values().map(|(count, _)| count).sum()
    }

    /// How many orders end with this value.
    pub fn ending_with<V>(&self, value: V) -> usize
    where
        T: PartialEq<V>,
    {
        let with = |ending: &Ending<T>| matches!(ending, Ending::Value(v) if *v == value);
        self.endings().filter(|(ending, ..)| with(ending)).map(|(_, count, _)| count).sum()
    }

    /// How many orders are stuck: every thread waits for another, for ever.
    pub fn stuck(&self) -> usize {
        self.endings.get(&Ending::Stuck).map_or(0, |(count, _)| *count)
    }

    /// Each ending, how many orders lead there, and one of them.
    pub fn endings(&self) -> impl Iterator<Item = (&Ending<T>, usize, &Order)> {
        self.endings.iter().map(|(ending, (count, order))| (ending, *count, order))
    }

    /// Checks that every order ends with `value`.
    ///
    /// # Panics
    ///
    /// If one does not. The message says what is `wrong`, in how many orders, shows one of them
    /// step by step, and closes with `hint`, which says where to look.
    #[track_caller]
    pub fn must_all_end_with<V: Display>(&self, value: V, wrong: &str, hint: &str)
    where
        T: PartialEq<V>,
    {
        let other = |ending: &Ending<T>| !matches!(ending, Ending::Value(v) if *v == value);
        let all = self.count();
        if let Some((ending, count, order)) = self.endings().find(|(ending, ..)| other(ending)) {
            panic!(
                "{wrong}: {count} of {all} orders {ending}; all should end with {value}. \
                 One of them:\n{order}{hint}"
            );
        }
    }
}

impl<T: Ord + Display> Display for Orders<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (ending, count, order) in self.endings() {
            let all = self.count();
            writeln!(f, "{count} of {all} orders {ending}. One of them:\n{}", order.table())?;
        }
        Ok(())
    }
}
