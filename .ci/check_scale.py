"""Checks S3 at scale with a full server, credentials and signatures: plans, mirrors, converted folders, and runs that are
killed while the network fails. Called by check_shared.py."""

import hashlib
import http.client
import http.server
import json
import random
import signal
import subprocess
import sys
import tempfile
import pathlib
import threading
import time

SERVER = "127.0.0.1", 8333
QUERY = '{"detail":{"readOnly":[false]}}'
KILLS = 20
EXPIRED = "400 ExpiredToken"
PASSING = ["503 SlowDown", "500 InternalError", "503 ServiceUnavailable", "400 RequestTimeout", EXPIRED, "cut", "half",
           "late", "hang-up"]
FOR_EVER = ["403 AccessDenied", "403 kms", "404 NoSuchKey", "403 InvalidObjectState"]


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands requests on as they are, so that signatures stay right, and spoils one GET in twenty of an object; of one
    object in two hundred every GET."""

    protocol_version = "HTTP/1.1"
    counts, gets, listed, lock, is_spoiling = {}, 0, 0, threading.Lock(), True

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.pass_on()

    def do_GET(self):
        path = self.path.partition("?")[0]
        is_object = path.endswith(".json.gz")
        with Proxy.lock:
            Proxy.gets += is_object
            Proxy.listed += not is_object
            nth = Proxy.counts[path] = Proxy.counts.get(path, 0) + 1
        self.pass_on(self.trouble(path, nth) if is_object and Proxy.is_spoiling else None)

    @staticmethod
    def trouble(path, nth):
        number = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], "big")
        if number % 200 == 0:
            return FOR_EVER[number // 200 % len(FOR_EVER)]
        chance = random.Random(f"{path} {nth}")
        trouble = chance.choice(PASSING) if chance.random() < 0.05 else None
        # Credentials that are refused when they are new again end a run, and rightly so.
        is_again = trouble == EXPIRED and nth > 1 and Proxy.trouble(path, nth - 1) == EXPIRED
        return None if is_again else trouble

    def pass_on(self, trouble=None):
        if trouble == "hang-up":
            self.close_connection = True
            return
        if trouble and trouble[0].isdigit():
            return self.refuse(*trouble.split())
        if not hasattr(self, "upstream"):
            self.upstream = http.client.HTTPConnection(*SERVER)
        self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            self.upstream.putheader(name, value)
        self.upstream.endheaders()
        answer = self.upstream.getresponse()
        body = answer.read()
        if trouble == "late":
            time.sleep(0.3)
        if trouble == "half":
            body = body[: len(body) // 2]
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length", len(body)) if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", length)
        self.end_headers()
        if trouble == "cut":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        message = "told to"
        if code == "kms":
            code, message = "AccessDenied", "not authorized to perform: kms:Decrypt on the key"
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        self.send_response_only(int(status))
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *_):
        pass  # clients are killed in the middle: that is what this is for


def check_plan(backtrail, check, archive):
    """What a plan says of requests and bytes is what the run that follows makes."""
    Proxy.is_spoiling = False
    for scope in ([], ["--since", "2025-03-03", "--until", "2025-03-06"]):
        plan = json.loads(backtrail("plan", archive, *scope, "--format", "json")[0])
        before = Proxy.gets, Proxy.listed
        _, coverage, _ = backtrail("replay", "-e", QUERY, "--count", archive, *scope, codes=(0, 4))
        made = Proxy.gets - before[0], Proxy.listed - before[1]
        check(f"plan {scope}: GET and LIST requests", made, (plan["requests"]["get"], plan["requests"]["list"]))
        check(f"plan {scope}: bytes", coverage["bytes"]["stored"], plan["bytes"])
        check(f"plan {scope}: log files", coverage["log_files"]["read"], plan["log_files"])
    Proxy.is_spoiling = True


def check_copies(backtrail, check, archive, folder):
    """A mirror and a converted folder answer like the bucket; nothing is fetched twice."""
    Proxy.is_spoiling = False
    question = ["replay", "-e", QUERY, "--format", "ndjson"]
    wanted, coverage, _ = backtrail(*question, archive)
    for command, place in (("sync", folder / "mirror"), ("convert", folder / "converted")):
        backtrail(command, archive, place, "--no-progress")
        before = Proxy.gets
        backtrail(command, archive, place, "--no-progress")
        check(f"{command}: fetched again", Proxy.gets - before, 0)
        found, of_copy, _ = backtrail(*question, place)
        check(f"{command}: the same hits", sorted(found.splitlines()) == sorted(wanted.splitlines()), True)
        check(f"{command}: the same records", of_copy["records"], coverage["records"])
    Proxy.is_spoiling = True


def check_kills(check, binary, environment, archive, folder):
    """A run that is killed at twenty moments, and taken up again each time, ends like one that is not."""
    out, coverage, checkpoint = folder / "out", folder / "coverage.json", folder / "run.checkpoint"
    command = [binary, "replay", "-e", QUERY, "--format", "ndjson", "--no-progress", "-o", out, "--coverage", coverage,
               "--now", "2025-06-01T00:00:00Z", archive]
    start = time.monotonic()
    code = subprocess.run(command, env=environment, stderr=subprocess.DEVNULL).returncode
    takes = time.monotonic() - start
    wanted = code, out.read_bytes(), coverage.read_bytes()
    faults = json.loads(wanted[2])["faults"]
    check("kills: what cannot be had is named, and nothing else is wrong", code == 4 and len(faults) > 0, True)
    check("kills: every reason is told", len({fault["reason"] for fault in faults}) >= 3, True)
    kills, rounds, chance = 0, 0, random.Random(7)
    while kills < KILLS and rounds < 8:
        rounds += 1
        code = None
        while code is None or code == -signal.SIGKILL:
            child = subprocess.Popen([*command, "--checkpoint", checkpoint], env=environment, stderr=subprocess.DEVNULL)
            try:
                code = child.wait(timeout=chance.uniform(0, takes / 3) if kills < KILLS else None)
            except subprocess.TimeoutExpired:
                child.kill()
                code = child.wait()
                kills += code == -signal.SIGKILL
        check(f"kills: the same bytes after {kills} kills", (code, out.read_bytes(), coverage.read_bytes()) == wanted, True)
        check("kills: the checkpoint is gone", checkpoint.exists(), False)
    check("kills: how many", kills >= KILLS, True)
    print(f"{kills} kills, {rounds} runs; undisturbed: {takes:.1f} s, {len(faults)} objects that cannot be had")


def run(backtrail, check, binary, environment, client, shared, upload):
    """Everything, through a proxy that spoils requests."""
    proxy = Server(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{proxy.server_port}"
    before = environment["AWS_ENDPOINT_URL_S3"]
    environment["AWS_ENDPOINT_URL_S3"] = endpoint
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made, truth = folder / "made", folder / "truth.json"
        options = ["--events", "12000", "--max-object-mb", "0.008", "--seed", "11", "--no-insights"]
        tool = shared / "tools/make_archive.py"
        subprocess.run([sys.executable, tool, *options, "--out", made, "--truth", truth], check=True, stdout=subprocess.DEVNULL)
        upload(client, made, "scale/")
        archive = "s3://trails/scale/"
        check_plan(backtrail, check, archive)
        check_copies(backtrail, check, archive, folder)
        check_kills(check, binary, environment, archive, folder)
    environment["AWS_ENDPOINT_URL_S3"] = before
    proxy.shutdown()
