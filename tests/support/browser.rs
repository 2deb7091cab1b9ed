//! A browser that tests drive: Chromium behind chromedriver, spoken to in WebDriver's HTTP.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where this is set, a browser that is missing fails the test.
const REQUIRED: &str = "BACKTRAIL_BROWSER_REQUIRED";

/// A browser window; it is closed with the value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts a browser. Where there is none, says so and returns nothing.
    ///
    /// # Panics
    /// Panics when there is none although the environment demands one.
    #[allow(clippy::print_stderr, reason = "a test that proves nothing says so")]
    pub fn start() -> Option<Self> {
        match Self::try_start() {
            Ok(browser) => Some(browser),
            Err(reason) => {
                assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and {reason}");
                eprintln!("skipped: {reason}");
                None
            }
        }
    }

    fn try_start() -> Result<Self, String> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().map_err(|error| format!("chromedriver does not start: {error}"))?;
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.filter_map(|line| {
            line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok()
        });
        let port: Option<u16> = { port }.next();
        let mut browser = Self { driver, port: port.unwrap_or(0), session: String::new() };
        if browser.port == 0 {
            return Err("chromedriver names no port".to_owned());
        }
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let answer = browser.ask("POST", "/session", &wanted);
        match answer["sessionId"].as_str() {
            Some(session) => session.clone_into(&mut browser.session),
            None => return Err(format!("the browser does not start: {answer}")),
        }
        Ok(browser)
    }

    /// Opens a file and waits until it is there: on a busy machine the driver may take the empty page that a window
    /// begins with for it.
    pub fn open(&self, path: &Path) {
        let url = format!("file://{}", path.display());
        self.post("url", &json!({"url": url}));
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.run("return document.readyState + ' ' + location.href") != format!("complete {url}") {
            assert!(Instant::now() < deadline, "{url} is not loaded");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Clicks on what a selector finds first, where a mouse would.
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into what a selector finds first.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.post(&format!("element/{element}/value"), &json!({"text": text}));
    }

    /// Asks the browser's developer tools.
    pub fn tools(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Makes the window as wide as a device, and light or dark.
    pub fn look_like(&self, width: u32, colours: &str) {
        let device = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.tools("Emulation.setDeviceMetricsOverride", &device);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": colours}]});
        self.tools("Emulation.setEmulatedMedia", &features);
    }

    /// Returns what was written to the console since the last time.
    pub fn console(&self) -> Vec<String> {
        self.log("browser").iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// Returns the addresses that were asked for since the last time.
    pub fn requests(&self) -> Vec<String> {
        let events = self.log("performance");
        let events = events.iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &event["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            is_request.then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        events.collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.post("se/log", &json!({"type": kind})).as_array().unwrap().clone()
    }

    fn find(&self, selector: &str) -> String {
        let found = self.post("element", &json!({"using": "css selector", "value": selector}));
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask("POST", &format!("/session/{}/{path}", self.session), body);
        assert!(answer.get("error").is_none(), "{path} {body}: {answer}");
        answer
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", &format!("/session/{}", self.session), &json!({}));
        }
        // It has ended by itself, or does so now; there is nobody left to be told.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
