"""Letters of a run into the portals of many people at once, each with an audit entry like a single one."""

from collections.abc import Iterable

from socsec.office.errors import Text, both
from socsec.office.models import Notice
from socsec.office.services import audit


def send(letters: Iterable[tuple[int, Text, Text]]) -> int:
    """Each with the number of its person, title and body in lazy texts. Gives how many were sent."""
    rows = []
    for person_id, title, body in letters:
        titles, bodies = both(title), both(body)
        rows.append(
            Notice(
                person_id=person_id,
                title_zh=titles["zh"],
                title_en=titles["en"],
                body_zh=bodies["zh"],
                body_en=bodies["en"],
            )
        )
    made = Notice.objects.bulk_create(rows, batch_size=5000)
    audit.record_many(
        by=None,
        act="notice.send",
        rows=[
            {"subject": notice, "person_id": notice.person_id, "title": notice.title_en}
            for notice in made
        ],
    )
    return len(made)
