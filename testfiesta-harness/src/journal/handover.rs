//! What a test process under `cargo testfiesta` has no room for on disk, it says to that, which delivers it all the same.
//!
//! A line that names the journal, and then the journal's lines. Only who was told the key may say anything.

use std::{
    env,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

/// Where `cargo testfiesta` takes over what its test processes cannot write: an address, a space, and a key.
pub const HANDOVER: &str = "TESTFIESTA_HANDOVER";

/// How long a call over loopback may take, where something holds it up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls whoever takes over the lines of this journal, if anybody does.
pub(super) fn call(journal: &Path) -> io::Result<TcpStream> {
    let place = env::var(HANDOVER).map_err(io::Error::other)?;
    let name = journal.file_name().unwrap_or_default().to_string_lossy();
    call_at(&place, &name)
}

fn call_at(place: &str, journal: &str) -> io::Result<TcpStream> {
    let (address, key) = place.split_once(' ').ok_or(io::ErrorKind::InvalidInput)?;
    let address: SocketAddr = address.parse().map_err(io::Error::other)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // Nagle's algorithm would hold back the line of a test until the one before it has arrived.
    stream.set_nodelay(true)?;
    stream.write_all(format!("{key} {journal}\n").as_bytes())?;
    Ok(stream)
}

/// Waits until everything that was said has been taken over.
pub(super) fn finish(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    // Who listens says nothing, and hangs up once there is nothing more to hear.
    stream.read(&mut [0]).map(drop)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn who_calls_shows_the_key_and_names_the_journal() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let place = format!("{} secret", listener.local_addr().expect("an address"));
        let mut stream = call_at(&place, "1-2.jsonl").expect("a call");
        stream.write_all(b"{}\n").expect("said");
        let listening = thread::spawn(move || {
            let mut said = String::new();
            listener.accept().expect("a caller").0.read_to_string(&mut said).map(|_| said)
        });
        finish(&stream).expect("heard");
        assert_eq!(listening.join().expect("an end").expect("text"), "secret 1-2.jsonl\n{}\n");
    }
}
