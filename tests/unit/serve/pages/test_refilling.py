"""A form that was refused stands there again, with what was typed and what is wrong with it."""

from __future__ import annotations

from tests.unit.serve.pages.conftest import EVIL

from pairwell.serve.pages.refilling import refill
from pairwell.serve.pages.views.all import ACTS, VIEWS
from pairwell.serve.pages.views.standing import STANDS_ON

ROLE = """<form class="inline" method="post" action="/role"><input type="hidden" name="name" value="{}">
<select name="role"><option value="viewer" selected>viewer</option><option value="admin">admin</option></select>
</form>"""
PAGE = f"""<main>
<h1>Users</h1>
{ROLE.format("anna")}
{ROLE.format("b &amp; c")}
<form class="row" method="post" action="/add"><input type="hidden" name="token" value="secret">
<label>Days <input name="days" type="number" value="14"></label>
<label>Placement <select name="placement"><option value="">any</option><option>cart</option></select></label>
<label>Password <input type="password" name="password"></label>
<label>Tried <textarea name="settings" rows="4">[slots]</textarea></label>
</form></main>"""
TYPED = {"days": 'no "days"', "placement": "cart", "password": "four quiet words", "settings": "</textarea><b>"}


def again(field: str | None = "days") -> str:
    return refill(PAGE, "/add", TYPED, field, "Write a whole number.") or ""


def test_every_field_has_what_was_typed_but_passwords() -> None:
    page = again()
    assert 'value="no &#34;days&#34;"' in page
    assert 'value="14"' not in page
    assert "<option selected>cart" in page
    assert "four quiet words" not in page
    assert ">\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in page
    assert 'name="token" value="secret"' in page


def test_what_is_wrong_stands_above_and_beside_its_field() -> None:
    page = again()
    assert page.index('role="alert"><a href="#refused">Write a whole number.</a>') < page.index("<h1>")
    assert '<form id="refused" class="row"' in page
    assert 'aria-invalid="true" aria-describedby="wrong-days" autofocus' in page
    assert '<span class="wrong" id="wrong-days">Write a whole number.</span></label>' in page
    for field in (None, "token", "nowhere"):
        assert "aria-invalid" not in again(field)
        assert "Write a whole number." in again(field)


def test_of_the_rows_of_a_list_it_is_the_one_that_was_sent() -> None:
    page = refill(PAGE, "/role", {"name": "b & c", "role": "admin"}, "role", "No.") or ""
    first, second = page.split("b &amp; c")
    assert '<option value="viewer" selected>' in first
    assert '<option value="admin" selected>' in second
    assert refill(PAGE, "/role", {"name": "nobody", "role": "admin"}, "role", "No.") is None
    assert refill(PAGE, "/nowhere", {}, None, "No.") is None


def test_nothing_that_was_typed_runs_as_script() -> None:
    page = refill(PAGE, "/add", dict.fromkeys(TYPED, EVIL), "days", EVIL) or ""
    assert "alert(" in page
    assert "<script" not in page
    assert "<img" not in page


def test_each_form_stands_on_a_page_that_there_is() -> None:
    fields = {act.path: act.fields for act in ACTS}
    for path, place in STANDS_ON.items():
        assert place.view in VIEWS
        assert set(place.fields) <= set(place.view.parameters)
        assert set(place.fields.values()) <= set(fields[path])
