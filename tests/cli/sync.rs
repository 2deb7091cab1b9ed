//! Mirrors of a bucket.

use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::{Backtrail, Ran, backtrail};
use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, SECRET_KEY, Server};
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn objects() -> Vec<(String, Vec<u8>)> {
    let log_file = |id: u32, account: &str, day: &str| {
        let time = format!("{}T09:58:00Z", day.replace('/', "-"));
        let records = [record(id, "alice", "CreateUser", &time, None)];
        (key(account, "us-east-1", day), gzip(&document(&records)))
    };
    let mut objects = vec![
        log_file(1, "111122223333", "2026/03/02"),
        log_file(2, "111122223333", "2026/03/03"),
        log_file(3, "444455556666", "2026/03/02"),
        log_file(4, "444455556666", "2026/03/09"),
    ];
    objects.push((
        "trail/AWSLogs/111122223333/CloudTrail/us-east-1/a b+c%20(1).json".into(),
        document(&[]).into(),
    ));
    objects.push((
        "trail/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/x.json.gz".into(),
        b"x".to_vec(),
    ));
    objects.push(("trail/notes.txt".into(), b"x".to_vec()));
    objects
}

fn run(archive: &Archive, server: &Server, arguments: &str) -> Backtrail {
    command(archive, server, arguments).args(["--no-progress"])
}

fn command(archive: &Archive, server: &Server, arguments: &str) -> Backtrail {
    let fixed = ["--now", "2026-04-01T00:00:00Z", "--endpoint-url", &server.endpoint_url];
    let command = backtrail(archive.path()).args(arguments.split(' ').chain(fixed));
    let command = command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}

fn sync(archive: &Archive, server: &Server, arguments: &str) -> Ran {
    run(
        archive,
        server,
        &format!("sync s3://{BUCKET}/trail mirror {arguments}").trim_end().replace("  ", " "),
    )
    .run()
}

fn gets(server: &Server) -> u64 {
    server.requests().get.load(Ordering::Relaxed)
}

#[test]
fn a_mirror_answers_like_the_bucket_and_is_not_fetched_twice() {
    let (archive, server) = (Archive::empty(), Server::start(objects()));
    let first = sync(&archive, &server, "");
    assert_eq!(
        (first.code, first.stdout.as_str(), first.stderr.as_str()),
        (0, "", "5 log files fetched (1.8 KiB), 0 there already (0 B); left out: 1 digest, 1 other-name\n")
    );
    assert_eq!(archive.names(), ["mirror"]);
    assert_eq!(gets(&server), 5);
    let again = sync(&archive, &server, "");
    assert_eq!((again.code, gets(&server)), (0, 5), "{}", again.stderr);
    assert!(again.stderr.starts_with("0 log files fetched (0 B), 5 there already"), "{}", again.stderr);

    let query = r#"{"detail":{"eventName":["CreateUser"]}}"#;
    let hits = |place: &str| {
        let command = run(&archive, &server, &format!("replay {place} --format ndjson --since 40d"));
        command.args(["-e", query]).run().stdout
    };
    assert_eq!(hits("mirror").lines().count(), 4);
    assert_eq!(hits("mirror"), hits(&format!("s3://{BUCKET}/trail")));
}

#[test]
fn only_what_the_scope_names_is_copied_and_deleted() {
    let (archive, server) = (Archive::empty(), Server::start(objects()));
    let ran = sync(&archive, &server, "--account 444455556666 --since 2026-03-09");
    assert!(ran.stderr.starts_with("1 log file fetched"), "{}", ran.stderr);
    for account in ["111122223333", "444455556666"] {
        archive.write(&key(account, "us-east-1", "2026/03/20").replacen("trail", "mirror", 1), "mine");
    }
    assert!(!sync(&archive, &server, "").stderr.contains("deleted"));
    let ran = sync(&archive, &server, "--delete --account 444455556666");
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("2 there already (924 B), 1 deleted"), "{}", ran.stderr);
    let mine = |account: &str| key(account, "us-east-1", "2026/03/20").replacen("trail", "mirror", 1);
    assert!(archive.path().join(mine("111122223333")).exists());
    assert!(!archive.path().join(mine("444455556666")).exists());
}

#[test]
fn a_list_of_objects_spares_listing() {
    let (archive, server) = (Archive::empty(), Server::start(objects()));
    let plan =
        format!("plan s3://{BUCKET}/trail --account 444455556666 --since 2026-03-01 --save objects.ndjson");
    assert_eq!(command(&archive, &server, &plan).run().code, 0);
    let listed = server.requests().list.load(Ordering::Relaxed);
    let ran = sync(&archive, &server, "--objects objects.ndjson");
    assert!(ran.stderr.starts_with("2 log files fetched"), "{}", ran.stderr);
    assert_eq!((ran.code, server.requests().list.load(Ordering::Relaxed)), (0, listed));
    assert!(
        archive
            .path()
            .join(key("444455556666", "us-east-1", "2026/03/09").replacen("trail", "mirror", 1))
            .exists()
    );
}

#[test]
fn what_is_not_what_s3_keeps_is_never_put_in_its_place() {
    let (archive, server) = (Archive::empty(), Server::start(objects()));
    let (once, always) =
        (key("111122223333", "us-east-1", "2026/03/02"), key("444455556666", "us-east-1", "2026/03/02"));
    let wrong = [(once.clone(), 1), (always.clone(), u64::MAX)].into();
    let denied = [(key("444455556666", "us-east-1", "2026/03/09"), "not you".to_owned())].into();
    server.set_faults(Faults { wrong, denied, ..Faults::default() });
    archive.write("mirror/trail.json", "stays: a fault keeps everything");
    let ran = sync(&archive, &server, "--delete");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert!(lines[0].starts_with("3 log files fetched"), "{}", ran.stderr);
    assert!(lines[1].starts_with("not copied: AWSLogs/444455556666/"), "{}", ran.stderr);
    assert!(lines[1].ends_with(": transfer failed: its bytes do not fit its ETag"), "{}", ran.stderr);
    assert!(lines[2].contains("access denied: needs `s3:GetObject`"), "{}", ran.stderr);
    assert_eq!(lines[3], "`mirror` is incomplete: the same command tries again what failed");
    let there = |key: &str| archive.path().join(key.replacen("trail", "mirror", 1));
    assert_eq!(std::fs::read(there(&once)).unwrap(), objects()[0].1);
    assert!(!there(&always).exists() && archive.path().join("mirror/trail.json").exists());

    server.set_faults(Faults::default());
    let mended = sync(&archive, &server, "");
    assert!(mended.stderr.starts_with("2 log files fetched"), "{}", mended.stderr);
    assert_eq!(mended.code, 0);
}

#[test]
fn a_copy_that_is_killed_goes_on() {
    let objects: Vec<_> = (0..60)
        .map(|number| {
            (
                key("111122223333", "us-east-1", &format!("2026/03/{:02}", number % 28 + 1))
                    + &format!("{number}.gz"),
                vec![b'x'; 100],
            )
        })
        .collect();
    let (archive, server) = (Archive::empty(), Server::start(objects));
    server.set_faults(Faults { delay: Some(Duration::from_millis(40)), ..Faults::default() });
    let question = format!("sync s3://{BUCKET}/trail mirror");
    let mut kills = 0;
    loop {
        let mut command = run(&archive, &server, &question).into_command();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + kills * 23));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_some() {
            break;
        }
        kills += 1;
    }
    server.set_faults(Faults::default());
    let last = run(&archive, &server, &question).run();
    assert!(
        last.stderr.starts_with("0 log files fetched (0 B), 60 there already (5.9 KiB)"),
        "{}",
        last.stderr
    );
    assert!(kills > 0);
    assert!(!archive.path().join("mirror/.backtrail-sync").exists());
}

#[test]
fn keys_that_no_file_can_have_are_named_and_lead_nowhere() {
    let text = document(&[]);
    let keys =
        ["trail/../../out.json", "trail//double.json", "trail/fine.json", "trail/fine.json/below.json"];
    let (archive, server) = (Archive::empty(), Server::start(keys.map(|key| (key, text.as_bytes()))));
    let ran = sync(&archive, &server, "");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("no file can have this name").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("not copied: fine.json/below.json: cannot be written: "), "{}", ran.stderr);
    assert_eq!(archive.names(), ["mirror"]);
    assert_eq!(archive.read("mirror/fine.json"), text);
}

#[test]
fn what_makes_no_mirror_is_refused() {
    let (archive, server) = (Archive::empty(), Server::start(objects()));
    archive.write("file", "");
    for (arguments, reason) in [
        ("sync trail mirror".to_owned(), "`trail` is no bucket"),
        (format!("sync s3://{BUCKET}/trail AWSLogs/copy"), "would be called by other keys"),
        (format!("sync s3://{BUCKET}/trail file"), "`file` is no directory"),
        (format!("sync s3://{BUCKET}/trail mirror --delete --objects file"), "leave out --objects"),
        (format!("sync s3://{BUCKET}/trail mirror --since last"), "--since last: what is there already"),
    ] {
        let ran = run(&archive, &server, &arguments).run();
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
    assert_eq!(archive.names(), ["file"]);
    assert_eq!(run(&archive, &server, &format!("sync s3://{BUCKET}/nothing mirror")).run().code, 3);
}
