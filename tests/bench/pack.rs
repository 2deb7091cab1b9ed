//! Packs the records of an archive into few log files, each larger than any that a trail writes.

use super::limit::log_files;
use anyhow::Context as _;
use flate2::read::GzDecoder;
use libdeflater::{CompressionLvl, Compressor};
use std::fs;
use std::io::Read as _;
use std::path::Path;

/// How much JSON goes into one log file, and how much less is enough. More than 256 MiB no replay reads unasked.
const TEXT: usize = 200_000_000;
const SLACK: usize = TEXT / 100;

const HEAD: &[u8] = b"{\"Records\":[";
const FOOT: &[u8] = b"]}";

/// Writes the folder `into` with that many log files, from the records of the archive in the order of its paths. What
/// would make a log file too large is passed over.
pub fn pack(archive: &Path, count: usize, into: &Path) -> anyhow::Result<()> {
    let mut paths = log_files(archive)?;
    paths.sort_unstable();
    let folder = into.join("AWSLogs/111122223333/CloudTrail/us-east-1/2025/03/01");
    fs::create_dir_all(&folder)?;
    let mut paths = paths.iter();
    for number in 0..count {
        let mut text = HEAD.to_vec();
        while text.len() < TEXT - SLACK {
            let path = paths.next().context("the archive is too small to be packed")?;
            let mut log_file = Vec::new();
            GzDecoder::new(fs::File::open(path)?).read_to_end(&mut log_file)?;
            let records = log_file.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix(FOOT));
            let records = records.with_context(|| format!("{} is no log file", path.display()))?;
            if text.len() + records.len() + FOOT.len() >= TEXT {
                continue;
            }
            if text.len() > HEAD.len() && !records.is_empty() {
                text.push(b',');
            }
            text.extend_from_slice(records);
        }
        text.extend_from_slice(FOOT);
        let name = format!("111122223333_CloudTrail_us-east-1_20250301T00{number:02}Z_Packed.json.gz");
        fs::write(folder.join(name), gzip(&text)?)?;
    }
    Ok(())
}

fn gzip(text: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut stored = vec![0; compressor.gzip_compress_bound(text.len())];
    let length = compressor.gzip_compress(text, &mut stored)?;
    stored.truncate(length);
    Ok(stored)
}
