//! How a process notices that the one that started it has ended.
//!
//! A worker keeps a connection to its parent, over which nothing is ever sent. However the parent
//! ends, the operating system closes the connection, and the worker ends as well. This works the
//! same way on every system, and nobody has to ask again and again whether the parent is still
//! alive. A pipe would do, too, but `std` lets a child inherit only its three standard streams, and
//! those belong to the lessons.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::{env, process, thread};

use anyhow::Context;

/// The environment variable that tells a process the address of its parent's lifeline. A process
/// without it outlives its parent.
pub const LIFELINE: &str = "LESSON_LIFELINE";

/// The other end of the lifelines of all processes that this one starts, to be handed on in
/// [`LIFELINE`]. There is none where this machine has not even a network of its own.
pub(crate) fn address() -> Option<SocketAddr> {
    static ADDRESS: OnceLock<Option<SocketAddr>> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let address = listener.local_addr().ok()?;
        start_thread(move || keep_open(&listener)).ok()?;
        Some(address)
    })
}

/// Keeps each connection open until the process at its other end has ended.
fn keep_open(listener: &TcpListener) {
    let is_open = |lifeline: &TcpStream| {
        lifeline.peek(&mut [0]).is_err_and(|fault| fault.kind() == ErrorKind::WouldBlock)
    };
    let mut lifelines = Vec::new();
    for lifeline in listener.incoming().flatten() {
        lifelines.retain(is_open);
        if lifeline.set_nonblocking(true).is_ok() {
            lifelines.push(lifeline);
        }
    }
}

/// From now on, this process ends when its parent ends, if the parent has told it where its lifeline
/// is.
pub(crate) fn end_with_parent() -> anyhow::Result<()> {
    let Ok(address) = env::var(LIFELINE) else { return Ok(()) };
    let mut lifeline = match TcpStream::connect(&address) {
        Err(fault) if fault.kind() == ErrorKind::ConnectionRefused => process::exit(1), // it has ended
        lifeline => lifeline.with_context(|| format!("cannot reach the parent at {address}"))?,
    };
    let wait = move || {
        while lifeline.read(&mut [0]).is_err_and(|fault| fault.kind() == ErrorKind::Interrupted) {}
        process::exit(1)
    };
    start_thread(wait).context("cannot start a thread")
}

fn start_thread(work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let small = thread::Builder::new().stack_size(64 * 1024); // it needs next to nothing
    small.spawn(work).map(drop)
}
