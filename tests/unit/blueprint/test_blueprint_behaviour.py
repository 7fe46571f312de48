"""What a charter says beyond its data: printed as plain functions, and tried out in the compiler's own world."""

from __future__ import annotations

import ast

import pytest
from msgspec.structs import replace

from libs.blueprint import check_charter, compile_project
from libs.blueprint.seeds import solved
from libs.blueprint.view import EntityView, entity_views
from libs.blueprint.world import RefusedError
from libs.contracts.behaviour import Condition, Limit, Measure, Report, Requires, Rule, Value
from libs.contracts.charter import Charter, Entity, UniqueTogether
from libs.contracts.fields import Field, Relation
from tests.behaviours import BOOKINGS, LENDING, RICH, SHIPPING, SHOP, WORKS
from tests.charters import PLAIN

_AB = UniqueTogether(("a", "b"))


def printed(charter: Charter) -> dict[str, str]:
    return {file.path: file.content for file in compile_project(charter, PLAIN)}


def viewed(charter: Charter) -> dict[str, EntityView]:
    return {view.name: view for view in entity_views(charter)}


@pytest.mark.parametrize("name", RICH)
def test_a_rich_charter_has_no_fault_and_is_printed_alike_each_time(name: str) -> None:
    assert check_charter(RICH[name]) == ()
    assert printed(RICH[name]) == printed(RICH[name])


@pytest.mark.parametrize("name", RICH)
def test_each_compiled_rule_is_named_in_a_test_that_breaks_it(name: str) -> None:
    files = printed(RICH[name])
    tests = "\n".join(content for path, content in files.items() if path.startswith("tests/test_"))
    for rule in RICH[name].rules:
        assert rule.enforcement is None or f'"{rule.id}"' in tests, rule.id


def functions(source: str) -> set[str]:
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def test_a_rule_is_one_function_named_by_its_id_and_words() -> None:
    rules = printed(LENDING)["app/rules/loan.py"]
    assert functions(rules) == {
        "created",
        "updated",
        "r1_a_member_can_borrow_at_most_5_books",
        "r2_a_book_cannot_be_lent_when_no_copy",
        "r4_only_active_members_borrow",
    }


def test_a_limit_locks_what_it_counts_for_before_it_counts() -> None:
    rules = printed(LENDING)["app/rules/loan.py"]
    lock, count = rules.index("locked(session, Book"), rules.index("count(session, Loan, Loan.book_id")
    assert lock < count


def test_a_maximum_that_is_lowered_is_checked_from_the_other_side() -> None:
    assert "loan_rules.r2_a_book_cannot_be_lent_when_no_copy(session, other)" in printed(LENDING)["app/rules/book.py"]


def test_words_have_a_place_of_their_own_with_a_marker() -> None:
    place = printed(LENDING)["app/custom/r5_books_are_handled_with_care.py"]
    assert "Not enforced yet. R5: Books are handled with care." in place
    assert "r5_books_are_handled_with_care.check(session, action, row, before)" in printed(LENDING)["app/rules/book.py"]


def test_a_transition_into_a_state_that_an_action_sets_is_made_by_that_action_alone() -> None:
    rules = printed(BOOKINGS)["app/rules/booking.py"]
    assert '("requested", "confirmed"): {"confirm_booking"},' in rules


def refusal(change) -> set[str]:
    with pytest.raises(RefusedError) as refused:
        change()
    return refused.value.reasons


def test_the_world_refuses_the_sixth_loan_and_lets_it_be_after_a_return() -> None:
    views = viewed(LENDING)
    stage = solved(tuple(views.values())).stage()
    loan, action = views["Loan"], views["Loan"].entity.actions[0]
    rows = [stage.create(loan, 0, {}) for _ in range(5)]
    assert refusal(lambda: stage.create(loan, 0, {})) == {"R1"}
    stage.world.act(loan, rows[0]["id"], action, {})
    assert stage.create(loan, 0, {})["id"] == 6
    assert refusal(lambda: stage.world.update(loan, rows[0]["id"], {"returned_at": None})) == {"R1"}


def test_the_world_leaves_no_trace_of_what_is_refused() -> None:
    views = viewed(SHOP)
    stage = solved(tuple(views.values())).stage()
    movement, product = views["StockMovement"], views["Product"]
    held = stage.row(product)["stock"]
    assert refusal(lambda: stage.world.create(movement, {"quantity": held + 1, "reason": "sale", "product_id": 1})) == {
        "R1"
    }
    assert stage.row(product)["stock"] == held
    assert not stage.world.of(movement)


def test_the_world_computes_what_the_printed_columns_do() -> None:
    views = viewed(SHOP)
    stage = solved(tuple(views.values())).stage()
    line = stage.row(views["OrderLine"])
    order = stage.world.of(views["Order"])[line["order_id"]]
    computed = {each.name: stage.world.compute(views["Order"], order, each) for each in views["Order"].entity.computed}
    assert computed["lines_count"] == 1
    assert computed["goods"] == line["quantity"] * line["unit_price"]
    assert computed["total"] == computed["goods"] + order["shipping"]


def test_contradictory_rules_are_reported_and_not_compiled() -> None:
    over, under = (Condition("n", sign, Value("literal", "5")) for sign in ("gt", "lt"))
    entity = Entity("Thing", "things", fields=(Field("n", "integer"),))
    rules = (Rule("R1", "More.", "Thing", Requires((over,))), Rule("R2", "Less.", "Thing", Requires((under,))))
    (fault,) = check_charter(Charter("x", "X", "", entities=(entity,), rules=rules))
    assert fault.startswith("rules R1, R2 leave no Thing that could be created: they contradict each other")
    assert check_charter(Charter("x", "X", "", entities=(entity,), rules=rules[:1])) == ()


def test_a_rule_over_another_row_is_met_by_the_rows_that_tests_refer_to() -> None:
    adult = Condition("member.active", "eq", Value("literal", "false"))
    rules = (replace(LENDING.rules[3], enforcement=Requires((adult,))),)
    charter = replace(LENDING, rules=rules)
    assert check_charter(charter) == ()
    assert '"active": False' in printed(charter)["tests/seed.py"]


def test_what_the_clock_decides_is_sent_as_seen_from_now() -> None:
    assert 'starts_at": ahead(' in printed(BOOKINGS)["tests/seed.py"]


def test_other_rows_that_an_action_changes_are_asked_for_their_rules() -> None:
    action = printed(WORKS)["app/actions/task.py"]
    assert 'project_rules.updated(session, project, project_before, "finish_task")' in action
    assert "invoice_rules.created(session, new_invoice)" in action


def test_rows_that_a_rule_wants_in_a_later_state_are_brought_there_by_actions() -> None:
    files = printed(SHIPPING)
    seed, rules = files["tests/seed.py"], files["tests/test_invoices_rules.py"]
    assert 'done(seed.client.post(f"/orders/{row[\'id\']}/ship", json={"parcel": "Parcel 1"}))' in seed
    assert '"order_id": seed.ready(order_ready_for_invoice, "/orders", n)' in seed
    assert {"test_r1_holds", "test_r1_refuses_a_new_row_because_of_its_order"} <= functions(rules)


def test_a_row_at_the_end_of_a_longer_way_is_brought_to_a_later_state_too() -> None:
    files = printed(SHIPPING)
    assert "row = seed.client.get(f\"/orders/{row['order_id']}\").json()" in files["tests/seed.py"]
    assert "test_r3_refuses_a_new_row_because_of_its_invoice" in functions(files["tests/test_complaints_rules.py"])


def test_a_state_that_no_transition_reaches_is_a_contradiction() -> None:
    never = Requires((Condition("order.status", "eq", Value("literal", "lost")),))
    order = next(each for each in SHIPPING.entities if each.name == "Order")
    status = replace(order.fields[1], choices=(*order.fields[1].choices, "lost"))
    lost = replace(order, fields=(order.fields[0], status, *order.fields[2:]))
    entities = tuple(lost if each is order else each for each in SHIPPING.entities)
    rules = (replace(SHIPPING.rules[0], enforcement=never), *SHIPPING.rules[1:])
    faults = check_charter(replace(SHIPPING, entities=entities, rules=rules))
    assert any("R1 leave no Invoice that could be created" in fault for fault in faults)


def test_rows_that_differ_in_what_is_unique_together_are_told_apart() -> None:
    one = Entity("Place", "places", fields=(Field("a", "string"), Field("b", "string")), unique_together=(_AB,))
    move = Entity("Move", "moves", relations=(Relation("here", "Place"), Relation("there", "Place")))
    apart = Requires((Condition("here", "ne", Value("field", "there")),))
    charter = Charter("x", "X", "", entities=(one, move), rules=(Rule("R1", "Apart.", "Move", apart),))
    assert check_charter(charter) == ()
    assert 'seed.id("/places", (n + 1) % 3)' in printed(charter)["tests/seed.py"]


def test_a_mean_that_only_a_report_takes_is_rounded() -> None:
    rated = Entity("Rating", "ratings", fields=(Field("topic", "string"), Field("stars", "integer")))
    report = Report("stars", "Rating", group_by=("topic",), measures=(Measure("mean", "avg", "stars"),))
    files = printed(Charter("x", "X", "", entities=(rated,), reports=(report,)))
    assert "class Rounded(Scaled)" in files["app/columns.py"]
    assert "from app.columns import Rounded" in files["app/routes/reports.py"]


def test_rows_of_several_entities_in_one_function_have_a_name_each() -> None:
    order = printed(SHIPPING)["app/rules/order.py"]
    assert "for other_invoice in session.scalars(sa.select(Invoice)" in order
    assert "for other_delivery in session.scalars(sa.select(Delivery)" in order


def fields_of(files: dict[str, str], entity: str, schema: str) -> set[str]:
    tree = ast.parse(files[f"app/schemas/{entity.lower()}.py"])
    (body,) = (each.body for each in tree.body if isinstance(each, ast.ClassDef) and each.name == f"{entity}{schema}")
    return {ast.unparse(each.target) for each in body if isinstance(each, ast.AnnAssign)}


@pytest.mark.parametrize(("default", "opening"), [("0", False), (None, True)])
def test_a_balance_is_read_and_at_most_opened_but_never_written(default: str | None, opening: bool) -> None:
    product = SHOP.entities[0]
    stock = replace(product.fields[2], default=default)
    product = replace(product, fields=(*product.fields[:2], stock, *product.fields[3:]))
    files = printed(replace(SHOP, entities=(product, *SHOP.entities[1:])))
    written = [schema for schema in ("Create", "Read", "Update") if "stock" in fields_of(files, "Product", schema)]
    assert written == (["Create", "Read"] if opening else ["Read"])
    assert "test_r1_lets_nobody_write_the_balance" in files["tests/test_stock_movements_rules.py"]
    assert ("test_r1_starts_the_balance" in files["tests/test_stock_movements_rules.py"]) is not opening


def test_a_transition_of_a_fixed_row_may_stamp_the_time() -> None:
    rules = printed(SHOP)["app/rules/order.py"]
    assert 'fixed = changed - {"placed_at", "status", "updated_at"} if "status" in changed else changed' in rules


def test_a_limit_of_all_rows_is_checked_when_one_is_added_alone() -> None:
    thing = Entity("Thing", "things", fields=(Field("name", "string"),))
    rule = Rule("R1", "Three at most.", "Thing", Limit(Value("literal", "3")))
    rules = printed(Charter("x", "X", "", entities=(thing,), rules=(rule,)))["app/rules/thing.py"]
    assert functions(rules) == {"created", "r1_three_at_most"}


def test_numbers_kept_with_other_places_are_compared_as_numbers() -> None:
    fields = (Field("value", "decimal", scale=4), Field("most", "money"), Field("least", "decimal", scale=4))
    entity = Entity("Result", "results", fields=fields)
    where = (Condition("value", "gt", Value("field", "most")), Condition("value", "gt", Value("field", "least")))
    report = Report("high", "Result", where=where)
    source = printed(Charter("lab", "Lab", "", entities=(entity,), reports=(report,)))["app/routes/reports.py"]
    assert "Result.value > Result.most * sa.literal(Decimal(1), Scaled(18, 2))" in source
    assert "Result.value > Result.least" in source
