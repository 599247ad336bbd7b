//! What all lessons share: the clock, lines on the screen, worker processes, and the proof over
//! every interleaving.

#![warn(missing_docs)]

pub mod check;
pub mod cli;
pub mod clock;
pub mod interleave;
mod lesson;
pub mod lifeline;
pub mod picture;
pub mod pid;
pub mod record;
pub mod say;
pub mod worker;

pub use cli::whole_number;
pub use clock::{readable, timed};
pub use lesson::lesson;
pub use record::record;
pub use worker::{Worker, as_worker, worker};
