"""Certificates of a cluster of our own are never in a file, and hold none but that cluster's."""

import pickle
import ssl
import tempfile
from contextlib import suppress

import pytest

from planning.compute import temporary_security


def shaken(listening, calling):
    """Let the two greet each other; the certificate that the caller was shown."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = listening.wrap_bio(to_server, to_client, server_side=True)
    client = calling.wrap_bio(to_client, to_server)
    for _ in range(4):
        for end in (client, server):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    server.write(b"well")
    assert client.read() == b"well"
    return client.getpeercert(binary_form=True)


def test_certificates_work_without_a_file_and_only_among_themselves(monkeypatch):
    def refused(*given, **named):
        raise AssertionError("this may be left behind")

    for name in ("TemporaryDirectory", "NamedTemporaryFile", "mkdtemp", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refused)
    own, other = temporary_security(), temporary_security()
    sent = pickle.loads(pickle.dumps(own))
    listening = sent.get_listen_args("scheduler")["ssl_context"]
    shown = shaken(listening, own.get_connection_args("worker")["ssl_context"])
    assert ssl.DER_cert_to_PEM_cert(shown).split() == own.tls_scheduler_cert.split()
    with pytest.raises(ssl.SSLError):
        shaken(listening, other.get_connection_args("worker")["ssl_context"])
