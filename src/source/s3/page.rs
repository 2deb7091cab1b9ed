//! Reads one page of a listing.

use crate::source::objects::decode_key;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object};

/// Returns the keys of a page, objects and folders in one order; folders come without an object.
pub(super) fn entries(page: &ListObjectsV2Output) -> Vec<(String, Option<&Object>)> {
    let prefixes = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix());
    let prefixes = prefixes.map(|prefix| (plain(page, prefix), None));
    let objects =
        page.contents().iter().filter_map(|object| Some((plain(page, object.key()?), Some(object))));
    let mut entries: Vec<_> = prefixes.chain(objects).collect();
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries
}

/// Returns the first and the last key of a page as the server has put them; folders where it has no objects.
pub(super) fn ends(page: &ListObjectsV2Output) -> Option<(String, String)> {
    let mut keys: Vec<&str> = page.contents().iter().filter_map(|object| object.key()).collect();
    if keys.is_empty() {
        keys = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).collect();
    }
    Some((plain(page, keys.first()?), plain(page, keys.last()?)))
}

fn plain(page: &ListObjectsV2Output, key: &str) -> String {
    match page.encoding_type() {
        Some(EncodingType::Url) => decode_key(key),
        _ => key.to_owned(),
    }
}

/// Returns what the next page is asked for with, unless this is the last one.
pub(super) fn token(page: &ListObjectsV2Output) -> Option<&str> {
    page.next_continuation_token().filter(|_| page.is_truncated() == Some(true))
}
