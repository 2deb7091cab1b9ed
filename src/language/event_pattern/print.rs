//! Writes a pattern back as compact JSON, in the order it was written.

use super::anything_but::AnythingBut;
use super::tree::{Content, Members};
use super::wanted::{Affix, Wanted};
use crate::language::matcher::Decimal;

pub(super) fn write_members(members: &Members, out: &mut String) {
    write_items('{', &members.0, '}', out, |member, out| {
        write_text(&member.name, out);
        out.push(':');
        match &member.content {
            Content::Below(members) => write_members(members, out),
            Content::Wanted(wanted) => write_items('[', wanted, ']', out, write_wanted),
            Content::Branches(branches) => write_items('[', branches, ']', out, write_members),
        }
    });
}

pub(super) fn write_wanted(wanted: &Wanted, out: &mut String) {
    match wanted {
        Wanted::Text(text) => write_text(text, out),
        Wanted::Number(number) => out.push_str(number.text()),
        Wanted::Bool(value) => write_bool(*value, out),
        Wanted::Null => out.push_str("null"),
        Wanted::Exactly(text) => write_operator("exactly", out, |out| write_text(text, out)),
        Wanted::Exists(exists) => write_operator("exists", out, |out| write_bool(*exists, out)),
        Wanted::EqualsIgnoreCase(text) => {
            write_operator("equals-ignore-case", out, |out| write_text(text, out));
        }
        Wanted::Prefix(affix) => write_operator("prefix", out, |out| write_affix(affix, out)),
        Wanted::Suffix(affix) => write_operator("suffix", out, |out| write_affix(affix, out)),
        Wanted::Wildcard { text, .. } => write_operator("wildcard", out, |out| write_text(text, out)),
        Wanted::Cidr { text, .. } => write_operator("cidr", out, |out| write_text(text, out)),
        Wanted::Numeric(numeric) => write_operator("numeric", out, |out| {
            write_items('[', &numeric.terms, ']', out, |(operator, number), out| {
                write_text(operator, out);
                out.push(',');
                out.push_str(number.text());
            });
        }),
        Wanted::AnythingBut(anything_but) => {
            write_operator("anything-but", out, |out| write_anything_but(anything_but, out));
        }
    }
}

fn write_affix(affix: &Affix, out: &mut String) {
    if affix.ignores_case {
        write_operator("equals-ignore-case", out, |out| write_text(&affix.text, out));
    } else {
        write_text(&affix.text, out);
    }
}

fn write_anything_but(anything_but: &AnythingBut, out: &mut String) {
    match anything_but {
        AnythingBut::Texts(texts) => write_list(texts, out, |text, out| write_text(text, out)),
        AnythingBut::Numbers(numbers) => {
            write_list(numbers, out, |number: &Decimal, out| out.push_str(number.text()));
        }
        AnythingBut::Nested { operator, texts } => write_operator(operator.name(), out, |out| {
            write_list(texts, out, |(text, _), out| write_text(text, out));
        }),
    }
}

/// Writes a list, or its only element without brackets.
fn write_list<T>(items: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    match items {
        [only] => write(only, out),
        many => write_items('[', many, ']', out, write),
    }
}

fn write_operator(name: &str, out: &mut String, write: impl FnOnce(&mut String)) {
    out.push('{');
    write_text(name, out);
    out.push(':');
    write(out);
    out.push('}');
}

fn write_items<T>(open: char, items: &[T], close: char, out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_bool(value: bool, out: &mut String) {
    out.push_str(if value { "true" } else { "false" });
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
