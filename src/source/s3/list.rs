//! Walks a bucket in the order of keys, a few listings ahead of what is taken.
//!
//! The walk is a queue of nodes in the order of keys: things already listed, and folders still to be listed. Folders
//! near the front are asked for in advance, as long as not too much is listed and not taken; when a page arrives, it takes
//! its folder's place in the queue. What one listing goes through, and how long ones are split, is left to [`super::folder`].

use super::answer::Answer;
use super::client::Client;
use super::folder::{Depth, Folder, Place, Seen};
use super::object::Object;
use super::page::{Attributes, Entry, Page};
use crate::source::known::Known;
use crate::source::plan::{Plan, Verdict, Visit};
use crate::source::{Error, LogKey, ReadFault, Skip};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Listing requests at the same time.
const LISTINGS_IN_FLIGHT: usize = 32;

/// Nodes from the front of the queue that are looked at.
const NODES_AHEAD: usize = 256;

/// The bound of what is listed and not yet taken. Only the first folder is listed whatever waits: it is what is needed.
const MOST_HELD: usize = 50_000;

/// Keys in a page.
const PAGE: usize = 1000;

/// What a listing finds.
#[derive(Debug)]
pub(super) enum Listed {
    Object(Object),
    Skipped { key: LogKey, reason: Skip },
    Fault { key: LogKey, fault: ReadFault },
}

/// A walk through a bucket.
pub(super) struct Listing {
    client: Client,
    plan: Plan,
    known: Arc<Known>,
    nodes: VecDeque<Node>,
    pages: FuturesUnordered<JoinHandle<Came>>,
    /// The first nodes are not as they were when they were last looked at.
    is_changed: bool,
    /// How much is listed and not taken.
    held: usize,
    last_id: u64,
}

enum Node {
    Ready(VecDeque<Listed>),
    Folder(Asked),
}

/// A folder to be listed, or the rest of one.
#[derive(Debug)]
struct Asked {
    id: u64,
    folder: Folder,
    is_asked: bool,
}

/// A page that came, or did not.
struct Came {
    id: u64,
    page: Result<Page, Answer>,
}

impl Listing {
    /// Asks for the first page, which shows whether the bucket can be listed at all, and where it is.
    pub async fn start(client: &Client, plan: Plan, known: Arc<Known>) -> Result<Self, Error> {
        let prefix = client.address.prefix.clone();
        let root = client.address.name(&prefix);
        let mut listing = Self {
            client: client.clone(),
            plan,
            known,
            nodes: VecDeque::new(),
            pages: FuturesUnordered::new(),
            is_changed: true,
            held: 0,
            last_id: 0,
        };
        let folder = match listing.plan.visit(&root) {
            Visit::Enter => Folder::new(&prefix, Depth::Level),
            Visit::Whole => Folder::new(&prefix, Depth::Whole),
            Visit::Prune => return Ok(listing),
            Visit::Skip(reason) => {
                let mut nodes = Vec::new();
                listing.push(&mut nodes, Listed::Skipped { key: LogKey::parse(root), reason });
                listing.nodes.extend(nodes);
                return Ok(listing);
            }
        };
        let mut page = client.list(&folder).await;
        if let Err(answer) = &page
            && client.settle(answer).await?
        {
            page = client.list(&folder).await;
        }
        let page = page.map_err(|answer| listing.error(answer))?;
        let children = listing.unfold(folder, page);
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
                    Some(listed) => {
                        self.held -= 1;
                        return Ok(Some(listed));
                    }
                    None => {
                        self.nodes.pop_front();
                        self.is_changed = true;
                    }
                },
                Some(Node::Folder(_)) => match self.pages.next().await {
                    Some(Ok(came)) => self.put(came)?,
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
        let mut is_first = true;
        for node in self.nodes.iter_mut().take(NODES_AHEAD) {
            let Node::Folder(asked) = node else { continue };
            let expected = self.held + PAGE * self.pages.len();
            let has_room = self.pages.len() < LISTINGS_IN_FLIGHT && expected < MOST_HELD;
            if !has_room && !is_first {
                return;
            }
            is_first = false;
            if !std::mem::replace(&mut asked.is_asked, true) {
                let (client, id, folder) = (self.client.clone(), asked.id, asked.folder.clone());
                self.pages.push(tokio::spawn(async move { Came { id, page: client.list(&folder).await } }));
            }
        }
    }

    /// Puts what a page holds in the place of its folder. A folder that cannot be listed is a fault among others.
    fn put(&mut self, came: Came) -> Result<(), Error> {
        self.is_changed = true;
        let is_it = |node: &Node| matches!(node, Node::Folder(asked) if asked.id == came.id);
        let Some(place) = self.nodes.iter().position(is_it) else { return Ok(()) };
        let rest = self.nodes.split_off(place + 1);
        let Some(Node::Folder(Asked { folder, .. })) = self.nodes.pop_back() else { return Ok(()) };
        let mut children = Vec::new();
        match came.page {
            Ok(page) => children = self.unfold(folder, page),
            Err(answer) if answer.is_fatal() => return Err(self.error(answer)),
            // Somebody may be allowed to list the folders but not what they lie in.
            Err(answer) if answer.is_denied() && folder.is_run() && folder.token.is_none() => {
                folder.into_members().into_iter().for_each(|member| self.push_folder(&mut children, member));
            }
            Err(answer) => {
                let key = self.client.address.folder_key(&folder.prefix);
                self.push(&mut children, Listed::Fault { key, fault: answer.fault("s3:ListBucket") });
            }
        }
        self.nodes.extend(children);
        self.nodes.extend(rest);
        Ok(())
    }

    /// Turns a page into nodes, objects and folders in one order, and what is left of the folder at the end.
    fn unfold(&mut self, folder: Folder, page: Page) -> Vec<Node> {
        let Page { entries, ends, token } = page;
        let (mut nodes, mut is_over, mut is_beside) = (Vec::new(), false, false);
        for Entry { full, object } in entries {
            match folder.place(&full) {
                Place::Before => continue,
                Place::Inside => {}
                Place::Behind => {
                    is_over = true;
                    break;
                }
            }
            let name = self.client.address.name(&full);
            is_beside = match object {
                Some(object) => {
                    self.judge(full, name, object, &mut nodes);
                    false
                }
                None => self.visit(&folder, (&full, name), is_beside, &mut nodes),
            };
        }
        if let Some((first, last)) = &ends {
            let token = token.as_deref().filter(|_| !is_over);
            let rest = folder.rest_behind(&Seen { first, last, token });
            rest.into_iter().for_each(|part| self.push_folder(&mut nodes, part));
        }
        nodes
    }

    /// Decides about a folder in a page; tells whether it is wanted whole, so that the next one can be listed with it.
    fn visit(
        &mut self,
        parent: &Folder,
        (full, name): (&str, String),
        is_beside: bool,
        nodes: &mut Vec<Node>,
    ) -> bool {
        let visit = if parent.depth == Depth::Level { self.plan.visit(&name) } else { Visit::Whole };
        match visit {
            Visit::Whole => {
                let is_joined = match nodes.last_mut() {
                    Some(Node::Folder(asked)) if is_beside => asked.folder.join(&parent.prefix, full),
                    _ => false,
                };
                if !is_joined {
                    self.push_folder(nodes, Folder::new(full, Depth::Whole));
                }
            }
            Visit::Enter => self.push_folder(nodes, Folder::new(full, Depth::Level)),
            Visit::Skip(reason) => self.push(nodes, Listed::Skipped { key: LogKey::parse(name), reason }),
            Visit::Prune => {}
        }
        visit == Visit::Whole
    }

    fn judge(&mut self, full: String, name: String, object: Attributes, nodes: &mut Vec<Node>) {
        let size = object.size.unwrap_or(0);
        let key = LogKey::parse(name);
        match self.plan.judge(&key, size) {
            Verdict::Prune => {}
            Verdict::Skip(reason) => self.push(nodes, Listed::Skipped { key, reason }),
            Verdict::Read => {
                self.known.add(1, size);
                self.push(nodes, Listed::Object(Object::listed(key, full, object)));
            }
        }
    }

    fn push_folder(&mut self, nodes: &mut Vec<Node>, folder: Folder) {
        self.last_id += 1;
        nodes.push(Node::Folder(Asked { id: self.last_id, folder, is_asked: false }));
    }

    fn push(&mut self, nodes: &mut Vec<Node>, item: Listed) {
        self.held += 1;
        match nodes.last_mut() {
            Some(Node::Ready(listed)) => listed.push_back(item),
            _ => nodes.push(Node::Ready([item].into())),
        }
    }

    fn error(&self, answer: Answer) -> Error {
        self.client.error(answer)
    }
}
