//! The stand-in for `std` is checked against counts that can be worked out by hand, against an
//! enumerator that knows nothing of it, and against itself without its cache.

mod agree;
mod channels;
mod counts;
mod oracle;
mod playing;
mod processes;
mod programs;
mod sound;
mod source;
mod stand_ins;
