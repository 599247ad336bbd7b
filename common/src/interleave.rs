//! A stand-in for `std` that runs the threads of a lesson in every interleaving.
//!
//! An **interleaving** is one order in which the steps of several threads can happen. A lesson file
//! says `std` and means it. A test, or a command of the lesson, includes the same file with this
//! module under the name of `std` (see [`explore!`](crate::explore)), and lets [`explore`] run it
//! again and again:
//!
//! ```
//! // In a lesson's check this is `common::explore!(unlocked, "../src/unlocked.rs");`.
//! mod unlocked {
//!     use common::interleave as std;
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
//! let found = common::interleave::explore(unlocked::run);
//! assert_eq!(found.count(), 6); // two threads of two steps: 4! / (2! 2!)
//! assert_eq!(found.ending_with(1), 4); // a deposit is lost unless one thread comes after the other
//! ```
//!
//! [`play`] lets a person choose the steps, and says what came of it.
//!
//! For real code, use [loom](https://docs.rs/loom) or [shuttle](https://docs.rs/shuttle): they also
//! know weak memory or very long runs. They say whether a program is right, but neither in how many
//! interleavings it is wrong nor by which steps, each with its name; and that is what a lesson shows.
//!
//! # Steps
//!
//! - A **step** is a call that another thread could notice: an atomic operation, to acquire a lock,
//!   to release it; and a pause. What a thread does between two steps is its own affair, and belongs
//!   to the first of them. To wait for the end of a thread is no step: only the thread that waits
//!   notices.
//! - All threads see all steps in one order (sequential consistency).
//! - An interleaving ends when the closure returns. Threads that nobody has waited for are ended
//!   there, as a program ends its threads when `main` returns.
//! - Time is not modelled: a pause takes no time, and the time of a `wait_timeout` or
//!   `recv_timeout` may be out whenever the thread would have to wait.
//! - A thread that waits in a loop says so with `yield_now`, `spin_loop` or a pause. Once it repeats
//!   itself, it goes on only when something that it has read is changed. If that never happens, this
//!   is a deadlock. A loop that counts its rounds may therefore give up later than a real one; after
//!   100 rounds in which nothing changes, it is taken for one that waits for ever.
//! - A **process** is a thread that shares only files and pipes with others (see [`process()`]): each
//!   has a copy of its own of every `static`. Where [`Explorer::kills`] allows it, a process can be
//!   killed before each of its steps. Its locks are released then and its ends of pipes closed, its
//!   files stay, and its destructors do nothing.
//! - The disk of [`fs`] is a new one in each interleaving: [`fs::prepare`] puts files there, and
//!   [`fs::files`] tells what is there at the end.
//!
//! # How it works
//!
//! Each thread of the lesson is a real thread, and only one of them runs at a time. It stops before
//! each step. When all have stopped, the search chooses the one that goes on. A run follows a path
//! of such choices; the next run repeats the path up to the last choice that has an alternative, and
//! takes that (depth-first search).
//!
//! **The cache.** Many interleavings lead to the same state, and what comes after it is the same. So
//! for each thread there is a hash of its past: all that it has done and noticed. For each shared
//! thing there is a hash of its state; if nothing better is known, of all that was done to it. Where
//! all of these are known from an earlier run, the run is cut short, and the endings that were
//! counted there are added. Four threads that deposit have 369,600 interleavings, and need 2,000
//! runs. [`explore_plainly`] does without the cache, and the checks of this module compare the two.
//!
//! So a lesson must not hold anything that threads share and that is not modelled: a real lock in
//! the closure, in which results are collected, would miss those of the runs that are cut short.
//! What is to be known of an interleaving must be in its value, or in a [`Ledger`].
//!
//! # What is not modelled
//!
//! - Weak memory: real hardware allows more when an [`Ordering`](sync::atomic::Ordering) weaker than
//!   `SeqCst` is asked for. Spurious wakeups, and a `compare_exchange_weak` that fails spuriously,
//!   do not happen either.
//! - [`Arc`](sync::Arc) is that of `std`, and what it counts is not watched: nothing may depend on
//!   `strong_count`, or on which of several threads drops the last one.
//! - Power loss, folders, sockets and clocks. Only what is modelled is exported. Anything else is a
//!   compile error that shows a line with the reason:
//!
//! ```compile_fail,E0432
//! use common::interleave as std;
//! use std::net; // Sockets are not modelled: let the lesson send through a channel.
//! ```
//!
//! A path that leads past the stand-in, such as `::std` or `core`, is a compile error, too:
//!
//! ```compile_fail,E0080
//! // `explore!` does this with the text of the lesson file.
//! const _: () = common::interleave::source::must_stay_inside("use core::sync::atomic::AtomicBool;");
//! ```
//!
//! A thread that waits for something that is not modelled is reported after 4 seconds. A loop that
//! waits for another thread and does not say so is reported, too, with its steps.

#[doc(no_inline)]
pub use std::{
    alloc, any, array, ascii, borrow, boxed, cell, char, clone, cmp, collections, convert, default,
    error, ffi, fmt, hash, iter, marker, mem, num, ops, option, path, pin, primitive, ptr, rc,
    result, slice, str, string, thread_local, vec,
};

/// What can be read or written through a reference can also be read or written by its owner.
macro_rules! by_reference {
    (Read for $name:ident) => {
        impl Read for $name {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                (&*self).read(to)
            }
        }
    };
    (Write for $name:ident) => {
        impl Write for $name {
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                (&*self).write(data)
            }

            fn write_fmt(&mut self, text: Arguments<'_>) -> io::Result<()> {
                (&*self).write_fmt(text)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
    };
}

mod actor;
mod afresh;
mod atomic;
mod barrier;
mod board;
mod channel;
mod command;
mod condvar;
mod disk;
mod explore;
mod faults;
mod fetch;
mod file;
mod folder;
mod gate;
mod handle;
mod held;
mod lazy;
mod ledger;
mod lock;
mod mark;
mod mpsc;
mod mutex;
mod names;
mod once;
mod options;
mod output;
mod park;
mod pipe;
mod pipe_io;
mod play;
pub mod process;
mod queue;
mod rendezvous;
mod report;
mod rwlock;
mod scope;
mod search;
mod shared;
#[doc(hidden)]
pub mod source;
mod stage;
mod state;
mod stdio;
mod table;
pub mod thread;
mod timeout;
mod waiting;

pub use explore::{Explorer, explore, explore_plainly, finish};
pub use ledger::Ledger;
pub use play::play;
pub use process::{Process, process};
pub use report::Interleavings;
pub use shared::Shared;
pub(crate) use stage::is_on_stage;
pub(crate) use stdio::show;
pub use table::Interleaving;
pub(crate) use table::{WIDTH, wrapped};

/// Stands in for `std::sync`.
pub mod sync {
    pub use super::barrier::{Barrier, BarrierWaitResult};
    pub use super::condvar::Condvar;
    pub use super::lazy::{LazyLock, OnceLock};
    pub use super::mutex::{Mutex, MutexGuard};
    pub use super::once::Once;
    pub use super::rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
    pub use super::timeout::WaitTimeoutResult;
    #[doc(no_inline)]
    pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult, Weak};

    #[cfg(any())] // Not modelled, as it is not stable: use a `Mutex`, and hand its guard on.
    pub struct ReentrantLock;
    #[cfg(any())] // Not modelled: use `Once::call_once`.
    pub struct OnceState;

    /// Stands in for `std::sync::atomic`.
    pub mod atomic {
        pub use super::super::atomic::*;

        #[cfg(any())] // Not modelled: use an `AtomicUsize` as an index, or a `Mutex`.
        pub struct AtomicPtr;
        #[cfg(any())] // Not modelled: all threads see all steps in one order anyway.
        pub fn fence() {}
    }

    /// Stands in for `std::sync::mpsc`.
    pub mod mpsc {
        pub use super::super::mpsc::*;
    }
}

/// Stands in for the package `crossbeam`: channels only.
pub mod crossbeam {
    /// Stands in for `crossbeam::channel`.
    pub mod channel {
        pub use super::super::channel::*;
    }
}

/// Stands in for `std::hint`.
pub mod hint {
    #[doc(no_inline)]
    pub use std::hint::black_box;

    /// See [`std::hint::spin_loop`]. It does the same as
    /// [`yield_now`](super::thread::yield_now).
    pub fn spin_loop() {
        super::thread::yield_now();
    }
}

/// Stands in for `std::time`: no clock, since time passes differently in each interleaving.
pub mod time {
    #[doc(no_inline)]
    pub use std::time::Duration;

    #[cfg(any())] // Time is not modelled: measure it outside of what is explored.
    pub struct Instant;
    #[cfg(any())] // Time is not modelled: measure it outside of what is explored.
    pub struct SystemTime;
}

/// Stands in for `std::fs`: a disk of its own for each interleaving.
pub mod fs {
    pub use super::file::{File, files, prepare};
    pub use super::folder::{Metadata, exists, metadata, read, read_to_string, remove_file};
    pub use super::folder::{rename, write};
    pub use super::options::OpenOptions;

    #[cfg(any())] // Folders are not modelled: `prepare` makes those of a file.
    pub fn create_dir() {}
    #[cfg(any())] // Folders are not modelled: `files` gives all files at the end.
    pub fn read_dir() {}
    #[cfg(any())] // Links are not modelled: use `metadata`.
    pub fn symlink_metadata() {}
}

/// Stands in for `std::io`: pipes, and the traits to read and to write.
pub mod io {
    pub use super::output::Output;
    pub use super::pipe::{PipeReader, PipeWriter, named_pipe, pipe};
    pub use super::stdio::{Stdin, StdinLock, stderr, stdin, stdout};
    #[doc(hidden)]
    pub use super::stdio::{eprint, print};
    #[doc(no_inline)]
    pub use std::io::{
        BufRead, BufReader, BufWriter, Error, ErrorKind, Read, Result, Write, read_to_string,
    };
}

/// Stands in for `common` itself, as far as a lesson with processes uses it.
pub mod common {
    pub use super::command::Worker;
    #[doc(no_inline)]
    pub use crate::{cli, say, show, whole_number};

    /// Stands in for `common::pid`.
    pub mod pid {
        pub use super::super::command::own_pid as own;
    }

    /// Stands in for `common::worker`.
    pub mod worker {
        pub use super::super::command::join_all;
    }
}

// What is not modelled. In its error message, the compiler shows the line that leaves it out.
#[cfg(any())] // Not modelled: let the lesson take what it needs as an argument or a closure.
pub mod env {}
#[cfg(any())] // Sockets are not modelled: let the lesson send through a channel of `std::sync::mpsc`.
pub mod net {}
#[cfg(any())] // Not modelled: it differs from system to system.
pub mod os {}
#[cfg(any())] // `catch_unwind` is not modelled: let a thread panic, and look at what `join` gives.
pub mod panic {}

/// Includes a lesson's own file as a module in which `std` means the stand-in. A third argument can
/// give another package a stand-in.
///
/// ```text
/// common::explore!(unlocked, "../src/unlocked.rs");
/// common::explore!(bounded, "../src/bounded.rs", use common::interleave::crossbeam);
/// ```
///
/// The path counts from the file that says so. The lesson file must begin with `//` comments, not
/// with `//!`.
#[macro_export]
macro_rules! explore {
    ($name:ident, $file:literal $(, use $stand_in:path)?) => {
        mod $name {
            use $crate::interleave as std;
            #[allow(unused_imports, reason = "only a file that prints needs them")]
            use $crate::{
                explored_eprint as eprint, explored_eprintln as eprintln, explored_print as print,
                explored_println as println,
            };
            $(use $stand_in;)?
            include!($file);

            const _: () = $crate::interleave::source::must_stay_inside(include_str!($file));
        }
    };
}
