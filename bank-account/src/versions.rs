//! The versions of this lesson. Each of them is one file, which is included twice: for real threads,
//! with notes of what they do, and for threads that run in every interleaving.

use std::time::Duration;

use clap::ValueEnum;

use crate::watched::watched;

#[derive(Clone, Copy, ValueEnum)]
pub enum Version {
    /// Reads the balance, then writes it: deposits are lost (`unsafe` is another name for it)
    #[value(alias = "unsafe")]
    Unlocked,
    /// The same with a lock, held from the read to the write: nothing is lost
    Locked,
    /// The balance lives inside its lock: forgetting the lock is a compile error
    Owned,
    /// Reads, adds and writes in one atomic operation: nothing is lost, without a lock
    Atomic,
    /// Two opposite transfers, each of which acquires two locks: they can deadlock
    Crossed,
    /// The same with a lock order: no deadlock
    Ordered,
    /// Your turn: starts as a copy of `unlocked`, in src/yours.rs
    Yours,
    /// Your turn: starts as a copy of `crossed`, in src/yours_deadlock.rs
    YoursDeadlock,
}

/// What the threads of a version do.
pub enum Lesson {
    /// So many threads deposit so much each, with a pause. The value is the balance.
    Deposits(fn(u32, i64, Duration) -> i64),
    /// Two threads transfer so much there and so much back, with a pause. The value is what is in
    /// both accounts.
    Transfers(fn(i64, i64, Duration) -> String),
}

macro_rules! lessons {
    ($($version:ident: $lesson:ident in $module:ident, $file:literal;)*) => {
        // In these modules, `std` means the stand-in.
        $(common::explore!($module, $file);)*

        impl Version {
            /// For real threads.
            pub fn real(self) -> Lesson {
                match self {
                    $(Self::$version => {
                        watched!($module, $file);
                        Lesson::$lesson($module::run)
                    })*
                }
            }

            /// For threads in every interleaving.
            pub fn explored(self) -> Lesson {
                match self {
                    $(Self::$version => Lesson::$lesson($module::run),)*
                }
            }
        }
    };
}

lessons! {
    Unlocked: Deposits in unlocked, "unlocked.rs";
    Locked: Deposits in locked, "locked.rs";
    Owned: Deposits in owned, "owned.rs";
    Atomic: Deposits in atomic, "atomic.rs";
    Crossed: Transfers in crossed, "crossed.rs";
    Ordered: Transfers in ordered, "ordered.rs";
    Yours: Deposits in yours, "yours.rs";
    YoursDeadlock: Transfers in yours_deadlock, "yours_deadlock.rs";
}

impl Version {
    /// Is it a file of the student's own?
    pub fn is_yours(self) -> bool {
        matches!(self, Self::Yours | Self::YoursDeadlock)
    }
}
