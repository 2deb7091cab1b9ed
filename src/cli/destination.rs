//! Where reports go: stdout, a file, or a folder with a file for every table.

use super::ends;
use super::exit::{OrBadArguments as _, say};
use super::interrupt::Interrupt;
use super::output::{Output, plain};
use anyhow::Context as _;
use backtrail::render::{self, DocumentFormat, DocumentOptions};
use backtrail::replay::Stopped;
use backtrail::report::Document;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the reports of one run go.
pub enum Destination {
    /// All in one.
    One(Output),
    /// A file for every table, and the coverage.
    Folder(PathBuf),
}

impl Destination {
    /// Opens it; what cannot be written is found before anything is read.
    pub fn open(path: Option<&Path>, interrupt: &Interrupt) -> anyhow::Result<Self> {
        match path {
            Some(folder) if is_folder(folder) => {
                check_folder(folder).or_bad_arguments()?;
                Ok(Self::Folder(folder.to_owned()))
            }
            path => Ok(Self::One(Output::open(path, interrupt).or_bad_arguments()?)),
        }
    }

    /// Tells whether it is stdout.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Self::One(output) if output.is_stdout())
    }

    /// Tells whether it is a folder.
    pub fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    /// Writes the reports.
    pub fn write(
        self,
        document: &Document,
        format: DocumentFormat,
        options: &DocumentOptions,
        interrupt: &Interrupt,
    ) -> anyhow::Result<()> {
        let folder = match self {
            Self::One(mut output) => {
                let written = render::write_document(document, format, options, &mut output);
                ends::close(output, written, &document.coverage)?;
                return Ok(());
            }
            Self::Folder(folder) => folder,
        };
        if document.coverage.stopped == Some(Stopped::Interrupted) {
            let name = folder.display();
            say(&format!("note: nothing is written to `{name}`: it would look like the whole result"));
            return Ok(());
        }
        if !folder.is_dir() {
            fs::create_dir(&folder)
                .with_context(|| format!("cannot make the directory `{}`", folder.display()))?;
        }
        for file in render::document_files(document, format)? {
            let mut output = Output::open(Some(&folder.join(&file.name)), interrupt)?;
            file.write(options, &mut output).with_context(|| output.blame())?;
            output.finish()?;
        }
        ends::write_coverage(
            &document.coverage,
            Output::open(Some(&folder.join("coverage.json")), interrupt)?,
        )
    }
}

/// Tells whether a path means a folder: it is one, or its name says so.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// Makes sure that files can be written in the folder, or beside it when it is still to be made.
fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let name = folder.display();
    // Without the slash at its end, so that a file of that name is found.
    let is_taken = folder.components().as_path().symlink_metadata().is_ok();
    anyhow::ensure!(folder.is_dir() || !is_taken, "cannot write `{name}`: it is no directory");
    let place = match folder.parent() {
        _ if folder.is_dir() => folder,
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    anyhow::ensure!(place.is_dir(), "cannot write `{name}`: there is no directory `{}`", place.display());
    tempfile::tempfile_in(place)
        .map_err(|error| anyhow::anyhow!("cannot write `{name}`: {}", plain(&error)))?;
    Ok(())
}
