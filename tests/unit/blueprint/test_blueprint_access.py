"""Who may do what: permissions, owners and accounts become the rights and the selects of the printed routes."""

from __future__ import annotations

from libs.blueprint import access, check_charter, compile_project
from libs.blueprint.normal import plain
from libs.blueprint.view import EntityView, entity_views
from libs.contracts.charter import Charter, Entity, Permission, Role
from libs.contracts.fields import Field, Relation
from tests.behaviours import LENDING, SHIPPING
from tests.charters import FOLDERS, PLAIN, READING_ROOM, TODO


def views(charter: Charter) -> dict[str, EntityView]:
    return {view.name: view for view in entity_views(plain(charter))}


NAME = Field("name", "string")
ROOM, TASKS = views(READING_ROOM), views(TODO)


def reach(view: EntityView, action: str) -> dict[str, str]:
    return {role: access.right(view, action).reach(role) for role in ("admin", "librarian", "member", "public")}


def test_whom_a_permission_names_may_and_others_may_not() -> None:
    found = reach(ROOM["Loan"], "read")
    assert found == {"admin": "every", "librarian": "every", "member": "own", "public": "none"}
    assert reach(ROOM["Loan"], "update")["member"] == "none"
    assert reach(ROOM["User"], "create") == dict.fromkeys(("librarian", "member", "public"), "none") | {
        "admin": "every"
    }


def test_what_nobody_mentions_everybody_signed_in_may_do_with_their_own_rows_where_rows_have_an_owner() -> None:
    assert reach(ROOM["Author"], "delete")["member"] == "every"
    assert reach(ROOM["Review"], "delete")["member"] == reach(ROOM["Comment"], "delete")["member"] == "own"
    assert access.right(TASKS["Task"], "read").reach("public") == "none"


def test_rows_belong_to_whom_their_required_references_lead() -> None:
    assert access.owned_by(TASKS["TaskList"]) == "TaskList.owner_id == owner"
    assert access.owned_by(TASKS["Task"]) == "Task.task_list.has(TaskList.owner_id == owner)"
    assert access.owned_by(ROOM["Loan"]) == "Loan.member.has(Member.user_id == owner)"
    assert access.own_path(TASKS["Tag"]) is None


def test_routes_select_what_the_caller_may_reach() -> None:
    loan, folder = ROOM["Loan"], views(FOLDERS)["Folder"]
    assert access.scope(loan, "update") == 'access.loans(user, "update")'
    assert access.user_parameter(loan, "update") == ", user: CurrentUser"
    assert access.scope(ROOM["Book"], "read") == "sa.select(Book).where(Book.deleted_at.is_(None))"
    assert access.user_parameter(ROOM["Book"], "read") == ""
    assert (access.scope(folder, "read"), access.user_parameter(folder, "read")) == (access.rows(folder), "")


def test_who_is_limited_to_own_rows_refers_to_own_rows_only() -> None:
    assert access.refer_right(ROOM["Member"]).reach("librarian") == "every"
    assert access.refer_right(ROOM["Member"]).reach("member") == "own"
    files = {file.path: file.content for file in compile_project(READING_ROOM, PLAIN)}
    assert 'check_reference(session, access.members(user, "refer"), data.member_id' in files["app/routes/loans.py"]
    assert 'crud.confirm(session, access.loans(user, "create"), row)' in files["app/routes/loans.py"]


def test_of_several_people_one_is_the_owner_and_the_others_may_be_anybody() -> None:
    relations = tuple(Relation(name, "Person") for name in ("author", "reader"))
    entities = (
        Entity("Person", "people", fields=(NAME,), account=True),
        Entity("Letter", "letters", relations=relations),
    )
    permissions = (Permission("user", "Letter", ("create", "read"), own_only=True),)
    found = views(Charter("post", "Post", "d", entities, permissions=permissions))["Letter"]
    assert {link.attr: access.guarded(link) for link in found.links} == {"author": True, "reader": False}


def test_only_who_may_change_every_account_says_whose_login_it_is() -> None:
    right = access.assign_right(ROOM["Member"])
    assert [right.reach(role) for role in ("admin", "librarian", "member")] == ["every", "every", "none"]


def test_a_pair_with_fields_is_an_entity_with_the_rights_of_its_source() -> None:
    pair = ROOM["BookAuthor"]
    assert (pair.plural, [link.key for link in pair.references]) == ("book_authors", ["book_id", "author_id"])
    assert reach(pair, "read")["public"] == "every"
    assert reach(pair, "create") == reach(ROOM["Book"], "update")
    assert not ROOM["Book"].collections


def test_a_password_is_no_field_of_an_account() -> None:
    assert [field.name for field in ROOM["Member"].fields] == ["name", "email"]


def test_nobody_signs_in_where_nothing_asks_for_it() -> None:
    files = [file.path for file in compile_project(FOLDERS, PLAIN)]
    assert not [path for path in files if "auth" in path or "access" in path]


def faults(*permissions: Permission, relations: tuple[Relation, ...] = ()) -> tuple[str, ...]:
    book = Entity("Book", "books", fields=(Field("title", "string"),), relations=relations)
    mine = Entity("Mine", "mines", owned=True)
    return check_charter(Charter("x", "X", "", entities=(book, mine), roles=(Role("clerk"),), permissions=permissions))


def test_permissions_without_a_meaning_are_refused() -> None:
    assert faults(Permission("clerk", "Book", ("read", "lend"))) == (
        'permissions[0].actions "lend" is no action of Book; declared are: create, read, update, delete',
    )
    (fault,) = faults(Permission("clerk", "Book", ("read",), own_only=True))
    assert fault.startswith("permissions[0].own_only has no meaning: rows of Book belong to nobody; set owned=true")
    assert faults(Permission("clerk", "Book", ("read",), own_only=True), relations=(Relation("mine", "Mine"),)) == ()
    (fault,) = faults(Permission("public", "Mine", ("create",)))
    assert "belong to whoever made them" in fault
    (fault,) = faults(Permission("public", "Mine", ("read",), own_only=True))
    assert "drop own_only" in fault


def test_each_role_is_tried_on_each_action_beyond_crud() -> None:
    files = {file.path: file.content for file in compile_project(LENDING, PLAIN)}
    policy = files["tests/access.py"]
    for entry in ('"librarian", "every"', '"member", "own"', '"public", "none"'):
        assert f'("/loans", "return", {entry})' in policy
    assert '"/loans/extend": lambda seed: {"due_on": ' in policy
    assert "return client.post(f\"{path}/{row['id']}/{action}\", json=body)" in files["tests/test_access.py"]


def test_who_is_signed_in_is_an_address_in_a_text_and_an_id_in_a_number() -> None:
    files = {file.path: file.content for file in compile_project(SHIPPING, PLAIN)}
    actions, tests = files["app/actions/tour.py"], files["tests/test_tours_actions.py"]
    assert {"row.closed_by = user.email", "row.closer = user.id"} <= {line.strip() for line in actions.splitlines()}
    assert "if row.closed_by != user.email:" in actions
    assert 'assert after["closed_by"] == client.get("/auth/me").json()["email"]' in tests
