//! Names what is not CloudTrail JSON, so that nobody has to guess why an object cannot be replayed.

use memchr::memmem;

use super::Error;

const MAGIC_NUMBERS: [(&[u8], &str); 9] = [
    (&[0x1f, 0x8b], "gzip inside gzip inside gzip"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (&[0xff, 0xfe], "UTF-16 text"),
    (&[0xfe, 0xff], "UTF-16 text"),
];

/// Refuses the file formats that are known by their first bytes.
///
/// # Errors
/// Returns the format.
pub(super) fn refuse_binary(text: &[u8]) -> Result<(), Error> {
    if text.starts_with(b"PAR1") {
        return Err(Error::Parquet);
    }
    match MAGIC_NUMBERS.iter().find(|(magic, _)| text.starts_with(magic)) {
        Some((_, format)) => Err(Error::Foreign { format }),
        None => Ok(()),
    }
}

/// Returns what a text is that begins with an angle bracket.
pub(super) fn markup(text: &[u8]) -> Error {
    let start: String = text.iter().take(14).map(|&byte| char::from(byte.to_ascii_lowercase())).collect();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Error::Foreign { format: "an HTML page" };
    }
    Error::Xml { code: error_code(text) }
}

/// Returns the `Code` of an S3 error page when it looks like one.
fn error_code(text: &[u8]) -> Option<String> {
    const LONGEST: usize = 64;
    let start = memmem::find(text, b"<Code>")? + b"<Code>".len();
    let end = start + memmem::find(&text[start..], b"</Code>")?;
    let code = &text[start..end];
    let is_code = !code.is_empty() && code.len() <= LONGEST && code.iter().all(u8::is_ascii_alphanumeric);
    is_code.then(|| code.iter().copied().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use crate::decode::find_records;

    fn refusal(text: &[u8]) -> String {
        find_records(text).unwrap_err().to_string()
    }

    #[test]
    fn file_formats_are_named() {
        assert_eq!(
            refusal(b"PAR1\x15\x04"),
            "is Parquet, which Security Lake writes in OCSF, not as CloudTrail records"
        );
        assert_eq!(refusal(b"\x28\xb5\x2f\xfd\x04"), "is a Zstandard file, not CloudTrail JSON");
        assert_eq!(refusal(b"\xff\xfe{\0"), "is UTF-16 text, not CloudTrail JSON");
        assert_eq!(refusal(b"<!DOCTYPE html><p>"), "is an HTML page, not CloudTrail JSON");
    }

    #[test]
    fn an_error_page_is_named_with_its_code() {
        let page = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        assert_eq!(refusal(page), "is XML with the error code `AccessDenied`, not CloudTrail JSON");
        assert_eq!(refusal(b"<a/>"), "is XML, not CloudTrail JSON");
        assert_eq!(refusal(b"<Code>\x1b[31m</Code>"), "is XML, not CloudTrail JSON");
    }
}
