//! One pass over a JSON text that keeps the leaves of the wanted fields and skips everything else.

use super::leaves::{Kind, Place};
use super::scan::{MAX_DEPTH, SyntaxError};
use super::seen::{Key, SeenKeys, Serial};
use super::{FieldId, Fields, Leaves, NodeId, skip, text};

/// Adds the leaves of `text`, one JSON object, to `leaves`. Names are looked up in `fields` below `from`: with the
/// node of `detail`, a bare record answers for `detail.eventName`. Does not reset `leaves`, which holds the leaves
/// of one text at a time.
///
/// Of two equal keys in one object the later counts, with all that is below it. A dotted key and nested keys that
/// meet at one path are not equal keys: the leaves of both count.
///
/// # Errors
/// Returns the first syntax error that the pass meets; text that is skipped is only bracket-matched, so check a
/// text once with [`super::scan::skip_value`] where that matters. Texts of 4 GiB and more are refused.
pub fn project(text: &[u8], fields: &Fields, from: NodeId, leaves: &mut Leaves) -> Result<(), SyntaxError> {
    if u32::try_from(text.len()).is_err() {
        return Err(SyntaxError::Unexpected { at: u32::MAX as usize });
    }
    leaves.make_room(fields.len());
    leaves.scratch.prepare(fields.node_count());
    let mut walk = Walk { text, at: 0, fields, leaves };
    walk.skip_whitespace();
    walk.expect(b'{')?;
    walk.open_object(from, Place::TOP)?;
    walk.read_open()?;
    walk.skip_whitespace();
    if walk.at == text.len() { Ok(()) } else { Err(walk.unexpected()) }
}

/// Adds the leaves of a single value of `text`, which begins at `at` and leads to `node`: of a member whose place is
/// known already. Other members are not looked at. Returns the offset behind the value.
///
/// # Errors
/// Returns the first syntax error that the value holds, as [`project`] does, or that follows it.
pub fn project_value(
    text: &[u8],
    at: usize,
    fields: &Fields,
    node: NodeId,
    leaves: &mut Leaves,
) -> Result<usize, SyntaxError> {
    leaves.make_room(fields.len());
    // Most values are plain strings, and are read without the preparations that others need.
    if text.get(at) == Some(&b'"') {
        let (end, is_escaped) = skip::string(text, at + 1)?;
        if matches!(text.get(end + 1), Some(b',' | b'}')) {
            if let Some(field) = fields.field_of(node) {
                leaves.push(field, string_kind(is_escaped), at + 1..end, Place::TOP);
            }
            return Ok(end + 1);
        }
    }
    leaves.scratch.prepare(fields.node_count());
    let mut walk = Walk { text, at, fields, leaves };
    walk.skip_whitespace();
    if !walk.peek().is_some_and(is_container) {
        walk.read_scalar(node, Place::TOP)?;
    } else if walk.open_container(node, Place::TOP)? {
        walk.read_open()?;
    }
    let end = walk.at;
    walk.skip_whitespace();
    if matches!(walk.peek(), Some(b',' | b'}')) { Ok(end) } else { Err(walk.unexpected()) }
}

/// What a projection needs besides the leaves, kept so that the next one need not allocate.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    open: Vec<Frame>,
    seen: SeenKeys,
    key: Vec<u8>,
}

impl Scratch {
    fn prepare(&mut self, nodes: usize) {
        self.open.clear();
        self.seen.prepare(nodes);
    }
}

#[derive(Debug, Clone, Copy)]
enum Frame {
    Object(Object),
    Array(Array),
}

#[derive(Debug, Clone, Copy)]
struct Object {
    node: NodeId,
    place: Place,
    serial: Serial,
    is_begun: bool,
}

#[derive(Debug, Clone, Copy)]
struct Array {
    node: NodeId,
    place: Place,
    /// Its number among the arrays of the text.
    number: u32,
    is_begun: bool,
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    fields: &'a Fields,
    leaves: &'a mut Leaves,
}

impl Walk<'_> {
    /// Reads what is open to its end.
    fn read_open(&mut self) -> Result<(), SyntaxError> {
        while let Some(frame) = self.leaves.scratch.open.pop() {
            match frame {
                Frame::Object(object) => self.continue_object(object)?,
                Frame::Array(array) => self.continue_array(array)?,
            }
        }
        Ok(())
    }

    /// Reads members up to the end of the object or the beginning of a container that has to be read first.
    fn continue_object(&mut self, mut object: Object) -> Result<(), SyntaxError> {
        loop {
            self.skip_whitespace();
            match self.peek() {
                Some(b'}') => return self.close_object(&object),
                Some(b',') if object.is_begun => {
                    self.at += 1;
                    self.skip_whitespace();
                }
                _ if object.is_begun => return Err(self.unexpected()),
                _ => object.is_begun = true,
            }
            let Some(key) = self.read_key(&object)? else {
                self.skip_value(1)?;
                continue;
            };
            if let Some(earlier_at) = self.leaves.scratch.seen.see(object.serial, &key, self.at) {
                self.forget(key.node, earlier_at);
            }
            let node = key.node;
            if self.peek().is_some_and(is_container) {
                self.leaves.scratch.open.push(Frame::Object(object));
                if self.open_container(node, object.place)? {
                    return Ok(());
                }
                self.leaves.scratch.open.pop();
            } else {
                self.read_scalar(node, object.place)?;
            }
        }
    }

    fn close_object(&mut self, object: &Object) -> Result<(), SyntaxError> {
        self.at += 1;
        self.leaves.scratch.seen.close(object.serial);
        Ok(())
    }

    /// Reads elements up to the end of the array or the beginning of a container that has to be read first.
    fn continue_array(&mut self, mut array: Array) -> Result<(), SyntaxError> {
        loop {
            self.skip_whitespace();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    self.leaves.close_array(array.number);
                    return Ok(());
                }
                Some(b',') if array.is_begun => {
                    self.at += 1;
                    self.skip_whitespace();
                }
                _ if array.is_begun => return Err(self.unexpected()),
                _ => array.is_begun = true,
            }
            if self.peek().is_some_and(is_container) {
                let element = self.leaves.open_element(array.number, array.place);
                self.leaves.scratch.open.push(Frame::Array(array));
                if self.open_container(array.node, element)? {
                    return Ok(());
                }
                self.leaves.scratch.open.pop();
            } else {
                self.read_scalar(array.node, array.place)?;
            }
        }
    }

    /// Opens the container that begins here, or skips it and returns false when nothing in it can be wanted.
    fn open_container(&mut self, node: NodeId, place: Place) -> Result<bool, SyntaxError> {
        let is_object = self.peek() == Some(b'{');
        let is_wanted = self.fields.has_children(node) || !is_object && self.fields.field_of(node).is_some();
        if !is_wanted {
            self.skip_value(0)?;
            return Ok(false);
        }
        self.at += 1;
        if is_object {
            self.open_object(node, place)?;
        } else {
            let number = self.leaves.open_array();
            self.open(Frame::Array(Array { node, place, number, is_begun: false }))?;
        }
        Ok(true)
    }

    fn open_object(&mut self, node: NodeId, place: Place) -> Result<(), SyntaxError> {
        let serial = self.leaves.scratch.seen.open();
        self.open(Frame::Object(Object { node, place, serial, is_begun: false }))
    }

    fn open(&mut self, frame: Frame) -> Result<(), SyntaxError> {
        if self.leaves.scratch.open.len() >= MAX_DEPTH {
            return Err(SyntaxError::TooDeep { at: self.at - 1 });
        }
        self.leaves.scratch.open.push(frame);
        Ok(())
    }

    /// Reads a key and its colon; returns where it leads when something there is wanted.
    fn read_key(&mut self, object: &Object) -> Result<Option<Key>, SyntaxError> {
        self.expect(b'"')?;
        let start = self.at;
        let (end, is_escaped) = skip::string(self.text, start)?;
        self.at = end + 1;
        self.skip_whitespace();
        self.expect(b':')?;
        self.skip_whitespace();
        let raw = &self.text[start..end];
        if !is_escaped {
            return Ok(find_node(self.fields, object.node, raw));
        }
        let key = &mut self.leaves.scratch.key;
        key.clear();
        text::unescape(raw, key);
        Ok(find_node(self.fields, object.node, key))
    }

    /// Drops what an earlier value of the same key left behind.
    fn forget(&mut self, node: NodeId, value_at: usize) {
        // It was passed once already, so it has an end.
        let end = skip::value(self.text, value_at, 0).unwrap_or(self.at);
        let leaves = &mut *self.leaves;
        self.fields.for_each_below(node, |field| leaves.discard(field, value_at..end));
    }

    fn read_scalar(&mut self, node: NodeId, place: Place) -> Result<(), SyntaxError> {
        let start = self.at;
        let (kind, range) = match self.peek() {
            Some(b'"') => {
                let (end, is_escaped) = skip::string(self.text, start + 1)?;
                self.at = end + 1;
                (string_kind(is_escaped), start + 1..end)
            }
            Some(b'-' | b'0'..=b'9') => {
                self.at = skip::scalar(self.text, start);
                (Kind::Number, start..self.at)
            }
            _ => {
                self.at = skip::scalar(self.text, start);
                let kind = match &self.text[start..self.at] {
                    b"true" => Kind::True,
                    b"false" => Kind::False,
                    b"null" => Kind::Null,
                    _ => return Err(SyntaxError::Unexpected { at: start }),
                };
                (kind, start..self.at)
            }
        };
        if let Some(field) = self.fields.field_of(node) {
            self.push(field, kind, range, place);
        }
        Ok(())
    }

    fn push(&mut self, field: FieldId, kind: Kind, range: std::ops::Range<usize>, place: Place) {
        self.leaves.push(field, kind, range, place);
    }

    /// Skips a value inside the open containers and `more` besides.
    fn skip_value(&mut self, more: usize) -> Result<(), SyntaxError> {
        self.at = skip::value(self.text, self.at, self.leaves.scratch.open.len() + more)?;
        Ok(())
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), SyntaxError> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    fn unexpected(&self) -> SyntaxError {
        skip::unexpected(self.text, self.at)
    }
}

fn string_kind(is_escaped: bool) -> Kind {
    if is_escaped { Kind::Escaped } else { Kind::Plain }
}

fn is_container(byte: u8) -> bool {
    matches!(byte, b'{' | b'[')
}

fn find_node(fields: &Fields, from: NodeId, key: &[u8]) -> Option<Key> {
    match fields.child(from, key) {
        Some(node) => Some(Key { node, is_dotted: false }),
        None if key.contains(&b'.') => fields.descend(from, key).map(|node| Key { node, is_dotted: true }),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Scalar;

    /// Projects `text` and lists `path=value` for every leaf, in order of the paths.
    fn leaves_of(text: &str, paths: &[&str]) -> Result<Vec<String>, SyntaxError> {
        let mut fields = Fields::new();
        let ids: Vec<_> = paths.iter().map(|path| fields.intern(path)).collect();
        let mut leaves = Leaves::new();
        leaves.reset(fields.len());
        project(text.as_bytes(), &fields, fields.root(), &mut leaves)?;
        let view = leaves.view(text.as_bytes());
        let show = |field: FieldId| {
            let path = fields.path(field).to_owned();
            view.at(field).map(move |leaf| {
                let value = match leaf.value {
                    Scalar::String(text) => format!("{:?}", text.decode()),
                    Scalar::Number(text) => text.to_owned(),
                    Scalar::Bool(value) => value.to_string(),
                    Scalar::Null => "null".to_owned(),
                };
                let mut elements = String::new();
                let mut place = leaf.place;
                while let Some(array) = view.array(place) {
                    elements.insert_str(0, &format!("@{array}.{}", place.0));
                    place = view.parent(place);
                }
                format!("{path}={value}{elements}")
            })
        };
        Ok(ids.into_iter().flat_map(show).collect())
    }

    fn assert_leaves(text: &str, paths: &[&str], expected: &[&str]) {
        assert_eq!(leaves_of(text, paths).unwrap(), expected, "{text}");
    }

    #[test]
    fn scalars_keep_their_spelling() {
        let text = " {\"a\" : 1.50e+1, \"b\":\"x\\u0041\",\n\"c\": true ,\"d\":false,\"e\":null,\"f\":-0} ";
        assert_leaves(
            text,
            &["a", "b", "c", "d", "e", "f", "g"],
            &["a=1.50e+1", "b=\"xA\"", "c=true", "d=false", "e=null", "f=-0"],
        );
    }

    #[test]
    fn what_nobody_wants_is_skipped() {
        let text = r#"{"x":{"a":"}\\"},"y":[[{"a":1}],"]"],"z":"\"","a":"a","s":"\\","w":{},"b":{"a":2}}"#;
        assert_leaves(text, &["a", "b.a"], &["a=\"a\"", "b.a=2"]);
    }

    #[test]
    fn a_container_is_not_a_leaf_and_an_empty_one_has_none() {
        assert_leaves(r#"{"a":{"b":1},"c":[],"d":{},"e":[[],{}]}"#, &["a", "c", "d", "e"], &[]);
        assert_leaves(r#"{"a":1}"#, &["a.b"], &[]);
    }

    #[test]
    fn escaped_keys_are_read() {
        assert_leaves(r#"{"\u0061":{"b\/c":1},"a\u002eb":2}"#, &["a.b/c", "a.b"], &["a.b/c=1", "a.b=2"]);
    }

    #[test]
    fn dotted_and_nested_keys_meet() {
        assert_leaves(
            r#"{"a.b":1,"a":{"b":2},"a.":3,"":4}"#,
            &["a.b", "a.", ""],
            &["a.b=1", "a.b=2", "a.=3", "=4"],
        );
    }

    #[test]
    fn the_last_of_equal_keys_counts_with_all_below_it() {
        assert_leaves(r#"{"a":1,"a":2}"#, &["a"], &["a=2"]);
        assert_leaves(r#"{"a":1,"\u0061":[]}"#, &["a"], &[]);
        assert_leaves(r#"{"a":{"b":1,"c":1},"a":{"c":2}}"#, &["a.b", "a.c"], &["a.c=2"]);
        assert_leaves(r#"{"a":[1,{"b":1}],"x":{"a":0},"a":{"b":{}}}"#, &["a", "a.b"], &[]);
        assert_leaves(r#"{"t":[{"a":1},{"a":2,"a":3}]}"#, &["t.a"], &["t.a=1@0.1", "t.a=3@0.2"]);
        assert_leaves(
            r#"{"a":{"b":1},"x":{"a":{"b":2}},"a":{"b":3}}"#,
            &["a.b", "x.a.b"],
            &["a.b=3", "x.a.b=2"],
        );
    }

    #[test]
    fn equal_dotted_keys_are_told_from_nested_ones() {
        assert_leaves(r#"{"a.b":1,"a":{"b":2},"a.b":3}"#, &["a.b"], &["a.b=2", "a.b=3"]);
        assert_leaves(r#"{"a.b":1,"a":{"b":2},"a":{"c":1}}"#, &["a.b"], &["a.b=1"]);
        assert_leaves(r#"{"t":[{"a.b":1},{"a.b":2,"a.b":3}]}"#, &["t.a.b"], &["t.a.b=1@0.1", "t.a.b=3@0.2"]);
    }

    #[test]
    fn elements_are_remembered_when_entered_by_an_object_or_an_inner_array() {
        assert_leaves(r#"{"a":[1,"x",null]}"#, &["a"], &["a=1", "a=\"x\"", "a=null"]);
        assert_leaves(r#"{"a":[[1,2],3,[[4]]]}"#, &["a"], &["a=1@0.1", "a=2@0.1", "a=3", "a=4@0.2@2.3"]);
        assert_leaves(r#"{"a":[{"b":[1,2]},{"b":3}]}"#, &["a.b"], &["a.b=1@0.1", "a.b=2@0.1", "a.b=3@0.2"]);
    }

    #[test]
    fn names_are_looked_up_below_a_node() {
        let mut fields = Fields::new();
        let field = fields.intern("detail.a");
        let mut leaves = Leaves::new();
        leaves.reset(fields.len());
        let from = fields.node("detail").unwrap();
        project(br#"{"a":1,"detail":{"a":2}}"#, &fields, from, &mut leaves).unwrap();
        let values: Vec<_> =
            leaves.view(br#"{"a":1,"detail":{"a":2}}"#).at(field).map(|leaf| leaf.value).collect();
        assert_eq!(values, [Scalar::Number("1")]);
    }

    #[test]
    fn broken_text_is_refused_without_a_panic() {
        let whole = r#"{"a":[{"b":"x\"","c":{"d":[1,{}]}},-1.5e3,true],"u":{"v":[1,"}"]}}"#;
        assert!(leaves_of(whole, &["a.b", "a"]).is_ok());
        for end in 0..whole.len() {
            assert!(leaves_of(&whole[..end], &["a.b", "a"]).is_err(), "{}", &whole[..end]);
        }
        for text in
            ["[]", "{}{}", "{,}", r#"{"a" 1}"#, r#"{"a":1,}"#, r#"{"a":[1,]}"#, r#"{"a":}"#, r#"{"u":}"#]
        {
            assert!(leaves_of(text, &["a"]).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded_whether_wanted_or_not() {
        for (open, close, key) in
            [("[", "]", "a"), ("[", "]", "u"), ("{\"a\":", "}", "a"), ("{\"a\":", "}", "u")]
        {
            let nested = |depth: usize| {
                format!("{{\"{key}\":{}1{}}}", open.repeat(depth - 1), close.repeat(depth - 1))
            };
            let path = vec!["a"; 600].join(".");
            for paths in [&["a"][..], &[&path]] {
                assert!(leaves_of(&nested(MAX_DEPTH), paths).is_ok(), "{key} {open}");
                let error = leaves_of(&nested(MAX_DEPTH + 1), paths).unwrap_err();
                assert!(matches!(error, SyntaxError::TooDeep { .. }), "{key} {open}");
            }
        }
    }
}
