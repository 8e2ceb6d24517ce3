"""Coverage and contributions in every branch: read, and for partners who enrol people, begun and ended."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import Category, Contribution, Coverage, Employer, EndReason, Person
from enrollment.services import cover
from enrollment.services.record import payable
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import parse_yuan
from socsec.kernel.months import format_month, parse_month
from socsec.office.api import ApiView, MonthField, Once, YuanField
from socsec.office.errors import Invalid, from_kernel

from . import KEY, PROBLEM, PURPOSE, employer_and_month, find_employer, find_person

BRANCHES = [branch.name.lower() for branch in Branch]
CATEGORIES = [category.name.lower() for category in Category]
BRANCH = OpenApiParameter(
    "branch", str, enum=BRANCHES, description="One branch; without it, old-age insurance"
)


def branch_of(request: Request, default: Branch | None = Branch.PENSION) -> Branch | None:
    """The branch that is asked for."""
    said = request.query_params.get("branch")
    if said is None:
        return default
    if said not in BRANCHES:
        raise Invalid(
            _("There is no such branch of insurance."), code="no_such_branch", field="branch"
        )
    return Branch[said.upper()]


class CoverageOut(serializers.ModelSerializer):
    branch = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    from_ = serializers.DateField(source="span.lower")
    until = serializers.DateField(source="last_day", allow_null=True)

    class Meta:
        model = Coverage
        fields: ClassVar = ["branch", "category", "region", "from_", "until", "end_reason"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["from"] = fields.pop("from_")
        return fields

    def get_branch(self, row: Coverage) -> str:
        return Branch(row.branch).name.lower()

    def get_category(self, row: Coverage) -> str:
        return Category(row.category).name.lower()


class PersonCoverage(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "coverage:write"}

    class CoverageIn(serializers.Serializer):
        category = serializers.ChoiceField(CATEGORIES)
        region = serializers.CharField(max_length=6)
        first_day = serializers.DateField()
        employer = serializers.CharField(max_length=40, required=False)
        base = serializers.CharField(max_length=40, required=False)
        also = serializers.ListField(child=serializers.ChoiceField(BRANCHES), required=False)
        injury_only = serializers.BooleanField(required=False, default=False)

    @extend_schema(
        operation_id="people_coverage",
        tags=["people"],
        summary="In which branches a person is insured, and when",
        parameters=[PURPOSE],
        responses={200: CoverageOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        spans = [row for row in queries.coverages(person.pk) if not row.span.isempty]
        return Response({"results": CoverageOut(spans, many=True).data})

    @extend_schema(
        operation_id="people_coverage_start",
        tags=["people"],
        summary="Insure a person in every branch that belongs together",
        description=(
            "An employee needs the credit code of the employer, an own-account worker a base in "
            "yuan. `also` names branches asked for besides those that the law ties together. "
            "`injury_only` insures a further job in work injury alone, in its own region."
        ),
        parameters=[PURPOSE, KEY],
        request=CoverageIn,
        responses={201: CoverageOut(many=True), 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.CoverageIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            employer = find_employer(request, said["employer"]) if "employer" in said else None
            if said["injury_only"]:
                begun = [_at_work(request, person, employer, said)]
                return 201, {"results": CoverageOut(begun, many=True).data}
            begun = cover.enrol(
                by=request.user,
                person=person,
                category=Category[said["category"].upper()],
                region=said["region"],
                from_=said["first_day"],
                employer=employer,
                base=_yuan(said["base"]) if "base" in said else None,
                also=[Branch[name.upper()] for name in said.get("also", [])],
            )
            return 201, {"results": CoverageOut(begun, many=True).data}

        return self.once(request, act)


def _at_work(
    request: Request, person: Person, employer: Employer | None, said: dict[str, Any]
) -> Coverage:
    if employer is None or said["category"] != "employee":
        raise Invalid(
            _("An employee is insured through an employer, everybody else without one."),
            code="employer_and_category",
            field="employer",
        )
    return cover.insure_at_work(
        by=request.user,
        person=person,
        employer=employer,
        region=said["region"],
        from_=said["first_day"],
    )


def _yuan(text: str) -> int:
    try:
        return parse_yuan(text)
    except KernelError as error:
        raise from_kernel(error, "base") from error


class PersonCoverageEnd(Once, ApiView):
    scopes: ClassVar = {"POST": "coverage:write"}

    class EndIn(serializers.Serializer):
        last_day = serializers.DateField()
        reason = serializers.ChoiceField(
            [reason.value for reason in EndReason if reason is not EndReason.DIED]
        )
        employer = serializers.CharField(max_length=40, required=False)
        branch = serializers.ChoiceField(BRANCHES, required=False)

    class EndOut(serializers.Serializer):
        """What ended, and the last month that is owed for it."""

        results = CoverageOut(many=True)
        last_month = MonthField()

    @extend_schema(
        operation_id="people_coverage_end",
        tags=["people"],
        summary="End a person's coverage after a day, or one employment and what hangs on it",
        description=(
            "With `employer` that employment and what no other carries, with `branch` one branch, "
            "such as one that an own-account worker stops; without either, everything."
        ),
        parameters=[PURPOSE, KEY],
        request=EndIn,
        responses={201: EndOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.EndIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            known = {
                "by": request.user,
                "person": person,
                "last_day": said["last_day"],
                "reason": said["reason"],
                "employer": find_employer(request, said["employer"])
                if "employer" in said
                else None,
            }
            if "branch" in said:
                ended = [cover.end(branch=Branch[said["branch"].upper()], **known)]
            else:
                ended = cover.leave(**known)
            month = cover.last_month(ended[0].region, said["last_day"])
            return 201, self.EndOut({"results": ended, "last_month": month}).data

        return self.once(request, act)


class MonthOut(serializers.Serializer):
    """One month of one person in one branch."""

    month = MonthField()
    status = serializers.CharField()
    base = YuanField()
    employer_share = YuanField()
    person_share = YuanField()
    paid = YuanField()
    region = serializers.CharField()


class PersonContributions(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    @extend_schema(
        operation_id="people_contributions",
        tags=["contributions"],
        summary="A person's months, oldest first",
        parameters=[
            PURPOSE,
            BRANCH,
            OpenApiParameter("from", str, description="First month, as YYYY-MM"),
            OpenApiParameter("until", str, description="Last month, as YYYY-MM"),
        ],
        responses={200: MonthOut(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        first, last = request.query_params.get("from"), request.query_params.get("until")
        months = queries.record(person.pk, branch_of(request) or Branch.PENSION)
        if first:
            months = [each for each in months if each.month >= parse_month(first)]
        if last:
            months = [each for each in months if each.month <= parse_month(last)]
        return Response({"results": MonthOut(months, many=True).data})


class PayableOut(serializers.Serializer):
    """Months in a row, or a resident's year, that can still be paid."""

    branch = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    region = serializers.CharField()
    first_month = MonthField(source="first")
    last_month = MonthField(source="last")
    until = serializers.SerializerMethodField(
        help_text="Last month in which the first of them can be paid; null where nothing ends it"
    )
    ruling = serializers.BooleanField(help_text="An employer pays them with a ruling only")
    base = YuanField()
    employer_share = YuanField()
    person_share = YuanField()

    def get_branch(self, row: payable.Payable) -> str:
        return row.branch.name.lower()

    def get_category(self, row: payable.Payable) -> str:
        return row.category.name.lower()

    def get_until(self, row: payable.Payable) -> str | None:
        return format_month(row.until) if row.until else None


class PersonPayable(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    @extend_schema(
        operation_id="people_payable",
        tags=["contributions"],
        summary="Gaps that can still be paid: by whom, until when, at what cost today",
        parameters=[PURPOSE],
        responses={200: PayableOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        found = payable.of(find_person(request, public_id).pk)
        return Response({"results": PayableOut(found, many=True).data})


class ContributionOut(serializers.Serializer):
    """What one part of a person's month owes in one branch; part 0 is the first assessment."""

    person = serializers.SerializerMethodField()
    month = MonthField()
    branch = serializers.SerializerMethodField()
    part = serializers.IntegerField()
    base = YuanField()
    employer_share = YuanField()
    person_share = YuanField()
    account_share = YuanField()
    waived = YuanField()
    deemed = serializers.BooleanField()

    def get_person(self, row: Contribution) -> str:
        return str(self.context["people"][row.person_id])

    def get_branch(self, row: Contribution) -> str:
        return Branch(row.branch).name.lower()


class Contributions(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    @extend_schema(
        operation_id="contributions_list",
        tags=["contributions"],
        summary="What was assessed for an employer's month in every branch, a page at a time",
        parameters=[
            OpenApiParameter("employer", str, required=True),
            OpenApiParameter("month", str, required=True),
            OpenApiParameter("branch", str, enum=BRANCHES, description="Only this branch"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: ContributionOut(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        employer, month = employer_and_month(request)
        return self.page(
            queries.assessed(employer.pk, month, branch_of(request, None)),
            ContributionOut,
            ("person_id", "branch", "part"),
            lambda rows: {"people": queries.public_ids(row.person_id for row in rows)},
        )
