"""What admins do: sweeps with progress, imports with errors, people, API tokens."""

from __future__ import annotations

import io
import re
from datetime import datetime

import httpx
from playwright.sync_api import FilePayload, Locator, Page, expect
from xlsxwriter import Workbook

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, fill_combobox, said
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import violations_at_each_size

HEADER = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,"
    "subject_name,subject_url,notes,status"
)


def test_a_sweep_shows_its_progress_and_its_result(product: Product, visit: Visit) -> None:
    ada, amir = product.person("Ada Okafor", "admin"), product.person("Amir Patel")
    product.sweep()
    for number in range(3):
        product.follow_up(amir, f"Call {number}", due=hours(-1))
    page = visit(ada, "/admin/sweeps")
    page.get_by_role("button", name="Start a run").click()
    watched = page.get_by_role("region", name="Escalation run")
    expect(watched).to_contain_text("3 escalated, 3 notifications")
    expect(watched).to_contain_text("Done")
    expect(watched.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    newest = page.get_by_role("table", name="Escalation runs").get_by_role("row").nth(1)
    expect(newest).to_contain_text("By hand")
    expect(newest.get_by_role("cell").nth(4)).to_have_text("3")


def test_an_admin_logs_somebody_out_of_every_browser(product: Product, visit: Visit) -> None:
    anna = product.person("Anna Berg")
    theirs = [visit(anna), visit(anna)]
    page = visit(product.person("Ada Okafor", "admin"), "/admin/people")
    page.get_by_label("Search people").fill(anna.email)
    expect(page.get_by_role("row")).to_have_count(2)  # it moves until then
    line = page.get_by_role("row").filter(has_text=anna.email)
    line.get_by_role("button", name="Edit Anna Berg").click()
    form = dialog(page, "Edit Anna Berg")
    expect(form.get_by_text("Is logged in in 2 browsers.")).to_be_visible()
    form.get_by_role("button", name="Log them out").click()
    asked = dialog(page, "Log out Anna Berg everywhere?")
    assert violations_at_each_size(page) == []
    assert theirs[0].request.get("/api/v1/me").ok
    asked.get_by_role("button", name="Log them out").click()
    expect(said(page, "Logged out everywhere")).to_be_visible()
    expect(form.get_by_text("Is logged in nowhere.")).to_be_visible()
    expect(form.get_by_role("button", name="Log them out")).to_be_disabled()
    assert [each.request.get("/api/v1/me").status for each in theirs] == [401, 401]


def test_an_import_shows_every_mistake_by_line_before_anything_is_written(
    product: Product, visit: Visit
) -> None:
    ada, amir = product.person("Ada Okafor", "admin"), product.person("Amir Patel")
    lines = [
        HEADER,
        f"e2e-1,Call Acme from a file,{amir.email},2031-03-02T09:00:00Z,client,E1,Acme Mills,,,open",
        f"e2e-2,Call Globex,{amir.email},2031-03-02,,,,,,open",
        "e2e-3,Call Initech,nobody@example.com,2031-03-02T09:00:00Z,,,,,,open",
    ]
    page = visit(ada, "/admin/import")
    csv = FilePayload(name="deals.csv", mimeType="text/csv", buffer="\n".join(lines).encode())
    drop(page, csv, page.get_by_role("heading", name="Import"))
    zone = page.get_by_role("button", name="Drop a CSV or Excel file here")
    expect(zone).to_be_visible()  # beside it: nothing happens
    drop(page, csv, zone)
    expect(page.get_by_text("2 mistakes in deals.csv")).to_be_visible()
    mistakes = page.get_by_role("table", name="Mistakes by line").get_by_role("row")
    expect(mistakes.nth(1)).to_contain_text("3Due time")
    expect(mistakes.nth(2)).to_contain_text(re.compile("4Assignee's e-mail address.*belongs to nobody here"))
    expect(page.get_by_role("table", name="Columns of the file")).to_contain_text("Acme Mills")
    assert product.call("GET", "/follow-ups", params={"assignee": amir.id})["items"] == []

    page.get_by_role("button", name="Import the 1 good line").click()
    expect(page.get_by_role("status").filter(has_text="Imported")).to_contain_text("Added 1 follow-up.")
    [imported] = product.call("GET", "/follow-ups", params={"assignee": amir.id})["items"]
    assert imported["title"] == "Call Acme from a file"
    page.get_by_role("link", name="Show the follow-ups").click()
    expect(page.get_by_role("link", name="Call Acme from a file")).to_be_visible()


def drop(page: Page, file: FilePayload, target: Locator) -> None:
    """Drop a file on something; the page keeps the browser from opening it in its own place."""
    dropped = page.evaluate_handle(
        """([name, type, text]) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([text], name, { type }));
            return dropped;
        }""",
        [file["name"], file["mimeType"], file["buffer"].decode()],
    )
    opened = target.evaluate(
        """(target, dataTransfer) => target.dispatchEvent(
            new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }))""",
        dropped,
    )
    assert not opened


def test_a_workbook_in_other_words_is_mapped_by_hand_and_its_times_get_a_zone(
    product: Product, visit: Visit
) -> None:
    ada, amir = product.person("Ada Okafor", "admin"), product.person("Amir Patel")
    file = io.BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet("Calls")
        times = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        sheet.write_row(0, 0, ["Number", "Title", "Who calls", "Due date", "Colour"])
        sheet.write_row(1, 0, ["x-1", "Call Acme Mills", amir.email])
        sheet.write_datetime(1, 3, datetime.fromisoformat("2031-07-01T09:00"), times)
        sheet.write(1, 4, "red")
    page = visit(ada, "/admin/import")
    workbook = FilePayload(name="calls.xlsx", mimeType="", buffer=file.getvalue())
    page.get_by_label("File to import").set_input_files(workbook)
    expect(page.get_by_text("Sheet “Calls” of the workbook")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Say which column is: External id, Assignee")
    expect(page.get_by_role("button", name="Import")).to_have_count(0)
    choose(page, "What Number is", "External id")
    choose(page, "What Who calls is", "Assignee's e-mail address")
    expect(page.get_by_text("calls.xlsx is ready")).to_be_visible()
    choose(page, "Time zone of the times in the file", "Asia/Tokyo")
    expect(page.get_by_text("calls.xlsx is ready")).to_be_visible()
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.get_by_role("status").filter(has_text="Imported")).to_contain_text("Added 1 follow-up.")
    [imported] = product.call("GET", "/follow-ups", params={"assignee": amir.id})["items"]
    assert (imported["external_id"], imported["due_at"]) == ("x-1", "2031-07-01T00:00:00Z")


def choose(page: Page, label: str, option: str) -> None:
    """Choose one of a list that can be searched."""
    page.get_by_role("combobox", name=label, exact=True).fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def test_a_file_of_people_among_follow_ups_is_recognised(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Okafor", "admin"), "/admin/import")
    csv = FilePayload(
        name="staff.csv",
        mimeType="text/csv",
        buffer="E-Mail;First name;Last name\nbo.ek@example.com;Bo;Ek\n".encode("utf-16"),
    )
    page.get_by_label("File to import").set_input_files(csv)
    expect(page.get_by_role("status")).to_contain_text("staff.csv looks like the People file")
    page.get_by_role("button", name="Import it as People").click()
    expect(page.get_by_text("UTF-16, separated by semicolons.")).to_be_visible()
    page.get_by_role("button", name="Import 1 line").click()
    page.get_by_role("link", name="Invite them").click()
    expect(page.get_by_role("row").filter(has_text="Bo Ek")).to_be_visible()


def test_a_file_that_is_something_else_is_refused_with_the_reason(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Okafor", "admin"), "/admin/import")
    page.get_by_text("People", exact=True).last.click()
    old = FilePayload(name="old.xls", mimeType="", buffer=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    page.get_by_label("File to import").set_input_files(old)
    expect(page.get_by_role("status")).to_contain_text("old.xls cannot be imported")
    expect(page.get_by_role("status")).to_contain_text("save it as an Excel workbook (.xlsx)")
    page.get_by_role("button", name="Choose another file").click()
    diary = FilePayload(name="notes.csv", mimeType="text/csv", buffer=b"dear diary\ntoday")
    page.get_by_label("File to import").set_input_files(diary)
    expect(page.get_by_role("status")).to_contain_text("The file has one column")
    expect(page.get_by_role("button", name="Import")).to_have_count(0)


def test_a_calendar_is_imported_as_the_absences_of_the_person_whose_it_is(
    product: Product, visit: Visit
) -> None:
    ada = product.person("Ada Okafor", "admin")
    amir = product.person(f"Amir Patel {ada.id}")
    page = visit(ada, "/admin/import")
    page.get_by_text("Absences", exact=True).click()
    events = ("Urlaub", "20991221"), ("Standup", "20990301")
    written = "".join(
        f"BEGIN:VEVENT\nUID:{day}\nSUMMARY:{name}\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\n"
        for name, day in events
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{written}END:VCALENDAR\n"
    calendar = FilePayload(name="amir.ics", mimeType="text/calendar", buffer=text.encode())
    page.get_by_label("File to import").set_input_files(calendar)
    expect(page.get_by_role("status")).to_contain_text("choose the person")
    expect(page.get_by_role("button", name="Import")).to_have_count(0)
    found = violations_at_each_size(page)
    fill_combobox(page.get_by_role("combobox", name="Whose calendar it is"), amir.name, amir.name)
    expect(page.get_by_text("amir.ics is ready")).to_be_visible()
    expect(page.get_by_text("1 to add, 0 to update, 0 unchanged.")).to_be_visible()
    expect(
        page.get_by_text("1 of 2 events do not say that somebody is away, such as “Standup”")
    ).to_be_visible()
    assert found + violations_at_each_size(page) == []
    page.get_by_label("Each event is an absence").check()
    expect(page.get_by_text("2 to add, 0 to update, 0 unchanged.")).to_be_visible()
    page.get_by_label("Each event is an absence").uncheck()
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.get_by_role("status").filter(has_text="Imported")).to_contain_text("Added 1 absence.")
    [planned] = product.call("GET", "/absences", params={"user_id": amir.id})["items"]
    assert (planned["from"], planned["to"], planned["note"]) == ("2099-12-21", "2099-12-21", "Urlaub")


def test_a_file_that_deactivates_somebody_with_open_work_asks_what_becomes_of_it(
    product: Product, visit: Visit
) -> None:
    dana = product.person("Dana Reyes", "manager")
    anna = product.person("Anna Berg", manager=dana)
    product.follow_up(anna, "Send the offer", due=hours(30))
    page = visit(product.person("Ada Okafor", "admin"), "/admin/import?of=users")
    text = f"email,name,manager_email,active\n{anna.email},Anna Berg,{dana.email},false\n"
    staff = FilePayload(name="staff.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("File to import").set_input_files(staff)
    asked = page.get_by_role("radiogroup", name="One person with open follow-ups is deactivated.")
    expect(asked).to_be_visible()
    expect(page.get_by_text("1 mistake in staff.csv")).to_be_visible()
    found = violations_at_each_size(page)
    asked.get_by_label("They go to the manager of each person").check()
    expect(page.get_by_text("staff.csv is ready")).to_be_visible()
    assert found + violations_at_each_size(page) == []
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.get_by_role("status").filter(has_text="Imported")).to_contain_text("Updated 1 person.")
    [hers] = product.call("GET", "/follow-ups", params={"assignee": str(dana.id)})["items"]
    assert hers["title"] == "Send the offer"


def test_people_are_shown_below_their_managers_and_can_be_changed(product: Product, visit: Visit) -> None:
    ada, dana = product.person("Ada Okafor", "admin"), product.person("Dana Reyes", "manager")
    amir = product.person("Zoltan Amir")
    page = visit(ada, "/admin/people")
    page.get_by_label("Search people").fill("zoltan")
    expect(page.get_by_role("row")).to_have_count(2)
    page.reload()  # the address keeps the search
    expect(page.get_by_role("row").filter(has_text="Zoltan Amir")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Edit Zoltan Amir").click()
    form = dialog(page, "Edit Zoltan Amir")
    form.get_by_label("E-mail").fill(dana.email)
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("belongs to somebody else")
    form.get_by_label("E-mail").fill(amir.email)
    form.get_by_role("combobox", name="Manager").fill("Dana Reyes")
    page.get_by_role("option", name="Dana Reyes").last.click()
    form.get_by_label("Active").uncheck()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text="Zoltan Amir")).to_contain_text("(inactive)")
    assert product.call("GET", f"/users/{amir.id}")["active"] is False


def test_a_stale_form_of_a_person_shows_both_versions_and_takes_nothing_back(
    product: Product, visit: Visit
) -> None:
    ada, eve = product.person("Ada Okafor", "admin"), product.person("Eve Stale", "admin")
    page = visit(ada, "/admin/people")
    page.get_by_label("Search people").fill("eve stale")
    expect(page.get_by_role("row")).to_have_count(2)  # it moves until then
    page.get_by_role("button", name="Edit Eve Stale").click()
    form = dialog(page, "Edit Eve Stale")
    form.get_by_label("Name").fill("Eve Mine")
    product.call("PATCH", f"/users/{eve.id}", json={"role": "employee", "active": False})
    form.get_by_role("button", name="Save").click()
    both = dialog(page, "Somebody changed this while you were editing")
    expect(both.get_by_role("row", name="Name")).to_contain_text("Eve MineEve Stale")
    expect(both.get_by_role("row", name="Role")).to_contain_text("employeeemployee")
    expect(both.get_by_role("row", name="Active")).to_contain_text("NoNo")
    assert product.call("GET", f"/users/{eve.id}")["name"] == "Eve Stale"
    page.keyboard.press("Escape")  # closes the topmost alone
    expect(form.get_by_label("Name")).to_have_value("Eve Mine")
    form.get_by_role("button", name="Save").click()
    both.get_by_role("button", name="Save mine").click()
    expect(form).to_be_hidden()
    saved = product.call("GET", f"/users/{eve.id}")
    assert (saved["name"], saved["role"], saved["active"]) == ("Eve Mine", "employee", False)

    page.get_by_label("Search people").fill("eve mine")
    expect(page.get_by_role("row")).to_have_count(2)  # it moves until then
    page.get_by_role("button", name="Edit Eve Mine").click()
    form = dialog(page, "Edit Eve Mine")
    form.get_by_label("Active").check()
    product.call("PATCH", f"/users/{eve.id}", json={"name": "Eve Theirs"})
    form.get_by_role("button", name="Save").click()
    both.get_by_role("button", name="Take theirs").click()
    expect(form.get_by_label("Name")).to_have_value("Eve Theirs")
    expect(form.get_by_label("Active")).not_to_be_checked()
    form.get_by_role("button", name="Save").click()  # nothing is left to save
    expect(form).to_be_hidden()
    assert product.call("GET", f"/users/{eve.id}")["active"] is False


def test_a_token_is_shown_once_works_and_can_be_taken_back(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Okafor", "admin"), "/settings/tokens")
    page.get_by_role("button", name="Token", exact=True).click()
    form = dialog(page, "New API token")
    form.get_by_label("What it is for").fill("Nightly import")
    expect(form.get_by_role("checkbox", name="People")).not_to_be_checked()
    form.get_by_role("checkbox", name="Write").uncheck()
    form.get_by_role("checkbox", name="Operations").check()
    form.get_by_role("button", name="Create token").click()
    token = dialog(page, "Copy it now").get_by_label("Token").input_value()
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{product.url}/api/v1/me", headers=headers).json()["name"] == "Ada Okafor"
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row").filter(has_text="Nightly import")).to_contain_text("read, ops")
    assert token not in page.content()
    page.get_by_role("button", name="Revoke Nightly import").click()
    dialog(page, "Revoke “Nightly import”?").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No tokens")).to_be_visible()
    assert httpx.get(f"{product.url}/api/v1/me", headers=headers).status_code == 401


def test_an_admin_takes_back_a_token_of_somebody_else(product: Product, visit: Visit) -> None:
    ada, amir = product.person("Ada Okafor", "admin"), product.person("Zeno Tokenholder")
    mine = visit(amir).request.post(
        "/api/v1/tokens",
        data={"name": "Forgotten script", "scopes": ["read"]},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    headers = {"Authorization": f"Bearer {mine.json()['token']}"}
    page = visit(ada, "/admin/people?q=zeno")
    page.get_by_role("button", name="Edit Zeno Tokenholder").click()
    form = dialog(page, "Edit Zeno Tokenholder")
    held = form.get_by_role("row").filter(has_text="Forgotten script")
    expect(held).to_contain_text("read")
    held.get_by_role("button", name="Revoke Forgotten script").click()
    dialog(page, "Revoke “Forgotten script”?").get_by_role("button", name="Revoke").click()
    expect(held).to_have_count(0)
    assert httpx.get(f"{product.url}/api/v1/me", headers=headers).status_code == 401


def test_a_new_person_can_log_in(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Okafor", "admin"), "/admin/people")
    page.get_by_role("button", name="Person", exact=True).click()
    form = dialog(page, "New person")
    form.get_by_label("Name").fill("Nora Newcomer")
    form.get_by_label("E-mail").fill("nora.newcomer@example.com")
    fill_combobox(form.get_by_role("combobox", name="Time zone"), "Lisbon", "Europe/Lisbon")
    form.get_by_label("Password", exact=True).fill("a long enough password")
    form.get_by_role("button", name="Save").click()
    expect(said(page, "Saved Nora Newcomer")).to_be_visible()
    log_in = {"email": "nora.newcomer@example.com", "password": "a long enough password"}
    answer = httpx.post(f"{product.url}/api/v1/session", json=log_in)
    assert answer.json()["time_zone"] == "Europe/Lisbon"


def test_the_audit_log_reads_as_sentences_without_log_ins_and_by_person_and_day(
    product: Product, visit: Visit
) -> None:
    ada, bob = product.person("Ada Okafor", "admin"), product.person("Bob Stone")
    product.call("PATCH", f"/users/{bob.id}", json={"role": "admin"})
    page = visit(ada, "/admin/ops?tab=audit-log")
    log = page.get_by_role("list", name="Audit log")
    expect(log.get_by_role("listitem").first).to_contain_text("made Bob Stone an admin")
    expect(log).not_to_contain_text("logged in")
    expect(log).not_to_contain_text("users/", use_inner_text=True)
    log.get_by_text("Details").first.click()
    expect(log).to_contain_text(f"users/{bob.id}")

    page.get_by_role("combobox", name="About").click()
    page.get_by_role("option", name="Log-ins", exact=True).click()
    expect(log.get_by_role("listitem").first).to_contain_text("Ada Okafor logged in")
    expect(log).not_to_contain_text("an admin")
    fill_combobox(page.get_by_role("combobox", name="Person"), "Bob", "Bob Stone")
    expect(page.get_by_text("Nothing found")).to_have_count(1)
    page.get_by_role("button", name="Clear all filters").click()
    expect(log).to_contain_text("made Bob Stone an admin")
    page.get_by_label("To this day").fill("2020-01-01")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_label("To this day").fill("")
    page.get_by_label("From this day").fill("2020-01-01")
    expect(log).to_contain_text("Ada Okafor logged in")
    for width in (320, 390, 820, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
