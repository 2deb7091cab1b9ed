//! What the jobs read: archives made by a script or packed from another, and generated queries.

use super::pack::pack;
use super::sigma;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An archive, by what makes it.
#[derive(Debug)]
pub struct Archive {
    pub name: &'static str,
    made: Made,
}

#[derive(Debug)]
enum Made {
    /// By the script, with these arguments.
    ByScript(&'static [&'static str]),
    /// By packing the records of [`LARGE`] into so many log files, each far larger than those of a trail.
    Packed { log_files: usize },
}

pub static LARGE: Archive = Archive { name: "large", made: Made::ByScript(&["--events", "500000"]) };
/// The cap on objects is what makes them tiny: 99,883 of them, none of more than 6 records.
pub static TINY: Archive =
    Archive { name: "tiny", made: Made::ByScript(&["--events", "480000", "--max-object-mb", "0.008"]) };
/// As many again, and others.
pub static TINY_TOO: Archive = Archive {
    name: "tiny-too",
    made: Made::ByScript(&["--events", "480000", "--max-object-mb", "0.008", "--seed", "7"]),
};
pub static ONE_GIGABYTE: Archive =
    Archive { name: "1-gb", made: Made::ByScript(&["--events", "700000", "--seed", "2"]) };
pub static TEN_GIGABYTES: Archive =
    Archive { name: "10-gb", made: Made::ByScript(&["--events", "7000000", "--seed", "3"]) };
pub static ONE_FILE: Archive = Archive { name: "one-file", made: Made::Packed { log_files: 1 } };
pub static THREE_FILES: Archive = Archive { name: "three-files", made: Made::Packed { log_files: 3 } };

impl super::Inputs {
    /// Returns the folder of an archive, made first when it is not there.
    pub fn archive(&self, archive: &Archive) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(archive.name);
        if path.is_dir() {
            return Ok(path);
        }
        let unfinished = self.folder.join(format!("{}.unfinished", archive.name));
        match &archive.made {
            Made::ByScript(arguments) => self.run_script(archive.name, arguments, &unfinished)?,
            Made::Packed { log_files } => pack(&self.archive(&LARGE)?, *log_files, &unfinished)?,
        }
        fs::rename(&unfinished, &path)?;
        Ok(path)
    }

    fn run_script(&self, name: &str, arguments: &[&str], unfinished: &Path) -> anyhow::Result<()> {
        let folder = &self.folder;
        let generator = self.generator.as_ref().with_context(|| {
            format!("the archive `{name}` is not in {}, and --generator names no script", folder.display())
        })?;
        fs::create_dir_all(folder)?;
        let made = Command::new("python3")
            .arg(generator)
            .args(arguments)
            .arg("--force")
            .arg("--out")
            .arg(unfinished)
            .arg("--truth")
            .arg(folder.join(format!("{name}.truth.json")))
            .stdout(Stdio::null())
            .status()
            .with_context(|| format!("cannot run {}", generator.display()))?;
        anyhow::ensure!(made.success(), "{} ended with {made}", generator.display());
        Ok(())
    }

    /// Returns a folder of 500 queries: nine in ten want one event name, some of which occur, and one in ten wants
    /// none.
    pub fn queries(&self) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("queries-500");
        fs::create_dir_all(&path)?;
        for number in 0..500 {
            fs::write(path.join(format!("query-{number:03}.json")), query(number))?;
        }
        Ok(path)
    }

    /// Returns a folder of 1,000 Sigma rules.
    pub fn sigma_rules(&self) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("sigma-1000");
        sigma::write(&path)?;
        Ok(path)
    }
}

fn query(number: usize) -> String {
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
    if number % 10 == 9 {
        let kind = ["userIdentity\":{\"userName", "userIdentity\":{\"arn", "userAgent", "sourceIPAddress"]
            [number / 10 % 4];
        let close = if kind.contains('{') { "}" } else { "" };
        return format!(r#"{{"detail":{{"{kind}":["value-{number}"]{close}}}}}"#);
    }
    let name = NAMES.get(number / 45).filter(|_| number.is_multiple_of(45));
    let name = name.map_or_else(|| format!("InventedCall{number}"), ToString::to_string);
    format!(r#"{{"detail":{{"eventName":["{name}"],"errorCode":[{{"exists":false}}]}}}}"#)
}
