//! The machinery around the versions: who may connect, one thread or process for each, and the end.

use std::collections::HashMap;
use std::io::{self, PipeReader, PipeWriter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use common::say;

use crate::connection::{Connection, GRACE};
use crate::room::Room;
use crate::{PerConnection, Version};

/// So many clients at once are told that the server is full. One more is closed without a word.
const TOLD: usize = 32;

/// What a server is asked to do.
#[derive(Clone, Copy)]
pub struct Options {
    pub version: Version,
    pub per_connection: PerConnection,
    pub max_clients: usize,
    pub idle: Duration,
    pub quiet: bool,
}

pub struct Server {
    options: Options,
    address: SocketAddr,
    room: Room,
    clients: Mutex<Clients>,
    stopping: AtomicBool,
    /// Each worker process has a copy of this end. It ends when the other one is dropped.
    until_stop: PipeReader,
    stop_workers: Mutex<Option<PipeWriter>>,
}

#[derive(Default)]
struct Clients {
    /// With the socket of each that a thread serves. Only its worker has the socket of another one.
    served: HashMap<u32, Option<Arc<TcpStream>>>,
    told: usize,
}

#[derive(Clone, Copy)]
enum Place {
    Served,
    Told,
}

impl Server {
    /// Listens on this address: from here on, clients can connect.
    pub fn listen(address: &str, options: Options) -> anyhow::Result<(Self, TcpListener)> {
        let listener = TcpListener::bind(address);
        let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
        // By std, 128 clients can wait to be accepted. The next one tries again after 1 s.
        socket2::SockRef::from(&listener).listen(4096)?;
        let (until_stop, stop_workers) = io::pipe()?;
        let server = Self {
            options,
            address: listener.local_addr()?,
            room: Room::default(),
            clients: Mutex::default(),
            stopping: AtomicBool::new(false),
            until_stop,
            stop_workers: Mutex::new(Some(stop_workers)),
        };
        Ok((server, listener))
    }

    /// The address, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is stopped and all connections have ended.
    pub fn run(&self, listener: TcpListener) {
        thread::scope(|scope| {
            for client in 1.. {
                let Some(stream) = self.accept(&listener) else { break };
                let Options { idle, quiet, .. } = self.options;
                let connection = Connection { client, stream: Arc::new(stream), idle, quiet };
                let Some(place) = self.enter(&connection) else { continue };
                if let Place::Served = place {
                    say!("{connection} connects");
                }
                let work = move || {
                    match place {
                        Place::Served => self.serve(connection),
                        Place::Told => connection.end_with(&self.full()),
                    }
                    self.leave(client, place);
                };
                // A thread for each connection, also to wait for the end of its process.
                if let Err(fault) = thread::Builder::new().spawn_scoped(scope, work) {
                    say!("client {client}: cannot start a thread: {fault}");
                    self.leave(client, place);
                }
            }
            drop(listener); // the port is free for the next server
        });
    }

    /// The next connection, unless the server stops.
    fn accept(&self, listener: &TcpListener) -> Option<TcpStream> {
        let mut said = false;
        loop {
            let accepted = listener.accept();
            if self.stopping.load(SeqCst) {
                return None;
            }
            match accepted {
                Ok((stream, _)) => return Some(stream),
                // Too many open files, for instance. That passes when a client goes.
                Err(fault) if !said => say!("cannot accept a connection: {fault}"),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
            said = true;
        }
    }

    /// Notes a new client, if there is a place for it.
    fn enter(&self, connection: &Connection) -> Option<Place> {
        let mut clients = self.clients.lock().unwrap();
        if clients.served.len() < self.options.max_clients {
            let by_thread = self.options.per_connection == PerConnection::Thread;
            let stream = by_thread.then(|| connection.stream.clone());
            clients.served.insert(connection.client, stream);
            return Some(Place::Served);
        }
        clients.told += 1;
        if clients.told <= TOLD {
            return Some(Place::Told);
        }
        clients.told -= 1;
        None
    }

    fn leave(&self, client: u32, place: Place) {
        let mut clients = self.clients.lock().unwrap();
        match place {
            Place::Served => drop(clients.served.remove(&client)),
            Place::Told => clients.told -= 1,
        }
    }

    fn full(&self) -> String {
        format!("closed: full, {} clients are connected", self.options.max_clients)
    }

    fn serve(&self, connection: Connection) {
        let Options { version, per_connection, .. } = self.options;
        match per_connection {
            PerConnection::Thread => connection.serve(version, &self.room, &self.stopping),
            #[cfg(unix)]
            PerConnection::Process => {
                let client = connection.client;
                let until_stop = self.until_stop.try_clone().context("cannot copy a pipe");
                let run = |pipe| crate::process::run(connection, version, pipe);
                if let Err(fault) = until_stop.and_then(run) {
                    say!("client {client}: {fault:#}");
                }
            }
        }
    }

    /// Lets no one in any more, and ends all connections: each client gets a last line. Who takes
    /// nothing has no time for that.
    pub fn stop(&self) {
        self.stopping.store(true, SeqCst);
        drop(self.stop_workers.lock().unwrap().take());
        self.shut_down(Shutdown::Read); // a thread that waits for its client reads an end
        let _ = TcpStream::connect_timeout(&self.own_address(), GRACE); // `accept` returns
        self.shut_down(Shutdown::Read); // for who came in just before
    }

    /// Ends the connections that are still there: their threads wait for clients that never read.
    pub fn cut_off(&self) {
        self.shut_down(Shutdown::Both);
    }

    fn shut_down(&self, how: Shutdown) {
        for stream in self.clients.lock().unwrap().served.values().flatten() {
            let _ = stream.shutdown(how); // it may have ended by now
        }
    }

    /// The address at which this machine reaches the server.
    fn own_address(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }
}
