//! Reads one page of a listing.

use crate::source::objects::decode_key;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object};

/// Returns the keys of a page, objects and folders in one order; folders come without an object.
pub(super) fn entries(page: &ListObjectsV2Output) -> Vec<(String, Option<&Object>)> {
    let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
    let plain = |key: &str| if is_encoded { decode_key(key) } else { key.to_owned() };
    let prefixes = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).map(plain);
    let objects = page.contents().iter().filter_map(|object| Some((plain(object.key()?), Some(object))));
    let mut entries: Vec<_> = prefixes.map(|prefix| (prefix, None)).chain(objects).collect();
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries
}

/// Returns what the next page is asked for with, unless this is the last one.
pub(super) fn token(page: &ListObjectsV2Output) -> Option<&str> {
    page.next_continuation_token().filter(|_| page.is_truncated() == Some(true))
}
