//! Ctrl-C: the first asks the run to stop, a second ends the process on the spot. Neither leaves anything half-written.

use super::exit::Exit;
use anyhow::Context as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What Ctrl-C does to this process.
#[derive(Clone)]
pub struct Interrupt {
    is_set: Arc<AtomicBool>,
    half_written: Arc<Mutex<Vec<PathBuf>>>,
}

impl Interrupt {
    /// Begins to listen.
    pub fn listen() -> anyhow::Result<Self> {
        let interrupt = Self { is_set: Arc::default(), half_written: Arc::default() };
        let heard = interrupt.clone();
        ctrlc::set_handler(move || {
            if heard.is_set.swap(true, Ordering::SeqCst) {
                heard.remove_half_written();
                clear_line();
                std::process::exit(Exit::Interrupted as i32);
            }
        })
        .context("cannot listen for Ctrl-C")?;
        Ok(interrupt)
    }

    /// Returns the flag that the first Ctrl-C sets.
    pub fn flag(&self) -> &AtomicBool {
        &self.is_set
    }

    /// Remembers a file that must not outlive the process under its present name.
    pub fn remember(&self, temporary: PathBuf) {
        self.half_written.lock().unwrap_or_else(PoisonError::into_inner).push(temporary);
    }

    fn remove_half_written(&self) {
        for temporary in self.half_written.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // It may have got its final name by now, and there is no time left to complain.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Takes the progress bar away: nobody else will.
fn clear_line() {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        // The process ends here: there is nobody to tell that its last line stays.
        let _ = stderr.write_all(b"\r\x1b[2K");
    }
}
