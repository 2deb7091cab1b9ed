//! Walks a bucket in the order of keys, a few listings ahead of what is taken.
//!
//! The walk is a queue of nodes in the order of keys: things already listed, and folders still to be listed. Folders
//! near the front are asked for in advance; when a page arrives, it takes its folder's place in the queue.

use super::answer::Answer;
use super::client::Client;
use crate::source::known::Known;
use crate::source::plan::{Plan, Verdict, Visit};
use crate::source::{Error, LogKey, ReadFault, Skip};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, ObjectStorageClass};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Listing requests at the same time.
const LISTINGS_IN_FLIGHT: usize = 16;

/// Nodes from the front of the queue that are looked at: the bound of what is listed and not yet taken.
const NODES_AHEAD: usize = 64;

/// What a listing finds.
#[derive(Debug)]
pub(super) enum Listed {
    Object(Object),
    Skipped { key: LogKey, reason: Skip },
    Fault { key: LogKey, fault: ReadFault },
}

/// An object to be read.
#[derive(Debug)]
pub(super) struct Object {
    pub key: LogKey,
    /// Its key in the bucket.
    pub full: String,
    pub size: u64,
    /// The storage class that it has to be restored from first.
    pub archived: Option<String>,
}

/// A walk through a bucket.
pub(super) struct Listing {
    client: Client,
    plan: Plan,
    known: Arc<Known>,
    nodes: VecDeque<Node>,
    pages: FuturesUnordered<JoinHandle<Page>>,
    /// The first nodes are not as they were when they were last looked at.
    is_changed: bool,
    last_id: u64,
}

enum Node {
    Ready(VecDeque<Listed>),
    Folder(Folder),
}

/// A folder to be listed, or the rest of one.
#[derive(Debug)]
struct Folder {
    id: u64,
    prefix: String,
    is_whole: bool,
    token: Option<String>,
    is_asked: bool,
}

struct Page {
    id: u64,
    result: Result<ListObjectsV2Output, Answer>,
}

impl Listing {
    /// Asks for the first page, which shows whether the bucket can be listed at all, and where it is.
    pub async fn start(client: &mut Client, plan: Plan, known: Arc<Known>) -> Result<Self, Error> {
        let prefix = client.address.prefix.clone();
        let root = client.address.name(&prefix);
        let mut listing = Self {
            client: client.clone(),
            plan,
            known,
            nodes: VecDeque::new(),
            pages: FuturesUnordered::new(),
            is_changed: true,
            last_id: 0,
        };
        let mut nodes = Vec::new();
        listing.visit(&prefix, &root, &mut nodes);
        let mut folder = match nodes.pop() {
            Some(Node::Folder(folder)) => folder,
            passed_over => {
                listing.nodes.extend(passed_over);
                return Ok(listing);
            }
        };
        let mut page = client.list(&prefix, folder.is_whole, None).await;
        if let Err(answer) = &page
            && client.settle(answer).await?
        {
            listing.client = client.clone();
            page = client.list(&prefix, folder.is_whole, None).await;
        }
        let page = page.map_err(|answer| listing.error(answer))?;
        folder.is_asked = true;
        let children = listing.unfold(folder, &page);
        listing.nodes.extend(children);
        Ok(listing)
    }

    /// Returns what comes next in the order of keys.
    pub async fn next(&mut self) -> Result<Option<Listed>, Error> {
        loop {
            self.ask_ahead();
            match self.nodes.front_mut() {
                None => return Ok(None),
                Some(Node::Ready(listed)) => match listed.pop_front() {
                    Some(listed) => return Ok(Some(listed)),
                    None => {
                        self.nodes.pop_front();
                        self.is_changed = true;
                    }
                },
                Some(Node::Folder(_)) => match self.pages.next().await {
                    Some(Ok(page)) => self.put(page)?,
                    Some(Err(error)) => return Err(self.error(Answer::broken(error.to_string()))),
                    None => return Err(self.error(Answer::broken("a listing was never asked for"))),
                },
            }
        }
    }

    /// Asks for pages of folders near the front.
    fn ask_ahead(&mut self) {
        if !std::mem::take(&mut self.is_changed) {
            return;
        }
        for node in self.nodes.iter_mut().take(NODES_AHEAD) {
            if self.pages.len() >= LISTINGS_IN_FLIGHT {
                return;
            }
            if let Node::Folder(folder) = node
                && !std::mem::replace(&mut folder.is_asked, true)
            {
                let (client, id, is_whole) = (self.client.clone(), folder.id, folder.is_whole);
                let (prefix, token) = (folder.prefix.clone(), folder.token.take());
                self.pages.push(tokio::spawn(async move {
                    Page { id, result: client.list(&prefix, is_whole, token).await }
                }));
            }
        }
    }

    /// Puts what a page holds in the place of its folder. A folder that cannot be listed is a fault among others.
    fn put(&mut self, page: Page) -> Result<(), Error> {
        self.is_changed = true;
        let is_it = |node: &Node| matches!(node, Node::Folder(folder) if folder.id == page.id);
        let Some(place) = self.nodes.iter().position(is_it) else { return Ok(()) };
        let rest = self.nodes.split_off(place + 1);
        let Some(Node::Folder(folder)) = self.nodes.pop_back() else { return Ok(()) };
        match page.result {
            Ok(output) => {
                let children = self.unfold(folder, &output);
                self.nodes.extend(children);
            }
            Err(answer) if answer.is_fatal() => return Err(self.error(answer)),
            Err(answer) => {
                let key = self.client.address.folder_key(&folder.prefix);
                let fault = answer.fault("s3:ListBucket");
                self.nodes.push_back(Node::Ready([Listed::Fault { key, fault }].into()));
            }
        }
        self.nodes.extend(rest);
        Ok(())
    }

    /// Turns a page into nodes, objects and folders in one order, and what is left of the folder at the end.
    fn unfold(&mut self, folder: Folder, page: &ListObjectsV2Output) -> Vec<Node> {
        let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
        let plain = |key: &str| if is_encoded { decode(key) } else { key.to_owned() };
        let prefixes = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).map(plain);
        let objects = page.contents().iter().filter_map(|object| Some((plain(object.key()?), Some(object))));
        let mut entries: Vec<_> = prefixes.map(|prefix| (prefix, None)).chain(objects).collect();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        let mut nodes = Vec::new();
        for (full, object) in entries {
            let name = self.client.address.name(&full);
            match object {
                None => self.visit(&full, &name, &mut nodes),
                Some(object) => self.judge(full, name, object, &mut nodes),
            }
        }
        if let Some(token) = page.next_continuation_token().filter(|_| page.is_truncated() == Some(true)) {
            let id = self.new_id();
            nodes.push(Node::Folder(Folder { id, token: Some(token.to_owned()), is_asked: false, ..folder }));
        }
        nodes
    }

    fn visit(&mut self, full: &str, name: &str, nodes: &mut Vec<Node>) {
        let is_whole = match self.plan.visit(name) {
            Visit::Enter => false,
            Visit::Whole => true,
            Visit::Skip(reason) => return push(nodes, Listed::Skipped { key: LogKey::parse(name), reason }),
            Visit::Prune => return,
        };
        let id = self.new_id();
        nodes.push(Node::Folder(Folder {
            id,
            prefix: full.to_owned(),
            is_whole,
            token: None,
            is_asked: false,
        }));
    }

    fn judge(&self, full: String, name: String, object: &aws_sdk_s3::types::Object, nodes: &mut Vec<Node>) {
        let size = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
        let key = LogKey::parse(name);
        match self.plan.judge(&key, size) {
            Verdict::Prune => {}
            Verdict::Skip(reason) => push(nodes, Listed::Skipped { key, reason }),
            Verdict::Read => {
                self.known.add(1, size);
                push(nodes, Listed::Object(Object { key, full, size, archived: archived_class(object) }));
            }
        }
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn error(&self, answer: Answer) -> Error {
        self.client.error(answer)
    }
}

fn push(nodes: &mut Vec<Node>, item: Listed) {
    match nodes.last_mut() {
        Some(Node::Ready(listed)) => listed.push_back(item),
        _ => nodes.push(Node::Ready([item].into())),
    }
}

/// Returns the class of an object that cannot be read before it is restored. A restored copy can.
fn archived_class(object: &aws_sdk_s3::types::Object) -> Option<String> {
    let class = object.storage_class()?;
    let is_archive = matches!(class, ObjectStorageClass::Glacier | ObjectStorageClass::DeepArchive);
    let is_restored = object.restore_status().is_some_and(|status| {
        status.is_restore_in_progress() != Some(true) && status.restore_expiry_date().is_some()
    });
    (is_archive && !is_restored).then(|| class.as_str().to_owned())
}

/// Undoes the encoding of keys in a listing: `+` is a space, `%` stands before two hexadecimal digits.
fn decode(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(hexadecimal);
        bytes.push(match (first, escaped) {
            (_, Some(byte)) => byte,
            (b'+', None) => b' ',
            (byte, None) => *byte,
        });
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*digits.first()?)?, digit(*digits.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_keys_are_read_back() {
        assert_eq!(decode("copy+of+log+%281%29%2B.json.gz"), "copy of log (1)+.json.gz");
        assert_eq!(decode("%C3%A4/100%25"), "ä/100%");
        assert_eq!(decode("50%"), "50%");
        assert_eq!(decode("%zz"), "%zz");
    }
}
