//! Writes the sample trail, or checks that a directory holds it.
//!
//! `cargo run --example generate-samples -- [--check] [DIR]`: `DIR` is `samples` unless given. With `--check` nothing
//! is written, differences are listed on standard error, and any makes the exit code 1.

#[path = "generate/mod.rs"]
mod generate;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let mut check = false;
    let mut directory = PathBuf::from("samples");
    for argument in std::env::args_os().skip(1) {
        if argument == "--check" {
            check = true;
        } else {
            directory = PathBuf::from(argument);
        }
    }
    let objects = generate::trail();
    if !check {
        generate::write(&directory, &objects)?;
        return Ok(ExitCode::SUCCESS);
    }
    let differences = generate::differences(&directory, &objects)?;
    let mut stderr = io::stderr().lock();
    for difference in &differences {
        writeln!(stderr, "{difference}")?;
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
