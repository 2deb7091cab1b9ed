//! The MD5 of an object, as far as S3 keeps it.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::ServerSideEncryption;
use md5::{Digest as _, Md5 as Hash};

/// The MD5 that an object's bytes should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Md5(String);

impl Md5 {
    /// Reads the ETag of an answer. It is no MD5 when the object came in parts or its encryption has a key of its own (AWS
    /// API reference, `Object`).
    pub fn of(output: &GetObjectOutput) -> Option<Self> {
        let has_own_key = output.sse_customer_algorithm().is_some()
            || output.server_side_encryption().is_some_and(|sse| *sse != ServerSideEncryption::Aes256);
        if has_own_key { None } else { Self::parse(output.e_tag()?) }
    }

    fn parse(etag: &str) -> Option<Self> {
        let text = etag.trim_matches('"');
        let is_md5 = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_md5.then(|| Self(text.to_ascii_lowercase()))
    }

    /// Tells whether bytes have it.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let digest = Hash::digest(bytes);
        let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        text == self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_of_parts_is_no_md5() {
        assert_eq!(Md5::parse("\"d41d8cd98f00b204e9800998ecf8427e-2\""), None);
        let empty = Md5::parse("\"D41D8CD98F00B204E9800998ECF8427E\"").unwrap();
        assert!(empty.fits(b"") && !empty.fits(b"x"));
    }
}
