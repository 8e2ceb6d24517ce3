"""`python -m benchmarks`: measure everything, print one table. `make bench` gives it a database."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import django
from rich.console import Console

django.setup()

from benchmarks import (  # noqa: E402
    adjustment,
    arithmetic,
    assess,
    assistance,
    base,
    branches,
    contributions,
    duplicates,
    interest,
    means,
    payroll,
    posting,
    projection,
    recompute,
    residents,
    settlements,
    tables,
    uploads,
    world,
)

MASS = (
    contributions,
    branches,
    residents,
    payroll,
    assistance,
    interest,
    adjustment,
    duplicates,
)
BOOKS = {rows.model for rows in base.BOOKS}
FEW = 2000  # people in the sample that the ORM saves


def main() -> int:
    said = arguments()
    console = Console(stderr=True)
    home = django.db.connection.settings_dict["NAME"]
    sizes: tuple[int, ...] = (said.people // 10, said.people)
    if said.only in ([settlements.NAME], [recompute.NAME]):
        sizes = sizes[1:]
    if said.only == [arithmetic.NAME]:
        sizes = ()
    kinds = [kind for kind in MASS if not said.only or name(kind) in said.only]
    found: dict[str, Any] = {name(kind): {size: {} for size in sizes} for kind in kinds}
    try:
        world.inside(home, world.empty)
    except RuntimeError as error:
        console.print(str(error).strip().splitlines()[-1])
        return 2
    for size in sizes:
        with world.database(f"{home}_people", home) as people:
            with console.status(f"{size:,} people are made"):
                steps = (base.staff, uploads.prepare, *(kind.prepare for kind in MASS))
                if said.only == [settlements.NAME]:  # it makes what it needs by itself
                    steps = (base.staff,)
                world.inside(people, world.prepare, size, *steps)
            # Round by round, so that a slow moment of the machine meets both sides.
            for number in range(said.rounds):
                for kind in kinds:
                    with console.status(f"{size:,} people, round {number + 1}: {kind.LABEL}"):
                        sides = [ours, plain, *([orm] if size == sizes[-1] else [])]
                        for side in sides if number % 2 else sides[::-1]:
                            taken = measure(people, side, kind, said.sample)
                            keep(found[name(kind)][size], side.__name__, taken)
            if size == sizes[-1] and (not said.only or "posting" in said.only):
                with console.status(posting.LABEL):
                    found["posting"] = posted(people, said.transfers or size, said.rounds)
            if size == sizes[-1] and (not said.only or settlements.NAME in said.only):
                with console.status(settlements.LABEL):
                    found["settlements"] = measured(people, settlements, size)
            if size == sizes[-1] and (not said.only or recompute.NAME in said.only):
                with console.status(recompute.LABEL):
                    found["recompute"] = measured(people, recompute, min(said.awards, size // 8))
            if size == sizes[-1] and not said.only:
                with console.status(assess.LABEL):
                    asked = [
                        world.inside(people, assess.calls, said.calls) for _ in range(said.rounds)
                    ]
                found["assess"] = min(asked, key=lambda each: each["median"])
                with console.status(uploads.LABEL):
                    found["uploads"] = min(
                        (
                            measured(people, uploads, min(said.rows, size))
                            for _ in range(said.rounds)
                        ),
                        key=lambda each: each["seconds"],
                    )
                with console.status(means.LABEL):
                    found["means"] = measured(people, means, size)
                    found["needs"] = needs(people, said.calls)
    if not said.only or arithmetic.NAME in said.only:
        with console.status(arithmetic.LABEL):
            found["arithmetic"] = world.inside(
                home, arithmetic.measured, min(said.people, 100_000), said.openfisca
            )
    if not said.only:
        with console.status(projection.LABEL):
            found["projection"] = world.inside(home, projection.measured, said.rounds)
    if said.json:
        print(json.dumps(found, indent=1))
    else:
        single = (
            tables.settlements,
            tables.assess,
            tables.uploads,
            tables.recompute,
            tables.posting,
            tables.arithmetic,
            tables.projection,
        )
        Console().print(
            *([tables.mass(found, kinds, sizes)] if kinds else []),
            *(table(found[table.__name__]) for table in single if table.__name__ in found),
            *([tables.means(found["means"], found["needs"])] if "means" in found else []),
            sep="\n",
        )
    wrong = list(differences(found))
    for text in wrong:
        console.print(text)
    return int(bool(wrong))


def name(kind: ModuleType) -> str:
    """What a measurement is called: its kind of run, or its own name where two are of one kind."""
    return str(getattr(kind, "NAME", kind.KIND))


def differences(found: dict[str, Any]) -> Iterator[str]:
    """Where the two sides did not do the same work, so that nothing can be said of their speed."""
    for kind in MASS:
        for size, each in found.get(name(kind), {}).items():
            ours, plain = (each[side]["written"] for side in ("ours", "plain"))
            for table in ours:
                # The run has a batch for each of its chunks, so of the books only the sums agree.
                which = slice(1, 2) if table in BOOKS else slice(None)
                if ours[table][which] != plain[table][which]:
                    yield (
                        f"{kind.LABEL}, {size} people, {table}:"
                        f" the run wrote {ours[table]}, plain SQL {plain[table]}"
                    )
    if "posting" in found and len({str(side["written"]) for side in found["posting"].values()}) > 1:
        yield f"{posting.LABEL}: both sides wrote something else"
    settled = found.get("settlements")
    if settled and (settled["lost"] or settled["wrong"]):
        yield f"{settlements.LABEL}: {settled['lost']} lost, {settled['wrong']} wrong"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    people = int(os.environ.get("PEOPLE") or 100_000)
    parser.add_argument("--people", type=int, default=people, help=f"how many ({people:,})")
    parser.add_argument("--rounds", type=int, default=2, help="of which the best one counts (2)")
    parser.add_argument("--sample", type=int, default=FEW, help=f"people for the ORM ({FEW})")
    parser.add_argument("--calls", type=int, default=500, help="of the API (500)")
    parser.add_argument("--rows", type=int, default=50_000, help="of the spreadsheet (50,000)")
    parser.add_argument("--transfers", type=int, default=0, help="posted (as many as people)")
    parser.add_argument("--awards", type=int, default=10_000, help="worked out anew (10,000)")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[
            *(name(kind) for kind in MASS),
            "posting",
            settlements.NAME,
            recompute.NAME,
            arithmetic.NAME,
        ],
        help="of the mass runs, or posting, settling, recomputation or arithmetic alone",
    )
    parser.add_argument(
        "--openfisca", default="", help="a Python that has openfisca-core, or “make”: one is made"
    )
    parser.add_argument("--json", action="store_true", help="the figures instead of the table")
    said = parser.parse_args()
    if said.people < 300 or min(said.rounds, said.sample, said.calls) < 1:
        parser.error("at least 300 people, and one of everything else")
    return said


def measure(people: str, side: Any, kind: ModuleType, sample: int) -> dict[str, Any]:
    """One side of one run, on a fresh copy, in a process of its own."""
    with world.database(f"{people}_run", people) as copy:
        return world.inside(copy, side, kind, sample)


def measured(people: str, kind: ModuleType, rows: int) -> dict[str, Any]:
    """What stands beside nothing else, on a fresh copy, in a process of its own."""
    with world.database(f"{people}_run", people) as copy:
        if hasattr(kind, "before"):
            world.inside(copy, kind.before, rows)
        return world.inside(copy, kind.measured, rows)


def posted(people: str, rows: int, rounds: int) -> dict[str, Any]:
    """Posting and plain SQL, in turn, each on a fresh copy in a process of its own: the best of each."""
    best: dict[str, Any] = {}
    for number in range(rounds):
        sides = (posting.ours, posting.plain)
        for side in sides if number % 2 else sides[::-1]:
            with world.database(f"{people}_run", people) as copy:
                world.inside(copy, posting.before, rows)
                keep(best, side.__name__, world.inside(copy, side, rows))
    return best


def needs(people: str, calls: int) -> dict[str, Any]:
    """The page “what can I get”, on a fresh copy, in a process of its own."""
    with world.database(f"{people}_run", people) as copy:
        world.inside(copy, means.household)
        answer: dict[str, Any] = world.inside(copy, means.asked, calls)
        return answer


def ours(kind: ModuleType, _sample: int) -> dict[str, Any]:
    """The run as workers do it; what its maker waited for before is measured apart."""
    with world.clock() as before:
        approved = [
            base.approved(
                kind.KIND,
                region,
                getattr(kind, "PARAMS", None),
                getattr(kind, "MONTH", base.MONTH_NUMBER),
            )
            for region in kind.REGIONS
        ]
    settle()
    with world.clock() as taken:
        for run in approved:
            base.execute(run)
    return result(kind, taken, preview=before[0], peak=world.peak())


def plain(kind: ModuleType, _sample: int) -> dict[str, Any]:
    """The statement written by hand, committed at its end."""
    statement = kind.plain()
    settle()
    with world.clock() as taken:
        statement.execute()
    return result(kind, taken)


def orm(kind: ModuleType, sample: int) -> dict[str, Any]:
    """Objects that are ready, saved one after the other, with a commit for each person."""
    ready = base.objects(kind.WRITES, kind.plain(last(sample)), sample)
    settle()
    with world.clock() as taken:
        base.save(ready)
    return result(kind, taken)


def last(sample: int) -> int:
    """A person number up to which there are at least so many people with something to write."""
    return 2 * sample + 100


def settle() -> None:
    """Nothing that was done before is left to be written out meanwhile."""
    with django.db.connection.cursor() as cursor:
        cursor.execute("checkpoint")


def result(kind: ModuleType, taken: list[float], **more: Any) -> dict[str, Any]:
    written = {rows.model: rows.written() for rows in (*kind.WRITES, *base.BOOKS)}
    rows = int(written[kind.WRITES[0].model][0])
    return {"seconds": taken[0], "rows": rows, "written": written, **more}


def keep(found: dict[str, Any], side: str, taken: dict[str, Any]) -> None:
    """The best of all rounds, but the largest memory."""
    before = found.get(side)
    if before and "peak" in taken:
        taken["peak"] = before["peak"] = max(before["peak"], taken["peak"])
    if not before or taken["seconds"] < before["seconds"]:
        found[side] = taken


if __name__ == "__main__":
    sys.exit(main())
