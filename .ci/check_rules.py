#!/usr/bin/env python3
"""Holds `explain`, `check` and `diff` against the shared rules and trails.

Usage: check_rules.py BACKTRAIL SHARED
"""

import json
import pathlib
import subprocess
import sys

TRAILS = ["trails/invictus", "trails/devorg"]

# Every finding over the shared rules that is not about a missing source, without a place and in the state ENABLED.
FINDINGS = {
    ("EventRuleS3BucketPolicyChanges", "event-name"),
}
FINDINGS_OF_PLACE = {
    ("EventRuleCloudShellGetFileDownloadUrls", "read-only-name"),
    ("EventRuleEC2PasswordData", "read-only-state"),
    ("EventRuleIamEnumeration", "read-only-state"),
    ("EventRuleStsWhoAmI", "read-only-state"),
}


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{arguments}: {done.stderr}")
    return json.loads(done.stdout)


def check_matches(program, shared, rules):
    counts = json.loads((shared / "facts.json").read_text())["rule_counts"]["eventbridge"]
    checked = 0
    for rule in rules:
        for trail in TRAILS:
            pattern = json.dumps(rule["pattern"])
            told = run(program, "explain", "-e", pattern, shared / trail, "--format", "json", "--no-progress")
            known = counts[f"{rule['file']}:{rule['name']}"][trail]
            assert told["matches"] in known, (rule["name"], trail, told["matches"], known)
            checked += 1
    return checked


def check_findings(program, path, rules):
    def found(*arguments):
        queries = run(program, "check", path, "--format", "json", *arguments)["queries"]
        return {(query["query"], finding["id"]) for query in queries for finding in query["findings"]}

    plain = found()
    without_source = {name for name, finding in plain if finding == "missing-source"}
    sourceless = [rule for rule in rules if "source" not in rule["pattern"]]
    assert len(without_source) == len(sourceless), (len(without_source), len(sourceless))
    others = {one for one in plain if one[1] != "missing-source"}
    assert others == FINDINGS, others
    placed = {one for one in found("--rule-state", "ENABLED") if one[1] != "missing-source"}
    assert placed == FINDINGS | FINDINGS_OF_PLACE, placed
    return len(plain)


def check_diff(program, path, shared):
    told = run(program, "diff", path, path, shared / TRAILS[0], "--format", "json", "--no-progress")
    for rule in told["rules"]:
        assert rule["hits"]["only_old"] == rule["hits"]["only_new"] == 0, rule
    return len(told["rules"])


def main():
    program, shared = sys.argv[1], pathlib.Path(sys.argv[2]) / "data"
    path = shared / "rules" / "eventbridge-patterns.json"
    rules = json.loads(path.read_text())
    print(f"{check_matches(program, shared, rules)} counts of matches are those of the facts")
    print(f"{check_findings(program, path, rules)} findings are those that are known")
    print(f"{check_diff(program, path, shared)} rules are no different from themselves")


if __name__ == "__main__":
    main()
