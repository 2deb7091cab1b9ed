//! What one listing goes through: a folder, its rest, or a run of folders side by side; and how a long one is split by
//! what was seen of it, so that many can be under way at once without many more requests.
//!
//! A run of folders that all are wanted (the days of a month, say) is one listing that starts in front of the first and
//! ends behind the last: a quiet region costs one request, not one a day. Where a page does not get out of a folder, the
//! run is cut in halves. All that is decided depends on pages alone and never on time, so that the same archive costs
//! the same requests whenever it is listed.
//!
//! S3 lists in the byte order of keys. Servers that keep folders as folders list in the order of a tree, where `a/b` comes
//! before `a-c`: what is taken for listed already must be so in both orders.

/// Pages of one folder after which what is left of it is split at the folders inside.
const PAGES_BEFORE_SPLIT: u32 = 8;

/// A run is cut in halves, too, when about so many pages are left of it.
const PAGES_PER_HALF: usize = 8;

/// Part of a bucket that is listed page after page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folder {
    /// What its keys begin with.
    pub prefix: String,
    pub depth: Depth,
    /// Of a run, the folders; otherwise empty.
    members: Vec<String>,
    /// Everything up to this key has been listed already.
    after: Option<String>,
    pub token: Option<String>,
    pages: u32,
}

/// How far down a listing goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Depth {
    /// One level: folders in it are decided about.
    #[default]
    Level,
    /// One level, and folders in it are taken whole.
    LevelOfWhole,
    /// All that lies below.
    Whole,
}

/// What one page showed of a folder.
pub(super) struct Seen<'a> {
    pub first: &'a str,
    pub last: &'a str,
    /// Where the next page begins; `None` for the last one.
    pub token: Option<&'a str>,
}

impl Folder {
    pub fn new(prefix: &str, depth: Depth) -> Self {
        Self { prefix: prefix.to_owned(), depth, ..Self::default() }
    }

    /// Returns what follows a key in a folder.
    fn rest(prefix: &str, depth: Depth, after: &str) -> Self {
        Self { after: Some(after.to_owned()), ..Self::new(prefix, depth) }
    }

    /// Returns a run of whole folders side by side in `prefix`.
    fn run(prefix: &str, members: &[String]) -> Self {
        match members {
            [only] => Self::new(only, Depth::Whole),
            _ => Self { members: members.to_vec(), ..Self::new(prefix, Depth::Whole) },
        }
    }

    /// Adds the folder that follows a whole one, or a run, of the same parent. Nothing may lie between them, and not where
    /// it comes first in the order of a tree: a run must start in front of all its folders.
    pub fn join(&mut self, parent: &str, next: &str) -> bool {
        let is_fresh = self.depth == Depth::Whole && self.token.is_none() && self.after.is_none();
        let last = self.members.last().unwrap_or(&self.prefix);
        let is_behind = in_tree(last).lt(in_tree(next));
        if !is_fresh || self.pages > 0 || !next.starts_with(parent) || !is_behind {
            return false;
        }
        if self.members.is_empty() {
            if parent_of(&self.prefix) != Some(parent) {
                return false;
            }
            self.members.push(std::mem::replace(&mut self.prefix, parent.to_owned()));
        }
        if self.prefix != parent {
            return false;
        }
        self.members.push(next.to_owned());
        true
    }

    /// Returns the key behind which the first page is to start.
    pub fn start(&self) -> Option<String> {
        self.after.clone().or_else(|| self.members.first().map(|first| before(first)))
    }

    /// Tells where a key or a folder of a page stands: servers may begin a little early, and pages end where they like.
    pub fn place(&self, entry: &str) -> Place {
        let is_before = |after: &str| entry <= after && in_tree(entry).le(in_tree(after));
        let is_listed = self.after.as_deref().is_some_and(is_before);
        // A level holds folders of its own only, whatever a server gives that was asked to start deep inside.
        let inside = entry.strip_prefix(self.prefix.as_str()).unwrap_or_default().trim_end_matches('/');
        if is_listed || self.depth != Depth::Whole && inside.contains('/') {
            return Place::Before;
        }
        let Some(last) = self.members.last() else { return Place::Inside };
        let member = self.members[..self.position(entry)].last();
        match member {
            Some(member) if entry.starts_with(member.as_str()) => Place::Inside,
            _ if entry > last.as_str() && in_tree(entry).gt(in_tree(last)) => Place::Behind,
            _ => Place::Before,
        }
    }

    /// Returns how many folders of a run begin up to a key.
    fn position(&self, key: &str) -> usize {
        self.members.partition_point(|member| member.as_str() <= key)
    }

    /// Returns the folders of a run, to be listed one by one.
    pub fn into_members(self) -> Vec<Folder> {
        self.members.iter().map(|member| Self::new(member, Depth::Whole)).collect()
    }

    /// Tells whether it is a run of several folders.
    pub fn is_run(&self) -> bool {
        !self.members.is_empty()
    }

    /// Returns what is left after a page, in the order of keys.
    pub fn rest_behind(mut self, seen: &Seen<'_>) -> Vec<Folder> {
        let Some(token) = seen.token else { return Vec::new() };
        self.pages += 1;
        self.token = Some(token.to_owned());
        match self.depth {
            Depth::Whole if self.is_run() => self.split_run(seen),
            Depth::Whole if self.pages >= PAGES_BEFORE_SPLIT => self.split_at(seen.last),
            _ => vec![self],
        }
    }

    fn split_run(mut self, seen: &Seen<'_>) -> Vec<Folder> {
        let [first, last] = [seen.first, seen.last].map(|key| self.position(key).saturating_sub(1));
        let left = self.members.len() - last - 1;
        if left == 0 {
            // What is left of the last folder is listed as any other folder is.
            let depth = Depth::Whole;
            return vec![Self::rest(&self.members[last], depth, seen.last)];
        }
        let middle = last + 1 + left.div_ceil(2);
        if first == last {
            let mut parts = vec![Self::rest(&self.members[last], Depth::Whole, seen.last)];
            let halves = [&self.members[last + 1..middle], &self.members[middle..]];
            let halves = halves.into_iter().filter(|half| !half.is_empty());
            parts.extend(halves.map(|half| Self::run(&self.prefix, half)));
            return parts;
        }
        if left > PAGES_PER_HALF * (last - first) {
            let second = Self::run(&self.prefix, &self.members[middle..]);
            self.members.truncate(middle);
            return vec![self, second];
        }
        vec![self]
    }

    /// Splits at the folders that the last key lies in: what is left of the innermost one, and what follows on each level.
    fn split_at(self, last: &str) -> Vec<Folder> {
        let mut levels: Vec<&str> = last[self.prefix.len()..]
            .match_indices('/')
            .map(|(at, _)| &last[..=self.prefix.len() + at])
            .collect();
        let Some(innermost) = levels.pop() else { return vec![self] };
        let mut parts = vec![Self::rest(innermost, Depth::Whole, last)];
        let above = levels.into_iter().rev().chain([self.prefix.as_str()]);
        parts.extend(above.map(|level| Self::rest(level, Depth::LevelOfWhole, last)));
        parts
    }
}

/// Where an entry of a page stands to the folder it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    Inside,
    Behind,
}

/// Returns a text that sorts shortly before all keys in a folder, and behind all those in another one whose name is less
/// in its last letter. The folder's own name would do for S3, but there are servers that then leave the folder out.
fn before(folder: &str) -> String {
    let name = folder.trim_end_matches('/');
    let mut before = name.to_owned();
    match before.pop() {
        Some(last @ '!'..='~') => format!("{before}{}~", char::from(last as u8 - 1)),
        _ => before,
    }
}

/// Returns the letters of a key such that they compare as in the order of a tree.
fn in_tree(key: &str) -> impl Iterator<Item = u8> {
    key.bytes().map(|byte| if byte == b'/' { 0 } else { byte })
}

fn parent_of(folder: &str) -> Option<&str> {
    let inner = folder.strip_suffix('/')?;
    Some(inner.rfind('/').map_or("", |slash| &inner[..=slash]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: usize) -> Folder {
        let mut run = Folder::new("m/01/", Depth::Whole);
        for day in 2..=count {
            assert!(run.join("m/", &format!("m/{day:02}/")));
        }
        run
    }

    fn seen<'a>(first: &'a str, last: &'a str) -> Seen<'a> {
        Seen { first, last, token: Some("t") }
    }

    fn named(parts: &[Folder]) -> Vec<String> {
        let name = |part: &Folder| match part.members.as_slice() {
            [] => format!("{}>{}", part.prefix, part.after.as_deref().unwrap_or_default()),
            [first, .., last] => format!("{first}..{last}"),
            [_] => unreachable!("a run of one"),
        };
        parts.iter().map(name).collect()
    }

    #[test]
    fn a_run_starts_in_front_of_its_first_folder_and_ends_behind_its_last() {
        let run = days(3);
        assert_eq!((run.prefix.as_str(), run.start().as_deref()), ("m/", Some("m/00~")));
        assert_eq!(run.place("m/01.json"), Place::Before);
        assert_eq!(run.place("m/01/"), Place::Inside);
        assert_eq!(run.place("m/03/x"), Place::Inside);
        assert_eq!(run.place("m/03x"), Place::Behind);
        assert!(!days(2).join("n/", "n/01/"));
        assert_eq!([before("p/a/"), before("p/ä/"), before("/")], ["p/`~", "p/", ""]);
        let level = Folder::new("p/", Depth::Level);
        assert_eq!([level.place("p/a/"), level.place("p/a/b/")], [Place::Inside, Place::Before]);
    }

    #[test]
    fn what_only_one_order_puts_in_front_is_not_taken_for_listed() {
        let rest = Folder::rest("p/", Depth::LevelOfWhole, "p/CloudTrail/eu/x");
        assert_eq!(rest.place("p/CloudTrail-Insight/"), Place::Inside);
        assert_eq!([rest.place("p/CloudTrail/"), rest.place("p/A/")], [Place::Before, Place::Before]);
        let mut folder = Folder::new("p/CloudTrail-Insight/", Depth::Whole);
        assert!(!folder.join("p/", "p/CloudTrail/"));
        assert!(folder.join("p/", "p/Config/"));
        assert_eq!(folder.place("p/CloudTrail/x"), Place::Before);
    }

    #[test]
    fn a_run_whose_page_reaches_over_several_folders_goes_on() {
        let parts = days(9).rest_behind(&seen("m/01/a", "m/03/c"));
        assert_eq!((named(&parts), parts[0].token.as_deref()), (vec!["m/01/..m/09/".into()], Some("t")));
        let parts = days(30).rest_behind(&seen("m/01/a", "m/03/c"));
        assert_eq!(named(&parts), ["m/01/..m/17/", "m/18/..m/30/"]);
        assert_eq!(parts[1].token, None);
    }

    #[test]
    fn a_run_whose_page_stays_in_one_folder_is_cut_in_halves_behind_it() {
        let parts = days(7).rest_behind(&seen("m/02/a", "m/02/z"));
        assert_eq!(named(&parts), ["m/02/>m/02/z", "m/03/..m/05/", "m/06/..m/07/"]);
        let parts = days(2).rest_behind(&seen("m/01/a", "m/01/z"));
        assert_eq!(named(&parts), ["m/01/>m/01/z", "m/02/>"]);
        let parts = days(2).rest_behind(&seen("m/01/a", "m/02/z"));
        assert_eq!(named(&parts), ["m/02/>m/02/z"]);
    }

    #[test]
    fn a_long_folder_is_split_at_the_folders_its_last_key_lies_in() {
        let mut folder = Folder::new("p/", Depth::Whole);
        for _ in 1..PAGES_BEFORE_SPLIT {
            folder = folder.rest_behind(&seen("p/a", "p/a/b/c")).remove(0);
        }
        let parts = folder.clone().rest_behind(&seen("p/a", "p/a/b/c"));
        assert_eq!(named(&parts), ["p/a/b/>p/a/b/c", "p/a/>p/a/b/c", "p/>p/a/b/c"]);
        assert_eq!(parts[2].depth, Depth::LevelOfWhole);
        let flat = folder.rest_behind(&seen("p/a", "p/c"));
        assert_eq!((flat.len(), flat[0].token.as_deref()), (1, Some("t")));
    }
}
