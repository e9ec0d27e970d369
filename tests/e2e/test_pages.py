"""`pairwell serve` as it is started: two processes that live, fail and end together without disturbing each other."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from tests.e2e.running import LOADING_S, PAIRWELL, Server, publish_patient, started, stock_shop, wait_for

from pairwell.config.workspace import Workspace, create_workspace

CART = {"placement": "cart", "cart": [{"item_id": "tent"}]}
ORDERS = """order_id,placed_at,customer_id,item_id,quantity,unit_price
1,2026-11-01 10:00,c-1,tent,1,235.00
1,2026-11-01 10:00,c-1,mat,2,7.00
2,2026-11-02 11:00,c-2,tent,1,235.00
"""
REPORT = "/api/v1/reports/overview"


class Serving:
    """Both processes, a client of each."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.online = httpx.Client(base_url=server.base, timeout=LOADING_S)
        self.base = self._wait_for(r"pages are at (http://[\d.:]+)")
        self.pages = httpx.Client(base_url=self.base, timeout=LOADING_S)

    def process(self, name: str) -> psutil.Process:
        """The process that does this part now."""
        return next(one for one in psutil.Process(self.server.process.pid).children() if one.name() == name)

    def decides(self) -> bool:
        """Whether a decision was made, be it for silence, and made durable in time."""
        answer = self.online.post("/v1/decisions", json=CART)
        silence = answer.json()["silence"]
        return answer.status_code == 200 and (silence or {}).get("reason") not in {"overloaded", "journal_unavailable"}

    def close(self) -> None:
        self.online.close()
        self.pages.close()

    def _wait_for(self, pattern: str) -> str:
        return wait_for(lambda: next((one[1] for one in re.finditer(pattern, "".join(self.server.said))), ""))


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with two orders, a tent and a mat that goes with it; who changes it copies it."""
    workspace = create_workspace(tmp_path_factory.mktemp("stocked") / "shop")
    publish_patient(workspace)
    orders = workspace.root / "orders.csv"
    orders.write_text(ORDERS, encoding="utf-8")
    ran("ingest", "orders", str(orders), workspace=workspace.root)
    stock_shop(workspace)
    return workspace.root


@pytest.fixture
def shop(stocked: Path, tmp_path: Path) -> Path:
    """A copy of that shop."""
    return Path(shutil.copytree(stocked, tmp_path / "shop"))


@contextmanager
def serve(shop: Path) -> Iterator[Serving]:
    command = [PAIRWELL, "serve", "--port", "0", "--pages-port", "0", "--workspace", str(shop)]
    with started(command) as server, closing(Serving(server)) as both:
        yield both


@pytest.fixture
def serving(shop: Path) -> Iterator[Serving]:
    """Processes that a test may end."""
    with serve(shop) as both:
        yield both


@pytest.fixture(scope="module")
def standing(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Processes that live on, over a shop that nobody changes."""
    with serve(Path(shutil.copytree(stocked, tmp_path_factory.mktemp("standing") / "shop"))) as both:
        yield both


def ran(*words: str, workspace: Path) -> str:
    """What a command prints."""
    command = [PAIRWELL, *words, "--workspace", str(workspace)]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def refused(*words: str, workspace: Path) -> tuple[int, str]:
    """The exit code of a `serve` that does not start, and what it says."""
    command = [PAIRWELL, "serve", "--workspace", str(workspace), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LOADING_S)
    return done.returncode, done.stderr


def test_reports_are_the_bytes_of_the_command_and_what_is_told_counts_at_once(serving: Serving, shop: Path) -> None:
    assert serving.pages.get(REPORT).text == ran("report", "overview", "--json", workspace=shop)
    html = serving.pages.get(f"{REPORT}?format=html&since=2026-11-01").text
    assert html == ran("report", "overview", "--format", "html", "--since", "2026-11-01", workspace=shop)
    rows = serving.pages.get("/api/v1/reports/pairs?format=csv&table=figures").text
    assert rows == ran("report", "pairs", "--format", "csv", "--table", "figures", workspace=shop)
    line = {"item_id": "tent", "quantity": 1, "unit_price_minor": 23_500}
    order = {"event_id": "e-1", "type": "order", "at": "2026-11-03T10:00:00Z", "customer_id": "c-3"}
    told = serving.online.post("/v1/events", json={**order, "order": {"order_id": "3", "lines": [line]}})
    assert told.json()["accepted"] == 1
    figures = {one["key"]: one["value"] for one in serving.pages.get(REPORT).json()["figures"]}
    assert (figures["orders"], figures["revenue"]) == (3, 2 * 23_500 + 1_400 + 23_500)


def test_the_online_root_leads_to_the_pages(standing: Serving) -> None:
    answer = standing.online.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{standing.base}/")
    page = standing.online.get("/", follow_redirects=True, headers={"accept": "text/html"})
    assert (page.status_code, "Overview</h1>" in page.text) == (200, True)


def test_killed_pages_disturb_no_decision_and_come_back(serving: Serving) -> None:
    decides, first = serving.process("pairwell-online").pid, serving.process("pairwell-pages")
    first.kill()
    assert all(serving.decides() for _ in range(50))
    said = wait_for(lambda: next((line for line in serving.server.said if "pages_ended" in line), ""))
    assert "killed by SIGKILL" in said
    wait_for(lambda: "again" if "".join(serving.server.said).count("pages are at") == 2 else "")
    assert serving.pages.get(REPORT).status_code == 200
    assert serving.process("pairwell-online").pid == decides
    assert serving.process("pairwell-pages").pid != first.pid


def test_a_killed_online_process_comes_back_and_pages_stay(serving: Serving) -> None:
    shows = serving.process("pairwell-pages").pid
    for _ in range(2):
        serving.process("pairwell-online").kill()
        serving.online.close()
        serving.online = httpx.Client(base_url=serving.server.base, timeout=LOADING_S)
        assert serving.decides()  # who comes meanwhile waits, and is answered
    assert "online_ended" in "".join(serving.server.said)
    assert serving.process("pairwell-pages").pid == shows


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both(serving: Serving, number: signal.Signals) -> None:
    assert serving.pages.get("/healthz").status_code == serving.online.get("/healthz").status_code == 200
    children = psutil.Process(serving.server.process.pid).children()
    assert len(children) == 3, "the API, the pages and triggers"
    serving.server.process.send_signal(number)
    assert serving.server.process.wait(LOADING_S) == 0
    assert not [one for one in children if one.is_running()]
    assert "_ended" not in "".join(serving.server.said)


def test_nobody_outlives_the_process_that_was_started(serving: Serving) -> None:
    children = psutil.Process(serving.server.process.pid).children()
    serving.server.process.kill()
    _, alive = psutil.wait_procs(children, timeout=LOADING_S)
    assert not alive


def test_reports_wait_for_decisions(standing: Serving) -> None:
    assert standing.pages.get(REPORT).status_code == 200
    threads = psutil.Process(standing.process("pairwell-pages").pid).threads()
    niceness = {Path(f"/proc/{one.id}/stat").read_text().rpartition(")")[2].split()[16] for one in threads}
    assert niceness == {"0", "10"}  # who makes reports is humble, who holds the database's lock is not
    assert standing.process("pairwell-online").nice() == 0


def test_decisions_load_nothing_of_reports(standing: Serving) -> None:
    assert standing.pages.get(REPORT).status_code == 200
    files = {Path(one.path).name for one in standing.process("pairwell-online").memory_maps()}
    assert not [name for name in files if "duckdb" in name or "arrow" in name]


@pytest.mark.parametrize(
    ("words", "option"),
    [(("--port", "0", "--pages-port"), "--pages-port"), (("--pages-port", "0", "--port"), "--port")],
)
def test_a_port_that_is_taken_is_told(shop: Path, words: Sequence[str], option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused(*words, str(port), workspace=shop)
    assert code == 2
    assert f"Port {port} of 127.0.0.1 is in use" in said
    assert f"another port with {option}." in said


def test_what_keeps_the_online_process_from_starting_is_told_as_an_error(workspace: Workspace) -> None:
    code, said = refused("--port", "0", "--pages-port", "0", workspace=workspace.root)
    assert (code, "Traceback" in said) == (2, False)
    assert "pairwell publish" in said
    assert "pages are at" not in said


def test_beyond_this_machine_pages_are_for_those_who_hold_a_key(shop: Path) -> None:
    secret = re.search(r"sk_[\w-]+", ran("keys", "create", "--secret", workspace=shop))
    assert secret is not None
    command = [PAIRWELL, "serve", "--host", "0.0.0.0", "--port", "0", "--pages-port", "0", "--workspace", str(shop)]
    with started(command) as server, closing(Serving(server)) as both:
        base = both.base.replace("0.0.0.0", "127.0.0.1")
        with httpx.Client(base_url=base, timeout=LOADING_S) as browser:
            assert browser.get("/", headers={"accept": "text/html"}).status_code == 401
            assert browser.get(REPORT, headers={"authorization": f"Bearer {secret[0]}"}).status_code == 200
            assert browser.post("/sign-in", data={"key": secret[0]}, headers={"origin": base}).status_code == 303
            assert "Overview</h1>" in browser.get("/", headers={"accept": "text/html"}).text
        assert "for who holds a secret key" in "".join(server.said)
    assert secret[0] not in "".join(server.said)
