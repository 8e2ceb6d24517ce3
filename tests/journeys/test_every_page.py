"""Every page of the desk and of the portal, found by following links as people do, in a real browser.

The walk reads Chinese. On each page axe finds nothing serious, nothing is left in
English, and nothing scrolls sideways on a phone. What no link leads to stands in a table with its
reason, so that a new page is either walked or explained.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern, URLResolver
from playwright.sync_api import ViewportSize

from funds.models import FundingDue, Mandate, StateHolding
from socsec.commands.chapters import CHAPTERS
from socsec.office import menu
from socsec.office.desk import DeskAdmin
from socsec.office.models import User
from tests import people
from tests.portal.test_browser import axe

pytestmark = pytest.mark.django_db(transaction=True)

BACKEND = "django.contrib.auth.backends.ModelBackend"
# Clerks see other verbs on the same page, and so open all; who reads all opens what nobody has seen.
CLERKS = {"intake": 9, "assessor": 9, "reviewer": 9, "accountant": 9, "policy": 9, "admin": 9}
READS_ALL = "auditor"
CLERKS |= {READS_ALL: 1}
# The office above all regions opens what only the nation has.
ABOVE = "nation-accountant"
PERSONS = [
    "lin",
    "cared",
    "chen",
    "zhou",
    "wu",
    "officer",
    "mother",
    "courier",
    "mover-52",
    "72",
    "benefit-61",
    "assisted",
]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 800}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIND = """([part, standards]) => axe
    .run(document.querySelector(part) ? part : "body",
         {runOnly: standards, resultTypes: ["violations"]})
    .then(({violations}) => violations
        .filter(each => ["serious", "critical"].includes(each.impact))
        .map(each => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`))"""
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
DOWNLOAD = re.compile(r"/(pdf|xlsx|bad|comparison)/|/template\b|/statement/\d+/$|/notes/\d+/$")
# Lists and rows, whose readers `tests/desk/test_walk.py` names.
PLAIN = re.compile(r"_(changelist|change|history)\b")
WRITES = re.compile(r"\s*(insert|update|delete)", re.IGNORECASE)
# No untranslated text: names of people, users, files and parameters; formats; the switch to English.
STAYS = re.compile(
    r"\b(Camille Laurent|English|Excel|Cookie|files|https?:\S+|[\w.-]+\.(csv|example)"
    r"|[0-9a-f]{32,}|[a-z]+(-[a-z0-9]+)+|[a-z_]+(\.[a-z_]+)+)\b|\.xlsx"
)
# Pages for experts that name things by their codes, and sheets with the note of a source as written.
CODES = {
    "admin:office_policy_browse",
    "admin:office_policy_enter",
    "admin:office_policyvalue_changelist",
    "admin:office_policyvalue_change",
    "admin:medical_plan",
    "admin:assistance_answers",
    "admin:funds_verify",
    "admin:office_auditentry_changelist",
    "admin:office_auditentry_change",
    "admin:office_subscription_open",
    "admin:office_region_changelist",
    "admin:office_region_change",
    "admin:office_office_changelist",
    "admin:office_office_change",
    "admin:funds_ledgerbatch_change",
    "admin:assistance_grant_change",
    "admin:assistance_programme_change",
    "admin:pensions_award_change",
    "admin:pensions_transfer_change",
    "admin:pensions_transfer_verb refund",
}

ENGLISH = re.compile(r"[A-Za-z]{3,}(?:[ '’][A-Za-z]{2,})+|[a-z]{4,}")


# Pages of the desk, but for verbs and rows that nobody has, that no link leads to, by reason.
DESK_APART = {
    "a file, not a page": """
        enrollment_gaps_file enrollment_legacy_template enrollment_rates_file
        medical_provider_template medical_grouplist_template medical_yearbudget_template
        funds_statements_pdf funds_statements_xlsx""",
    "asked by a script, or Django's own": "search login logout password_change_done",
    "leads to the page of its case": """
        assistance_application_change assistance_clock_change medical_reimbursement_change
        enrollment_changerequest_change enrollment_eventreport_change
        enrollment_eventreport_changelist enrollment_doubleenrolment_change""",
    "rows of the other province only": """
        enrollment_unmatchedpayment_change enrollment_sponsormembership_change
        enrollment_sponsorbill_change""",
    "its rows stand on the pages of people": """
        enrollment_gapcontact_change enrollment_gapcontact_changelist""",
}
PORTAL_APART = {
    "takes a form and leads on": """
        care_confirm care_offer act_for set_language sign_out stay text_size pay_notice sign_in_resend firm_certify
        firm_take_back firm_not_later firm_withdraw""",
    "a file, not a page": """
        firm_bad firm_template paper_pdf pay_note firm_paper my_estimate_paper
        account_paper medical_bill_paper""",
    "a later step of questions, which leads to the first: tests/portal walks them": """
        card_code claim_check claim_done claim_start delegate_check delegate_done delegate_what
        detail_check detail_done firm_check life_check life_when movement_check movement_done
        movement_home own_check own_done own_join paper_months pay_check pay_result proof_code
        reimbursement_invoice reimbursement_more resident_check resident_make_up_tier
        sign_in_code""",
    "nobody in the village is in that state": """
        firm_pay paper repayment resident_claim resident_claim_check transfer
        assistance_authorise assistance_objection assistance_others""",
    "before signing in, or for staff: tests/portal/test_browser.py": "estimate sign_in style",
    "before signing in: tests/assistance/test_needs.py": "needs_check",
    "before signing in: tests/assistance/test_grievances.py": "assistance_tell assistance_follow",
    "before signing in: tests/portal/test_open_account.py": """
        open_account open_account_again open_account_code""",
    "exists in a trial only": "trial_bank",
}


class Words(HTMLParser):
    """What a reader sees of a page, without icons, which are words to the program only."""

    EMPTY: ClassVar = {"area", "br", "hr", "img", "input", "link", "meta", "use", "path", "rect"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.within: list[bool] = []
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in self.EMPTY:
            css = dict(attributes).get("class") or ""
            unread = tag in ("head", "script", "style", "code") or "material-symbols" in css
            self.within.append(unread or any(self.within[-1:]))

    def handle_endtag(self, tag):
        if tag not in self.EMPTY and self.within:
            self.within.pop()

    def handle_data(self, text):
        if not any(self.within[-1:]):
            self.found.append(text)


def views(patterns=None, prefix="/", space="") -> Iterator[tuple[str, str]]:
    """Name and route of every view, from the URL configuration."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{each.namespace}:" if each.namespace else space
            yield from views(each.url_patterns, route, inner)
        elif isinstance(each, URLPattern) and each.name:
            yield space + each.name, route


class Walk:
    def __init__(self, page, client, base: str) -> None:
        self.page, self.client, self.base = page, client, base
        self.looked: Counter[str] = Counter()
        self.read: set[str] = set()  # pages
        self.walked: set[str] = set()  # views
        self.drawn: set[tuple[str, ...]] = set()
        self.wrong: list[str] = []
        self.stays = STAYS
        self.led: dict[str, tuple[str, set[str]]] = {}  # verbs of the desk: an address, and to whom

    def key(self, path: str) -> str:
        """One page: its view, and the verb in its address."""
        try:
            found = resolve(urlsplit(path).path)
        except Resolver404:
            self.wrong.append(f"{path}: leads nowhere")
            return ""
        verbs = ("verb", "slug", "what", "kind", "branch")
        return " ".join([found.view_name, *(str(v) for k, v in found.kwargs.items() if k in verbs)])

    def enter(self, user: User) -> None:
        self.client.force_login(user, backend=BACKEND)
        cookie = self.client.cookies["sessionid"].value
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.base}])
        self.whole = True  # the frame around the pages is looked at once for each person

    def go(self, user: User, starts: list[str], *, looks: int) -> None:
        """Follow every link, each page once, until so many people have looked at it."""
        self.enter(user)
        ways, seen = list(starts), set()
        while ways:
            path = ways.pop(0)
            key = self.key(path)
            if not key or key in seen or self.looked[key] >= looks or DOWNLOAD.search(path):
                continue
            seen.add(key)
            ways += [
                way
                for link in LINK.findall(self.look(key, path, user.username))
                if (way := urljoin(path, html.unescape(link))).startswith("/")
                and way.startswith("/admin/") == user.is_staff
            ]

    def look(self, key: str, path: str, who: str) -> str:
        """The page as HTML; the first who looks reads it, and sees it in the browser."""
        self.looked[key] += 1
        if key == "admin:enrollment_person_change":
            self.client.post(path, {"reason": "来电咨询"}, headers={"Accept-Language": "zh-CN"})
        answer = self.client.get(path, headers={"Accept-Language": "zh-CN"})
        if answer.status_code == 302:
            return f'<a href="{answer.url}">'
        if answer.status_code != 200:
            self.wrong.append(f"{path}: {answer.status_code} for {who}")
            return ""
        if key.split()[0].startswith("admin:") and not PLAIN.search(key):
            self.led.setdefault(key, (path, set()))[1].add(who)
        if not answer["Content-Type"].startswith("text/html"):
            return ""
        page = answer.content.decode()
        if key not in self.read:
            self.read.add(key)
            self.walked.add(key.split()[0])
            page_words = [] if key in CODES or key.split()[0] in CODES else Words(page).found
            said = self.stays.sub("", " ".join(page_words))
            self.wrong += [f"{path}: in English: {each}" for each in set(ENGLISH.findall(said))]
            drawn = (answer.templates[0].name, *path.split("/")[1:4])
            if drawn not in self.drawn:
                self.drawn.add(drawn)
                self.see(path)
        return page

    def see(self, path: str) -> None:
        """In the browser, once for each template and place; on a wide screen with the frame, or a phone."""
        part = "html" if self.whole else "main"
        self.page.set_viewport_size(WIDE if self.whole else PHONE)
        self.page.goto(self.base + path)
        self.page.evaluate(axe())
        found = self.page.evaluate(FIND, [part, STANDARDS])
        self.wrong += [f"{path}: {each}" for each in found]
        self.page.set_viewport_size(PHONE)
        self.whole = False
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > 390:
            self.wrong.append(f"{path}: {wide} wide on a phone")

    def knock(self, users: list[User]) -> None:
        """At each verb, everybody whom no link leads there: it stays shut, and nothing is written.

        Who reads all may see it too, and writes nothing there.
        """
        for user in users:
            self.client.force_login(user, backend=BACKEND)
            for key, (path, led) in self.led.items():
                if user.username in led:
                    continue
                sees = user.username == READS_ALL
                with CaptureQueriesContext(connection) as asked:
                    answers = [self.client.post(path, {"sure": "yes"})]
                    if not sees:
                        answers.append(self.client.get(path))
                done = [q["sql"] for q in asked if WRITES.match(q["sql"])]
                if done or (not sees and any(each.status_code == 200 for each in answers)):
                    codes = [each.status_code for each in answers]
                    self.wrong.append(f"{key} {path}: open to {user.username}: {codes} {done[:2]}")


@pytest.fixture
def walk(visit, client, live_server):
    return Walk(visit(locale="zh-CN"), client, live_server.url)


def left_out(walked: set[str], names: set[str], apart: dict[str, str], space: str = "") -> set[str]:
    """Pages that were neither walked nor explained."""
    explained = {space + name for text in apart.values() for name in text.split()}
    return names - walked - explained


def test_every_page_of_the_desk(walk):
    village = people.build(chapters=CHAPTERS)
    users = "|".join(sorted(User.objects.values_list("username", flat=True), key=len, reverse=True))
    walk.stays = re.compile(rf"{STAYS.pattern}|\b({users})\b")
    for name, looks in CLERKS.items():
        places = [reverse(place.url_name) for place in menu.places(village.by(name))]
        walk.go(village.by(name), places, looks=looks)
    walk.knock([village.by(name) for name in CLERKS])
    walk.enter(village.by(ABOVE))
    for model in (FundingDue, Mandate, StateHolding):
        path = reverse(
            f"admin:funds_{model._meta.model_name}_change", args=[model._default_manager.first().pk]
        )
        walk.look(walk.key(path), path, ABOVE)
    # Nothing of the desk is added, edited or deleted in place, and lists of others are nobody's.
    others = tuple(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        for model, page in admin.site._registry.items()
        if not isinstance(page, DeskAdmin)
    )
    rowless = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        for model, page in admin.site._registry.items()
        if isinstance(page, DeskAdmin) and not model._default_manager.exists()
    }
    # Verbs are drawn by one template, of which one in each place was seen.
    names = {
        name
        for name, route in views()
        if route.startswith("/admin/")
        and not name.startswith(others)
        and (name.endswith("_change") or "<" not in route)
        and not name.endswith(("_add", "jsi18n", "autocomplete"))
    }
    left = left_out(walk.walked | rowless, names, DESK_APART, "admin:")
    assert [*sorted(left), *walk.wrong] == []


def test_every_page_of_the_portal(walk):
    people.build(chapters=CHAPTERS)
    for name in PERSONS:
        person = User.objects.get(username=f"portal-{name}")
        walk.go(person, ["/", "/employers/"], looks=len(PERSONS))
    names = {
        name for name, route in views() if not route.startswith(("/admin/", "/api/", "/oauth/"))
    }
    left = left_out(walk.walked, names, PORTAL_APART)
    assert [*sorted(left), *walk.wrong] == []
