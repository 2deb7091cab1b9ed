//! The fields somebody wants from a JSON text, as a tree of names.

/// Identifies one wanted field of a [`Fields`]; dense, in order of interning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub(crate) u32);

impl FieldId {
    /// Returns the id as an index into tables that run parallel to a [`Fields`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Identifies a place in the tree of names: everything below it shares a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of wanted fields, named by dotted path (`detail.userIdentity.type`).
///
/// A path does not remember where a dot came from: the key `"a.b"` and the key `b` inside `a` are one field
/// (event patterns are defined that way), so the tree branches at dots only.
#[derive(Debug, Clone)]
pub struct Fields {
    nodes: Vec<Node>,
    paths: Vec<Box<str>>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// One bit for every name below, so that most unwanted names are refused without a comparison.
    filter: u64,
    children: Vec<Child>,
    field: Option<FieldId>,
}

#[derive(Debug, Clone)]
struct Child {
    name: Box<[u8]>,
    node: NodeId,
}

impl Default for Fields {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], paths: Vec::new() }
    }
}

impl Fields {
    /// Returns an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the id of the field at `path`, adding it when it is new.
    pub fn intern(&mut self, path: &str) -> FieldId {
        let mut node = self.root();
        for name in path.split('.') {
            node = self.child(node, name.as_bytes()).unwrap_or_else(|| self.add_child(node, name));
        }
        if let Some(field) = self.nodes[node.index()].field {
            return field;
        }
        let field = FieldId(self.paths.len() as u32);
        self.nodes[node.index()].field = Some(field);
        self.paths.push(path.into());
        field
    }

    fn add_child(&mut self, parent: NodeId, name: &str) -> NodeId {
        let node = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node::default());
        let parent = &mut self.nodes[parent.index()];
        parent.filter |= filter_bit(name.as_bytes());
        parent.children.push(Child { name: name.as_bytes().into(), node });
        node
    }

    /// Returns the id of the field at `path` when somebody wants it.
    pub fn find(&self, path: &str) -> Option<FieldId> {
        self.field_of(self.descend(self.root(), path.as_bytes())?)
    }

    /// Returns the dotted path of a field.
    pub fn path(&self, field: FieldId) -> &str {
        &self.paths[field.index()]
    }

    /// Returns the number of wanted fields.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Tells whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the top of the tree.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Returns the place below which the fields that begin with `path.` hang, when there are any.
    pub fn node(&self, path: &str) -> Option<NodeId> {
        self.descend(self.root(), path.as_bytes()).filter(|node| self.has_children(*node))
    }

    /// Returns the names one step below a place, in the order of interning, and where they lead.
    pub fn names_below(&self, node: NodeId) -> impl Iterator<Item = (&[u8], NodeId)> + Clone {
        self.nodes[node.index()].children.iter().map(|child| (&*child.name, child.node))
    }

    /// Returns the place that a name without dots leads to.
    pub(super) fn child(&self, node: NodeId, name: &[u8]) -> Option<NodeId> {
        let node = &self.nodes[node.index()];
        if node.filter & filter_bit(name) == 0 {
            return None;
        }
        node.children.iter().find(|child| *child.name == *name).map(|child| child.node)
    }

    /// Returns the place that a name leads to, one step down for each segment between dots.
    pub(super) fn descend(&self, from: NodeId, name: &[u8]) -> Option<NodeId> {
        name.split(|byte| *byte == b'.').try_fold(from, |node, segment| self.child(node, segment))
    }

    pub(super) fn has_children(&self, node: NodeId) -> bool {
        self.nodes[node.index()].filter != 0
    }

    pub(super) fn field_of(&self, node: NodeId) -> Option<FieldId> {
        self.nodes[node.index()].field
    }

    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Calls `visit` with every field at and below a place.
    pub(super) fn for_each_below(&self, node: NodeId, mut visit: impl FnMut(FieldId)) {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            let node = &self.nodes[node.index()];
            node.field.into_iter().for_each(&mut visit);
            open.extend(node.children.iter().map(|child| child.node));
        }
    }
}

fn filter_bit(name: &[u8]) -> u64 {
    let (first, last) = match name {
        [] => (0, 0),
        [first, .., last] => (u32::from(*first), u32::from(*last)),
        [only] => (u32::from(*only), 0),
    };
    let mixed = (name.len() as u32).wrapping_mul(11) ^ first.wrapping_mul(5) ^ last.wrapping_mul(3);
    1 << (mixed & 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_interned_once() {
        let mut fields = Fields::new();
        let first = fields.intern("detail.userIdentity.type");
        let second = fields.intern("detail.eventName");
        assert_eq!(fields.intern("detail.userIdentity.type"), first);
        assert_eq!((first.index(), second.index(), fields.len()), (0, 1, 2));
        assert_eq!(fields.path(second), "detail.eventName");
        assert_eq!(fields.find("detail.eventName"), Some(second));
    }

    #[test]
    fn a_path_that_only_leads_to_fields_is_a_node_and_no_field() {
        let mut fields = Fields::new();
        fields.intern("a.b");
        assert_eq!(fields.find("a"), None);
        assert!(fields.node("a").is_some());
        assert!(fields.node("a.b").is_none());
        assert!(fields.node("b").is_none());
    }

    #[test]
    fn empty_names_are_names() {
        let mut fields = Fields::new();
        let paths = ["", ".", ".a", "a.", "a"];
        let ids: Vec<_> = paths.iter().map(|path| fields.intern(path)).collect();
        for (path, id) in paths.iter().zip(ids) {
            assert_eq!(fields.find(path), Some(id), "{path:?}");
        }
        assert_eq!(fields.len(), paths.len());
    }
}
