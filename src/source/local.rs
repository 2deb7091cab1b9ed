//! An archive in the file system: a folder of log files, or a single one.

use super::known::Known;
use super::plan::{Plan, Verdict, Visit};
use super::stream::Stream;
use super::{Error, Item, LogFile, LogKey, ReadFault, Scope, Sink, Skip, Source, key};
use std::borrow::Cow;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

/// A folder of log files, or a single one.
#[derive(Debug)]
pub(super) struct Local {
    name: String,
    root: PathBuf,
    /// What keys begin with: the part of the root's own path from `AWSLogs` on.
    base: String,
    is_folder: bool,
    /// Most bytes that are taken of a pipe: its size says nothing.
    cap: u64,
}

impl Local {
    /// Looks whether the path exists and what it is.
    pub fn open(name: &str, cap: u64) -> Result<Self, Error> {
        let root = PathBuf::from(name);
        let cannot_open = |source| Error::Open { archive: name.to_owned(), source };
        let is_folder = fs::metadata(&root).map_err(cannot_open)?.is_dir();
        let folder = if is_folder { Some(root.as_path()) } else { root.parent() };
        let base = folder.map(inherited).unwrap_or_default();
        Ok(Self { name: name.to_owned(), root, base, is_folder, cap })
    }

    /// A file that somebody names is fed whatever its name or place says.
    fn feed_file(&self, sink: &mut dyn Sink) -> Result<(), Error> {
        let cannot_open = |source| Error::Open { archive: self.name.clone(), source };
        let metadata = fs::metadata(&self.root).map_err(cannot_open)?;
        let name = self.root.file_name().unwrap_or(self.root.as_os_str()).to_string_lossy();
        let (key, path) = (LogKey::parse(format!("{}{name}", self.base)), self.root.clone());
        if !metadata.is_file() {
            let stream = Stream { archive: self.name.clone(), key, cap: self.cap };
            return stream.feed(|| fs::File::open(path), sink);
        }
        let size = metadata.len();
        sink.announce(1, size);
        match sink.offer(Item::LogFile(LogFile::at(key, size, path))) {
            ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
        }
    }

    /// Walks through the folder; `known` holds what another walk has found ahead.
    fn feed_folder(
        &self,
        scope: &Scope,
        is_whole: bool,
        known: Option<&Known>,
        sink: &mut dyn Sink,
    ) -> Result<ControlFlow<()>, Error> {
        let mut walk = Walk { plan: Plan::new(scope), stack: Vec::new() };
        let root = walk.open(&self.base, &self.root, is_whole);
        root.map_err(|source| Error::Open { archive: self.name.clone(), source })?;
        while let Some(item) = walk.next() {
            match (known, &item) {
                (Some(known), _) => known.tell(sink),
                (None, Item::LogFile(file)) => sink.announce(1, file.size),
                (None, _) => {}
            }
            if sink.offer(item).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Walks through the folder while another thread walks ahead.
    fn feed_behind_scout(&self, scope: &Scope, is_whole: bool, sink: &mut dyn Sink) -> Result<(), Error> {
        let known = Known::default();
        std::thread::scope(|threads| {
            let scouting = threads.spawn(|| self.scout(scope, is_whole, &known));
            let fed = self.feed_folder(scope, is_whole, Some(&known), sink);
            if matches!(fed, Ok(ControlFlow::Continue(()))) {
                // It has less to do for each file, so it is hardly ever behind.
                if let Err(panic) = scouting.join() {
                    std::panic::resume_unwind(panic);
                }
                known.tell(sink);
            }
            known.dismiss();
            fed.map(drop)
        })
    }

    /// Walks ahead and counts: the walk that feeds waits for whoever reads, and would know what is left only at its end.
    /// Folders that cannot be read are told by that one.
    fn scout(&self, scope: &Scope, is_whole: bool, known: &Known) {
        let mut walk = Walk { plan: Plan::new(scope), stack: Vec::new() };
        if walk.open(&self.base, &self.root, is_whole).is_err() {
            return;
        }
        while let Some(item) = walk.next() {
            if let Item::LogFile(file) = item {
                known.add(1, file.size);
            }
            if !known.is_wanted() {
                return;
            }
        }
        known.complete();
    }
}

impl Source for Local {
    fn check(&self, scope: &Scope, _sink: &dyn Sink) -> Result<(), Error> {
        if !self.is_folder || matches!(Plan::new(scope).visit(&self.base), Visit::Prune | Visit::Skip(_)) {
            return Ok(());
        }
        let opened = fs::read_dir(&self.root).map(drop);
        opened.map_err(|source| Error::Open { archive: self.name.clone(), source })
    }

    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        if !self.is_folder {
            return self.feed_file(sink);
        }
        let is_whole = match Plan::new(scope).visit(&self.base) {
            Visit::Enter => false,
            Visit::Whole => true,
            Visit::Prune => return Ok(()),
            Visit::Skip(reason) => {
                let item = Item::Skipped { key: LogKey::parse(&self.base), reason };
                return match sink.offer(item) {
                    ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
                };
            }
        };
        if !sink.is_watched() {
            return self.feed_folder(scope, is_whole, None, sink).map(drop);
        }
        self.feed_behind_scout(scope, is_whole, sink)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// A walk through a tree in the byte order of keys. It holds the entries of the folders it stands in, never a whole
/// tree.
struct Walk {
    plan: Plan,
    stack: Vec<Frame>,
}

/// A folder that is being walked.
struct Frame {
    path: PathBuf,
    is_whole: bool,
    entries: std::vec::IntoIter<Entry>,
}

struct Entry {
    key: String,
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Folder {
        is_link: bool,
    },
    LogFile {
        log_key: LogKey,
        size: u64,
    },
    /// Out of the scope, and worth a word …
    Skipped(Skip),
    /// … or not.
    Pruned,
    /// A device, a pipe, a socket.
    Special,
    Fault(io::Error),
}

impl Walk {
    /// Steps into a folder.
    fn open(&mut self, folder: &str, path: &Path, is_whole: bool) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            entries.push(match entry {
                Ok(entry) => self.look_at(folder, &entry),
                Err(error) => Entry { key: folder.into(), path: path.into(), kind: Kind::Fault(error) },
            });
        }
        entries.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        self.stack.push(Frame { path: path.into(), is_whole, entries: entries.into_iter() });
        Ok(())
    }

    /// Says what an entry of a folder is. The key of a folder ends in `/`, so that entries sort as S3 sorts keys.
    fn look_at(&self, folder: &str, entry: &fs::DirEntry) -> Entry {
        let name = entry.file_name();
        let name = name.to_str().map_or_else(|| name.to_string_lossy(), Cow::Borrowed);
        let mut key = [folder, &name].concat();
        let path = entry.path();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let metadata = if is_link { fs::metadata(&path) } else { entry.metadata() };
        let kind = match metadata {
            Err(error) => Kind::Fault(error),
            Ok(metadata) if metadata.is_dir() => {
                key.push('/');
                Kind::Folder { is_link }
            }
            Ok(metadata) if metadata.is_file() => {
                let (log_key, size) = (LogKey::parse(&key), metadata.len());
                match self.plan.judge(&log_key, size) {
                    Verdict::Read => Kind::LogFile { log_key, size },
                    Verdict::Skip(reason) => Kind::Skipped(reason),
                    Verdict::Prune => Kind::Pruned,
                }
            }
            Ok(_) => Kind::Special,
        };
        Entry { key, path, kind }
    }

    /// Goes on to the next thing worth telling.
    fn next(&mut self) -> Option<Item> {
        loop {
            let frame = self.stack.last_mut()?;
            let Some(Entry { key, path, kind }) = frame.entries.next() else {
                self.stack.pop();
                continue;
            };
            let is_whole = frame.is_whole;
            let item = match kind {
                // all that lies in a folder the walk stands in is fed already
                Kind::Folder { is_link: true } if self.is_inside(&path) => None,
                Kind::Folder { .. } => self.enter(key, &path, is_whole),
                Kind::LogFile { log_key, size } => Some(Item::LogFile(LogFile::at(log_key, size, path))),
                Kind::Skipped(reason) => Some(skipped(key, reason)),
                Kind::Pruned => None,
                Kind::Special => Some(skipped(key, Skip::OtherName)),
                Kind::Fault(error) => Some(unreadable(key, &error)),
            };
            if item.is_some() {
                return item;
            }
        }
    }

    /// Steps into a folder below, or says why not.
    fn enter(&mut self, key: String, path: &Path, mut is_whole: bool) -> Option<Item> {
        if !is_whole {
            match self.plan.visit(&key) {
                Visit::Enter => {}
                Visit::Whole => is_whole = true,
                Visit::Skip(reason) => return Some(skipped(key, reason)),
                Visit::Prune => return None,
            }
        }
        self.open(&key, path, is_whole).err().map(|error| unreadable(key, &error))
    }

    /// Says whether a link leads back to a folder that the walk stands in.
    fn is_inside(&self, link: &Path) -> bool {
        let is_same = |path: &Path| matches!((fs::canonicalize(path), fs::canonicalize(link)), (Ok(a), Ok(b)) if a == b);
        self.stack.iter().any(|frame| is_same(&frame.path))
    }
}

fn skipped(key: String, reason: Skip) -> Item {
    Item::Skipped { key: LogKey::parse(key), reason }
}

fn unreadable(key: String, error: &io::Error) -> Item {
    Item::Fault { key: LogKey::parse(key), fault: ReadFault::Unreadable { reason: error.to_string() } }
}

/// Returns what the keys of a folder begin with. The path as it was written speaks first, so that a link called
/// `AWSLogs` works; then the place it leads to, so that `.` inside a tree works.
fn inherited(folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let written =
        if folder.components().any(|part| part == Component::ParentDir) { None } else { Some(names(folder)) };
    let base = written.map(|names| key::inherited(&names)).unwrap_or_default();
    if !base.is_empty() {
        return base;
    }
    // a folder that cannot be resolved is named when it is read
    fs::canonicalize(folder).map(|path| key::inherited(&names(&path))).unwrap_or_default()
}

/// Joins the names in a path with `/`, whatever the system's own separator.
fn names(path: &Path) -> String {
    let names: Vec<_> = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    names.iter().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
