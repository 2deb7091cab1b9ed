//! Decompression against flate2's, as stored and with a trailer made to fit: the same text or an error, and never more
//! than the cap.

#![no_main]

use backtrail::decode::{Text, Trailing, inflate};
use flate2::bufread::GzDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use libfuzzer_sys::fuzz_target;
use std::io::Read as _;

const CAP: u64 = 64 << 10;
const MAGIC: &[u8] = &[0x1f, 0x8b];
const HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

fuzz_target!(|stored: &[u8]| {
    check(stored);
    if let Some(mended) = mended(stored) {
        check(&mended);
    }
});

fn check(stored: &[u8]) {
    let length = check_under(stored, CAP);
    if let Some(length) = length {
        assert_eq!(check_under(stored, length), Some(length), "exactly the cap is enough");
        assert_eq!(
            length.checked_sub(1).and_then(|cap| check_under(stored, cap)),
            None,
            "one byte less is not"
        );
    }
}

/// Returns the length of the longest layer.
fn check_under(stored: &[u8], cap: u64) -> Option<u64> {
    let mut text = Text::default();
    inflate(b"from before", CAP, &mut text).expect("these bytes are text");
    let inflated = inflate(stored, cap, &mut text);
    let text = text.bytes();
    let theirs = theirs(stored, cap);
    match (inflated, &theirs) {
        (Ok(inflated), Some(theirs)) => {
            assert!(text == theirs.text, "{} bytes instead of {}", text.len(), theirs.text.len());
            assert_eq!(inflated.members, theirs.members);
            let is_followed = inflated.trailing != Trailing::Nothing;
            assert!(is_followed == theirs.is_followed || ends_alike(stored) && !is_followed);
        }
        (Err(_), None) => assert!(text.is_empty(), "no text beside an error"),
        (Ok(_), None) => assert!(ends_alike(stored), "taken, but flate2 refuses it"),
        (Err(error), Some(_)) => panic!("refused, but flate2 takes it: {error}"),
    }
    theirs.map(|theirs| theirs.longest)
}

/// Tells whether the last eight bytes are checksum and length of the first member's text, as in a file of one member: more
/// is not asked on the fast path, so what stands in between may pass. It holds no text, and takes an attacker.
fn ends_alike(stored: &[u8]) -> bool {
    let first = |stored: &[u8]| {
        let mut text = Vec::new();
        // What can be read of it is enough.
        let _ = GzDecoder::new(stored).take(CAP).read_to_end(&mut text);
        text
    };
    let outer = first(stored);
    stored.ends_with(&trailer(&outer)) || outer.ends_with(&trailer(&first(&outer)))
}

struct Theirs {
    text: Vec<u8>,
    members: u32,
    is_followed: bool,
    longest: u64,
}

/// Returns what flate2 makes of it: of gzip inside gzip, what the inner one holds.
fn theirs(stored: &[u8], cap: u64) -> Option<Theirs> {
    let outer = layer(stored, cap)?;
    if outer.members == 0 || !outer.text.starts_with(MAGIC) {
        return Some(outer);
    }
    let inner = layer(&outer.text, cap)?;
    Some(Theirs {
        members: outer.members,
        is_followed: outer.is_followed || inner.is_followed,
        longest: outer.longest.max(inner.longest),
        text: inner.text,
    })
}

fn layer(stored: &[u8], cap: u64) -> Option<Theirs> {
    let mut text = Vec::new();
    let (mut rest, mut members) = (stored, 0);
    while rest.starts_with(MAGIC) {
        let mut decoder = GzDecoder::new(rest);
        let room = cap + 1 - text.len() as u64;
        (&mut decoder).take(room).read_to_end(&mut text).ok()?;
        if text.len() as u64 > cap {
            return None;
        }
        // What is read exactly to its end has not been asked for its trailer yet.
        decoder
            .read_exact(&mut [0])
            .err()
            .filter(|error| error.kind() == std::io::ErrorKind::UnexpectedEof)?;
        rest = decoder.into_inner();
        members += 1;
    }
    if members == 0 {
        text.extend_from_slice(stored);
    }
    let longest = text.len() as u64;
    (longest <= cap).then_some(Theirs {
        text,
        members,
        is_followed: members > 0 && !rest.is_empty(),
        longest,
    })
}

/// Returns the deflate stream behind a plain header, with a trailer that fits and all that followed it: what changes
/// the stream would else be told by its checksum and get no further.
fn mended(stored: &[u8]) -> Option<Vec<u8>> {
    let body = stored.get(HEADER.len()..)?;
    let mut text = Vec::with_capacity(CAP as usize);
    let mut inflater = Decompress::new(false);
    let status = inflater.decompress_vec(body, &mut text, FlushDecompress::Finish).ok()?;
    if status != Status::StreamEnd {
        return None;
    }
    let (stream, rest) = body.split_at(inflater.total_in() as usize);
    Some([HEADER, stream, &trailer(&text), rest.get(8..).unwrap_or_default()].concat())
}

fn trailer(text: &[u8]) -> Vec<u8> {
    let mut checksum = Crc::new();
    checksum.update(text);
    [checksum.sum().to_le_bytes(), (text.len() as u32).to_le_bytes()].concat()
}
