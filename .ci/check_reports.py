"""Checks what the reports say against figures that somebody else computed; part of check_shared.py."""

import collections
import json

# Reports that count what facts.json and the truth files of made archives count.
NAMES = "logins,no-mfa,root,iam-changes,roles,trail,instances,denied,activity"


def made(backtrail, archive, *options, codes=(0,)):
    """Makes reports in one pass; returns the rows of a table by report and table name."""
    out, _, _ = backtrail("report", NAMES, "--top", "1000000", "--format", "json", *options, archive, codes=codes)
    document = json.loads(out)
    return {(report["name"], table["name"]): table["rows"] for report in document["reports"] for table in report["tables"]}


def sums(rows, key, value):
    """Adds up a column by the values of another one, or of several."""
    found = collections.Counter()
    for row in rows:
        name = tuple(row[part] for part in key) if isinstance(key, tuple) else row[key]
        found[name] += row[value] or 0
    return found


def with_failures(found, prefix, rows):
    for row in rows:
        found[f"{prefix}:{row['event_name']}"] += row["succeeded"]
        found[f"{prefix}:{row['event_name']}(err)"] += row["failed"]


def classes(tables):
    """Derives the classes of the truth from the reports."""
    found = collections.Counter()
    for row in tables["logins", "by_region"]:
        mfa_used = row["mfa_used"] or "None"
        name = f"{row['region']}|{row['result']}|MFAUsed={mfa_used}|{row['identity_type']}"
        found[f"console_login|{name}"] += row["sign_ins"]
        found["console_login"] += row["sign_ins"]
    for row in tables["no-mfa", "calls_by_class"]:
        if row["mfa_authenticated"] is not None:
            found[f"mfaAuthenticated={row['mfa_authenticated']}"] += row["records"]
    for row in tables["iam-changes", "kinds"]:
        found["iam_write"] += row["succeeded"] + row["failed"]
        found["iam_write_ok"] += row["succeeded"]
    with_failures(found, "trail", tables["trail", "calls"])
    with_failures(found, "ec2", tables["instances", "calls"])
    return found


def check_classes(check, place, tables, wanted):
    found = classes(tables)
    for name in ("root_any", "root_cis"):
        column = {"root_any": "records", "root_cis": "root_use"}[name]
        found[name] = sum(row[column] for row in tables["root", "accounts"])
    for name, calls in sums(tables["roles", "calls"], "event_name", "calls").items():
        found[f"assume:{name}"] = calls
    found["denied"] = sum(row["denied"] for name in ("actions", "services") for row in tables["denied", name])
    found["error"] = sum(row["records"] for row in tables["activity", "errors"])
    for name, count in wanted.items():
        check(f"{place}: {name}", found.get(name, 0), count)
    sign_ins = {name for name in found if name.startswith("console_login|") and found[name]}
    check(f"{place}: no other sign-ins", sign_ins - set(wanted), set())


def check_counts(check, place, tables, wanted):
    """`wanted` has maps by event, source, region, account, day, type of identity and error code."""
    events = sums(tables["activity", "events"], ("event_source", "event_name"), "records")
    found = {
        "by_event": {f"{source}:{name}": records for (source, name), records in events.items()},
        "by_source": sums(tables["activity", "services"], "event_source", "records"),
        "by_region": sums(tables["activity", "regions"], "region", "records"),
        "by_account": sums(tables["activity", "accounts"], "account", "records"),
        "by_day": sums(tables["activity", "days"], "day", "records"),
        "by_identity_type": sums(tables["activity", "identity_types"], "identity_type", "records"),
        "by_error": sums(tables["activity", "errors"], "error_code", "records"),
    }
    for name, counts in wanted.items():
        counts = {None if key == "None" else key: count for key, count in counts.items()}
        check(f"{place}: {name}", {key: found[name].get(key, 0) for key in counts}, counts)


def check_roles(check, place, tables, wanted):
    uses = [row for row in tables["roles", "uses"] if row["event_name"] == "AssumeRole"]
    found = sums(uses, "role_arn", "calls")
    for role, count in wanted.items():
        check(f"{place}: role {role}", found.get(None if role == "None" else role, 0), count)


def check_trails(backtrail, check, facts, folder):
    for trail, wanted in facts["trails"].items():
        tables = made(backtrail, folder / trail)
        check_classes(check, f"reports {trail}", tables, wanted["classes_unique"])
        check_roles(check, f"reports {trail}", tables, wanted["assumed_roles_unique"])
        unique = wanted["unique"]
        found = {
            "eventName": sums(tables["activity", "events"], "event_name", "records"),
            "eventSource": sums(tables["activity", "services"], "event_source", "records"),
            "awsRegion": sums(tables["activity", "regions"], "region", "records"),
            "recipientAccountId": sums(tables["activity", "accounts"], "account", "records"),
        }
        for field, counts in found.items():
            for name, count in unique[field].items():
                check(f"reports {trail}: {field} {name}", counts.get(None if name == "None" else name, 0), count)
        for code, count in unique["errorCode"].items():
            if code != "None":
                errors = sums(tables["activity", "errors"], "error_code", "records")
                check(f"reports {trail}: errorCode {code}", errors.get(code, 0), count)


def check_archive(backtrail, check, archive, truth):
    """A made archive without faults: every class and every count, and the principals by their ARN."""
    tables = made(backtrail, archive)
    unique = truth["unique"]
    check_classes(check, "reports archive", tables, unique["classes"])
    check_roles(check, "reports archive", tables, unique["assumed_roles"])
    names = ("by_event", "by_source", "by_region", "by_account", "by_day", "by_identity_type", "by_error")
    check_counts(check, "reports archive", tables, {name: unique[name] for name in names})
    out, _, _ = backtrail("report", "activity", "--by", "userIdentity.arn", "--top", "1000000", "--format", "json", archive)
    rows = [table for table in json.loads(out)["reports"][0]["tables"] if table["name"] == "by"][0]["rows"]
    found = {row["userIdentity.arn"]: row["records"] for row in rows}
    wanted = unique["by_principal"]
    check("reports archive: by_principal", {arn: found.get(arn, 0) for arn in wanted}, wanted)


def check_empty(backtrail, check, folder):
    """Nothing to read, and nothing to report, are said."""
    empty = folder / "empty"
    empty.mkdir()
    out, _, _ = backtrail("report", "compliance", "--format", "json", empty, codes=(3,))
    reports = json.loads(out)["reports"]
    check("reports of nothing: all of them", len(reports) >= 13, True)
    for report in reports:
        check(f"reports of nothing: {report['name']} says something", len(report["findings"]) >= 1, True)
