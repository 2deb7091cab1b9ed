//! Which keys the open objects have named already: of two equal ones the later counts.

use super::NodeId;

/// Tells objects apart; given once, also over many texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Serial(u64);

/// Where a key leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) node: NodeId,
    /// Whether it is more than one step.
    pub(super) is_dotted: bool,
}

/// The wanted keys seen so far.
#[derive(Debug, Default)]
pub(super) struct SeenKeys {
    last: Serial,
    /// For every node the object that named it last. While an object is open, only its own keys can name the nodes
    /// one step below its own, so a table is enough.
    by_node: Vec<Seen>,
    /// The keys with dots of the open objects, innermost last: objects further in can name their nodes too.
    dotted: Vec<(NodeId, Seen)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    object: Serial,
    value_at: usize,
}

impl SeenKeys {
    /// Makes room for another text.
    pub(super) fn prepare(&mut self, nodes: usize) {
        self.dotted.clear();
        if self.by_node.len() < nodes {
            self.by_node.resize_with(nodes, Seen::default);
        }
    }

    /// Returns the serial number of an object that begins.
    pub(super) fn open(&mut self) -> Serial {
        self.last.0 += 1;
        self.last
    }

    /// Forgets an object that ends. What was opened inside it has ended before.
    pub(super) fn close(&mut self, object: Serial) {
        while self.dotted.pop_if(|(_, seen)| seen.object == object).is_some() {}
    }

    /// Notes a key of an open object, and returns where the value of an earlier equal key began.
    pub(super) fn see(&mut self, object: Serial, key: &Key, value_at: usize) -> Option<usize> {
        let seen = Seen { object, value_at };
        if !key.is_dotted {
            let earlier = std::mem::replace(&mut self.by_node[key.node.index()], seen);
            return (earlier.object == object).then_some(earlier.value_at);
        }
        let mut own = self.dotted.iter_mut().rev().take_while(|(_, earlier)| earlier.object == object);
        if let Some((_, earlier)) = own.find(|(node, _)| *node == key.node) {
            return Some(std::mem::replace(earlier, seen).value_at);
        }
        self.dotted.push((key.node, seen));
        None
    }
}
