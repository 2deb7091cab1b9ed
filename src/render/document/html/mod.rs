//! One HTML file that needs nothing but itself: no network, no other file, no script to be read.
//!
//! Text from logs is hostile: all of it goes through [`text`], and none into the script. A content security policy in the
//! head lets the browser refuse whatever should get past that.

mod charts;
mod coverage;
mod head;
mod section;
mod table;
mod text;
mod value;

use crate::query::Severity;
use crate::report::{Document, Section};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{self, Write};
use text::Plain;

/// Writes the document; times are read in `zone`.
pub(super) fn write(document: &Document, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    head::write(&document.title, out)?;
    writeln!(out, "<body>")?;
    charts::write_patterns(out)?;
    writeln!(out, r##"<a class="skip" href="#contents">Skip to contents</a>"##)?;
    write_title(document, zone, out)?;
    write_contents(&document.sections, out)?;
    writeln!(out, "<main>")?;
    for section in &document.sections {
        section::write(section, zone, out)?;
    }
    coverage::write(&document.coverage, zone, out)?;
    write_notes(zone, out)?;
    writeln!(out, "</main>")?;
    head::write_script(out)?;
    writeln!(out, "</body>\n</html>")
}

fn write_title(document: &Document, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    // Nobody reads fractions of a second, and whole ones are within the range.
    let created = Timestamp::from_second(document.created.as_second()).unwrap_or(document.created);
    let (created, zone_name) = (value::moment(created, zone), Plain(value::zone_name(zone)));
    writeln!(out, "<header>")?;
    writeln!(out, r#"<button type="button" id="theme" hidden>Dark</button>"#)?;
    writeln!(out, "<h1>{}</h1>", Plain(&document.title))?;
    writeln!(
        out,
        r#"<p class="made">Made {created} {zone_name} by backtrail {}</p>"#,
        env!("CARGO_PKG_VERSION")
    )?;
    coverage::write_summary(&document.coverage, zone, out)?;
    writeln!(out, "</header>")
}

fn write_contents(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        r#"<nav id="contents" aria-labelledby="contents-title"><h2 id="contents-title">Contents</h2>"#
    )?;
    writeln!(out, "<ol>")?;
    for section in sections {
        write!(out, r##"<li><a href="#{}">{}</a>"##, section::id(section), Plain(section.title))?;
        if let Some(worst) = section.worst().filter(|worst| *worst > Severity::Informational) {
            write!(out, " ")?;
            section::write_severity(worst, out)?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "<li><a href=\"#coverage\">Coverage</a></li>\n<li><a href=\"#notes\">Notes</a></li>")?;
    writeln!(out, "</ol>\n</nav>")
}

fn write_notes(zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section id=\"notes\" aria-labelledby=\"notes-title\"><h2 id=\"notes-title\">Notes</h2>\n<ul>\n\
         <li>Times are {zone}; days and hours of charts are UTC.</li>\n\
         <li>– stands where nothing is known; why is said with the columns or among the definitions.</li>\n\
         <li>Texts stand as the logs have them. Characters that would act on the page, reorder a line or hide are spelled \
         out, like \\n and \\u{{202e}}. Texts of more than {characters} characters are cut, which … shows.</li>\n\
         <li>Duplicates, the same event id in the same account, count once unless that was switched off.</li>\n\
         </ul></section>",
        zone = Plain(value::zone_name(zone)),
        characters = crate::words::thousands(text::MOST_CHARACTERS as u64),
    )
}
