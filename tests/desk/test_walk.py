"""Every page of the desk with every role: who may see it sees it, nobody else does."""

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from socsec.office import home, menu
from socsec.office.models import User
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"
CLERKS = ["intake", "assessor", "reviewer", "accountant", "policy", "auditor", "admin"]
DESK = {"intake", "assessor", "reviewer", "accountant", "auditor"}
MONEY = {"reviewer", "accountant", "auditor"}
EVERYBODY = set(CLERKS)

# list page: who may open it
LISTS = {
    "enrollment_person": DESK,
    "enrollment_employer": DESK,
    "enrollment_upload": DESK,
    "enrollment_receipt": DESK,
    "enrollment_movement": DESK,
    "enrollment_gapcontact": DESK,
    "enrollment_statusnotice": DESK,
    "enrollment_paymentintent": DESK,
    "enrollment_unmatchedreceipt": DESK,
    "enrollment_refund": DESK,
    "enrollment_waiver": DESK,
    "enrollment_agreement": DESK,
    "enrollment_deferral": DESK,
    "enrollment_demandnote": DESK,
    "enrollment_withholdingfile": DESK,
    "enrollment_household": DESK,
    "enrollment_personlink": DESK,
    "enrollment_changerequest": DESK,
    "enrollment_lifeevent": DESK,
    "enrollment_eventreport": DESK,
    "enrollment_mandate": DESK,
    "enrollment_residentreceipt": DESK,
    "enrollment_unmatchedpayment": DESK,
    "enrollment_legacyimport": DESK,
    "enrollment_sponsormembership": DESK,
    "enrollment_sponsorbill": DESK,
    "enrollment_doubleenrolment": DESK,
    "enrollment_residentrefund": DESK,
    "office_case": DESK,
    "office_certificate": DESK,
    "enrollment_card": DESK,
    "office_run": {"assessor", "reviewer", "accountant", "auditor"},
    "office_policyvalue": EVERYBODY,
    "office_policyedition": EVERYBODY,
    "office_user": {"admin", "auditor"},
    "office_region": EVERYBODY,
    "office_office": EVERYBODY,
    "office_outboxmessage": {"admin", "auditor"},
    "office_auditentry": {"auditor"},
    "office_subscription": {"admin", "auditor"},
    "office_delivery": {"admin", "auditor"},
    "pensions_award": DESK,
    "pensions_overpayment": DESK,
    "pensions_openingbalance": DESK,
    "pensions_specialworkperiod": DESK,
    "pensions_transfer": DESK,
    "pensions_transferaccount": DESK,
    "assistance_clock": DESK,
    "assistance_application": DESK,
    "assistance_grant": DESK,
    "assistance_grantchange": DESK,
    "assistance_circumstance": DESK,
    "assistance_reclaim": DESK,
    "assistance_careassessment": DESK,
    "assistance_careplan": DESK,
    "assistance_careprovider": DESK,
    "assistance_bed": DESK,
    "assistance_bedwait": DESK,
    "assistance_careorder": DESK,
    "assistance_carebill": DESK,
    "assistance_voucher": DESK,
    "medical_catalogueedition": DESK | {"policy"},
    "medical_catalogueitem": DESK | {"policy"},
    "medical_diagnosis": DESK | {"policy"},
    "assistance_programme": DESK | {"policy"},
    "medical_provider": DESK,
    "medical_agreement": DESK,
    "medical_sanction": DESK,
    "medical_providerstatement": DESK,
    "medical_billfinding": DESK,
    "medical_grouplist": DESK,
    "medical_yearbudget": DESK,
    "medical_casepayment": DESK,
    "medical_caseyear": DESK,
    "medical_providerscore": DESK,
    "medical_findingappeal": DESK,
    "medical_provideraccount": DESK,
    "medical_provideradvance": DESK,
    "medical_awayfiling": DESK,
    "medical_registration": DESK,
    "funds_supervisionfinding": DESK,
    "medical_encounter": DESK,
    "medical_billreversal": DESK,
    "medical_reimbursement": DESK,
    "medical_clearingstatement": DESK,
    "funds_fund": MONEY,
    "funds_projection": MONEY | {"policy"},
    "funds_poolinground": MONEY,
    "funds_fundingdue": MONEY,
    "funds_stateholding": MONEY,
    "funds_reservemove": MONEY,
    "funds_poolingtransfer": MONEY,
    "funds_ledgerbatch": MONEY,
    "funds_monthclosing": MONEY,
    "funds_budget": MONEY,
    "funds_bankaccount": MONEY,
    "funds_bankstatement": MONEY,
    "funds_dayreconciliation": MONEY,
    "funds_termdeposit": MONEY,
    "funds_mandate": MONEY,
    "funds_entrustment": MONEY,
    "funds_spendingplan": MONEY,
    "funds_finalaccounts": MONEY,
    "funds_paymentbatch": {"assessor", "reviewer", "accountant", "auditor"},
}

# verb page: who may open it
VERBS = {
    "admin:funds_mandate_file": {"accountant"},
    "admin:funds_mandate_draw": {"accountant"},
    "admin:funds_mandate_firm": {"accountant"},
    "admin:funds_entrust": {"accountant"},
    "admin:enrollment_person_enroll": {"intake"},
    "admin:enrollment_person_numberless": {"intake"},
    "admin:enrollment_duplicates": DESK,
    "admin:enrollment_employer_enroll": {"intake"},
    "admin:enrollment_receipt_enter": {"accountant"},
    "admin:enrollment_receipt_file": {"accountant"},
    "admin:enrollment_ageing": DESK,
    "admin:enrollment_withholding_draw": {"accountant"},
    "admin:enrollment_withholding_answer": {"accountant"},
    "admin:enrollment_movement_ask": {"intake"},
    "admin:enrollment_status_upload": {"intake"},
    "admin:enrollment_proofs": DESK,
    "admin:enrollment_gaps": DESK,
    "admin:enrollment_gaps_file": DESK,
    "admin:enrollment_rates": DESK,
    "admin:enrollment_rates_file": DESK,
    "admin:assistance_punctuality": DESK,
    "admin:assistance_careprovider_propose": {"intake"},
    "admin:assistance_carebill_hand_in": {"accountant"},
    "admin:assistance_report": {"intake"},
    "admin:assistance_programme_rule": {"policy"},
    "admin:assistance_next": {"intake", "assessor", "reviewer"},
    "admin:office_run_draft": {"assessor", "accountant"},
    "admin:office_case_next": {"intake", "assessor", "reviewer"},
    "admin:office_policy_enter": {"policy"},
    "admin:office_policy_browse": EVERYBODY,
    "admin:office_user_open": {"admin"},
    "admin:office_subscription_open": {"admin"},
    "admin:medical_provider_enroll": {"intake"},
    "admin:medical_reimbursement_order": {"accountant"},
    "admin:medical_plan": EVERYBODY,
    "admin:medical_what_if": EVERYBODY,
    "admin:medical_spending": DESK,
    "admin:medical_grouplist_send": {"assessor"},
    "admin:medical_yearbudget_propose": {"accountant"},
    "admin:funds_bank_return": {"accountant"},
    "admin:funds_statements": MONEY,
    "admin:funds_dashboard": MONEY,
    "admin:funds_bank_account_open": {"accountant"},
    "admin:funds_statement_read": {"accountant"},
    "admin:funds_tax_day": {"accountant"},
    "admin:funds_deposit_place": {"accountant"},
    "admin:funds_deposit_calendar": MONEY,
    "admin:funds_budget_draft": {"accountant"},
    "admin:funds_plan_ask": {"accountant"},
    "admin:funds_final_prepare": {"accountant"},
    "admin:funds_rules": DESK,
    "admin:funds_pooling_draft": {"accountant"},
    "admin:funds_due_ask": {"accountant"},
    "admin:funds_holding_enter": {"accountant"},
    "admin:funds_reserve_propose": {"accountant"},
    "admin:funds_reserves": MONEY,
    "admin:funds_pooling_pay": {"accountant"},
    "admin:funds_verify": {"reviewer", "accountant", "admin", "auditor"},
}


@pytest.fixture
def village(db):
    return people.settle()


def sign_in(client, user):
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize("name", LISTS)
def test_a_list_opens_for_its_roles_and_for_nobody_else(client, village, name):
    url = reverse(f"admin:{name}_changelist")
    seen = {
        clerk for clerk in CLERKS if sign_in(client, village.by(clerk)).get(url).status_code == 200
    }
    assert seen == LISTS[name]


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_opens_for_its_roles_and_for_nobody_else(client, village, name):
    url = reverse(name)
    seen = {
        clerk for clerk in CLERKS if sign_in(client, village.by(clerk)).get(url).status_code == 200
    }
    assert seen == VERBS[name]


def test_every_list_of_the_desk_is_walked():
    listed = {
        f"{model._meta.app_label}_{model._meta.model_name}"
        for model, page in admin.site._registry.items()
        if model._meta.app_label
        in {"office", "enrollment", "pensions", "funds", "medical", "assistance"}
    }
    assert listed == set(LISTS)


def desk_addresses(patterns=None, prefix="/"):
    """Every address under /admin/ that takes no argument."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from desk_addresses(each.url_patterns, path)
        elif (
            isinstance(each, URLPattern)
            and path.startswith("/admin/")
            and "<" not in path
            and "(" not in path
        ):
            yield path


@pytest.mark.parametrize("who", ["newcomer", "lin", "anonymous"])
def test_strangers_get_nowhere_on_the_desk(client, village, who):
    """A clerk without a role, an insured person, and nobody at all."""
    if who != "anonymous":
        sign_in(client, village.staff.get(who) or village.portal[who])
    open_to_all = {
        "/admin/login/",
        "/admin/logout/",
        "/admin/jsi18n/",
        "/admin/password_change/",
        "/admin/password_change/done/",
        "/admin/",
        "/admin/search/",  # finds places of the sidebar, of which a stranger has none
    }
    for path in desk_addresses():
        if path in open_to_all:
            continue
        answer = client.get(path)
        assert answer.status_code in (302, 403, 404), path
        if answer.status_code == 302:
            assert "login" in answer.url, path


def test_the_newcomers_start_page_shows_nothing(client, village):
    page = sign_in(client, village.by("newcomer")).get("/admin/").content.decode()
    assert "no role yet" in page
    assert menu.places(village.by("newcomer")) == []
    assert home.tiles(village.by("newcomer")) == home.panels(village.by("newcomer")) == []


def test_rows_of_another_region_do_not_exist(client, village):
    lin, mill = village.souls["lin"], village.employers["mill"]
    sign_in(client, village.by("sc-intake"))
    for url in (
        reverse("admin:enrollment_person_change", args=[lin.pk]),
        reverse("admin:enrollment_person_verb", args=[lin.pk, "cover"]),
        reverse("admin:enrollment_employer_change", args=[mill.pk]),
        reverse("admin:enrollment_employer_wages", args=[mill.pk, "2025-11"]),
        reverse("admin:pensions_claim_open", args=[lin.pk]),
    ):
        answer = client.get(url)
        assert answer.status_code in (302, 404), url
        assert "林知秋" not in answer.content.decode()
    assert (
        "林知秋" not in client.get(reverse("admin:enrollment_person_changelist")).content.decode()
    )


def test_an_auditor_sees_no_button_that_does_anything(client, village):
    sign_in(client, village.by("auditor"))
    for name in LISTS:
        page = client.get(reverse(f"admin:{name}_changelist")).content.decode()
        assert 'class="btn btn--s"' not in page, name  # the main verb of a list


def test_a_superuser_is_not_above_the_table_of_acts(client, village):
    root = User.objects.create_superuser("root", password=None)
    sign_in(client, root)
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403, name


def test_lists_ask_a_constant_number_of_questions(client, village, django_assert_max_num_queries):
    sign_in(client, village.by("reviewer"))
    url = reverse("admin:enrollment_person_changelist")
    client.get(url)
    with django_assert_max_num_queries(21):
        assert "林知秋" in client.get(url).content.decode()
