//! Integrity digests of an hour of log files. Nothing signs them: a signature would be in the object's metadata.

use super::call::Folder;
use super::cast::VIRGINIA;
use super::chance::hex;
use super::clock::{Moment, after, stamp};
use super::delivery::{LogFile, ORGANISATION, Object};
use super::text::to_text;
use serde_json::{Value, json};

const BUCKET: &str = "example-organisation-trail";
const TRAIL: &str = "organisation-trail";

/// Returns the first digest of a chain, over the hour before `end`.
pub fn digest(files: &[LogFile], account: &str, region: &str, end: Moment) -> Object {
    let start = after(end, -3600);
    let covered: Vec<&LogFile> = files
        .iter()
        .filter(|file| file.account == account && file.region == region && file.folder == Folder::CloudTrail)
        .filter(|file| file.delivered >= start && file.delivered < end)
        .collect();
    let path = format!(
        "AWSLogs/{ORGANISATION}/{account}/CloudTrail-Digest/{region}/{}/{account}_CloudTrail-Digest_{region}_{TRAIL}_{VIRGINIA}_{}.json.gz",
        end.strftime("%Y/%m/%d"),
        end.strftime("%Y%m%dT%H%M%SZ"),
    );
    let listed: Vec<Value> = covered.iter().map(|file| entry(file)).collect();
    let content = json!({
        "awsAccountId": account,
        "digestStartTime": stamp(start),
        "digestEndTime": stamp(end),
        "digestS3Bucket": BUCKET,
        "digestS3Object": path,
        "digestPublicKeyFingerprint": hex(32, region),
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": covered.iter().map(|file| file.newest).max().map(stamp),
        "oldestEventTime": covered.iter().map(|file| file.oldest).min().map(stamp),
        "previousDigestS3Bucket": null,
        "previousDigestS3Object": null,
        "previousDigestHashValue": null,
        "previousDigestHashAlgorithm": null,
        "previousDigestSignature": null,
        "logFiles": listed,
    });
    Object { path, text: to_text(&content) }
}

fn entry(file: &LogFile) -> Value {
    json!({
        "s3Bucket": BUCKET,
        "s3Object": file.object.path,
        "hashValue": sha256(file.object.text.as_bytes()),
        "hashAlgorithm": "SHA-256",
        "newestEventTime": stamp(file.newest),
        "oldestEventTime": stamp(file.oldest),
    })
}

/// Returns the SHA-256 of `bytes` in lower-case hexadecimal. Written out here (FIPS 180-4) because nothing else in
/// the house needs a hash of this kind, and a dependency would be dearer.
fn sha256(bytes: &[u8]) -> String {
    let primes: Vec<u64> = (2_u64..).filter(|n| (2..*n).all(|d| n % d != 0)).take(64).collect();
    let mut state: Vec<u32> = primes.iter().take(8).map(|prime| root_fraction(*prime, 2)).collect();
    let rounds: Vec<u32> = primes.iter().map(|prime| root_fraction(*prime, 3)).collect();
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64) + if padded.len() % 64 > 56 { 64 } else { 0 }, 0);
    let length = padded.len();
    padded[length - 8..].copy_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        compress(&mut state, block, &rounds);
    }
    state.iter().map(|word| format!("{word:08x}")).collect()
}

/// Returns the first 32 bits after the point of the square (`power` 2) or cube (`power` 3) root of `prime`.
fn root_fraction(prime: u64, power: u32) -> u32 {
    let target = u128::from(prime) << (32 * power);
    // The largest number whose power still fits: bit by bit, from above.
    let root = (0..37).rev().fold(0_u128, |root, bit| {
        let next = root | (1 << bit);
        if next.pow(power) <= target { next } else { root }
    });
    u32::try_from(root & 0xffff_ffff).unwrap_or_default()
}

fn compress(state: &mut [u32], block: &[u8], rounds: &[u32]) {
    let mut words: Vec<u32> = block
        .chunks_exact(4)
        .map(|bytes| bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)))
        .collect();
    for index in 16..64 {
        let (old, new) = (words[index - 15], words[index - 2]);
        let mix_old = old.rotate_right(7) ^ old.rotate_right(18) ^ (old >> 3);
        let mix_new = new.rotate_right(17) ^ new.rotate_right(19) ^ (new >> 10);
        words.push(
            words[index - 16].wrapping_add(mix_old).wrapping_add(words[index - 7]).wrapping_add(mix_new),
        );
    }
    let mut work = state.to_vec();
    for (word, round) in words.iter().zip(rounds) {
        let (a, e) = (work[0], work[4]);
        let choice = (e & work[5]) ^ (!e & work[6]);
        let majority = (a & work[1]) ^ (a & work[2]) ^ (work[1] & work[2]);
        let from_e = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let from_a = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let first =
            work[7].wrapping_add(from_e).wrapping_add(choice).wrapping_add(*round).wrapping_add(*word);
        work.rotate_right(1);
        work[4] = work[4].wrapping_add(first);
        work[0] = first.wrapping_add(from_a).wrapping_add(majority);
    }
    for (total, value) in state.iter_mut().zip(work) {
        *total = total.wrapping_add(value);
    }
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn hashes_agree_with_the_examples_of_the_standard() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(sha256(long), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}
