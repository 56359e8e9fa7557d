"""A client that writes one note after another through the API, and remembers what was acknowledged."""

import http.client
import json
import threading


class Writer(threading.Thread):
    """Writes until it is told to end; each note again and again until it is acknowledged."""

    def __init__(self, port: int, headers: dict[str, str], account: int, every_s: float) -> None:
        super().__init__(daemon=True)
        self.port, self.headers, self.account, self.every_s = port, headers, account, every_s
        self.acknowledged: dict[str, int] = {}
        self.wrong: list[str] = []
        self.ending = threading.Event()
        self.asking = threading.Event()
        """Set while an answer is waited for."""

    def run(self) -> None:
        number = 0
        while not self.ending.is_set():
            number += 1
            self.write(f"note {number}")
            self.ending.wait(self.every_s)

    def write(self, text: str) -> None:
        body = json.dumps({"account_id": self.account, "kind": "note", "text": text})
        headers = self.headers | {"Idempotency-Key": text.replace(" ", "-"), "Content-Type": "application/json"}
        while not self.ending.is_set():
            try:
                status, said = self.post(body, headers)
            except OSError:
                self.ending.wait(0.05)
                continue
            except http.client.HTTPException:
                continue
            if status == 201:
                self.acknowledged[text] = json.loads(said)["id"]
                return
            if status not in (409, 503):
                self.wrong.append(f"{text}: {status} {said[:200]!r}")
                return

    def post(self, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.connect()
            self.asking.set()
            connection.request("POST", "/api/activities", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            self.asking.clear()
            connection.close()
