"""Who may import whom: the arrows of the design, as a table, and every file of the project held to it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TREES = ("lab", "tui", "solutions", "exercises")
CONTRACTS, PORTS = "lab.shop.contracts", "lab.shop.ports"
SHOP = (CONTRACTS, PORTS, "lab.shop.runtime", "lab.shop.parts")
BASICS = ("lab", "lab.errors", "lab.home", "lab.bundle")  # "lab" itself: its version
SERVICES = ("order", "payment", "inventory", "notification", "analytics", "fulfilment")
# Tables are nothing but the shape of rows: docs/decisions/0002-what-a-learners-file-may-import.md
TABLES = (*(f"lab.shop.services.{name}.tables" for name in SERVICES), "lab.shop.runtime.tables")
TELLING = tuple(  # what has been seen, put into words: pure text over the contracts
    f"lab.shop.{name}" for name in ("narrate", "seen", "sentences", "silence", "story", "waiting", "whose", "wording")
)
WATCHERS = tuple(  # what looks at a running shop from outside, and what asks it to do something
    f"lab.shop.{name}"
    for name in (
        "basket",
        "client",
        "dead_letters",
        "figures",
        "follow",
        "journal",
        "offsets",
        "overview",
        "quorum",
        "reads",
        "scenario",
        "tap",
        "tellers",
        "urls",
    )
)
WATCHING = (CONTRACTS, *WATCHERS, *TELLING)
EVERYTHING = ("lab",)

# Module (and all below it) → what it may import, itself always among it. The longest name that fits decides.
# A name stands for everything below it, except "lab", which stands for its version only where BASICS brings it.
MAY_IMPORT = {
    "lab": (),
    "lab.errors": (),
    "lab.home": ("lab", "lab.errors", "lab.bundle"),
    "lab.bundle": (),
    "lab.loading": ("lab.errors",),
    "lab.engines": BASICS,
    "lab.course": (*BASICS, "lab.loading", CONTRACTS),
    # A check runs the learner's lines against the classes that the shop runs them with: docs/decisions/0009-…
    "lab.course.kit": (
        *BASICS,
        "lab.loading",
        "lab.running",
        CONTRACTS,
        PORTS,
        "lab.shop.parts",
        "lab.shop.passthrough",
        "lab.shop.runtime",
        "lab.shop.units",
        "lab.course",
        "lab.engines.docker_cli",
        "lab.engines.throwaway",
    ),
    "lab.chaos": (*BASICS, *WATCHING, "lab.engines", "lab.readiness", "lab.shop.units", "lab.shop.runtime"),
    # The audit reads the units' databases past the units: through their tables, and by the mediator's own rules.
    "lab.chaos.verify": (
        *BASICS,
        *WATCHING,
        PORTS,
        *TABLES,
        "lab.chaos",
        "lab.shop.mediator",
        "lab.shop.parts",
        "lab.shop.runtime",
        "lab.shop.services.payment.bank",
        "lab.shop.units",
    ),
    # A comparison looks at a running shop from outside, at its tables, and at the choreography beside it.
    "lab.contrast": (*BASICS, *WATCHING, PORTS, "lab.shop.parts", "lab.shop.choreography"),
    "lab.bench": (
        *BASICS,
        *WATCHING,
        "lab.engines",
        "lab.course",
        "lab.running",
        "lab.stack",
        "lab.readiness",
        "lab.shop.units",
    ),
    # One of its sides is the whole shop in one process.
    "lab.bench.shop": (*BASICS, *SHOP, *TABLES, "lab.bench", "lab.engines", "lab.running", "lab.shop.units"),
    "lab.shop": (),
    CONTRACTS: (),
    PORTS: (CONTRACTS,),
    "lab.shop.passthrough": (CONTRACTS, PORTS),
    "lab.shop.parts": (*BASICS, "lab.loading", CONTRACTS, PORTS, "lab.shop.passthrough"),
    "lab.shop.runtime": (*BASICS, *SHOP),
    "lab.shop.units": (),
    "lab.shop.users": ("lab.shop.units",),
    "lab.shop.mediator": SHOP,
    "lab.shop.services": (),
    # A composition root, too: it puts the services together in another way, and asks them as a customer does.
    "lab.shop.choreography": (*BASICS, *SHOP, "lab.shop.client", "lab.shop.units", "lab.shop.urls"),
    **{f"lab.shop.services.{name}": SHOP for name in SERVICES},
    **dict.fromkeys(WATCHERS, (*BASICS, *SHOP, *WATCHING, "lab.shop.units")),
    **dict.fromkeys(TELLING, (CONTRACTS, *TELLING, "lab.shop.units")),
    "tui": (
        *BASICS,
        *WATCHING,
        "lab.course",
        "lab.engines",
        "lab.chaos",
        "lab.bench",
        "lab.running",
        "lab.readiness",
        "lab.shop.units",
        "lab.shop.users",
    ),
    "solutions": (CONTRACTS, PORTS, *TABLES),
    "exercises": (CONTRACTS, PORTS, *TABLES),
    "exercises.conftest": (CONTRACTS, "lab.course.kit"),
    # Composition roots: they put the pieces together, so they may know them all.
    "lab.shop.unit": EVERYTHING,
    "lab.stack": EVERYTHING,
    "lab.live": EVERYTHING,
    "lab.running": (*BASICS, "lab.engines", "lab.shop.units"),
    "lab.phase": (*BASICS, *WATCHING),
    "lab.readiness": (*BASICS, "lab.engines"),
    "lab.cli": EVERYTHING,
    "lab.docs": EVERYTHING,
}
LOOSE = frozenset({"lab", "lab.shop", "lab.shop.services"})  # folders whose files do not belong together
ROOTS_OF_ALL = frozenset(module for module, allowed in MAY_IMPORT.items() if allowed is EVERYTHING)
# Only these may be imported by nobody but the ones named.
ONLY_FOR = {
    "tui": ("tui",),
    "lab.cli": ("lab.cli", "lab.docs"),
    "lab.stack": ("lab.stack", "lab.live", "lab.cli", "lab.bench"),
    "lab.live": ("lab.live", "lab.cli"),
    "lab.phase": ("lab.phase", "lab.cli"),
    "lab.docs": ("lab.docs",),
}


def within(module, roof):
    return module == roof or module.startswith(f"{roof}.")


def breaches(module, imports, lazy=frozenset()):
    """Return the imports that `module` must not have. `lazy`: those inside a function."""
    rule = max((name for name in MAY_IMPORT if within(module, name)), key=len)
    found = []
    for name in imports:
        if not any(within(name, tree) for tree in TREES):
            continue
        if name == "tui" or name.startswith("tui."):
            roots = ("lab.cli", "lab.docs")
            allowed = within(module, "tui") or (any(within(module, root) for root in roots) and name in lazy)
        elif any(
            within(name, kept) and not any(within(module, user) for user in users) for kept, users in ONLY_FOR.items()
        ):
            allowed = False
        elif rule in ROOTS_OF_ALL:
            allowed = True
        else:
            own = module if rule in LOOSE else rule
            allowed = within(name, own) or any(
                name == roof if roof == "lab" else within(name, roof) for roof in MAY_IMPORT[rule]
            )
        if not allowed:
            found.append(f"{module} imports {name}")
    return found


def modules():
    """Every module of the project, by name, with its file."""
    found = {}
    for tree in TREES:
        for file in sorted((ROOT / tree).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imports_of(tree):
    """Yield every name that is imported, and whether it is inside a function."""
    inside = {id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
              for node in ast.walk(function)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in MODULES else str(node.module)), id(node) in inside


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_layer_may(module):
    found = list(imports_of(ast.parse(MODULES[module].read_text())))
    lazy = {name for name, inside in found if inside}
    assert breaches(module, [name for name, _ in found], lazy) == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("lab.shop.services.order.handlers", "lab.shop.services.payment.tables"),
        ("lab.shop.mediator.engine", "lab.shop.services.order.tables"),
        ("lab.shop.contracts.events", "lab.shop.ports"),
        ("lab.shop.runtime.worker", "lab.shop.mediator.engine"),
        ("lab.engines.native", "lab.shop.contracts"),
        ("lab.course.checker", "lab.shop.parts"),
        ("lab.shop.parts", "lab.engines.base"),
        ("lab.cli.main", "tui.app"),
        ("lab.engines.native", "lab.cli.say"),
        ("tui.app", "lab.shop.runtime.bus"),
        ("solutions.phase1_basics.e12_reserve.reserve", "lab.shop.services.inventory.handlers"),
        ("solutions.phase1_basics.e12_reserve.reserve", "lab.shop.runtime.store"),
        ("exercises.phase1_basics.e04_produce.test_order_events", "lab.course.kit"),
        ("lab.new_and_unknown", "lab.shop.contracts"),
        ("lab.shop.new_and_unknown", "lab.shop.runtime.store"),
    ],
)
def test_a_planted_breach_is_found(module, imported):
    assert breaches(module, ["json", imported]) == [f"{module} imports {imported}"]


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("solutions.phase1_basics.e12_reserve.reserve", "lab.shop.services.inventory.tables"),
        ("solutions.phase2_reliability.e27_outbox.outbox", "lab.shop.runtime.tables"),
        ("exercises.conftest", "lab.course.kit"),
        ("lab.shop.unit", "lab.shop.services.order.blueprint"),
        ("lab.shop.services.order.api", "lab.shop.runtime.blueprint"),
        ("lab.engines.native", "sqlalchemy"),
    ],
)
def test_what_is_allowed_is_not_a_breach(module, imported):
    assert breaches(module, [imported]) == []


def test_the_command_line_imports_the_terminal_app_only_when_it_is_asked_for():
    assert breaches("lab.cli.main", ["tui.app"], {"tui.app"}) == []


def test_every_module_has_a_rule_of_its_own():
    """A new folder under lab/ must be put into the table; until then it may import nothing of the lab."""
    known = set(MAY_IMPORT) - LOOSE
    homeless = [module for module in MODULES if module not in LOOSE and not any(within(module, name) for name in known)]
    assert homeless == []
