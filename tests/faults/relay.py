"""A relay between programs that speak TCP, which can be cut and mended like a cable."""

import socket
import threading
from contextlib import suppress


class Relay:
    """Listens on a port of this machine and passes everything on to another one, as long as it is whole."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.whole = threading.Event()
        self.whole.set()
        self.pairs: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._listen, name="relay", daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and let none through until `mend`."""
        self.whole.clear()
        self.cuts += 1
        with self.lock:
            ends, self.pairs = self.pairs, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mend(self) -> None:
        self.whole.set()

    def close(self) -> None:
        self.cut()
        self.listener.close()

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if not self.whole.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.to), timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self.lock:
                self.pairs |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(one, other), name="relay", daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
