from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.receiving import babble, dribble, hang, receiving, status, talk

from pairwell.triggers import sending
from pairwell.triggers.sending import Message, send_all

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _to(url: str) -> Message:
    return Message(url, {"webhook-id": "msg_1"}, b"{}")


@pytest.mark.parametrize(
    ("code", "delivered", "error"),
    [
        (200, True, None),
        (204, True, None),
        (304, False, "304 Not Modified"),
        (404, False, "404 Not Found"),
        (500, False, "500 Internal Server Error"),
    ],
)
def test_only_2xx_is_delivered(code: int, delivered: bool, error: str | None) -> None:
    with receiving() as receiver:
        receiver.answers = [status(code)]
        (came,) = send_all([_to(receiver.url)], NOW)
    assert (came.status, came.delivered, came.error) == (code, delivered, error)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_nothing_is_followed_elsewhere(code: int) -> None:
    with receiving() as receiver, receiving() as elsewhere:
        receiver.answers = [status(code, location=elsewhere.url)]
        (came,) = send_all([_to(receiver.url)], NOW)
    assert not came.delivered
    assert "not followed" in str(came.error)
    assert elsewhere.came == []


def test_who_never_answers_holds_up_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LIMIT_S", 0.5)
    with receiving() as receiver:
        receiver.answers = [hang]
        slow, quick = send_all([_to(receiver.url), _to(receiver.url)], NOW)
    assert sorted([slow.delivered, quick.delivered]) == [False, True]
    assert "no answer within 0.5 s" in {slow.error, quick.error}


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with receiving() as receiver:
        receiver.answers = [talk]
        (came,) = send_all([_to(receiver.url)], NOW)
    assert came.delivered
    assert came.said == "." * 200


def test_what_is_no_http_and_who_does_not_listen_are_told_in_words() -> None:
    with receiving() as receiver:
        receiver.answers = [babble]
        (came,) = send_all([_to(receiver.url)], NOW)
    assert came.status is None
    assert came.error
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        (came,) = send_all([_to(f"http://127.0.0.1:{taken.getsockname()[1]}/")], NOW)
    assert came.status is None
    assert came.error


def test_what_goes_to_this_machine_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver, receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        (came,) = send_all([_to(receiver.url)], NOW)
    assert came.delivered
    assert (len(receiver.came), len(proxy.came)) == (1, 0)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("120", timedelta(minutes=2)),
        ("Sat, 21 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_read(told: str, asked: timedelta | None) -> None:
    with receiving() as receiver:
        receiver.answers = [status(503, retry_after=told)]
        (came,) = send_all([_to(receiver.url)], NOW)
    assert came.asked == asked


def test_a_body_that_dribbles_is_delivered_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_BODY_S", 0.3)
    with receiving() as receiver:
        receiver.answers = [dribble]
        (came,) = send_all([_to(receiver.url)], NOW)
    assert came.delivered
    assert set(came.said) <= {"."}
    assert len(came.said) < 200


def _certify(folder: Path) -> Path:
    """A key, and a certificate of this machine that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(
        datetime.now(UTC) + timedelta(days=1)
    )
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = made.add_extension(here, critical=False).sign(key, hashes.SHA256())
    file = folder / "both.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(plain + signed.public_bytes(Encoding.PEM))
    return file


def test_whom_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certify(tmp_path))
    heard: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection, context.wrap_socket(connection, server_side=True) as secured:
                heard.append(secured.recv(1_000))
                secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        (came,) = send_all([_to(f"https://127.0.0.1:{listening.getsockname()[1]}/")], NOW)
        thread.join()
    assert not came.delivered
    assert "certificate" in str(came.error).lower()
    assert b"webhook-id" not in b"".join(heard)
