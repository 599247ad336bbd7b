//! The machinery around the versions: one thread or process for each connection, and the end of all.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};
use common::say;

use crate::connection::{Connection, GRACE};
use crate::room::Room;
use crate::{PerConnection, Version};

/// So many clients are served at the same time.
const MAX_CLIENTS: usize = 256;

/// So long a client may be silent, or take no answers.
pub const IDLE: Duration = Duration::from_secs(300);

pub struct Server {
    version: Version,
    per_connection: PerConnection,
    room: Arc<Room>,
    /// Nothing when the server has stopped.
    clients: Mutex<Option<Clients>>,
}

/// What serves a client: a thread of the server, or a worker process for which a thread waits.
pub trait Serve: Send + Sync {
    /// Returns when the connection has ended.
    fn serve(&self);
    /// Asks it to tell the client that the server stops, and to end.
    fn stop(&self);
}

struct Clients {
    /// Each belongs to the thread that serves it.
    served: Vec<Weak<dyn Serve>>,
    /// Each of these threads has a copy of this end. The other one is disconnected with the last.
    alive: Sender<()>,
    all_ended: Receiver<()>,
}

/// Listens on this address: from here on, clients can connect. Returns it with the port it got.
pub fn listen(address: &str) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address);
    let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
    // The backlog. By std, it takes 128 clients, and the next one tries again after 1 s.
    socket2::SockRef::from(&listener).listen(4096)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

impl Server {
    pub fn new(version: Version, per_connection: PerConnection) -> Arc<Self> {
        let (alive, all_ended) = channel();
        let clients = Mutex::new(Some(Clients { served: Vec::new(), alive, all_ended }));
        Arc::new(Self { version, per_connection, room: Arc::default(), clients })
    }

    /// Serves until the program ends.
    pub fn run(&self, listener: &TcpListener) {
        for (client, stream) in (1..).zip(listener.incoming()) {
            let served = stream.map_err(Into::into).and_then(|stream| self.serve(client, stream));
            if let Err(fault) = served {
                say!("client {client} is not served: {fault:#}");
                thread::sleep(Duration::from_millis(20)); // a client that goes makes room
            }
        }
    }

    /// Starts what serves this client, if there is room for it.
    fn serve(&self, client: u32, mut stream: TcpStream) -> anyhow::Result<()> {
        let mut clients = self.clients.lock().unwrap();
        let Some(Clients { served, alive, .. }) = clients.as_mut() else {
            bail!("the server stops")
        };
        served.retain(|one| one.strong_count() > 0);
        if served.len() == MAX_CLIENTS {
            stream.write_all(b"server: closed: too many clients are connected\n")?;
            bail!("{MAX_CLIENTS} clients are connected");
        }
        let mut connection = Connection::new(self.version, client, stream, IDLE);
        connection.room = self.room.clone();
        let one: Arc<dyn Serve> = match self.per_connection {
            PerConnection::Thread => Arc::new(connection),
            #[cfg(unix)]
            PerConnection::Process => Arc::new(crate::process::start(connection)?),
        };
        served.push(Arc::downgrade(&one));
        let alive = alive.clone();
        thread::spawn(move || {
            one.serve();
            drop(alive);
        });
        Ok(())
    }

    /// Lets nobody in any more, and asks all connections to end: each client gets a last line. A
    /// client that takes nothing does not hold this up for long.
    pub fn stop(&self) {
        let clients = self.clients.lock().unwrap().take();
        let Some(Clients { served, alive, all_ended }) = clients else { return };
        served.iter().filter_map(Weak::upgrade).for_each(|one| one.stop());
        drop(alive);
        let _ = all_ended.recv_timeout(GRACE * 2);
    }
}
