//! The regions there are, and names that are none of them.

use std::fmt;

/// The regions of all partitions, as botocore lists them (`partitions.json`, November 2026).
const KNOWN: [&str; 46] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// The name of a region that is not among the known ones. It need not be wrong: AWS adds regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRegion {
    name: String,
}

impl UnknownRegion {
    /// Returns the name when no known region has it. `aws-global` and its kin are the SDK's own names for endpoints
    /// that have no region.
    pub fn find(name: &str) -> Option<Self> {
        let is_global = name.starts_with("aws-") && name.ends_with("global");
        let is_known = is_global || KNOWN.contains(&name);
        (!is_known).then(|| Self { name: name.to_owned() })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether a region could be called like that: two or more words and a number, `us-gov-east-1`.
    pub fn is_possible(&self) -> bool {
        let parts: Vec<&str> = self.name.split('-').collect();
        let Some((number, words)) = parts.split_last() else { return false };
        let is_word = |word: &&str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        words.len() >= 2
            && words.iter().all(is_word)
            && matches!(number.len(), 1 | 2)
            && number.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the known region whose name is closest, unless more than half of the name had to change.
    pub fn closest(&self) -> Option<&'static str> {
        let name = self.name.to_ascii_lowercase().replace(['_', ' '], "-");
        let edits = |known: &&str| strsim::osa_distance(known, &name);
        KNOWN.into_iter().min_by_key(edits).filter(|known| edits(known) <= name.chars().count() / 2)
    }

    /// Returns how a sentence about it goes on: with the closest known region, or what names look like.
    pub(super) fn advice(&self) -> String {
        match self.closest() {
            Some(closest) => format!("; did you mean `{closest}`?"),
            None => ", which looks like `us-east-1`".to_owned(),
        }
    }
}

impl fmt::Display for UnknownRegion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is no region known here{}", self.name, self.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closest(name: &str) -> Option<&'static str> {
        UnknownRegion::find(name).unwrap().closest()
    }

    #[test]
    fn known_regions_are_sorted_and_could_be_regions() {
        assert!(KNOWN.is_sorted());
        for name in KNOWN {
            assert_eq!(UnknownRegion::find(name), None);
            assert!(UnknownRegion { name: name.to_owned() }.is_possible(), "{name}");
        }
        assert_eq!(UnknownRegion::find("aws-us-gov-global"), None);
    }

    #[test]
    fn a_region_that_may_come_is_possible() {
        for (name, is_possible) in [
            ("us-wset-1", true),
            ("eusc-fr-north2-12", true),
            ("", false),
            ("us-east", false),
            ("east-1", false),
            ("us-east-1a", false),
            ("us-east-123", false),
            ("us--east-1", false),
            ("US-EAST-1", false),
            ("us_east_1", false),
            ("us-east-1.example.com", false),
        ] {
            assert_eq!(UnknownRegion::find(name).unwrap().is_possible(), is_possible, "{name}");
        }
    }

    #[test]
    fn slips_find_the_region_that_was_meant() {
        assert_eq!(closest("us-wset-1"), Some("us-west-1"));
        assert_eq!(closest("EU_CENTRAL_1"), Some("eu-central-1"));
        assert_eq!(closest("eu-central-1b"), Some("eu-central-1"));
        assert_eq!(closest("useast1"), Some("us-east-1"));
        assert_eq!(closest("Frankfurt"), None);
        assert_eq!(closest(""), None);
    }
}
