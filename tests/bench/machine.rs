//! The machine that was measured on.

use serde::Serialize;
use std::fs;

/// What one must know to compare figures; `unknown` where the system does not say it the way Linux does.
#[derive(Debug, Serialize)]
pub struct Machine {
    pub model: String,
    pub cores: usize,
    pub kernel: String,
    pub memory: String,
}

impl Machine {
    /// Returns this machine.
    pub fn this() -> Self {
        Self {
            model: value("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or_else(|_| unknown(), |release| release.trim().to_owned()),
            memory: value("/proc/meminfo", "MemTotal"),
        }
    }
}

/// Returns what follows `name:` in a file of the kernel.
fn value(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default(); // another system: nothing is known
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let found = lines.find(|(key, _)| key.trim() == name);
    found.map_or_else(unknown, |(_, value)| value.trim().to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}
