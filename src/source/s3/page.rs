//! One page of a listing, as the SDK has read it or as S3 writes it.

use super::xml;
use crate::source::objects::decode_key;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, ObjectStorageClass};

/// What a page says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Objects and folders, in the order of keys.
    pub entries: Vec<Entry>,
    /// The first and the last key as the server has put them; folders where it has no objects.
    pub ends: Option<(String, String)>,
    /// What the next page is asked for with, unless this is the last one.
    pub token: Option<String>,
}

/// An object, or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its key in the bucket.
    pub full: String,
    /// What is said of an object; folders have nothing of it.
    pub object: Option<Attributes>,
}

/// What a listing says of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    /// Stored bytes.
    pub size: Option<u64>,
    pub etag: Option<String>,
    /// Where it is not the standard one.
    pub class: Option<String>,
    /// A copy can be read although the class says otherwise.
    pub is_restored: bool,
}

impl Page {
    /// Reads the document that S3 writes when it is asked for keys as they stand in an address (API reference,
    /// `ListObjectsV2`); `None` for everything else.
    pub fn read(text: &str) -> Option<Self> {
        let mut document = Document::default();
        xml::read(text, |depth, name, text| document.take(depth, name, text))?;
        let Document { is_listing, is_truncated, is_encoded, token, folders, objects, .. } = document;
        (is_listing && is_encoded).then(|| Self::new(folders, objects, token.filter(|_| is_truncated)))
    }

    fn new(folders: Vec<String>, objects: Vec<(String, Attributes)>, token: Option<String>) -> Self {
        let keys = objects.first().zip(objects.last()).map(|((first, _), (last, _))| (first, last));
        let ends = keys.or_else(|| folders.first().zip(folders.last()));
        let ends = ends.map(|(first, last)| (first.clone(), last.clone()));
        let folders = folders.into_iter().map(|full| Entry { full, object: None });
        let objects = objects.into_iter().map(|(full, object)| Entry { full, object: Some(object) });
        let mut entries: Vec<_> = folders.chain(objects).collect();
        entries.sort_by(|one, other| one.full.cmp(&other.full));
        Self { entries, ends, token }
    }
}

impl From<ListObjectsV2Output> for Page {
    fn from(page: ListObjectsV2Output) -> Self {
        let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
        let plain = |key: String| if is_encoded { decode_key(&key) } else { key };
        let token = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
        let folders = page.common_prefixes.unwrap_or_default();
        let folders = folders.into_iter().filter_map(|folder| folder.prefix).map(plain).collect();
        let objects = page.contents.unwrap_or_default().into_iter();
        let objects =
            objects.filter_map(|mut object| Some((plain(object.key.take()?), Attributes::from(object))));
        Self::new(folders, objects.collect(), token)
    }
}

impl From<aws_sdk_s3::types::Object> for Attributes {
    fn from(object: aws_sdk_s3::types::Object) -> Self {
        let class = object.storage_class().map(ObjectStorageClass::as_str);
        let is_restored = object.restore_status().is_some_and(|status| {
            status.is_restore_in_progress() != Some(true) && status.restore_expiry_date().is_some()
        });
        Self {
            size: object.size().and_then(|size| u64::try_from(size).ok()),
            class: class.filter(|class| *class != STANDARD).map(str::to_owned),
            etag: object.e_tag,
            is_restored,
        }
    }
}

/// The class that goes without saying.
const STANDARD: &str = "STANDARD";

/// What is read of a document so far.
#[derive(Default)]
struct Document {
    is_listing: bool,
    is_truncated: bool,
    is_encoded: bool,
    token: Option<String>,
    folders: Vec<String>,
    objects: Vec<(String, Attributes)>,
    /// Of the object that is being read.
    key: Option<String>,
    object: Attributes,
    is_being_restored: bool,
}

impl Document {
    /// Takes an element, which has ended, with its text; `None` when it cannot be what S3 writes.
    fn take(&mut self, depth: usize, name: &[u8], text: &str) -> Option<()> {
        match (depth, name) {
            (1, b"ListBucketResult") => self.is_listing = true,
            (2, b"IsTruncated") => self.is_truncated = text == "true",
            (2, b"EncodingType") => self.is_encoded = text == "url",
            (2, b"NextContinuationToken") => self.token = Some(text.to_owned()),
            (2, b"Contents") => {
                let mut object = std::mem::take(&mut self.object);
                object.is_restored &= !std::mem::take(&mut self.is_being_restored);
                self.objects.push((self.key.take()?, object));
            }
            (3, b"Key") => self.key = Some(decode_key(text)),
            (3, b"Size") => self.object.size = Some(text.parse().ok()?),
            (3, b"ETag") => self.object.etag = Some(text.to_owned()),
            (3, b"StorageClass") => {
                self.object.class = Some(text.to_owned()).filter(|class| class != STANDARD)
            }
            (3, b"Prefix") => self.folders.push(decode_key(text)),
            (4, b"IsRestoreInProgress") => self.is_being_restored = text == "true",
            (4, b"RestoreExpiryDate") => self.object.is_restored = true,
            _ => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::primitives::DateTime;
    use aws_sdk_s3::types::{CommonPrefix, Object, RestoreStatus};

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a/</Prefix>
<KeyCount>3</KeyCount><MaxKeys>3</MaxKeys><Delimiter>%2F</Delimiter><EncodingType>url</EncodingType>
<IsTruncated>true</IsTruncated><NextContinuationToken>1/x&amp;y==</NextContinuationToken>
<Contents><Key>a/b+c%25.gz</Key><LastModified>2025-03-01T00:55:00.000Z</LastModified>
<ETag>&quot;d41d8&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><Size>647</Size>
<Owner><ID>o</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>
<Contents><Key>a/z</Key><Size>1</Size><StorageClass>GLACIER</StorageClass>
<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>
<RestoreExpiryDate>2025-04-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus></Contents>
<CommonPrefixes><Prefix>a/m%C3%BC/</Prefix></CommonPrefixes></ListBucketResult>"#;

    fn page() -> Page {
        let entry = |full: &str, object| Entry { full: full.to_owned(), object };
        let first =
            Attributes { size: Some(647), etag: Some("\"d41d8\"".to_owned()), ..Attributes::default() };
        let last = Attributes {
            size: Some(1),
            class: Some("GLACIER".to_owned()),
            is_restored: true,
            ..Attributes::default()
        };
        Page {
            entries: vec![entry("a/b c%.gz", Some(first)), entry("a/mü/", None), entry("a/z", Some(last))],
            ends: Some(("a/b c%.gz".to_owned(), "a/z".to_owned())),
            token: Some("1/x&y==".to_owned()),
        }
    }

    #[test]
    fn a_page_is_read_as_s3_writes_it() {
        assert_eq!(Page::read(PAGE), Some(page()));
        let last = PAGE.replace("<IsTruncated>true", "<IsTruncated>false");
        assert_eq!(Page::read(&last), Some(Page { token: None, ..page() }));
        let busy = PAGE.replace("<IsRestoreInProgress>false", "<IsRestoreInProgress>true");
        assert!(!Page::read(&busy).unwrap().entries[2].object.as_ref().unwrap().is_restored);
        let empty = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated></ListBucketResult>";
        assert_eq!(Page::read(empty), Some(Page::default()));
    }

    #[test]
    fn what_is_no_such_page_is_left_to_the_sdk() {
        let unencoded = PAGE.replace("<EncodingType>url</EncodingType>", "");
        let other = "<Error><Code>SlowDown</Code></Error>";
        for text in [&unencoded, &PAGE[..PAGE.len() / 2], &PAGE.replace("647", "many"), other, ""] {
            assert_eq!(Page::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_sdk_says_the_same() {
        let object = |key: &str, size| Object::builder().key(key).size(size);
        let status = RestoreStatus::builder()
            .is_restore_in_progress(false)
            .restore_expiry_date(DateTime::from_secs(1_743_465_600));
        let first = object("a/b+c%25.gz", 647).e_tag("\"d41d8\"").storage_class(ObjectStorageClass::Standard);
        let last = object("a/z", 1).storage_class(ObjectStorageClass::Glacier).restore_status(status.build());
        let output = ListObjectsV2Output::builder()
            .encoding_type(EncodingType::Url)
            .is_truncated(true)
            .next_continuation_token("1/x&y==")
            .contents(first.build())
            .contents(last.build())
            .common_prefixes(CommonPrefix::builder().prefix("a/m%C3%BC/").build());
        assert_eq!(Page::from(output.build()), page());
    }
}
