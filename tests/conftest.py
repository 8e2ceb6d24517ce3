"""What all tests share: a database that may be emptied between tests, and nothing else guarded less."""

import itertools

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from tests import shelf

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


# They take minutes or half of one: begun first, they end beside the others and not after them.
LONG = ("test_every_page.py", "test_by_clicking.py", "test_benchmarks.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit clean up by TRUNCATE, which append-only tables refuse: only that guard rests here."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_no\\_truncate'"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


NTH = itertools.count()


@pytest.fixture(autouse=True)
def anchors_of_its_own(tmp_path_factory):
    """No test finds the books of another anchored; the folder is made when something is written."""
    # Not by the fixture `settings`, which would then end after what a test hangs on it.
    settings.ANCHOR_DIR = tmp_path_factory.getbasetemp() / f"anchors-{next(NTH)}"


@pytest.fixture(autouse=True)
def one_language_at_a_time():
    """What one test spoke must not be heard in the next."""
    yield
    translation.deactivate()


@shelf.kept
def issue(**said):
    from socsec.office.services import policy

    return policy.issue(**said)


@pytest.fixture
def edition(db):
    """The policy edition of the files, as `load_policy` issues it."""
    return issue(by=None, note="files")


@pytest.fixture
def publish(monkeypatch):
    """Publishes what the test's own transaction did, which no horizon would call complete yet."""
    from socsec.office.models import AuditEntry, EventCursor
    from socsec.office.services import events

    monkeypatch.setattr(events, "horizon", lambda: 2**62)

    def now():
        EventCursor.objects.update(txid=0)
        published = events.publish()
        newest = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
        EventCursor.objects.update(txid=0, after_id=newest)
        return published

    return now
