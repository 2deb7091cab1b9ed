//! gunzip of whole buffers under a hard cap.

use super::gzip::{self, MAGIC};
use super::{Error, Text};

/// What follows the last gzip member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trailing {
    /// Nothing.
    Nothing,
    /// That many zero bytes: padding, as gzip(1) accepts it.
    Zeros(usize),
    /// That many bytes that are no gzip member: a fault, although what came before is good.
    Garbage(usize),
}

/// How the bytes were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inflated {
    /// Number of gzip members; 0 when the bytes were not compressed. CloudTrail writes exactly one.
    pub members: u32,
    /// What follows the last member.
    pub trailing: Trailing,
}

/// How often bytes may be gzip again: Firehose can compress what a subscription has compressed already.
const MAX_LAYERS: u32 = 2;

/// Deflate cannot compress better than 1 : 1032, so no honest trailer promises more.
const MAX_RATIO: u64 = 1032;

/// Decompresses `stored` into `text`, replacing what was there; bytes that are not gzip are copied as they are, and
/// gzip inside gzip is unpacked too. Hand in the same `text` again and again: its memory is reused.
///
/// # Errors
/// Returns why the bytes cannot be decompressed, or that they hold more than `cap` bytes of text; `text` is empty
/// then.
pub fn inflate(stored: &[u8], cap: u64, text: &mut Text) -> Result<Inflated, Error> {
    let inflated = inflate_layers(stored, cap, text);
    match inflated {
        // Memory that only a bomb has needed is given back.
        Err(Error::TooLarge { .. }) => *text = Text::default(),
        Err(_) => text.clear(),
        Ok(_) => {}
    }
    inflated
}

fn inflate_layers(stored: &[u8], cap: u64, text: &mut Text) -> Result<Inflated, Error> {
    let mut outermost = inflate_layer(stored, cap, text)?;
    for _ in 1..MAX_LAYERS {
        if outermost.members == 0 || !text.bytes().starts_with(MAGIC) {
            break;
        }
        let inner = text.bytes().to_vec();
        let inflated = inflate_layer(&inner, cap, text)?;
        if !matches!(outermost.trailing, Trailing::Garbage(_)) && inflated.trailing != Trailing::Nothing {
            outermost.trailing = inflated.trailing;
        }
    }
    Ok(outermost)
}

fn inflate_layer(stored: &[u8], cap: u64, text: &mut Text) -> Result<Inflated, Error> {
    if stored.starts_with(MAGIC) {
        if inflate_at_once(stored, cap, text) {
            return Ok(Inflated { members: 1, trailing: Trailing::Nothing });
        }
        if promised_length(stored).is_some_and(|length| length > cap) && gzip::holds_more_than(stored, cap) {
            return Err(Error::TooLarge { cap });
        }
        let mut bytes = Vec::new();
        let inflated = gzip::read_members(stored, cap, &mut bytes)?;
        text.set(bytes);
        return Ok(inflated);
    }
    if stored.len() as u64 > cap {
        return Err(Error::TooLarge { cap });
    }
    text.copy(stored);
    Ok(Inflated { members: 0, trailing: Trailing::Nothing })
}

/// Returns the length that the last four bytes promise, when they are the trailer of a single member. It is the length
/// modulo 2³², and a lie in hostile files.
fn promised_length(stored: &[u8]) -> Option<u64> {
    stored.last_chunk::<4>().map(|bytes| u64::from(u32::from_le_bytes(*bytes)))
}

/// Decompresses what looks like a single member in one call, into memory sized by the trailer; `false` when the
/// bytes turn out otherwise, for whatever reason.
fn inflate_at_once(stored: &[u8], cap: u64, text: &mut Text) -> bool {
    let Some(length) = promised_length(stored) else { return false };
    let honest = stored.len() as u64 * MAX_RATIO;
    // Checksum and length of an empty text are zeros, as padding is.
    if length == 0 || length > cap.min(honest) {
        return false;
    }
    let Ok(body) = gzip::skip_header(stored, 0) else { return false };
    let Some((deflated, trailer)) =
        stored.get(body..).and_then(<[u8]>::split_last_chunk::<{ gzip::TRAILER }>)
    else {
        return false;
    };
    text.decompress(deflated, length as usize) == Some(deflated.len())
        && gzip::check_trailer(trailer, text.bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};

    use super::*;

    const CAP: u64 = 1 << 20;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text() -> Vec<u8> {
        (0..5_000_u32).flat_map(|number| format!("{number} ").into_bytes()).collect()
    }

    fn read(stored: &[u8], cap: u64) -> Result<(Vec<u8>, Inflated), Error> {
        let mut text = Text::default();
        text.copy(b"from before");
        let inflated = inflate(stored, cap, &mut text);
        assert!(inflated.is_ok() || text.bytes().is_empty());
        Ok((text.bytes().to_vec(), inflated?))
    }

    fn one(trailing: Trailing) -> Inflated {
        Inflated { members: 1, trailing }
    }

    #[test]
    fn one_member_gives_its_text() {
        assert_eq!(read(&gzip(&text()), CAP), Ok((text(), one(Trailing::Nothing))));
        assert_eq!(read(&gzip(b""), CAP), Ok((vec![], one(Trailing::Nothing))));
        assert!(inflate_at_once(&gzip(&text()), CAP, &mut Text::default()));
    }

    #[test]
    fn header_fields_are_skipped_on_both_paths() {
        let mut encoder = GzBuilder::new()
            .filename("a")
            .comment("b")
            .extra(vec![1, 2, 3])
            .write(Vec::new(), Compression::fast());
        encoder.write_all(&text()).unwrap();
        let mut stored = encoder.finish().unwrap();
        assert_eq!(read(&stored, CAP), Ok((text(), one(Trailing::Nothing))));
        stored.push(b'!');
        assert_eq!(read(&stored, CAP), Ok((text(), one(Trailing::Garbage(1)))));
    }

    #[test]
    fn a_header_checksum_is_checked() {
        let mut stored = gzip(&text());
        stored[3] = 0x02;
        let mut crc = libdeflater::Crc::new();
        crc.update(&stored[..10]);
        let checksum = crc.sum().to_le_bytes();
        stored.splice(10..10, [checksum[0], checksum[1]]);
        assert_eq!(read(&[&stored[..], b"!"].concat(), CAP), Ok((text(), one(Trailing::Garbage(1)))));
        assert_eq!(read(&stored, CAP), Ok((text(), one(Trailing::Nothing))));
        stored[10] ^= 1;
        assert_eq!(read(&[&stored[..], b"!"].concat(), CAP), Err(Error::DamagedHeader { at: 0 }));
        assert_eq!(read(&stored, CAP), Err(Error::DamagedHeader { at: 0 }));
    }

    #[test]
    fn several_members_make_one_text() {
        let stored = [gzip(b"ab"), gzip(b""), gzip(b"cd")].concat();
        assert_eq!(
            read(&stored, CAP),
            Ok((b"abcd".to_vec(), Inflated { members: 3, trailing: Trailing::Nothing }))
        );
        let twins = [gzip(&text()), gzip(&text())].concat();
        let inflated = Inflated { members: 2, trailing: Trailing::Nothing };
        assert_eq!(read(&twins, CAP), Ok(([text(), text()].concat(), inflated)));
    }

    #[test]
    fn a_header_that_occurs_by_chance_is_no_member() {
        // Not compressed, so that the bytes stand there as they are.
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(b"before \x1f\x8b\x08\x00 behind").unwrap();
        assert!(inflate_at_once(&encoder.finish().unwrap(), CAP, &mut Text::default()));
        let twins = [gzip(&text()), gzip(&text())].concat();
        assert!(!inflate_at_once(&twins, CAP, &mut Text::default()));
        let mut stored = gzip(&text());
        stored.insert(stored.len() - gzip::TRAILER, 0);
        assert!(!inflate_at_once(&stored, CAP, &mut Text::default()), "bytes before the trailer");
    }

    #[test]
    fn what_follows_the_last_member_is_told() {
        let zeros = [gzip(&text()), vec![0; 512]].concat();
        assert_eq!(read(&zeros, CAP), Ok((text(), one(Trailing::Zeros(512)))));
        let garbage = [gzip(&text()), b"GARBAGE".to_vec()].concat();
        assert_eq!(read(&garbage, CAP), Ok((text(), one(Trailing::Garbage(7)))));
        let length = (text().len() as u32).to_le_bytes();
        let ends_alike = [&gzip(&text()), &b"GARBAGE"[..], &length].concat();
        assert_eq!(read(&ends_alike, CAP), Ok((text(), one(Trailing::Garbage(11)))));
        let mut second = gzip(&text());
        second[2] = 7;
        let damaged = [gzip(&text()), second, vec![0; 4], length.to_vec()].concat();
        assert_eq!(read(&damaged, CAP), Err(Error::UnknownMethod { method: 7 }));
        let empty = [gzip(b""), b"GARBAGE".to_vec(), vec![0; 8]].concat();
        assert_eq!(read(&empty, CAP), Ok((vec![], one(Trailing::Garbage(15)))));
        let short = [gzip(&text()), vec![0x1f, 0x8b, 8]].concat();
        assert_eq!(read(&short, CAP), Err(Error::HeaderEndsEarly));
    }

    #[test]
    fn a_member_cut_anywhere_is_an_error() {
        let stored = gzip(&text());
        for length in 2..stored.len() {
            let expected = if length < 10 { Error::HeaderEndsEarly } else { Error::StreamEndsEarly };
            assert_eq!(read(&stored[..length], CAP), Err(expected), "{length}");
        }
    }

    #[test]
    fn damage_is_named() {
        let stored = gzip(&text());
        let end = stored.len();
        let with = |at: usize, byte: u8| {
            let mut stored = stored.clone();
            stored[at] = byte;
            read(&stored, CAP)
        };
        assert_eq!(with(end - 8, !stored[end - 8]), Err(Error::WrongChecksum));
        assert_eq!(with(end - 1, 7), Err(Error::WrongLength));
        assert_eq!(with(end - 4, 0), Err(Error::WrongLength));
        assert_eq!(with(2, 7), Err(Error::UnknownMethod { method: 7 }));
        assert_eq!(with(3, 0x80), Err(Error::DamagedHeader { at: 0 }));
        assert!(matches!(with(10, 0xff), Err(Error::DamagedStream { .. })));
    }

    #[test]
    fn no_damage_to_any_byte_is_taken_for_a_different_text() {
        let stored = gzip(b"{\"Records\":[]}");
        for at in 10..stored.len() {
            for flip in [1, 0x10, 0x80] {
                let mut stored = stored.clone();
                stored[at] ^= flip;
                // The last bits of the deflated data are padding and carry nothing.
                let text = read(&stored, CAP).map(|(text, _)| text);
                assert!(
                    text.is_err() || text == Ok(b"{\"Records\":[]}".to_vec()),
                    "byte {at} flipped by {flip}"
                );
            }
        }
    }

    #[test]
    fn a_trailer_that_lies_is_not_trusted() {
        let mut stored = gzip(&text());
        let end = stored.len();
        stored[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&stored, u64::MAX), Err(Error::WrongLength));
    }

    #[test]
    fn more_text_than_the_cap_is_an_error_and_exactly_the_cap_is_not() {
        let length = text().len() as u64;
        assert!(read(&gzip(&text()), length).is_ok());
        assert_eq!(read(&gzip(&text()), length - 1), Err(Error::TooLarge { cap: length - 1 }));
        assert!(read(&text(), length).is_ok());
        assert_eq!(read(&text(), length - 1), Err(Error::TooLarge { cap: length - 1 }));
        let twins = [gzip(&text()), gzip(&text())].concat();
        assert!(read(&twins, 2 * length).is_ok());
        assert_eq!(read(&twins, 2 * length - 1), Err(Error::TooLarge { cap: 2 * length - 1 }));
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![b' '; 4 << 20]);
        assert_eq!(read(&bomb, CAP), Err(Error::TooLarge { cap: CAP }));
        let lying = [&bomb[..bomb.len() - 4], &[1, 0, 0, 0]].concat();
        assert_eq!(read(&lying, CAP), Err(Error::TooLarge { cap: CAP }));
        let mut text = Vec::new();
        assert!(gzip::read_members(&bomb, CAP, &mut text).is_err());
        assert!(text.capacity() as u64 <= CAP + 1);
    }

    #[test]
    fn bytes_that_are_not_gzip_are_copied() {
        let plain = Inflated { members: 0, trailing: Trailing::Nothing };
        for stored in [&b""[..], b"{}", b"\x1f"] {
            assert_eq!(read(stored, CAP), Ok((stored.to_vec(), plain)));
        }
    }

    #[test]
    fn gzip_inside_gzip_is_unpacked_once() {
        assert_eq!(read(&gzip(&gzip(&text())), CAP), Ok((text(), one(Trailing::Nothing))));
        let thrice = gzip(&gzip(&gzip(&text())));
        assert_eq!(read(&thrice, CAP), Ok((gzip(&text()), one(Trailing::Nothing))));
        let inner = [gzip(&text()), b"?".to_vec()].concat();
        assert_eq!(read(&gzip(&inner), CAP), Ok((text(), one(Trailing::Garbage(1)))));
    }
}
