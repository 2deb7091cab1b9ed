//! Writes the trail to a directory, and compares a directory with it.

use super::delivery::{ORGANISATION, Object};
use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// Replaces the organisation's trail below `directory` with `objects`.
///
/// # Errors
/// Returns the first thing that could not be removed, made or written.
pub fn write(directory: &Path, objects: &[Object]) -> io::Result<()> {
    let root = directory.join("AWSLogs").join(ORGANISATION);
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    for object in objects {
        let path = directory.join(&object.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        // No time and no name in the header: the same text gives the same bytes.
        let mut file = GzBuilder::new().mtime(0).write(File::create(path)?, Compression::best());
        file.write_all(object.text.as_bytes())?;
        file.finish()?;
    }
    Ok(())
}

/// Returns what differs between `objects` and the trail below `directory`, once unpacked. Nothing differs: empty.
///
/// # Errors
/// Returns the first directory that could not be listed.
pub fn differences(directory: &Path, objects: &[Object]) -> io::Result<Vec<String>> {
    let mut found = BTreeSet::new();
    list(directory, &directory.join("AWSLogs"), &mut found)?;
    let mut differences = Vec::new();
    for object in objects {
        if !found.remove(&object.path) {
            differences.push(format!("`{}` is missing", object.path));
            continue;
        }
        match unpacked(&directory.join(&object.path)) {
            Ok(text) if text == object.text => {}
            Ok(_) => differences.push(format!("`{}` has other contents", object.path)),
            Err(error) => differences.push(format!("`{}` cannot be read: {error}", object.path)),
        }
    }
    differences.extend(found.into_iter().map(|path| format!("`{path}` is not part of the trail")));
    Ok(differences)
}

fn list(root: &Path, directory: &Path, found: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, found)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            found.insert(parts.join("/"));
        }
    }
    Ok(())
}

fn unpacked(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    MultiGzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
    Ok(text)
}
