//! Where the result goes: stdout, or a file that appears only when it is complete.

use super::interrupt::Interrupt;
use anyhow::Context as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The argument that stands for stdout.
const STDOUT: &str = "-";

/// An output that is written in one go.
pub struct Output {
    /// What messages call it.
    name: String,
    sink: Sink,
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    /// A file beside its final name.
    Temporary {
        file: BufWriter<NamedTempFile>,
        path: PathBuf,
    },
    /// A device or a pipe: there is nothing to be replaced.
    Special(BufWriter<File>),
}

impl Output {
    /// Opens stdout, or a temporary file beside `path`: when that fails nothing has been read yet.
    pub fn open(path: Option<&Path>, interrupt: &Interrupt) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != STDOUT) else {
            let sink = Sink::Stdout(BufWriter::new(io::stdout()));
            return Ok(Self { name: "standard output".to_owned(), sink });
        };
        let name = format!("`{}`", path.display());
        let sink = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => anyhow::bail!("cannot write {name}: it is a directory"),
            Ok(metadata) if !metadata.is_file() => {
                let file = OpenOptions::new().write(true).open(path);
                Sink::Special(BufWriter::new(file.with_context(|| format!("cannot write {name}"))?))
            }
            // A link stays, what it leads to is replaced.
            Ok(_) => open_beside(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), interrupt)?,
            Err(_) => open_beside(path, interrupt)?,
        };
        Ok(Self { name, sink })
    }

    /// Tells whether it is stdout.
    pub fn is_stdout(&self) -> bool {
        matches!(self.sink, Sink::Stdout(_))
    }

    /// Tells whether it is a file that appears only when it is finished.
    pub fn is_replacing(&self) -> bool {
        matches!(self.sink, Sink::Temporary { .. })
    }

    /// Returns what messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says which output could not be written.
    pub fn blame(&self) -> String {
        format!("cannot write {}", self.name)
    }

    /// Gives the file its name.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.flush().with_context(|| self.blame())?;
        let blame = self.blame();
        if let Sink::Temporary { file, path } = self.sink {
            let temporary = file.into_inner().with_context(|| blame.clone())?;
            temporary.as_file().sync_all().with_context(|| blame.clone())?;
            temporary.persist(&path).map_err(|error| error.error).context(blame)?;
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(stdout) => stdout.write(bytes),
            Sink::Temporary { file, .. } => file.write(bytes),
            Sink::Special(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::Temporary { file, .. } => file.flush(),
            Sink::Special(file) => file.flush(),
        }
    }
}

/// Returns the file that a path leads to, as far as it exists already: for telling whether two are the same.
pub fn place(path: &Path) -> Option<PathBuf> {
    if let Ok(place) = fs::canonicalize(path) {
        return Some(place);
    }
    Some(fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?))
}

fn open_beside(path: &Path, interrupt: &Interrupt) -> anyhow::Result<Sink> {
    let folder = folder_of(path);
    let name = path.display();
    anyhow::ensure!(folder.is_dir(), "cannot write `{name}`: there is no directory `{}`", folder.display());
    let temporary = tempfile::Builder::new()
        .prefix(".backtrail-")
        .permissions(permissions())
        .tempfile_in(folder)
        .map_err(|error| anyhow::anyhow!("cannot write `{name}`: {}", plain(&error)))?;
    interrupt.remember(temporary.path().to_owned());
    Ok(Sink::Temporary { file: BufWriter::new(temporary), path: path.to_owned() })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The usual permissions of a new file, less the process's mask; temporary files are private otherwise.
fn permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o666)
}

/// Returns the system's reason without the random name of the temporary file.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" at path ").next().unwrap_or(&text).to_owned()
}
