//! HTML reports in a browser: what is read, sorted, filtered and printed, and that nothing is fetched or run.

#[path = "html/sample.rs"]
mod sample;

use crate::support::browser::Browser;
use backtrail::render::{DocumentFormat, DocumentOptions, write_document};
use sample::{HOSTILE, MANY, document};
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;

fn html() -> String {
    let mut out = Vec::new();
    write_document(&document(), DocumentFormat::Html, &DocumentOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Opens the document in a browser that is not disturbed by other files.
fn open() -> Option<(Browser, TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    std::fs::write(&path, html()).unwrap();
    let browser = Browser::start()?;
    browser.open(&path);
    Some((browser, folder, path))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let html = html();
    assert!(html == self::html());
    // For whoever wants to look at it.
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/report.html"), html).unwrap();
}

#[test]
fn every_identifier_is_one_of_its_kind_and_every_anchor_leads_somewhere() {
    let html = html();
    let named = |mark: &str| -> Vec<String> {
        html.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let mut ids = named(" id=\"");
    ids.sort();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
    for anchor in named("href=\"#").iter().chain(&named("aria-labelledby=\"")) {
        assert!(ids.contains(anchor), "{anchor}");
    }
    assert!(!html.contains("href=\"http") && !html.contains(" style="), "nothing leads out of the document");
}

#[test]
fn a_long_table_says_how_much_is_left_out() {
    let html = html();
    assert!(html.contains("These are the first 1,000 of 2,500 rows; 1,500 are left out here."), "it is said");
    assert!(html.matches("<tr>").count() < MANY, "and done");
    assert!(html.contains("<p class=\"empty\">No rows.</p>"));
}

#[test]
fn the_browser_fetches_nothing_runs_nothing_and_complains_of_nothing() {
    let Some((browser, _folder, path)) = open() else { return };
    let shown = browser.run("return document.body.textContent");
    let shown = shown.as_str().unwrap();
    for text in HOSTILE.iter().filter(|text| !text.contains(['\u{0}', '`'])) {
        assert!(shown.contains(text), "`{text}` is shown as it stands");
    }
    assert!(shown.contains(r"user\u{202e}gnp.exe\x00\n\r\t"), "what acts is spelled out");
    assert_eq!(browser.run("return document.title"), "CloudTrail report");
    assert_eq!(browser.run("return document.scripts.length + document.images.length"), 1);
    assert_eq!(browser.run("return document.querySelectorAll('[onload],[onerror],[onmouseover]').length"), 0);
    browser.click("#theme");
    browser.type_into(".tools input", "user");
    browser.tools("Page.printToPDF", &json!({}));
    assert_eq!(browser.console(), [""; 0]);
    assert_eq!(browser.requests(), [format!("file://{}", path.display())]);
}

/// Returns what stands in the column of the long table, from the top.
fn column(browser: &Browser, place: usize) -> Vec<String> {
    let script = format!(
        "const rows = [...document.querySelectorAll('#report-logins-principals tbody tr')].filter(row => !row.hidden);
        return rows.map(row => row.cells[{place}].textContent)"
    );
    texts(&browser.run(&script)).into_iter().map(str::to_owned).collect()
}

fn aria_sort(browser: &Browser) -> Vec<String> {
    let heads = "return [...document.querySelectorAll('#report-logins-principals thead th')].map(head => head.ariaSort)";
    texts(&browser.run(heads)).into_iter().map(str::to_owned).collect()
}

#[test]
fn tables_are_sorted_by_value_with_mouse_and_keyboard() {
    let Some((browser, _folder, _)) = open() else { return };
    let button = |place: usize| format!("#report-logins-principals th:nth-child({}) button", place + 1);
    let number = |text: &String| text.replace([',', '$', '<', '%', ' '], "").parse::<f64>().unwrap();
    let as_written = column(&browser, 1);
    assert!(aria_sort(&browser).iter().all(|state| state == "none"));

    browser.click(&button(1));
    assert_eq!(aria_sort(&browser)[..3], ["none", "descending", "none"]);
    assert!(column(&browser, 1).iter().map(number).is_sorted_by(|a, b| a >= b), "numbers from the largest");
    browser.type_into(&button(1), "\u{e007}");
    assert_eq!(aria_sort(&browser)[1], "ascending");
    assert!(column(&browser, 1).iter().map(number).is_sorted(), "Enter turns the order round");
    browser.type_into(&button(1), " ");
    assert_eq!(aria_sort(&browser)[1], "none");
    assert_eq!(column(&browser, 1), as_written, "and Space brings back the order of the report");

    browser.click(&button(6));
    assert_eq!(aria_sort(&browser)[..2], ["none", "none"], "one column at a time");
    assert!(column(&browser, 6).is_sorted(), "times from the earliest");
    for way in ["ascending", "descending"] {
        browser.click(&button(7));
        assert_eq!(aria_sort(&browser)[7], way);
        let column = column(&browser, 7);
        let unknown = column.iter().position(|text| text == "–").unwrap();
        assert!(column[unknown..].iter().all(|text| text == "–"), "{way}: what is unknown comes last");
    }
    browser.click(&button(2));
    assert!(column(&browser, 2).iter().map(number).is_sorted_by(|a, b| a >= b), "100 % is more than 9 %");
}

#[test]
fn rows_are_filtered_and_the_number_is_said() {
    let Some((browser, _folder, _)) = open() else { return };
    browser.type_into("#report-logins-principals input", "ROLE/deploy 113.25");
    let rows = column(&browser, 0);
    assert!(!rows.is_empty() && rows.iter().all(|row| row.starts_with("role/deploy")), "{rows:?}");
    let said =
        browser.run("return document.querySelector('#report-logins-principals label + p').textContent");
    let wanted = format!("{} of 1,000 rows with “role/deploy 113.25”", rows.len());
    assert_eq!(said, wanted);
}

/// Texts whose colour does not stand out enough from what is behind them (WCAG 2, AA), cells that spill into their
/// neighbours, and a page that is wider than the window.
const FLAWS: &str = r#"
    const light = (colour) => {
        const [r, g, b] = colour.map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const parse = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    const flaws = new Set();
    for (const element of document.querySelectorAll("body *:not(svg *, tr:nth-child(n + 6) *)")) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!hasText || !element.checkVisibility()) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color).slice(0, 3)), light(behind(element).slice(0, 3))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) flaws.add(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
    }
    for (const cell of document.querySelectorAll("td, th")) {
        if (cell.scrollWidth > cell.clientWidth + 1) flaws.add(`${cell.className} cell spills: ${cell.textContent}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) flaws.add(`page of ${document.documentElement.scrollWidth}`);
    return [...flaws];
"#;

#[test]
fn text_stands_out_and_nothing_is_wider_than_the_page_at_any_width_light_and_dark() {
    let Some((browser, _folder, _)) = open() else { return };
    for colours in ["light", "dark"] {
        for width in [360, 900, 1_400] {
            browser.look_like(width, colours);
            assert_eq!(browser.run("return innerWidth"), width);
            assert_eq!(texts(&browser.run(FLAWS)), [""; 0], "{colours} at {width}");
        }
    }
    let page = "return getComputedStyle(document.body).backgroundColor";
    let dark = browser.run(page);
    browser.click("#theme");
    assert_ne!(browser.run(page), dark, "the button overrules the system");
    assert_eq!(texts(&browser.run(FLAWS)), [""; 0], "light by button");
}
