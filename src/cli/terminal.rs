//! What the terminal is like.

use super::args::Color;
use backtrail::render::HitOptions;
use std::io::IsTerminal as _;

/// Width of tables that go to no terminal: the format must not depend on who looks.
const WIDTH_OF_FILES: u16 = 200;

/// Returns how output for people looks on stdout, or in a file.
pub fn look(color: Color, is_stdout: bool) -> HitOptions {
    let size = if is_stdout { terminal_size::terminal_size_of(std::io::stdout()) } else { None };
    HitOptions {
        width: Some(size.map_or(WIDTH_OF_FILES, |(terminal_size::Width(width), _)| width)),
        color: match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_stdout && std::io::stdout().is_terminal() && !is_refused(),
        },
        tells_delivery: false,
    }
}

/// Tells whether the environment asks for no colour.
fn is_refused() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
