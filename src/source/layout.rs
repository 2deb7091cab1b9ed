//! The layouts in which trails write: the folders from `AWSLogs` down to a day, and the names of log files.

use super::key::Folder;
use jiff::civil::Date;

/// The folder that every trail writes below.
pub(super) const TREE: &str = "AWSLogs";

/// The folders of most log files are no more.
const USUAL_PARTS: usize = 8;

/// What the folders of a path say. Folders are read from the top; the first that fits nothing ends the reading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout<'a> {
    /// The path runs through an `AWSLogs` folder that is followed by what a trail writes, or ends there.
    pub is_tree: bool,
    pub account: Option<&'a str>,
    pub folder: Option<&'a str>,
    pub region: Option<&'a str>,
    pub year: Option<i16>,
    pub month: Option<i8>,
    day: Option<i8>,
    /// Every folder was understood.
    pub is_complete: bool,
}

impl<'a> Layout<'a> {
    /// Reads the folders of a path, given without the `/` at its end.
    pub fn of(folders: &'a str) -> Self {
        let parts = split(folders, b'/');
        let mut found = Self::default();
        for (index, _) in parts.iter().enumerate().filter(|(_, part)| **part == TREE) {
            let layout = Self::below(&parts[index + 1..]);
            if layout.account.is_some() || layout.folder.is_some() {
                return layout;
            }
            if layout.is_complete {
                found = layout;
            }
        }
        found
    }

    /// Reads what follows an `AWSLogs` folder.
    fn below(parts: &[&'a str]) -> Self {
        let mut layout = Self { is_tree: true, ..Self::default() };
        let mut rest = parts.iter().copied().peekable();
        rest.next_if(|part| is_organisation(part));
        if let Some(hive) = rest.next_if(|part| part.starts_with("aws-account-id=")) {
            layout.folder = Some(hive);
            return layout;
        }
        layout.account = rest.next_if(|part| is_account(part));
        if layout.account.is_some() {
            layout.folder = rest.next();
        }
        if layout.folder.is_some() {
            layout.region = rest.next_if(|part| is_region(part));
            layout.year = rest.next_if(|part| part.len() == 4 && is_digits(part)).and_then(number);
        }
        if layout.year.is_some() {
            layout.month = rest.next_if(|part| is_between(part, 12)).and_then(number);
        }
        if layout.month.is_some() {
            layout.day = rest.next_if(|part| is_between(part, 31)).and_then(number);
        }
        layout.is_complete = rest.next().is_none();
        layout
    }

    /// Returns the day, where the folders name one that the calendar has.
    pub fn day(&self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day?).ok() // the 31st of a short month says nothing
    }
}

/// What a trail's file name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    pub account: &'a str,
    pub folder: Folder,
    pub region: &'a str,
    pub day: Date,
}

impl<'a> FileName<'a> {
    /// Reads `{account}_{folder}_{region}_YYYYMMDDTHHmm…`; a digest has the names of its trail and its home region
    /// between the region and the time. Returns `None` for a name of another form.
    pub fn parse(name: &'a str) -> Option<Self> {
        let parts = split(name, b'_');
        let mut parts = parts.iter().copied();
        let account = parts.next().filter(|part| is_account(part))?;
        let folder = Folder::of(parts.next()?);
        let region = parts.next().filter(|part| is_region(part))?;
        let day = match folder {
            Folder::Foreign => None,
            Folder::Digest => parts.rev().find_map(day_of),
            _ => parts.next().and_then(day_of),
        }?;
        Some(Self { account, folder, region, day })
    }
}

/// Reads the day of `YYYYMMDDTHHmmZ`, with or without seconds, whatever follows.
fn day_of(part: &str) -> Option<Date> {
    let (day, time) = part.split_at_checked(8)?;
    let time = time.strip_prefix('T')?;
    let digits = time.bytes().take_while(u8::is_ascii_digit).count();
    if !is_digits(day) || !matches!(digits, 4 | 6) || !time[digits..].starts_with('Z') {
        return None;
    }
    Date::new(number(&day[..4])?, number(&day[4..6])?, number(&day[6..])?).ok() // no such day: says nothing
}

/// Splits a path into its folders and its name: at the last `/`.
pub(super) fn folders_and_name(path: &str) -> (&str, &str) {
    match memchr::memrchr(b'/', path.as_bytes()) {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => ("", path),
    }
}

/// Splits a text at an ASCII character: what `str::split` does, for names that are many.
fn split(text: &str, at: u8) -> Vec<&str> {
    let mut parts = Vec::with_capacity(USUAL_PARTS);
    let mut start = 0;
    for end in memchr::memchr_iter(at, text.as_bytes()) {
        parts.push(&text[start..end]);
        start = end + 1;
    }
    parts.push(&text[start..]);
    parts
}

/// Says whether a file name is that of a part of a CloudTrail Lake export, `result_N.csv.gz`.
pub(super) fn is_lake_result(name: &str) -> bool {
    name.strip_prefix("result_").and_then(|rest| rest.strip_suffix(".csv.gz")).is_some_and(is_digits)
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && is_digits(part)
}

fn is_organisation(part: &str) -> bool {
    part.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Region names are not checked against a list: new ones come, and some partitions have forms of their own.
fn is_region(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_lowercase())
        && part.contains('-')
        && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_between(part: &str, last: u8) -> bool {
    part.len() <= 2 && is_digits(part) && number::<u8>(part).is_some_and(|value| (1..=last).contains(&value))
}

/// Reads a number of digits that were checked to be digits; `None` when it does not fit.
fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_ends_inside_the_tree_is_complete_as_far_as_it_goes() {
        let layout = Layout::of("p/AWSLogs/o-abcde12345/111122223333/CloudTrail/us-east-1/2024/03");
        assert!(layout.is_complete && layout.is_tree);
        assert_eq!((layout.year, layout.month, layout.day()), (Some(2024), Some(3), None));
        assert!(Layout::of("p/AWSLogs").is_complete);
        assert!(Layout::of("AWSLogs/o-abcde12345").is_complete);
        assert!(!Layout::of("p/logs").is_tree);
        assert!(!Layout::of("AWSLogs/else").is_complete);
    }

    #[test]
    fn a_folder_that_fits_nothing_ends_the_reading() {
        let layout = Layout::of("AWSLogs/111122223333/CloudTrail/us-east-1/copy/2024/03");
        assert!(!layout.is_complete);
        assert_eq!((layout.region, layout.year), (Some("us-east-1"), None));
    }

    #[test]
    fn a_layout_without_region_folders_still_says_the_day() {
        let layout = Layout::of("AWSLogs/111122223333/CloudTrail/2024/2/29");
        assert_eq!(layout.day(), Some(jiff::civil::date(2024, 2, 29)));
    }

    #[test]
    fn names_of_another_form_say_nothing() {
        for name in [
            "111122223333_CloudTrail_us-east-1_20240105",
            "111122223333_Config_us-east-1_20240105T0000Z_x.json.gz",
            "111122223333_CloudTrail_US_20240105T0000Z_x.json.gz",
            "é11122223333_CloudTrail_us-east-1_20240105T0000Z",
            "111122223333_CloudTrail_us-east-1_2024010ééT0000Z",
        ] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
    }
}
