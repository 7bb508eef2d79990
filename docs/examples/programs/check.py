"""What may a product do, and record one use. Standard library only; Linux and macOS.

    python3 check.py PRODUCT METER [ID]
"""
import http.client
import json
import os
import socket
import sys
import time
import uuid


def records():
    home = os.environ.get("HOLDFAST_HOME")
    if home:
        return home
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support/Holdfast")
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "holdfast")


class Holdfast(http.client.HTTPConnection):
    """One connection to the process that owns the records."""

    def __init__(self, timeout=10):
        super().__init__("holdfast", timeout=timeout)

    def connect(self):
        with open(os.path.join(records(), "endpoint"), encoding="utf-8") as f:
            address = json.load(f)["address"]
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(address)


def ask(path, body, patience=10):
    """Sends until it is answered: the owner may be starting, stopping or busy. Nothing counts twice."""
    end = time.monotonic() + patience
    while True:
        try:
            c = Holdfast()
            c.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            r = c.getresponse()
            answer = json.loads(r.read())
            c.close()
            if r.status == 200:
                return answer
            if r.status not in (429, 503) or time.monotonic() > end:
                raise SystemExit("%s: %s" % (answer["error"]["code"], answer["error"]["text"]))
        except (OSError, http.client.HTTPException, ValueError) as problem:
            if time.monotonic() > end:
                raise SystemExit("no Holdfast answers: %s" % problem)
        time.sleep(0.05)


def main(product, meter, job=None):
    verdict = ask("/v1/check", {"schema_version": 1, "product": product})
    print(verdict["state"], verdict["text"])
    for name, feature in sorted(verdict["features"].items()):
        print(name, feature["mode"], feature.get("text", ""))
    use = {"product": product, "meter": meter, "units": 1, "id": job or str(uuid.uuid4())}
    done = ask("/v1/usage", {"schema_version": 1, "events": [use]})
    print("recorded", done["seq"], done["head"])


if __name__ == "__main__":
    main(*sys.argv[1:])
