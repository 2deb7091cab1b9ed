//! From archive arguments and S3 options to sources.

use super::args::S3;
use super::exit::OrBadArguments as _;
use super::exit::say;
use anyhow::Context as _;
use backtrail::lake::Lake;
use backtrail::source::{self, ObjectList, Options, S3Options, Source};
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

/// The argument that stands for standard input.
const STDIN: &str = "-";

/// Opens the archives; what cannot be found is said before anything is read.
pub fn open(archives: &[String], s3: &S3, max_object_size: u64) -> anyhow::Result<Vec<Box<dyn Source>>> {
    open_with(archives, s3, max_object_size, false)
}

/// Opens them so that all that can be checked of an object is checked.
pub fn open_verifying(
    archives: &[String],
    s3: &S3,
    max_object_size: u64,
) -> anyhow::Result<Vec<Box<dyn Source>>> {
    open_with(archives, s3, max_object_size, true)
}

fn open_with(
    archives: &[String],
    s3: &S3,
    max_object_size: u64,
    is_verifying: bool,
) -> anyhow::Result<Vec<Box<dyn Source>>> {
    check(archives, s3).or_bad_arguments()?;
    let objects = s3.objects.as_deref().map(read_list).transpose()?;
    let archives = match &objects {
        Some(list) if archives.is_empty() => list.archives(),
        _ => archives,
    };
    let options = Options {
        max_object_size,
        s3: S3Options {
            profile: s3.profile.clone(),
            endpoint_url: s3.endpoint_url.clone(),
            no_sign_request: s3.no_sign_request,
            request_payer: s3.request_payer.is_some(),
            force_path_style: s3.path_style,
            region: s3.bucket_region.clone(),
            is_verifying,
            ..S3Options::default()
        },
        objects: objects.clone(),
    };
    let sources: anyhow::Result<Vec<_>> =
        archives.iter().map(|archive| open_one(archive, &options).or_bad_arguments()).collect();
    let sources = sources?;
    if archives.iter().any(|archive| archive == STDIN) && std::io::stdin().is_terminal() {
        say("note: reading a log file from standard input, which is this terminal (Ctrl-D ends it)");
    }
    Ok(sources)
}

fn open_one(archive: &String, options: &Options) -> anyhow::Result<Box<dyn Source>> {
    if Lake::is_at(Path::new(archive)) {
        return Ok(Box::new(Lake::open(archive)?));
    }
    Ok(source::open(std::slice::from_ref(archive), options)?.remove(0))
}

/// Reads a list of objects, which is put into a file first when it comes from standard input.
fn read_list(path: &Path) -> anyhow::Result<Arc<ObjectList>> {
    if path.as_os_str() != STDIN {
        return Ok(Arc::new(ObjectList::open(path).or_bad_arguments()?));
    }
    let mut file = tempfile::NamedTempFile::new().context("cannot keep the list of objects")?;
    io::copy(&mut io::stdin().lock(), &mut file).context("cannot read the list of objects")?;
    Ok(Arc::new(ObjectList::open(file.path()).or_bad_arguments()?))
}

/// Refuses what no source can make sense of.
fn check(archives: &[String], s3: &S3) -> anyhow::Result<()> {
    let inputs = archives.iter().filter(|archive| *archive == STDIN).count();
    let is_list = s3.objects.as_deref().is_some_and(|path| path.as_os_str() == STDIN);
    anyhow::ensure!(
        inputs == 0 || !is_list,
        "`-` is an archive and the list of objects, but standard input can be read only once"
    );
    anyhow::ensure!(inputs < 2, "`-` is given {inputs} times, but standard input can be read only once");
    if let Some(url) = &s3.endpoint_url {
        let is_url = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
        anyhow::ensure!(
            is_url,
            "`--endpoint-url {url}` is no address: give `https://host` or `http://host:port`"
        );
    }
    let bucket = archives.iter().find(|archive| archive.starts_with("arn:aws") && archive.contains(":s3:::"));
    if let Some(arn) = bucket {
        let path = arn.split(":::").nth(1).unwrap_or_default();
        anyhow::bail!("`{arn}` is an ARN: write `s3://{path}`");
    }
    Ok(())
}
