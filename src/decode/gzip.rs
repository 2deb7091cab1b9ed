//! gzip member by member (RFC 1952): slower than the whole-buffer path, but it counts, diagnoses and stops at the
//! cap.

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::Crc;
use std::io::Read as _;

use super::{Error, Inflated, Trailing};

/// How a gzip member begins.
pub(super) const MAGIC: &[u8] = &[0x1f, 0x8b];

const DEFLATE: u8 = 8;
const FIXED_HEADER: usize = 10;
/// Length of what follows the deflated data: checksum and length of the text.
pub(super) const TRAILER: usize = 8;
const FIRST_GROWTH: usize = 64 << 10;
const PIECE: usize = 64 << 10;

const HAS_HEADER_CHECKSUM: u8 = 0x02;
const HAS_EXTRA: u8 = 0x04;
const HAS_NAME: u8 = 0x08;
const HAS_COMMENT: u8 = 0x10;
const RESERVED: u8 = 0xe0;

/// Decompresses all members of `stored` into `text`, which is cleared first.
///
/// # Errors
/// Returns the first damage, or that there are more than `cap` bytes of text.
pub(super) fn read_members(stored: &[u8], cap: u64, text: &mut Vec<u8>) -> Result<Inflated, Error> {
    text.clear();
    let mut inflater = Decompress::new(false);
    let (mut at, mut members) = (0, 0);
    loop {
        let body = skip_header(stored, at)?;
        let start = text.len();
        let trailer = inflate_body(&mut inflater, stored, body, cap, text)?;
        check_trailer(&stored[trailer..], &text[start..])?;
        at = trailer + TRAILER;
        members += 1;
        let rest = &stored[at..];
        if !rest.starts_with(MAGIC) {
            return Ok(Inflated { members, trailing: trailing(rest) });
        }
    }
}

fn trailing(rest: &[u8]) -> Trailing {
    match rest.len() {
        0 => Trailing::Nothing,
        length if rest.iter().all(|&byte| byte == 0) => Trailing::Zeros(length),
        length => Trailing::Garbage(length),
    }
}

/// Checks the member's header at `start` and returns where its compressed data begins.
pub(super) fn skip_header(stored: &[u8], start: usize) -> Result<usize, Error> {
    let fixed = stored.get(start..start + FIXED_HEADER).ok_or(Error::HeaderEndsEarly)?;
    let (method, flags) = (fixed[2], fixed[3]);
    if method != DEFLATE {
        return Err(Error::UnknownMethod { method });
    }
    if flags & RESERVED != 0 {
        return Err(Error::DamagedHeader { at: start });
    }
    let mut at = start + FIXED_HEADER;
    if flags & HAS_EXTRA != 0 {
        at += 2 + usize::from(read_u16(stored, at)?);
    }
    for field in [HAS_NAME, HAS_COMMENT] {
        if flags & field != 0 {
            let rest = stored.get(at..).ok_or(Error::HeaderEndsEarly)?;
            at += memchr::memchr(0, rest).ok_or(Error::HeaderEndsEarly)? + 1;
        }
    }
    if flags & HAS_HEADER_CHECKSUM != 0 {
        let expected = read_u16(stored, at)?;
        if checksum(&stored[start..at]) & 0xffff != u32::from(expected) {
            return Err(Error::DamagedHeader { at: start });
        }
        at += 2;
    }
    if at > stored.len() { Err(Error::HeaderEndsEarly) } else { Ok(at) }
}

fn read_u16(stored: &[u8], at: usize) -> Result<u16, Error> {
    let bytes = stored.get(at..).and_then(<[u8]>::first_chunk::<2>).ok_or(Error::HeaderEndsEarly)?;
    Ok(u16::from_le_bytes(*bytes))
}

/// Appends the text of the deflate stream that begins at `body`; returns where the stream ends.
fn inflate_body(
    inflater: &mut Decompress,
    stored: &[u8],
    body: usize,
    cap: u64,
    text: &mut Vec<u8>,
) -> Result<usize, Error> {
    inflater.reset(false);
    let mut at = body;
    loop {
        if text.len() == text.capacity() {
            grow(text, cap);
        }
        let (length, read) = (text.len(), inflater.total_in());
        let status = inflater
            .decompress_vec(&stored[at..], text, FlushDecompress::None)
            .map_err(|_damage| Error::DamagedStream { at })?;
        at += (inflater.total_in() - read) as usize;
        if text.len() as u64 > cap {
            return Err(Error::TooLarge { cap });
        }
        match status {
            Status::StreamEnd => return Ok(at),
            _ if text.len() == length && at == stored.len() => return Err(Error::StreamEndsEarly),
            _ if text.len() == length && text.len() < text.capacity() && inflater.total_in() == read => {
                return Err(Error::DamagedStream { at });
            }
            _ => {}
        }
    }
}

/// Makes room for more text: twice as much, but at most one byte more than the cap allows.
fn grow(text: &mut Vec<u8>, cap: u64) {
    let room = usize::try_from(cap).unwrap_or(usize::MAX).saturating_sub(text.len()).saturating_add(1);
    text.reserve_exact(room.min(text.len().max(FIRST_GROWTH)));
}

/// Checks what the first bytes behind the deflated data say of the text.
pub(super) fn check_trailer(rest: &[u8], text: &[u8]) -> Result<(), Error> {
    let trailer = rest.first_chunk::<TRAILER>().ok_or(Error::StreamEndsEarly)?;
    let [a, b, c, d, e, f, g, h] = *trailer;
    if u32::from_le_bytes([a, b, c, d]) != checksum(text) {
        return Err(Error::WrongChecksum);
    }
    // The trailer has room for the length modulo 2^32 only.
    if u32::from_le_bytes([e, f, g, h]) != text.len() as u32 {
        return Err(Error::WrongLength);
    }
    Ok(())
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
/// Tells whether the members hold more than `cap` bytes, without keeping any: what is known to be a bomb before it is
/// unpacked costs no memory.
pub(super) fn holds_more_than(stored: &[u8], cap: u64) -> bool {
    let mut decoder = flate2::bufread::MultiGzDecoder::new(stored);
    let mut piece = vec![0; PIECE];
    let mut held = 0;
    loop {
        match decoder.read(&mut piece) {
            Ok(0) | Err(_) => return false,
            Ok(read) => held += read as u64,
        }
        if held > cap {
            return true;
        }
    }
}
