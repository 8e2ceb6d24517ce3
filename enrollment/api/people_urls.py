"""Addresses of people in the API, their households and what may be one person twice."""

from django.urls import URLPattern, path

from . import (
    PersonLookup,
    cards,
    certificates,
    changes,
    coverage,
    delegates,
    duplicates,
    gaps,
    households,
    life,
    months,
    movements,
    registry,
    resident_years,
)

urlpatterns: list[URLPattern] = [
    path("people/lookup/", PersonLookup.as_view(), name="api_people_lookup"),
    path("people/", registry.People.as_view(), name="api_people"),
    path("people/<uuid:public_id>/", registry.PersonRead.as_view(), name="api_person"),
    path(
        "people/<uuid:public_id>/documents/",
        registry.PersonDocuments.as_view(),
        name="api_person_documents",
    ),
    path(
        "people/<uuid:public_id>/delegates/",
        delegates.PersonDelegates.as_view(),
        name="api_person_delegates",
    ),
    path(
        "people/<uuid:public_id>/changes/",
        changes.Changes.as_view(),
        name="api_person_changes",
    ),
    path(
        "people/<uuid:public_id>/life-events/",
        life.PersonLifeEvents.as_view(),
        name="api_person_life_events",
    ),
    path("life-events/", life.LifeEvents.as_view(), name="api_life_events"),
    path(
        "people/<uuid:public_id>/coverage/end/",
        coverage.PersonCoverageEnd.as_view(),
        name="api_person_coverage_end",
    ),
    path(
        "people/<uuid:public_id>/coverage/",
        coverage.PersonCoverage.as_view(),
        name="api_person_coverage",
    ),
    path(
        "people/<uuid:public_id>/payable/",
        coverage.PersonPayable.as_view(),
        name="api_payable",
    ),
    path(
        "people/<uuid:public_id>/contributions/",
        coverage.PersonContributions.as_view(),
        name="api_person_contributions",
    ),
    path(
        "people/<uuid:public_id>/statements/<int:year>/",
        certificates.PersonStatement.as_view(),
        name="api_person_statement",
    ),
    path(
        "people/<uuid:public_id>/card/",
        cards.PersonCard.as_view(),
        name="api_person_card",
    ),
    path(
        "people/<uuid:public_id>/resident-years/",
        resident_years.PersonResidentYears.as_view(),
        name="api_person_resident_years",
    ),
    path(
        "people/<uuid:public_id>/movements/",
        movements.PersonMovements.as_view(),
        name="api_person_movements",
    ),
    path(
        "people/<uuid:public_id>/delegates/<int:number>/end/",
        delegates.PersonDelegateEnd.as_view(),
        name="api_person_delegate_end",
    ),
    path(
        "people/<uuid:public_id>/household/",
        households.PersonHousehold.as_view(),
        name="api_person_household",
    ),
    path(
        "life-events/<int:number>/withdraw/",
        life.LifeEventEnd.as_view(),
        name="api_life_event_withdraw",
    ),
    path(
        "people/<uuid:public_id>/resident-years/<int:year>/tier/",
        resident_years.ResidentTier.as_view(),
        name="api_person_resident_tier",
    ),
    path(
        "people/<uuid:public_id>/resident-years/<slug:branch>/<int:year>/cancel/",
        resident_years.ResidentYearEnd.as_view(),
        name="api_person_resident_year_cancel",
    ),
    path(
        "people/<uuid:public_id>/month-errors/",
        months.MonthErrors.as_view(),
        name="api_person_month_errors",
    ),
    path(
        "people/<uuid:public_id>/corrections/",
        months.Corrections.as_view(),
        name="api_person_corrections",
    ),
    path(
        "people/<uuid:public_id>/back-payments/",
        months.BackPayments.as_view(),
        name="api_person_back_payments",
    ),
    path("people/<uuid:public_id>/base/", months.PersonBase.as_view(), name="api_person_base"),
    path(
        "people/<uuid:public_id>/gap-contacts/",
        gaps.PersonGapContacts.as_view(),
        name="api_person_gap_contacts",
    ),
    path("households/", households.Households.as_view(), name="api_households"),
    path(
        "households/<int:number>/members/",
        households.HouseholdMembers.as_view(),
        name="api_household_members",
    ),
    path(
        "households/<int:number>/head/",
        households.HouseholdHead.as_view(),
        name="api_household_head",
    ),
    path(
        "households/<int:number>/split/",
        households.HouseholdSplit.as_view(),
        name="api_household_split",
    ),
    path(
        "households/<int:number>/merge/",
        households.HouseholdMerge.as_view(),
        name="api_household_merge",
    ),
    path("duplicates/", duplicates.Duplicates.as_view(), name="api_duplicates"),
    path("merges/", duplicates.Merges.as_view(), name="api_merges"),
]
