"""Checks `backtrail queries import --live` against a real server of the API: moto, on loopback.

Usage: check_live.py BACKTRAIL
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import boto3

KEYS = {"AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST", "AWS_SECRET_ACCESS_KEY": "secret"}
RULES = 130  # more than the service puts on a page


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(port):
    moto = pathlib.Path(sys.executable).with_name("moto_server")
    server = subprocess.Popen(
        [moto, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return server
        except OSError:
            time.sleep(0.1)
    server.terminate()
    sys.exit("moto does not answer")


def deploy(url):
    """Puts rules on two buses in two regions, and metric filters."""
    for region in ("eu-west-1", "us-east-1"):
        client = lambda service: boto3.client(
            service,
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        events, logs = client("events"), client("logs")
        for number in range(RULES):
            pattern = {"source": ["aws.iam"], "detail": {"eventName": [f"CreateUser{number}"]}}
            events.put_rule(
                Name=f"rule-{number:03}",
                EventPattern=json.dumps(pattern),
                Description=f"Rule {number}",
                State="DISABLED" if number == 7 else "ENABLED",
            )
        events.create_event_bus(Name="audit")
        events.put_rule(Name="on-audit", EventBusName="audit", EventPattern='{"source":["aws.s3"]}')
        events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
        logs.create_log_group(logGroupName="trail")
        logs.put_metric_filter(
            logGroupName="trail",
            filterName="root-used",
            filterPattern='{ $.userIdentity.type = "Root" }',
            metricTransformations=[{"metricName": "Root", "metricNamespace": "Cis", "metricValue": "1"}],
        )


def main():
    backtrail = os.path.abspath(sys.argv[1])
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = start(port)
    try:
        deploy(url)
        with tempfile.TemporaryDirectory() as folder:
            check(backtrail, url, pathlib.Path(folder))
    finally:
        server.terminate()
        server.wait()


def check(backtrail, url, folder):
    command = [backtrail, "queries", "import", "--live", "--region", "eu-west-1,us-east-1", "--endpoint-url", url]
    environment = {**os.environ, **KEYS, "AWS_EC2_METADATA_DISABLED": "true"}
    run = lambda: subprocess.run(
        [*command, "--to", "rules"], cwd=folder, env=environment, capture_output=True, text=True
    )
    first = run()
    assert first.returncode == 0, first
    files = sorted(path.relative_to(folder / "rules").as_posix() for path in (folder / "rules").rglob("*.json"))
    assert len(files) == 2 * (RULES + 1), (len(files), first.stderr)
    filters = sorted((folder / "rules").rglob("*.filter"))
    assert len(filters) == 2, (filters, first.stderr)
    assert filters[0].read_text().strip() == '{ $.userIdentity.type = "Root" }', filters[0].read_text()
    again = run()
    assert again.returncode == 0 and f"{2 * (RULES + 2)} there already" in again.stderr, again
    checked = subprocess.run([backtrail, "check", "rules"], cwd=folder, capture_output=True, text=True)
    assert checked.returncode == 0, checked
    elsewhere = subprocess.run(
        [*command[:-1], "http://127.0.0.1:9", "--to", "none"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert elsewhere.returncode == 4 and "events:ListEventBuses" in elsewhere.stderr, elsewhere
    print(f"live: {len(files)} rules and {len(filters)} metric filters imported from two regions, as they are deployed")


main()
