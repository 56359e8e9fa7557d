"""`doctor` finds what is wrong, goes on after it, and ends with code 1; `backup` and `restore` say what they did."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, random_serial_number
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from api.cli import app
from api.doctor import examine, look_at_certificates, looked
from api.settings import Settings
from crm.act import Act
from crm.tables import EventReader, Role
from planning.jobs import ask_job
from planning.users import NewUser, add_user
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def found(settings, now=NOON):
    return {(one.piece, one.state): one.says for one in examine(settings, None, engine=False, now=now)}


def test_a_sound_installation_is_well_and_what_waits_too_long_is_wrong(record, record_url):
    said = found(Settings(database_url=record_url))
    assert "nobody may sign in yet" in said["database", "note"]
    with record.write(Act("tests", "x", NOON)) as session:
        add_user(session, NewUser("boss", Role.ADMIN, "", None, ()), now=NOON)
        ask_job(session, "drill", {}, by="boss", now=NOON)
    assert not [piece for piece, state in found(Settings(database_url=record_url)) if state == "wrong"]
    late = found(Settings(database_url=record_url), NOON + timedelta(minutes=9))
    assert late["database", "wrong"].startswith("a job has waited for 9 minutes: is there a worker?")


@sqlite_only
def test_each_piece_is_looked_at_whatever_happened_to_another(record_url, tmp_path):
    other = tmp_path / "no" / "x.sqlite"
    settings = Settings(database_url=f"sqlite:///{other}", host="10.0.0.1", allow_network=True, telemetry=False)
    said = found(settings)
    assert "HTTPS only" in said["settings", "wrong"]
    assert "cannot be used" in said["database", "wrong"] and "there is no folder" in said["disk", "wrong"]
    assert said["program", "well"].startswith("bailiwick")
    (odd,) = looked("engine", lambda: (_ for _ in ()).throw(OSError("no route to host")))
    assert (odd.state, odd.says) == ("wrong", "OSError: no route to host")


@sqlite_only
def test_all_that_the_settings_name_is_looked_at(record_url, tmp_path, monkeypatch):
    monkeypatch.setenv("BAILIWICK_GEOCODER_SERVICE", "nosuch")
    nowhere = tmp_path / "nowhere"
    named = Settings(database_url=record_url, region=nowhere, traffic=nowhere, extracts=tmp_path, regions=nowhere)
    said = [(one.piece, one.says) for one in examine(named, None, engine=False, now=NOON) if one.state == "wrong"]
    assert [piece for piece, _ in said] == ["region", "files", "files", "geocoding"]
    for (_, says), part in zip(said, ("no region here", "there is no folder", "no such file", "nosuch"), strict=True):
        assert part in says and not says.startswith("Traffic")
    monkeypatch.setenv("BAILIWICK_GEOCODER_SERVICE", "googlev3")
    monkeypatch.setenv("BAILIWICK_GEOCODER_SECRETS", "AIza-secret")
    said = found(Settings(database_url=record_url))["geocoding", "wrong"]
    assert said.startswith("BAILIWICK_GEOCODER_SECRETS: a JSON object") and "AIza" not in said


@sqlite_only
def test_events_that_do_not_arrive_are_wrong(record, record_url):
    hook = {"webhook_url": "https://erp.example.org/secret-path", "webhook_secret": "whsec_" + "A" * 32}
    settings = Settings(database_url=record_url, **hook)
    assert "events are sent to erp.example.org" in [one.says for one in examine(settings, None, engine=False, now=NOON)]
    with record.write() as session:
        session.add(EventReader(url=hook["webhook_url"], after_id=0, failures=3, error="OSError: answered 500"))
    said = found(settings)["database", "wrong"]
    assert said == "erp.example.org does not take events: OSError: answered 500 (failed 3 times in a row)"


def certificate(folder, name, signer=None, days=90):
    """A certificate and its key as files; by itself, or signed by another."""
    key = generate_private_key(SECP256R1())
    own = Name([NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing = (own, key) if signer is None else signer
    made = CertificateBuilder().subject_name(own).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(random_serial_number()).not_valid_before(NOON - timedelta(days=1))
    made = made.not_valid_after(NOON + timedelta(days=days)).sign(signing, SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / f"{name}.key").chmod(0o600)
    return own, key


def test_certificates_that_do_not_go_together_are_wrong(tmp_path):
    ours = certificate(tmp_path, "ca", days=20)
    certificate(tmp_path, "stranger")
    certificate(tmp_path, "node", ours)
    certificate(tmp_path, "other", ours)

    def said(ca="ca.pem", cert="node.pem", key="node.key"):
        files = {"dask_ca": tmp_path / ca, "dask_cert": tmp_path / cert, "dask_key": tmp_path / key}
        settings = Settings(dask_address="tls://scheduler:8786", **files)
        return [(one.state, one.says) for one in looked("certificates", lambda: look_at_certificates(settings, NOON))]

    good = said()
    assert [state for state, _ in good] == ["note", "well", "well", "well"]  # the authority ends within a month
    assert ("wrong", f"{tmp_path}/other.key is not the key of {tmp_path}/node.pem") in said(key="other.key")
    assert any(state == "wrong" and "is not signed by" in says for state, says in said(ca="stranger.pem"))
    assert said(ca="none.pem") == [("wrong", f"{tmp_path}/none.pem cannot be read: No such file or directory")]
    assert said(cert="node.key") == [("wrong", f"{tmp_path}/node.key holds no certificate (PEM)")]
    (tmp_path / "node.key").chmod(0o644)
    assert any("chmod 600" in says for _, says in said())


@sqlite_only
def test_backup_and_restore_from_the_command_line(record_url, tmp_path):
    run, file, new = CliRunner().invoke, str(tmp_path / "b.zip"), f"sqlite:///{tmp_path}/new.sqlite"
    assert "Read again and compared" in run(app, ["backup", file, "--database", record_url]).stdout
    assert "is whole" in run(app, ["restore", file, "--check"]).stdout
    assert "was restored and compared" in run(app, ["restore", file, "--database", new]).stdout
    away = run(app, ["restore", file, "--database", "postgresql://x:secret@127.0.0.1:1/none"])
    assert str(away.exception).startswith("The database ") and "secret" not in str(away.exception)
    again = run(app, ["restore", file, "--database", new])
    assert again.exit_code and "not empty" in str(again.exception)
    assert run(app, ["doctor", "--database", new]).exit_code == 0
