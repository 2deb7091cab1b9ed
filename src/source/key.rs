//! What the name of a log file says: account, region, day and kind of content.

use super::layout::{self, Layout};
use jiff::civil::Date;
use std::sync::Arc;

/// The name of an object within its archive, and what it says. Cheap to clone.
///
/// The text is the path relative to the archive that was asked for, with `/` between its parts; where the archive's
/// own path already runs through an `AWSLogs` folder, it begins at that folder. The same files give the same keys
/// from a bucket and from a folder. The order of keys is the byte order of their texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogKey(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Parts {
    text: String,
    /// Where in the text they stand.
    account: Option<Span>,
    region: Option<Span>,
    day: Option<Date>,
    folder: Folder,
}

/// Where a part of a text begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Span(usize, usize);

impl Span {
    /// Finds a part that was cut out of a text.
    fn of(part: &str, text: &str) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        text.get(start..start + part.len())?;
        Some(Self(start, start + part.len()))
    }
}

/// Which of the folders below an account an object lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Folder {
    /// `CloudTrail`: management and data events.
    CloudTrail,
    /// `CloudTrail-Insight`.
    Insight,
    /// `CloudTrail-NetworkActivity`.
    NetworkActivity,
    /// `CloudTrail-Aggregated`.
    Aggregated,
    /// `CloudTrail-Digest`.
    Digest,
    /// Something of another service.
    Foreign,
    /// Neither the path nor the name says it: only the content can tell.
    Unknown,
}

impl Folder {
    /// Reads the name of a folder below an account.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "CloudTrail" => Folder::CloudTrail,
            "CloudTrail-Insight" => Folder::Insight,
            "CloudTrail-NetworkActivity" => Folder::NetworkActivity,
            "CloudTrail-Aggregated" => Folder::Aggregated,
            "CloudTrail-Digest" => Folder::Digest,
            _ => Folder::Foreign,
        }
    }

    /// Says whether a trail writes log files with events here.
    pub(super) fn is_log(self) -> bool {
        matches!(self, Folder::CloudTrail | Folder::Insight | Folder::NetworkActivity)
    }
}

impl Folder {
    /// Returns the name used in coverage: the folder's own where it has one.
    pub fn name(self) -> &'static str {
        match self {
            Folder::CloudTrail => "CloudTrail",
            Folder::Insight => "CloudTrail-Insight",
            Folder::NetworkActivity => "CloudTrail-NetworkActivity",
            Folder::Aggregated => "CloudTrail-Aggregated",
            Folder::Digest => "CloudTrail-Digest",
            Folder::Foreign => "foreign",
            Folder::Unknown => "unknown",
        }
    }
}

impl LogKey {
    /// Reads what a key says. Never fails: what it does not say is `None`.
    ///
    /// Folders speak first; what they leave open comes from a file name of the form
    /// `{account}_CloudTrail_{region}_YYYYMMDDTHHmmZ…`, whose time is that of the delivery.
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let (folders, name) = layout::folders_and_name(&text);
        let layout = Layout::of(folders);
        let said = layout::FileName::parse(name);
        let account = layout.account.or(said.as_ref().map(|said| said.account));
        let region = layout.region.or(said.as_ref().map(|said| said.region));
        let [account, region] = [account, region].map(|part| Span::of(part?, &text));
        let day = layout.day().or(said.as_ref().map(|said| said.day));
        let folder = match layout.folder {
            Some("CloudTrail-Lake") if layout::is_lake_result(name) => Folder::Unknown,
            Some(folder) => Folder::of(folder),
            None => match said {
                Some(said) => said.folder,
                None if layout.account.is_some() && !name.is_empty() => Folder::Foreign,
                None => Folder::Unknown,
            },
        };
        Self(Arc::new(Parts { account, region, day, folder, text }))
    }

    /// Returns the key's text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Returns the account whose view of its events this is (`recipientAccountId`), 12 digits.
    pub fn account(&self) -> Option<&str> {
        self.0.account.map(|Span(start, end)| &self.0.text[start..end])
    }

    /// Returns the region; any lower-case name, not checked against a list.
    pub fn region(&self) -> Option<&str> {
        self.0.region.map(|Span(start, end)| &self.0.text[start..end])
    }

    /// Returns the day of publication (UTC), from the folders, else from the file name.
    pub fn day(&self) -> Option<Date> {
        self.0.day
    }

    /// Returns the kind of folder.
    pub fn folder(&self) -> Folder {
        self.0.folder
    }
}

/// Returns where the keys of an archive begin when its own path runs through an `AWSLogs` folder: that folder and
/// what follows it, ending in `/`. `path` is a folder's path with `/` between its parts.
pub(super) fn inherited(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.iter().rposition(|part| *part == layout::TREE) {
        Some(tree) => parts[tree..].join("/") + "/",
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn said(text: &str) -> (Option<String>, Option<String>, Option<Date>, Folder) {
        let key = LogKey::parse(text);
        assert_eq!(key.as_str(), text);
        (key.account().map(str::to_owned), key.region().map(str::to_owned), key.day(), key.folder())
    }

    fn full(region: &str, folder: Folder) -> (Option<String>, Option<String>, Option<Date>, Folder) {
        (Some("111122223333".into()), Some(region.into()), Some(date(2024, 1, 5)), folder)
    }

    #[test]
    fn an_account_trail_key_says_account_region_day_and_folder() {
        let key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01/05/x.json.gz";
        assert_eq!(said(key), full("eu-west-1", Folder::CloudTrail));
    }

    #[test]
    fn an_organisation_key_below_a_prefix_is_understood() {
        let key =
            "a/b/AWSLogs/o-abcde12345/111122223333/CloudTrail-Insight/eusc-de-east-1/2024/1/5/x.json.gz";
        assert_eq!(said(key), full("eusc-de-east-1", Folder::Insight));
    }

    #[test]
    fn a_control_tower_key_is_understood() {
        let key =
            "o-abcde12345/AWSLogs/o-abcde12345/111122223333/CloudTrail/us-isob-east-1/2024/01/05/x.json";
        assert_eq!(said(key), full("us-isob-east-1", Folder::CloudTrail));
    }

    #[test]
    fn a_folder_that_is_only_called_awslogs_does_not_hide_the_tree_below_it() {
        let key =
            "AWSLogs/copy/AWSLogs/111122223333/CloudTrail-NetworkActivity/us-east-1/2024/01/05/x.json.gz";
        assert_eq!(said(key), full("us-east-1", Folder::NetworkActivity));
    }

    #[test]
    fn a_bare_file_name_says_the_same_with_or_without_the_last_underscore() {
        for end in ["_AbCdEfGh12345678", "AbCdEfGh12345678"] {
            let key = format!("111122223333_CloudTrail_us-gov-east-1_20240105T2355Z{end}.json.gz");
            assert_eq!(said(&key), full("us-gov-east-1", Folder::CloudTrail));
        }
    }

    #[test]
    fn folders_speak_before_the_file_name() {
        let name = "444455556666_CloudTrail_us-east-1_20240106T0001Z_AbCdEfGh12345678.json.gz";
        let key = format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01/05/{name}");
        assert_eq!(said(&key), full("eu-west-1", Folder::CloudTrail));
    }

    #[test]
    fn digests_summaries_and_other_services_are_told_apart() {
        let folder = |key: &str| LogKey::parse(key).folder();
        assert_eq!(
            folder("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2024/01/05/x.json.gz"),
            Folder::Digest
        );
        assert_eq!(
            folder("AWSLogs/111122223333/CloudTrail-Aggregated/us-east-1/x.json.gz"),
            Folder::Aggregated
        );
        assert_eq!(folder("AWSLogs/111122223333/Config/us-east-1/2024/1/5/x.json.gz"), Folder::Foreign);
        assert_eq!(folder("AWSLogs/111122223333/ELBAccessLogTestFile"), Folder::Foreign);
        assert_eq!(folder("AWSLogs/aws-account-id=111122223333/CloudFront/x.gz"), Folder::Foreign);
        let digest = "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20240105T101112Z.json.gz";
        assert_eq!(folder(digest), Folder::Digest);
    }

    #[test]
    fn only_the_results_of_a_lake_query_are_left_to_their_content() {
        let query = "AWSLogs/111122223333/CloudTrail-Lake/Query/2024/01/05/some-id";
        assert_eq!(LogKey::parse(format!("{query}/result_12.csv.gz")).folder(), Folder::Unknown);
        assert_eq!(LogKey::parse(format!("{query}/result_sign.json")).folder(), Folder::Foreign);
    }

    #[test]
    fn what_a_key_does_not_say_stays_open() {
        assert_eq!(said("export/000000.gz"), (None, None, None, Folder::Unknown));
        assert_eq!(said("AWSLogs/111122223333/"), (Some("111122223333".into()), None, None, Folder::Unknown));
        let odd = "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/13/41/x.json.gz";
        assert_eq!(LogKey::parse(odd).day(), None);
        assert_eq!(LogKey::parse("1111_CloudTrail_us-east-1_20240105T0000Z_x.json").account(), None);
        assert_eq!(LogKey::parse("111122223333_CloudTrail_us-east-1_20241305T0000Z_x.json").day(), None);
        assert_eq!(said("").3, Folder::Unknown);
    }

    #[test]
    fn keys_begin_at_the_tree_when_the_archive_lies_inside_it() {
        assert_eq!(inherited("/data/AWSLogs/111122223333"), "AWSLogs/111122223333/");
        assert_eq!(inherited("AWSLogs/copy/AWSLogs/"), "AWSLogs/");
        assert_eq!(inherited("/data/logs"), "");
    }
}
