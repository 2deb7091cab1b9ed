"""Checks metric filters and Sigma rules that other people wrote against counts that somebody else computed.

usage: check_languages.py BINARY SHARED

Every filter and every rule is replayed over the real trails, from the command line, and the tests beside the Sigma rules
are asked one by one.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

BINARY = pathlib.Path(sys.argv[1]).resolve()
DATA = pathlib.Path(sys.argv[2]).resolve() / "data"
FACTS = json.loads((DATA / "facts.json").read_text())["rule_counts"]
LABELLED = "labelled/panther-dev.jsonl"
passed = failed = 0


def check(name, found, wanted):
    global passed, failed
    passed, failed = passed + (found == wanted), failed + (found != wanted)
    if found != wanted:
        print(f"FAILED {name}: found {found!r:.300}, wanted {wanted!r:.300}", flush=True)


def run(*arguments):
    return subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True)


def counts(queries, archive, *options):
    """Returns the hits of every query of a replay, by id."""
    ran = run("replay", "-q", queries, "--count", "--format", "json", "--no-progress", *options, archive)
    check(f"exit code of {queries.name} over {archive}", ran.returncode, 0)
    if ran.returncode:
        print(ran.stderr[-2000:])
        return {}
    return {row["query"]: row["hits"] for row in json.loads(ran.stdout)["counts"]}


def wanted_counts(wanted):
    """A missing field makes `!=` false, as it does in the service."""
    return wanted["absent!=v false"] if isinstance(wanted, dict) else wanted


def check_counts(language, queries, query_of, archives):
    for place, archive in archives.items():
        every, distinct = counts(queries, archive, "--no-dedupe"), counts(queries, archive)
        check(f"{language}, {place}: number of queries", len(every), len(FACTS[language]))
        for key, wanted in FACTS[language].items():
            wanted = wanted_counts(wanted[place])
            # Panther's events lack account and event id in part, so their copies cannot be told as the facts do.
            found = [every.get(query_of(key)), wanted[1] if place == LABELLED else distinct.get(query_of(key))]
            check(f"{language}, {place}: {key}", found, wanted)


def check_sigma_tests(rules):
    """All records that a rule must or must not match, through `check` and each by itself through `match`.

    Sigma does not define the list of maps in `aws_s3_lifecycle`; read as fields below it does what its test wants."""
    tests = sorted(rules.glob("*_tests.json"))
    lists = [json.loads(path.read_text()) for path in tests]
    wanted = sum(len(records) for lists in lists for records in lists.values())
    ran = run("check", rules)
    summary = [line for line in ran.stdout.splitlines() if "cases hold, " in line]
    check("check of the Sigma rules", summary, [f"{len(tests)} queries, {wanted} cases hold, 0 failed"])
    with tempfile.TemporaryDirectory() as folder:
        event = pathlib.Path(folder, "event.json")
        for path, records in zip(tests, lists):
            rule = path.with_name(path.name.removesuffix("_tests.json") + ".yml")
            for name, word in (("should_match", "match"), ("should_not_match", "no-match")):
                for number, record in enumerate(records[name]):
                    event.write_text(json.dumps(record))
                    found = run("match", "--pattern", rule, event).stdout.strip()
                    check(f"{rule.name} {name} {number}", found, word)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        events = [json.loads(line)["event"] for line in (DATA / LABELLED).read_text().splitlines()]
        labelled = folder / "panther.json"
        labelled.write_text(json.dumps({"Records": events}))
        archives = {place: DATA / place for place in FACTS["records"] if place != LABELLED}
        archives[LABELLED] = labelled
        filters = DATA / "rules/metric-filters.json"
        rules = DATA / "rules/sigma"
        check_counts("sigma", rules, lambda key: key.removesuffix(".yml"), archives)
        check_sigma_tests(rules)
        check_counts("metric", filters, lambda key: key.split(":", 1)[1], archives)
    print(f"languages: {passed} checks passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
