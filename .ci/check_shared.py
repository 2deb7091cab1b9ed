"""Checks the release binary against the shared data: real trails, rules and worked cases with exact counts.

usage: check_shared.py BINARY SHARED

Every check compares what the command line prints with figures that somebody else computed. Runs a full S3 server
(SeaweedFS) on the loopback interface, with signatures on, for the part that reads from a bucket.
"""

import check_reports
import check_scale
import collections
import contextlib
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BINARY = pathlib.Path(sys.argv[1]).resolve()
SHARED = pathlib.Path(sys.argv[2]).resolve()
FACTS = json.loads((SHARED / "data/facts.json").read_text())
RULES = SHARED / "data/rules/eventbridge-patterns.json"
EVERY_EVENT = '{"detail":{"eventID":[{"exists":true},{"exists":false}]}}'
ACCESS, SECRET = "AKIATESTTESTTESTTEST", "secretsecretsecretsecretsecretsecretsecr"
ENDPOINT = "http://127.0.0.1:8333"
ENVIRONMENT = dict(
    os.environ,
    AWS_ACCESS_KEY_ID=ACCESS,
    AWS_SECRET_ACCESS_KEY=SECRET,
    AWS_ENDPOINT_URL_S3=ENDPOINT,
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
)
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
passed = failed = 0


def check(name, found, wanted):
    global passed, failed
    if found == wanted:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}: found {found!r:.300}, wanted {wanted!r:.300}", flush=True)


def section(title):
    print(f"-- {title} ({time.process_time():.0f} s)", flush=True)


def backtrail(*arguments, codes=(0,), stdin=None):
    """Runs the binary; returns stdout, coverage and peak memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        coverage = pathlib.Path(folder, "coverage.json")
        command = [str(BINARY), *map(str, arguments)]
        if arguments[0] in ("replay", "report"):
            command += ["--coverage", str(coverage), "--no-progress"]
        out, peak = pathlib.Path(folder, "out"), pathlib.Path(folder, "peak")
        with out.open("wb") as stdout:
            # The peak of a child counts the memory of whoever started it: a small process stands between.
            process = subprocess.run([sys.executable, "-S", "-c", MEASURE, peak, *command], stdout=stdout,
                                     stderr=subprocess.PIPE, stdin=stdin, env=ENVIRONMENT)
        check(f"exit code of {' '.join(command[1:4])}", process.returncode in codes, True)
        if process.returncode not in codes:
            print(process.stderr.decode()[-2000:])
        found = json.loads(coverage.read_text()) if coverage.exists() else None
        return out.read_bytes(), found, int(peak.read_text()) / 1024


def counts(archive, *options, codes=(0,)):
    out, coverage, _ = backtrail("replay", "-q", RULES, "--count", "--format", "json", *options, archive, codes=codes)
    return {row["query"]: row["hits"] for row in json.loads(out)["counts"]}, coverage


def rule_ids():
    names = collections.Counter(rule["name"] for rule in json.loads(RULES.read_text()))
    for rule in json.loads(RULES.read_text()):
        key = f"{rule['file']}:{rule['name']}"
        yield key, rule["name"] if names[rule["name"]] == 1 else key


def check_rule_counts(place, archive, trail):
    wanted = FACTS["rule_counts"]["eventbridge"]
    every, _ = counts(archive, "--no-dedupe")
    distinct, _ = counts(archive)
    check(f"{place}: number of rules", len(every), len(wanted))
    for key, query in rule_ids():
        check(f"{place}: {key}", [every.get(query), distinct.get(query)], wanted[key][trail])


def tally(out):
    """Counts what facts.json counts, from the records that were printed."""
    found = collections.defaultdict(collections.Counter)
    for line in out.splitlines():
        record = json.loads(line)["record"]
        identity = record.get("userIdentity") or {}
        for field in ("eventName", "eventSource", "awsRegion", "recipientAccountId", "eventVersion", "eventType"):
            found[field][str(record.get(field))] += 1
        for field in ("eventCategory", "errorCode", "readOnly", "managementEvent"):
            found[field][str(record.get(field))] += 1
        found["userIdentity.type"][str(identity.get("type"))] += 1
        found["day"][str(record.get("eventTime"))[:10]] += 1
        found["event"][f"{record.get('eventSource')}:{record.get('eventName')}"] += 1
    return found


def check_trail(place, archive, trail):
    facts = FACTS["trails"][trail]
    out, coverage, _ = backtrail("replay", "-e", EVERY_EVENT, "--format", "ndjson", archive)
    check(f"{place}: objects", coverage["log_files"]["read"], facts["objects"])
    check(f"{place}: bytes stored", coverage["bytes"]["stored"], facts["bytes_stored"])
    check(f"{place}: bytes raw", coverage["bytes"]["text"], facts["bytes_raw"])
    check(f"{place}: records", coverage["records"]["read"], facts["records"])
    check(f"{place}: duplicates", coverage["records"]["duplicates"], facts["duplicate_records"])
    check(f"{place}: unique", coverage["hits"], facts["unique_eventIDs"])
    found = tally(out)
    for field, wanted in facts["unique"].items():
        check(f"{place}: {field}", {name: found[field].get(name, 0) for name in wanted}, wanted)
    check(f"{place}: days", dict(found["day"]), facts["per_day_unique"])


def check_trails(place, archive_of):
    for trail in FACTS["trails"]:
        archive = archive_of(trail)
        check_rule_counts(f"{place} {trail}", archive, trail)
        check_trail(f"{place} {trail}", archive, trail)


def check_labelled(folder):
    """The labelled events are wrapped in lines of their own; the event inside is the record. Some are of other
    services: only in a log file's own shape is every object a record."""
    lines = (SHARED / "data/labelled/panther-dev.jsonl").read_text().splitlines()
    events = folder / "panther.json"
    events.write_text(json.dumps({"Records": [json.loads(line)["event"] for line in lines]}))
    every, coverage = counts(events, "--no-dedupe")
    check("labelled: records", coverage["records"]["read"], FACTS["rule_counts"]["records"]["labelled/panther-dev.jsonl"])
    for key, query in rule_ids():
        check(f"labelled: {key}", every.get(query), FACTS["rule_counts"]["eventbridge"][key]["labelled/panther-dev.jsonl"][0])


def check_raw():
    """The same records in the other shapes that people keep."""
    for name, records in {"stratus": 142, "otrf": 103, "permiso": 3349, "plaso": 6, "c7n-eventbridge": 10}.items():
        _, coverage, _ = backtrail("replay", "-e", EVERY_EVENT, "--count", "--no-dedupe", SHARED / "data/raw" / name)
        check(f"raw/{name}: records", coverage["records"]["read"], records)
        check(f"raw/{name}: hits", coverage["hits"], records)
    _, coverage, _ = backtrail("replay", "--count", SHARED / "data/raw/cloudgrep", codes=(4,))
    check("raw/cloudgrep: the broken file is named", len(coverage["faults"]) >= 1, True)


def check_cases():
    cases = SHARED / "conformance/event_patterns.jsonl"
    out, _, _ = backtrail("match", "--cases", cases)
    check("conformance", out.decode().splitlines()[-1].startswith("3,000 of 3,000"), True)


def make_archive(folder):
    archive, truth = folder / "archive", folder / "truth.json"
    tool = SHARED / "tools/make_archive.py"
    options = ["--events", "200000", "--duplicates", "0.05", "--digests", "--faults"]
    subprocess.run([sys.executable, tool, *options, "--out", archive, "--truth", truth], check=True)
    return archive, json.loads(truth.read_text())


def make_clean_archive(folder):
    archive, truth = folder / "clean", folder / "clean.truth.json"
    tool = SHARED / "tools/make_archive.py"
    options = ["--events", "500000", "--duplicates", "0.02", "--no-insights"]
    subprocess.run([sys.executable, tool, *options, "--out", archive, "--truth", truth], check=True)
    return archive, json.loads(truth.read_text())


def check_archive(archive, truth):
    out, coverage, memory = backtrail("replay", "-e", EVERY_EVENT, "--format", "ndjson", archive, codes=(4,))
    print(f"peak memory with every one of {coverage['hits']:,} records a hit: {memory:.0f} MiB")
    totals, faults = truth["totals"], truth["faults"]
    extra = sum(fault["records_ok"] for fault in faults)
    check("archive: records", coverage["records"]["read"], totals["records"] + totals["insight_records"] + extra)
    check("archive: digests", coverage["log_files"]["skipped"].get("digest"), totals["digest_objects"])
    check("archive: duplicates", coverage["records"]["duplicates"], totals["duplicate_records"])
    unread = {fault["key"] for fault in coverage["faults"] if not fault["is_partly_read"]}
    check("archive: every bad object is named, and no other", unread, {fault["key"] for fault in faults if fault["must_fail"]})
    fault_keys = {fault["key"] for fault in faults}
    lines = [line for line in out.splitlines() if not json.loads(line)["log_key"] in fault_keys]
    lines = [line for line in lines if "/CloudTrail-Insight/" not in json.loads(line)["log_key"]]
    found = tally(b"\n".join(lines))
    wanted = truth["unique"]
    for field, name in (("event", "by_event"), ("eventSource", "by_source"), ("awsRegion", "by_region"),
                        ("recipientAccountId", "by_account"), ("day", "by_day")):
        check(f"archive: {name}", {key: found[field].get(key, 0) for key in wanted[name]}, wanted[name])


def check_archive_rules(archive, truth):
    """What a pattern can tell of the truth's classes, in one run."""
    patterns = {
        "console_login": '{"detail":{"eventName":["ConsoleLogin"],"eventSource":["signin.amazonaws.com"]}}',
        "root_any": '{"detail":{"userIdentity":{"type":["Root"]}}}',
        "root_cis": '{"detail":{"userIdentity":{"type":["Root"],"invokedBy":[{"exists":false}]},"eventType":[{"anything-but":"AwsServiceEvent"}]}}',
        "mfaAuthenticated=true": '{"detail":{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":["true"]}}}}}',
        "mfaAuthenticated=false": '{"detail":{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":["false"]}}}}}',
        "assume:AssumeRole": '{"detail":{"eventName":["AssumeRole"]}}',
        "trail:StopLogging": '{"detail":{"eventName":["StopLogging"],"errorCode":[{"exists":false}]}}',
        "error": '{"detail":{"errorCode":[{"exists":true}]}}',
    }
    classes = truth["unique"]["classes"]
    for name, pattern in patterns.items():
        clean = [f["key"] for f in truth["faults"]]
        out, _, _ = backtrail("replay", "-e", pattern, "--format", "ndjson", archive, codes=(4,))
        hits = sum(1 for line in out.splitlines() if json.loads(line)["log_key"] not in clean)
        check(f"archive class {name}", hits, classes.get(name, 0))


def next_day(day):
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


def check_scopes(place, archive, truth):
    """A day, an account and a region: as many events as the truth says, wherever the folders lie."""
    faults = {fault["key"] for fault in truth["faults"]}
    unique = truth["unique"]
    day, account, region = (sorted(unique[name])[-2] for name in ("by_day", "by_account", "by_region"))
    scopes = {
        ("by_day", day): ["--since", day, "--until", next_day(day)],
        ("by_account", account): ["--account", account],
        ("by_region", region): ["--region", region],
    }
    for (name, key), options in scopes.items():
        out, _, _ = backtrail("replay", "-e", EVERY_EVENT, "--format", "ndjson", *options, archive, codes=(0, 4))
        keys = [json.loads(line)["log_key"] for line in out.splitlines()]
        hits = [key for key in keys if key not in faults and "/CloudTrail-Insight/" not in key]
        check(f"{place}: {name} {key}", len(hits), unique[name][key])


def check_same_bytes(archive, others):
    options = ["replay", "-e", '{"detail":{"readOnly":[false]}}', "--format", "ndjson"]
    wanted, _, memory = backtrail(*options, archive, "--threads", "1", codes=(0, 4))
    print(f"peak memory with one thread: {memory:.0f} MiB")
    check("same bytes: there are some", len(wanted) > 10_000, True)
    for other, threads in others:
        found, _, memory = backtrail(*options, other, "--threads", threads, codes=(0, 4))
        print(f"peak memory with {threads} threads from {other}: {memory:.0f} MiB")
        check(f"same bytes: {other} with {threads} threads", found == wanted, True)


@contextlib.contextmanager
def s3_server(folder):
    """A full S3 server with credentials and signatures on; yields a client."""
    import boto3

    identity = {"name": "t", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "weed").mkdir()
    server = subprocess.Popen(
        ["weed", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder / 'weed'}", "-s3", "-s3.port=8333",
         f"-s3.config={folder / 's3.json'}", "-volume.max=2000", "-master.volumeSizeLimitMB=64",
         "-master.telemetry=false", "-volume.preStopSeconds=1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET,
                              region_name="us-east-1")
        for attempt in range(60):
            try:
                client.create_bucket(Bucket="trails")
                break
            except Exception:  # not up yet: every kind of error is seen here
                time.sleep(0.5)
        else:
            raise SystemExit("the S3 server does not come up")
        yield client
    finally:
        server.terminate()
        server.wait(timeout=60)


def upload(client, folder, prefix):
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        client.put_object(Bucket="trails", Key=f"{prefix}{path.relative_to(folder)}", Body=path.read_bytes())


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        section("conformance")
        check_cases()
        section("trails from folders")
        check_trails("folder", lambda trail: SHARED / "data" / trail)
        section("labelled events and other shapes")
        check_labelled(folder)
        check_raw()
        section("a generated archive with duplicates, digests and faults")
        archive, truth = make_archive(folder)
        check_archive(archive, truth)
        check_archive_rules(archive, truth)
        check_scopes("folder", archive, truth)
        section("reports")
        check_reports.check_trails(backtrail, check, FACTS, SHARED / "data")
        check_reports.check_empty(backtrail, check, folder)
        check_reports.check_archive(backtrail, check, *make_clean_archive(folder))
        section("an S3 server")
        with s3_server(folder) as client:
            for trail in FACTS["trails"]:
                upload(client, SHARED / "data" / trail, f"{trail}/")
            check_trails("bucket", lambda trail: f"s3://trails/{trail}/")
            upload(client, archive, "made/")
            check_scopes("bucket", "s3://trails/made/", truth)
            others = [(archive, 2), (archive, 8), ("s3://trails/made/", 2), ("s3://trails/made/", 8)]
            check_same_bytes(archive, others)
            section("a bucket at scale, with a network that fails")
            check_scale.run(backtrail, check, BINARY, ENVIRONMENT, client, SHARED, upload)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
