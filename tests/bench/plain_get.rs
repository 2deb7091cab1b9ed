//! The server's own limit: objects asked for one after the other on connections that stay open, and thrown away.

use anyhow::Context as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Asks for every path of a list (one a line, as they stand in a request) of a server that wants no signatures.
pub fn get_all(address: &str, list: &Path, connections: usize) -> anyhow::Result<()> {
    let list = std::fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    let paths: Vec<&str> = list.lines().collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(|| get(address, &paths, &next))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a thread of the loop panicked"))
    })
}

fn get(address: &str, paths: &[&str], next: &AtomicUsize) -> anyhow::Result<()> {
    let stream = TcpStream::connect(address).with_context(|| format!("cannot reach {address}"))?;
    stream.set_nodelay(true)?;
    let (mut writer, mut reader) = (stream.try_clone()?, BufReader::with_capacity(64 << 10, stream));
    let (mut line, mut body) = (String::new(), Vec::new());
    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
        writer.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())?;
        let mut length = None;
        let mut is_first = true;
        loop {
            line.clear();
            anyhow::ensure!(reader.read_line(&mut line)? > 0, "the server hung up");
            if is_first {
                anyhow::ensure!(line.starts_with("HTTP/1.1 200 "), "{path}: {}", line.trim_end());
            }
            is_first = false;
            if line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse::<u64>()?);
            }
        }
        body.clear();
        let length = length.with_context(|| format!("{path}: an answer without a length"))?;
        let came = reader.by_ref().take(length).read_to_end(&mut body)?;
        anyhow::ensure!(came as u64 == length, "{path}: {came} of {length} bytes came");
    }
    Ok(())
}
