"""A file that waits, held against what is in force: set-based, whatever the size of the catalogue."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from medical.models import DIAGNOSIS_TERMS, TERMS, Catalogue, CatalogueEdition

from .sheets import item_model, row_model


@dataclass(frozen=True)
class Tables:
    """The tables of a kind of catalogue, and the condition that picks its items as `i`."""

    items: str
    rows: str
    terms: tuple[str, ...]
    of_kind: str
    kind: int

    @classmethod
    def of(cls, edition: CatalogueEdition) -> "Tables":
        diagnoses = edition.kind == Catalogue.DIAGNOSES
        return cls(
            items=item_model(edition.kind)._meta.db_table,
            rows=row_model(edition.kind)._meta.db_table,
            terms=DIAGNOSIS_TERMS if diagnoses else TERMS,
            of_kind="i.region = %s" if diagnoses else "i.region = %s and i.kind = %s",
            kind=edition.kind,
        )

    def which(self, edition: CatalogueEdition) -> list[Any]:
        """The parameters of `of_kind`."""
        diagnoses = edition.kind == Catalogue.DIAGNOSES
        return [edition.region] if diagnoses else [edition.region, edition.kind]

    def listed(self, prefix: str) -> str:
        return ", ".join(f"{prefix}.{term}" for term in self.terms)


def compare(edition: CatalogueEdition) -> dict[str, int]:
    """Mark each waiting row as added, changed or the same, and count; with it what would end."""
    t = Tables.of(edition)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""update {t.rows} r set change = case
                    when i.id is null then 'added'
                    when row({t.listed("i")}) is not distinct from row({t.listed("n")}) then 'same'
                    else 'changed' end
                  from {t.rows} n
                  left join {t.items} i on i.code = n.code and i.until is null and {t.of_kind}
                 where r.edition_id = %s and n.id = r.id""",  # noqa: S608 - names of this module
            [*t.which(edition), edition.pk],
        )
        cursor.execute(
            f"select change, count(*) from {t.rows} where edition_id = %s group by change",  # noqa: S608
            [edition.pk],
        )
        found = dict(cursor.fetchall())
        ended = 0
        if edition.whole:
            cursor.execute(
                f"select count(*) from {t.items} i where {_left_out(t)}",  # noqa: S608
                [*t.which(edition), edition.pk],
            )
            ended = cursor.fetchone()[0]
    return {
        "added": found.get("added", 0),
        "changed": found.get("changed", 0),
        "same": found.get("same", 0),
        "ended": ended,
    }


def overtaken(edition: CatalogueEdition, codes: list[str] | None = None) -> list[str]:
    """Codes that something newer than this edition's first day is known of; at most a few thousand.

    Without `codes` it looks at the rows that wait and, where the file is the whole catalogue, at
    whatever it would end.
    """
    t = Tables.of(edition)
    newer = f"{t.of_kind} and coalesce(i.until, i.from_date) >= %s"
    params = [*t.which(edition), edition.from_date]
    with connection.cursor() as cursor:
        if codes is not None:
            cursor.execute(
                f"select distinct i.code from {t.items} i where {newer} and i.code = any(%s)",  # noqa: S608
                [*params, codes],
            )
        elif edition.whole:
            # Items that ended before, but not before this day, would stand twice.
            cursor.execute(
                f"select distinct i.code from {t.items} i where {newer} limit 1",  # noqa: S608
                params,
            )
        else:
            cursor.execute(
                f"""select distinct i.code from {t.items} i
                      join {t.rows} r on r.code = i.code and r.edition_id = %s
                     where {newer} limit 1""",  # noqa: S608
                [edition.pk, *params],
            )
        return [code for (code,) in cursor.fetchall()]


def take(edition: CatalogueEdition) -> None:
    """End what changes or is left out the day before, and put the new terms in force."""
    t = Tables.of(edition)
    kind = [] if edition.kind == Catalogue.DIAGNOSES else [edition.kind]
    more = ", kind" if kind else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""update {t.items} i set until = %s - 1 from {t.rows} r
                 where r.edition_id = %s and r.change = 'changed' and i.code = r.code
                   and i.until is null and {t.of_kind}""",  # noqa: S608
            [edition.from_date, edition.pk, *t.which(edition)],
        )
        if edition.whole:
            cursor.execute(
                f"update {t.items} i set until = %s - 1 where {_left_out(t)}",  # noqa: S608
                [edition.from_date, *t.which(edition), edition.pk],
            )
        cursor.execute(
            f"""insert into {t.items} (region{more}, code, from_date, edition_id, {", ".join(t.terms)})
                select %s{", %s" if kind else ""}, r.code, %s, %s, {t.listed("r")}
                  from {t.rows} r
                 where r.edition_id = %s and r.change in ('added', 'changed')""",  # noqa: S608
            [edition.region, *kind, edition.from_date, edition.pk, edition.pk],
        )


def _left_out(t: Tables) -> str:
    return f"""{t.of_kind} and i.until is null and not exists (
                   select from {t.rows} r where r.edition_id = %s and r.code = i.code)"""
