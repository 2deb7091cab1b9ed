#!/usr/bin/env python3
"""Holds the SQL of `backtrail queries convert --to sql` against the engine.

Every shipped query is written in every dialect. DuckDB and Spark run theirs over the records of the sample trail, and each
must count what `backtrail replay --count` counts; the text for Athena and Trino is parsed by sqlglot. What is needed is
installed in a virtual environment; where PyPI is not reachable, or there is no Java, that part is skipped with a line.

usage: check_sql.py BINARY [ROOT]
"""

import atexit
import glob
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

PACKAGES = ["sqlglot==30.30.0", "duckdb==2.0.0", "pyspark==3.5.7"]
# What is looked at stands inside arrays, which SQL at exact paths does not see: each says so in what is lost.
IN_ARRAYS = {
    "ec2/image-shared",
    "ec2/snapshot-shared",
    "network/security-group-open-to-world",
    "rds/snapshot-shared",
}


def main():
    binary, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
    if os.environ.get("BACKTRAIL_SQL_VENV"):
        return check(binary, root)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = os.path.join(folder, "bin", "python")
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], capture_output=True, text=True)
        if done.returncode != 0:
            print("skipped: the packages cannot be installed:", done.stderr.strip().splitlines()[-1:])
            return 0
        environment = {**os.environ, "BACKTRAIL_SQL_VENV": folder, "PYSPARK_PYTHON": python}
        return subprocess.run([python, __file__, binary, root], env=environment).returncode


def check(binary, root):
    samples = os.path.join(root, "samples")
    listed = json.loads(run(binary, "queries", "list", "--format", "json"))
    ids = [query["query"] for query in listed["queries"]]
    selected = [word for name in ids for word in ("-q", name)]
    counted = json.loads(run(binary, "replay", "--count", "--no-dedupe", "--no-progress", "--format", "json", *selected, samples))
    expected = {row["query"]: row["hits"] for row in counted["counts"]}

    failures = []
    for dialect in ("athena", "athena-projection", "trino"):
        failures += parse(dialect, translations(binary, dialect, ids))
    files = log_files(samples)
    failures += compare("duckdb", translations(binary, "duckdb", ids), expected, duckdb_counter(files))
    if has_java():
        failures += compare("spark", translations(binary, "spark", ids), expected, spark_counter(files))
    else:
        print("spark: skipped: there is no java")
    for failure in failures:
        print("FAILED", failure)
    return 1 if failures else 0


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    # 1 says that some were refused, and each is in the document.
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def translations(binary, dialect, ids):
    text = run(binary, "queries", "convert", "--to", "sql", "--dialect", dialect, "--format", "json", *ids)
    return json.loads(text)["translations"]


def log_files(samples):
    found = sorted(glob.glob(os.path.join(samples, "AWSLogs", "**", "*.json.gz"), recursive=True))
    return [path for path in found if "/CloudTrail-Digest/" not in path]


def parse(dialect, queries):
    import sqlglot

    failures, refused = [], 0
    for query in queries:
        if "refused" in query:
            refused += 1
            continue
        try:
            sqlglot.parse_one(query["text"], read="trino" if dialect == "trino" else "athena")
        except sqlglot.errors.ParseError as error:
            failures.append(f"{dialect}: {query['query']}: {error}")
    print(f"{dialect}: {len(queries) - refused} parsed, {refused} refused (parsed only: nothing here runs it)")
    return failures


def compare(dialect, queries, expected, count):
    failures, refused, equal = [], Counter(), 0
    for query in queries:
        name = query["query"]
        if "refused" in query:
            refused[query["refused"]] += 1
            continue
        hits = count(query["text"])
        if hits == expected[name]:
            equal += 1
        elif not (name in IN_ARRAYS and any("exactly at its path" in loss for loss in query["lost"])):
            failures.append(f"{dialect}: {name}: {hits} records, and backtrail has {expected[name]}")
    print(f"{dialect}: {equal} of {len(queries)} queries count as backtrail does, {sum(refused.values())} refused")
    for reason, times in refused.items():
        print(f"  refused {times}: {reason}")
    return failures


def duckdb_counter(files):
    import duckdb

    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE records AS SELECT unnest(\"Records\") AS record FROM "
        f"read_json({files!r}, columns = {{'Records': 'JSON[]'}}, maximum_object_size = 268435456)"
    )
    return lambda text: connection.execute(f"SELECT count(*) FROM ({text})").fetchone()[0]


def has_java():
    if shutil.which("java"):
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    install = "apt-get update && apt-get install --yes --no-install-recommends openjdk-17-jre-headless"
    subprocess.run(install, shell=True, capture_output=True)
    return shutil.which("java") is not None


def spark_counter(files):
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.host", "127.0.0.1").config("spark.sql.shuffle.partitions", "2").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    # One file: Spark takes its time for each. It reads it again for every query.
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open(os.path.join(folder, "all.json"), "w", encoding="utf-8") as out:
        for path in files:
            with gzip.open(path, "rt", encoding="utf-8") as text:
                out.write(json.dumps(json.load(text), ensure_ascii=False) + "\n")
    session.read.text(folder).createOrReplaceTempView("lines")
    session.sql(
        "CREATE OR REPLACE TEMPORARY VIEW records AS "
        "SELECT explode(from_json(value, 'Records array<string>').Records) AS record FROM lines"
    )
    session.sql("CACHE TABLE records")
    return lambda text: session.sql(f"SELECT count(*) AS n FROM ({text})").collect()[0]["n"]


if __name__ == "__main__":
    sys.exit(main())
