//! A real S3 server on loopback that wants no signatures: SeaweedFS, with archives in it.

use super::measure::run;
use anyhow::Context as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Where it listens.
pub const ADDRESS: &str = "127.0.0.1:8333";

/// The bucket.
pub const BUCKET: &str = "trails";

/// Where files are put straight into buckets.
const FILER: &str = "http://127.0.0.1:8888/buckets";

/// A running server; it stops when it is dropped.
pub struct Server {
    child: Child,
    program: PathBuf,
    /// What it keeps, and which archives are in it.
    folder: PathBuf,
}

impl Server {
    /// Starts the server and waits until it can be used.
    pub fn start(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(TcpStream::connect(ADDRESS).is_err(), "something else listens at {ADDRESS}");
        fs::create_dir_all(folder)?;
        let mut command = Command::new(program);
        command.args(["server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-s3.port=8333"]);
        command.args(["-volume.max=2000", "-master.volumeSizeLimitMB=64", "-master.telemetry=false"]);
        command.args(["-volume.preStopSeconds=1", &format!("-dir={}", folder.display())]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.with_context(|| format!("cannot run `{}`", program.display()))?;
        let server = Self { child, program: program.to_owned(), folder: folder.to_owned() };
        for _ in 0..120 {
            std::thread::sleep(Duration::from_millis(500));
            // It answers before it can be used.
            if make_bucket().is_ok_and(|status| status.contains(" 200 ") || status.contains(" 409 ")) {
                return Ok(server);
            }
        }
        anyhow::bail!("the S3 server does not come up")
    }

    /// Puts an archive below a prefix, unless it is there from an earlier run.
    pub fn upload(&self, archive: &Path, prefix: &str) -> anyhow::Result<()> {
        let mark = self.folder.join(format!("uploaded-{prefix}"));
        if mark.exists() {
            return Ok(());
        }
        let mut command = Command::new(&self.program);
        command.current_dir(archive).args(["filer.copy", "-c", "16", "AWSLogs"]);
        run(command.arg(format!("{FILER}/{BUCKET}/{prefix}/")).stdout(Stdio::null()))?;
        fs::write(mark, "")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to end it writes down what it holds, so that another run finds it.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..120 {
            if asked.is_err() || !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        // One that is gone already needs no end.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Returns the first line of the answer.
fn make_bucket() -> std::io::Result<String> {
    let mut stream = TcpStream::connect(ADDRESS)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request = format!(
        "PUT /{BUCKET} HTTP/1.1\r\nHost: {ADDRESS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
