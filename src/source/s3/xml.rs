//! Reads the documents of S3: elements with nothing but text or other elements in them.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// Hands out each element when it ends: how deep it is (the outermost is 1), its name, and its text, where it has no
/// elements in it. `None` when the document breaks off, is none, or `take` wants no more of it.
pub(super) fn read(document: &str, mut take: impl FnMut(usize, &[u8], &str) -> Option<()>) -> Option<()> {
    let mut reader = Reader::from_str(document);
    reader.config_mut().expand_empty_elements = true;
    let (mut depth, mut text) = (0, String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(_) => {
                depth += 1;
                text.clear();
            }
            Event::Text(part) => text.push_str(&part.decode().ok()?),
            Event::GeneralRef(part) => match part.resolve_char_ref().ok()? {
                Some(letter) => text.push(letter),
                None => text.push_str(resolve_predefined_entity(&part.decode().ok()?)?),
            },
            Event::End(element) => {
                take(depth, element.name().as_ref(), &text)?;
                depth -= 1;
            }
            Event::Eof => return (depth == 0).then_some(()),
            Event::Decl(_) => {}
            _ => return None,
        }
    }
}
