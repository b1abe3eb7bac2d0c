"""Stands in for the command `tongban`: a web server, a worker and commands that end at once."""

import http.server
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tongban.foundation import postgres


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["TONGBAN_PUBLIC_URL"].encode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


match sys.argv[1:]:
    case ["serve", "--port", port]:
        # granian's worker processes outlive a killed parent in the same way
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        http.server.HTTPServer(("127.0.0.1", int(port)), Page).serve_forever()
    case ["worker"] | ["office", *_]:
        time.sleep(600)
    case ["register", file, "--clock", _clock]:
        http.server.HTTPServer(
            ("127.0.0.1", json.loads(Path(file).read_text())["port"]), Page
        ).serve_forever()
    case ["prepare", *_] if os.environ.get("SEED_TAKES_LONG"):
        time.sleep(600)
    case ["prepare", *_] if os.environ.get("SEED_FAILS"):
        sys.exit("the seed file is damaged")
    case ["prepare", log, credentials, *registers]:
        # The benchmarks' city has no departments' systems beside it.
        for folder in map(Path, registers):
            folder.mkdir(exist_ok=True)
            for name in ("GA", "SCJG", "MZJ", "YBJ"):
                told = {"port": free_port(), **({"read_at": "postgresql:///mzj"} if name == "MZJ" else {})}
                (folder / f"{name}.json").write_text(json.dumps(told))
        with psycopg.connect(postgres.default_url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS django_migrations (app text, name text)")
        for made in (Path(credentials), postgres.default_home() / "business-clock.json"):
            made.parent.mkdir(exist_ok=True)
            made.write_text("{}")
        with Path(log).with_name("times-prepared").open("a") as file:
            file.write("once\n")
        sys.stdout.write("张三 zhangsan\n")
    case ["measure", mark]:
        measuring = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", mark])
        sys.stdout.write("measuring\n")
        sys.stdout.flush()
        measuring.wait()
    case ["demo", "walkthrough", "--url", url, "--json"]:
        sys.stdout.write('{"ok": false}\n')
        sys.exit(4)
    case words:
        sys.exit(f"unexpected: {words}")
