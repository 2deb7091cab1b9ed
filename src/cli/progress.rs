//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use super::exit::say;
use backtrail::replay::{Progress, Tick};
use backtrail::words::{bytes, thousands};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time between two plain lines. A run that is over before the first one stays silent.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Columns of a terminal from which on there is room for a bar; below, the numbers take all of it.
const COLUMNS_WITH_BAR: u16 = 110;

/// The cursor waits at the start of the line: at its end, the `^C` that terminals show would begin another line, and leave
/// this one standing for ever.
const TO_FIRST_COLUMN: &str = "\x1b[G";

/// Counts what is done and shows it.
pub struct Shown {
    start: Instant,
    /// Whether all that is coming was announced: before, nobody knows how much is left.
    is_all_known: AtomicBool,
    announced_files: AtomicU64,
    announced_bytes: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    records: AtomicU64,
    hits: AtomicU64,
    face: Face,
}

/// How it is shown.
enum Face {
    Bar(ProgressBar),
    Lines(Mutex<Instant>),
    Nothing,
}

impl Shown {
    /// Starts to show progress in the way that suits stderr.
    pub fn new(is_wanted: bool) -> Self {
        let face = if !is_wanted {
            Face::Nothing
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            set_style(&bar, "{spinner} {wide_msg}");
            bar.set_message("looking for log files");
            bar.enable_steady_tick(Duration::from_millis(200));
            Face::Bar(bar)
        } else {
            Face::Lines(Mutex::new(Instant::now()))
        };
        let zero = AtomicU64::default;
        Self {
            start: Instant::now(),
            is_all_known: AtomicBool::new(false),
            announced_files: zero(),
            announced_bytes: zero(),
            files: zero(),
            bytes: zero(),
            records: zero(),
            hits: zero(),
            face,
        }
    }

    /// Takes the bar away, so that what follows stands alone.
    pub fn clear(&self) {
        if let Face::Bar(bar) = &self.face {
            bar.finish_and_clear();
        }
    }

    /// Runs `write` while no bar is drawn: hits and bar share a terminal.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.face {
            Face::Bar(bar) => bar.suspend(write),
            _ => write(),
        }
    }

    /// Returns how long the run has taken.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn line(&self) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (done, all) = (get(&self.bytes), get(&self.announced_bytes));
        let seconds = self.start.elapsed().as_secs_f64().max(0.001);
        let rate = (done as f64 / seconds) as u64;
        let (left, files) = if self.is_all_known.load(Ordering::Relaxed) {
            let left =
                all.saturating_sub(done).checked_div(rate).map(|left| format!("{} left, ", time(left)));
            (left.unwrap_or_default(), format!("/{}", thousands(get(&self.announced_files))))
        } else {
            (String::new(), String::new())
        };
        // The end of the line is cut off on a narrow terminal: what matters most stands first.
        format!(
            "{left}{}{files} log files, {} hits, {} records, {}, {}/s",
            thousands(get(&self.files)),
            thousands(get(&self.hits)),
            thousands(get(&self.records)),
            bytes(done),
            bytes(rate),
        )
    }

    fn show(&self) {
        match &self.face {
            Face::Bar(bar) => {
                bar.set_length(self.announced_bytes.load(Ordering::Relaxed));
                bar.set_position(self.bytes.load(Ordering::Relaxed));
                bar.set_message(self.line());
            }
            Face::Lines(last) => {
                // Whoever finds it locked leaves the line to the other thread.
                let Ok(mut last) = last.try_lock() else { return };
                if last.elapsed() >= BETWEEN_LINES {
                    *last = Instant::now();
                    say(&self.line());
                }
            }
            Face::Nothing => {}
        }
    }
}

impl Progress for Shown {
    /// Lines come so seldom that what is left is not worth a look ahead.
    fn is_watched(&self) -> bool {
        matches!(self.face, Face::Bar(_))
    }

    fn announce(&self, log_files: u64, stored_bytes: u64) {
        self.announced_files.fetch_add(log_files, Ordering::Relaxed);
        self.announced_bytes.fetch_add(stored_bytes, Ordering::Relaxed);
    }

    fn know_all(&self) {
        if !self.is_all_known.swap(true, Ordering::Relaxed)
            && let Face::Bar(bar) = &self.face
        {
            let size = terminal_size::terminal_size_of(std::io::stderr());
            let is_wide = size.is_some_and(|(width, _)| width.0 >= COLUMNS_WITH_BAR);
            let with_bar = "{spinner} {bar:24} {percent:>3}% {wide_msg}";
            set_style(bar, if is_wide { with_bar } else { "{spinner} {percent:>3}% {wide_msg}" });
        }
    }

    fn finish(&self, tick: Tick) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(tick.stored_bytes, Ordering::Relaxed);
        self.records.fetch_add(tick.records, Ordering::Relaxed);
        self.hits.fetch_add(tick.hits, Ordering::Relaxed);
        self.show();
    }
}

fn set_style(bar: &ProgressBar, template: &str) {
    let template = format!("{template}{TO_FIRST_COLUMN}");
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()));
}

/// Returns a number of seconds as people say it.
fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", thousands(seconds / 3600), seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_two_units_at_most() {
        assert_eq!([5, 65, 3_600, 90_000].map(time), ["5 s", "1 min 05 s", "1 h 00 min", "25 h 00 min"]);
    }

    #[test]
    fn what_is_left_is_told_when_all_is_known() {
        let shown = Shown { face: Face::Nothing, ..Shown::new(false) };
        shown.announce(4, 4_000);
        shown.finish(Tick { stored_bytes: 1_000, records: 7, hits: 2 });
        assert!(shown.line().starts_with("1 log files, 2 hits, 7 records, "), "{}", shown.line());
        shown.know_all();
        assert!(shown.line().contains(" left, 1/4 log files, "), "{}", shown.line());
    }
}
