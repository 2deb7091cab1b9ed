//! One table as CSV.

use crate::render::csv::Sheet;
use crate::report::{Table, Value};
use std::io::{self, Write};

/// Writes the table below its header.
pub(super) fn write(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let header: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut sheet = Sheet::new(&header, out);
    for row in table.rows().map_err(io::Error::other)? {
        let cells: Vec<String> = row.into_iter().map(cell).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        sheet.push(&cells)?;
    }
    sheet.finish()
}

/// Returns a value as programs read it: moments as RFC 3339 in UTC, nothing as an empty text.
fn cell(value: Value<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.into_owned(),
        Value::Count(count) => count.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::sample::document;
    use crate::render::sample::listed;

    fn written(table: usize) -> String {
        listed(|out| write(&document().sections[0].tables[table], out))
    }

    #[test]
    fn every_kind_of_value_is_written_for_programs_and_formulas_are_neutralised() {
        let expected = "who,source_ip,records,first,day,mfa,part,cost\r\n\
            user/alice,192.0.2.7,1200,2026-03-01T23:30:00.25Z,2026-03-01,true,0.799,2.5\r\n\
            '=cmd|' /C calc'!A0,192.0.2.7,300,2026-03-01T23:30:00.25Z,2026-03-01,true,0.2,2.5\r\n\
            \"<b>*x*</b>`\u{202e}\n[a](http://b)\",,1,2026-03-01T23:30:00.25Z,2026-03-01,,0.001,2.5\r\n";
        assert_eq!(written(0), expected);
    }

    #[test]
    fn a_table_without_rows_is_its_header() {
        assert_eq!(written(1), "name,records\r\n");
    }
}
