//! A proxy that lets everything through and counts the requests.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// The end of a request's first line. A JSON body holds no line break that is not escaped.
const REQUEST: &[u8] = b" HTTP/1.1\r\n";

/// Listens until the process ends.
pub(crate) struct CountingProxy {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl CountingProxy {
    /// Listens on a free port, and connects to `service` for each connection.
    pub(crate) fn start(service: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a port");
        let requests = Arc::new(AtomicUsize::new(0));
        let (counter, service) = (Arc::clone(&requests), service.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&service).expect("the service");
                join(client, server, &counter).expect("sockets can be shared");
            }
        });
        Self { address, requests }
    }

    /// Where it listens, as in `127.0.0.1:40000`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many requests went through.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn join(client: TcpStream, server: TcpStream, counter: &Arc<AtomicUsize>) -> io::Result<()> {
    let (mut answers, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let counter = Arc::clone(counter);
    thread::spawn(move || {
        let _ = forward(client, server, &counter);
    });
    Ok(())
}

fn forward(mut client: TcpStream, mut server: TcpStream, counter: &AtomicUsize) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    // The last bytes of one read may be the first half of what is looked for.
    let mut seen = Vec::new();
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return server.shutdown(Shutdown::Write);
        }
        seen.extend_from_slice(&buffer[..length]);
        let found = seen.windows(REQUEST.len()).filter(|window| *window == REQUEST).count();
        counter.fetch_add(found, Ordering::SeqCst);
        seen.drain(..seen.len().saturating_sub(REQUEST.len() - 1));
        server.write_all(&buffer[..length])?;
    }
}
