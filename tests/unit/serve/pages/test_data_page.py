"""What is in is for everybody; refused rows, which may name people, are for admins."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.serve.pages.browsing import Browser
from tests.unit.serve.pages.conftest import EVIL, Ask

from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.ingest.quarantine import list_refused
from pairwell.operations.database import Database
from pairwell.operations.users.audit import AuditLog
from pairwell.operations.users.store import UserStore
from pairwell.serve.pages.views import held
from pairwell.shop.face import Shop, open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that took a file but for two rows: one of markup, and both of a file named as a formula."""
    workspace = create_workspace(tmp_path_factory.mktemp("taken") / "shop")
    publish_settings(workspace)
    path = workspace.root / "=orders.csv"
    good = [f"o{n},mat,c{n},2026-10-{n:02},5" for n in range(4, 20)]
    rows = ["o1,mat,c1,2026-10-01,5", *good, f'o2,mat,"{EVIL.replace(chr(34), "")}",yesterday,5', "o3,,c3,2026-10-01,5"]
    path.write_text("\n".join(["order_id,item_id,customer_id,placed_at,unit_price", *rows]), encoding="utf-8")
    with closing(open_shop(workspace.root)) as shop:
        assert shop.ingest("orders", path).refused == 2
    return workspace.root


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """An empty one; of those who ask for what was refused, one that took that file."""
    if "refused" not in request.fixturenames:
        return create_workspace(tmp_path / "shop")
    return Workspace(Path(shutil.copytree(request.getfixturevalue("taken"), tmp_path / "shop")))


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    with closing(open_shop(workspace.root)) as opened:
        yield opened


@pytest.fixture
def refused(workspace: Workspace) -> str:
    """The name of the file of the quarantine that holds both rows."""
    (one,) = list_refused(workspace)
    return one.name


class TestWhatIsIn:
    def test_is_told_as_the_command_tells_it(self, ask: Ask, shop: Shop, refused: str) -> None:
        told = ask("GET", "/api/v1/data").json()
        held = shop.held()
        assert told["held"]["holdings"]["orders"] == held.holdings.orders == 17
        assert [one["name"] for one in told["held"]["taken"]] == [one.name for one in held.taken] == ["=orders.csv"]
        assert told["held"]["refused"][0]["name"] == refused
        assert set(told["why"]) == set(told["held"]["refused"][0]["reasons"]) == {"bad_date", "no_item_id"}
        assert "order_id" in told["held"]["mappings"][0]["text"]

    def test_an_empty_shop_is_told_what_to_do(self, ask: Ask) -> None:
        assert "pairwell ingest orders FILE" in Browser(ask, None).see("/data")[1]

    def test_holds_no_row_for_who_is_no_admin(self, ask: Ask, users: UserStore, refused: str) -> None:
        assert users.list()
        for role in ("viewer", "merchandiser", "analyst"):
            browser = Browser(ask, role)
            status, shown = browser.see("/data")
            assert (status, "/quarantine" in shown, "bad_date" in shown) == (200, False, True)
            assert "yesterday" not in shown
            for path in ("/quarantine", "/api/v1/quarantine", "/quarantine/download"):
                status, shown = browser.see(f"{path}?file={refused}")
                assert (status, "yesterday" in shown) == (403, False)


class TestRefusedRows:
    def test_are_shown_to_an_admin_as_text(self, ask: Ask, users: UserStore, refused: str) -> None:
        assert users.list()
        admin = Browser(ask, "admin")
        assert f'href="/quarantine?file={refused}"' in admin.see("/data")[1]
        status, shown = admin.see(f"/quarantine?file={refused}")
        assert (status, "yesterday" in shown, "A date cannot be read" in shown) == (200, True, True)
        assert "<script>alert" not in shown

    def test_leave_as_an_attachment_of_plain_cells_and_the_log_says_who_took_them(
        self, ask: Ask, users: UserStore, refused: str, database: Database
    ) -> None:
        assert users.list()
        answer = ask("GET", f"/quarantine/download?file={refused}", headers=Browser(ask, "admin").headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == f'attachment; filename="{refused}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(row["file"], row["reason"]) for row in rows] == [
            ("'=orders.csv", "bad_date"),
            ("'=orders.csv", "no_item_id"),
        ]
        ((_, noted),) = AuditLog(database).newest(1)
        assert (noted.author, noted.action, noted.subject) == ("admin", "quarantine_downloaded", refused)

    def test_too_many_are_told_to_be_copied(self, ask: Ask, refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(held, "_MOST_BYTES", 10)
        answer = ask("GET", f"/quarantine/download?file={refused}")
        assert (answer.status_code, "Copy it from the server" in answer.json()["error"]["hint"]) == (400, True)

    def test_are_read_from_the_quarantine_alone(self, ask: Ask, refused: str) -> None:
        assert refused
        for path in ("/quarantine", "/api/v1/quarantine", "/quarantine/download"):
            for file in ("none.csv", "../operations.db", "..%2F..%2Fpairwell.toml", "%00"):
                assert ask("GET", f"{path}?file={file}").status_code == 404
            assert ask("GET", path).status_code == 400
