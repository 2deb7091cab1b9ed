//! What a report consists of, told before anything is read.

use super::{Definition, Error, Reports, Section, Settings};
use crate::replay::Coverage;
use jiff::Timestamp;

/// Returns what a report says when there is no record: its tables with all columns, and its definitions.
///
/// # Errors
/// Returns an error when Polars refuses a frame.
pub fn outline(definition: &Definition, settings: &Settings) -> Result<Section, Error> {
    let reports = Reports::new(&[definition], settings);
    let hits_by_query = reports.queries().iter().map(|query| (query.id.clone(), 0)).collect();
    let coverage =
        Coverage { version: Coverage::VERSION, is_complete: true, hits_by_query, ..Coverage::default() };
    let document = reports.finish(coverage, Timestamp::UNIX_EPOCH)?;
    Ok(document.sections.into_iter().next().expect("a section a report"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_explains_each_of_its_columns_before_anything_is_read() {
        for definition in super::super::all() {
            let section = outline(definition, &Settings::default()).unwrap();
            assert!(!section.findings.is_empty() && !section.tables.is_empty(), "{definition:?}");
            for column in section.tables.iter().flat_map(|table| &table.columns) {
                assert!(!column.about.is_empty(), "{definition:?}: {}", column.name);
            }
        }
    }
}
