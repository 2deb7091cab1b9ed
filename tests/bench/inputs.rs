//! What the jobs read: archives made by a script, and generated queries.

use super::jobs::Archive;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the folder of an archive, made first when it is not there.
pub fn archive(folder: &Path, archive: &Archive, generator: Option<&Path>) -> anyhow::Result<PathBuf> {
    let path = folder.join(archive.name);
    if path.is_dir() {
        return Ok(path);
    }
    let generator =
        generator.with_context(|| format!("{} is not there: --generator makes it", path.display()))?;
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("{}.unfinished", archive.name));
    let made = Command::new("python3")
        .arg(generator)
        .args(archive.arguments)
        .arg("--out")
        .arg(&unfinished)
        .arg("--truth")
        .arg(folder.join(format!("{}.truth.json", archive.name)))
        .stdout(std::process::Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", generator.display()))?;
    anyhow::ensure!(made.success(), "{} ended with {made}", generator.display());
    fs::rename(&unfinished, &path)?;
    Ok(path)
}

/// Returns a folder of 500 queries: nine in ten want one event name, some of which occur, and one in ten wants none.
pub fn queries(folder: &Path) -> anyhow::Result<PathBuf> {
    const NAMES: [&str; 10] = [
        "ConsoleLogin",
        "CreateUser",
        "StopLogging",
        "AssumeRole",
        "PutBucketPolicy",
        "GetSecretValue",
        "DeleteTrail",
        "RunInstances",
        "CreateAccessKey",
        "GetParameter",
    ];
    let path = folder.join("queries-500");
    fs::create_dir_all(&path)?;
    for number in 0..500_usize {
        let pattern = if number % 10 == 9 {
            let kind =
                ["userIdentity\":{\"userName", "userIdentity\":{\"arn", "userAgent", "sourceIPAddress"]
                    [number / 10 % 4];
            let close = if kind.contains('{') { "}" } else { "" };
            format!(r#"{{"detail":{{"{kind}":["value-{number}"]{close}}}}}"#)
        } else {
            let name = NAMES.get(number / 45).filter(|_| number % 45 == 0);
            let name = name.map_or_else(|| format!("InventedCall{number}"), ToString::to_string);
            format!(r#"{{"detail":{{"eventName":["{name}"],"errorCode":[{{"exists":false}}]}}}}"#)
        };
        fs::write(path.join(format!("query-{number:03}.json")), pattern)?;
    }
    Ok(path)
}
