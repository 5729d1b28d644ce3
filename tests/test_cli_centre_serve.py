"""How a centre is started: what is refused, what is checked, TLS; and acting for another seat."""

import datetime as dt
import ssl
from ipaddress import IPv4Address
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cli import tocsin
from tests.running_centre import running

MERIDIAN = ("serve", "--charter", "meridian")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("serve", "--charter", "nowhere"), "There is no charter 'nowhere'"),
        ((*MERIDIAN, "--mode", "war"), "live, replay, exercise"),
        ((*MERIDIAN, "--start", "2031-01-01"), "world's clock"),
        ((*MERIDIAN, "--mode", "replay", "--start", "soon"), "is not a time"),
        ((*MERIDIAN, "--cert", "cert.pem"), "certificate and key go together"),
        ((*MERIDIAN, "--host", "10.0.0.5"), "in the open"),
        ((*MERIDIAN, "--reading", "nonsense"), "cyber-counts"),
        ((*MERIDIAN, "--known", "then"), "is not a day"),
        ((*MERIDIAN, "--settings", "none.toml"), "none.toml"),
    ],
)
def test_a_centre_is_not_started_wrongly_and_leaves_nothing(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = tocsin(*words, "--data", str(tmp_path / "data"), "--json")
    assert (done.code, done.json["exit_code"]) == (2, 2)
    assert says in " ".join(done.err.split())
    assert not (tmp_path / "data").exists()


def test_a_folder_keeps_its_charter_and_its_mode(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"), "--check", "--json")
    first = tocsin(*MERIDIAN, *data)
    assert (first.code, first.json["mode"], first.json["entries"]) == (0, "live", 2)
    assert tocsin(*MERIDIAN, *data).json["entries"] == 2
    other = tocsin("serve", "--charter", "nato", *data)
    assert (other.code, "not 'nato'" in other.err) == (2, True)
    replay = tocsin(*MERIDIAN, "--mode", "replay", *data)
    assert (replay.code, "is a LIVE ledger" in replay.err) == (2, True)


def test_what_is_left_when_a_centre_ends_is_one_whole_file(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        assert one.end() == 0
        left = {path.name for path in one.data.iterdir()}
    assert left.isdisjoint({"centre.tocsin-wal", "centre.tocsin-shm", "desks.db-wal", "desks.db-shm"})


def test_a_damaged_ledger_is_not_served(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert tocsin(*MERIDIAN, "--data", str(data), "--check").code == 0
    ledger = data / "centre.tocsin"
    ledger.write_bytes(b"no ledger at all" * 100)
    done = tocsin(*MERIDIAN, "--data", str(data), "--check")
    assert (done.code, "Traceback" in done.err) == (2, False)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        done = tocsin(*MERIDIAN, "--data", str(tmp_path / "other"), "--port", str(one.port))
        assert (done.code, str(one.port) in done.err) == (2, True)
        same = tocsin(*MERIDIAN, "--data", str(one.data), "--port", "0")
        assert (same.code, "one writer" in same.err) == (2, True)


def test_the_last_administrator_can_be_replaced_by_whoever_runs_the_machine(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        one.end()
        one.options = (*one.options, "--new-link")
        link = one.start()["link"]
        one.answer("desk", "enter", link, "--name", "new", *one.password)
        one.answer("desk", "login", "--name", "new", *one.password)
        assert len(one.answer("desk", "list")["desks"]) == 2


def test_over_tls_a_client_trusts_the_authority_it_is_told_and_no_other(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with running(tmp_path, "--cert", cert, "--key", key) as one:
        assert one.address.startswith("https://127.0.0.1:")
        enter = ("desk", "enter", one.told["link"], "--name", "secretariat", *one.password)
        strange = one.run(*enter, "--json")
        assert (strange.code, strange.json["error"]["code"]) == (2, "not trusted")
        one.answer(*enter, "--ca-file", cert)
        assert one.answer("situation")["seat"] == "secretariat"  # the authority is remembered with the desk


def test_a_seat_acts_for_another_under_its_delegation_and_no_longer(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        one.seat("XAB", "head")
        one.seat("XAC")
        asked = ("consult", "--as", "XAC", "--on-behalf", "XAB", "--case")
        assert one.run(*asked, "before").code == 2
        until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).isoformat()
        made = one.answer(
            "desk", "delegation", "make", "XAC", "--scope", "consult,read", "--until", until, "--as", "XAB"
        )
        assert one.answer(*asked, "during")["facts"][1]["by"] == "XAB"
        (item,) = [told for told in one.answer("watch", "--once", "--as", "XAB")["items"] if told["kind"] == "facts"]
        assert "under a delegation of XAB" in item["attested"]
        one.answer("desk", "delegation", "end", made["id"], "--as", "XAB")
        assert one.run(*asked, "after").code == 2


def test_signing_out_ends_the_session_everywhere(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        client = one.client("secretariat")
        assert client.me()["seat"] == "secretariat"
        assert one.answer("desk", "logout")["ended"] is True
        held = msgspec.json.decode((one.home / "desks.json").read_bytes())
        assert held.get("centres", {}) == {}
        assert one.run("situation").code == 2
        again = tocsin("situation", "--json", TOCSIN_HOME=str(one.home))
        assert "tocsin desk login" in again.json["error"]["message"]


def certificate(folder: Path) -> tuple[str, str]:
    """The paths of a certificate for this machine that vouches for itself, and of its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a centre of a test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.write_bytes(pem)
    ssl.create_default_context(cafile=str(cert))
    return str(cert), str(key)
