"""Accounts of insured people for the portal: opened by themselves, with a code to the phone on file.

Who asks learns nothing about who is insured: an unknown number, a wrong name and a record without
a telephone get the same answer as a code that was sent.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person
from socsec.kernel.papers import Paper
from socsec.office.errors import Invalid
from socsec.office.models import User
from socsec.office.services import codes, users

PURPOSE = "portal account"


@transaction.atomic
def ask(*, paper: Paper, name: str) -> User | None:
    """Send a code to the phone of whom document and name belong to; None where nothing was sent.

    The account that the code is for exists from now on and lets nobody in before `finish`. One
    that was switched off stays so. `Refused` where codes were asked for too often.
    """
    person = queries.by_paper(paper)
    if person is None or person.name != " ".join(name.split()):
        return None
    if person.died_on is not None or not person.phone:
        return None
    account = _account(person)
    if account.has_usable_password() and not account.is_active:
        return None
    codes.issue(user=account, purpose=PURPOSE, to=person.phone)
    return account


def finish(*, account: User | None, digits: str, password: str) -> User:
    """The code is right: the password is set and the account opened. Returns the account.

    `Invalid` for a weak password, which leaves the code good, and for a wrong code. Not one
    transaction: a wrong guess is counted even where this raises.
    """
    if account is None:
        raise _wrong()
    users.check_password(account, password)
    try:
        codes.check(user=account, purpose=PURPOSE, digits=digits)
    except Invalid as error:
        raise _wrong() from error
    return users.set_password(user=account, password=password)


def send_again(*, account: User) -> None:
    """Another code; the one before is void. `Refused` where it is too soon."""
    phone = Person.objects.values_list("phone", flat=True).get(pk=account.person_id or 0)
    codes.issue(user=account, purpose=PURPOSE, to=phone)


def _wrong() -> Invalid:
    return Invalid(
        _("The code is not right, or no longer good."),
        code="code_wrong",
        field="code",
        fix=_("Look at the newest message, or ask for another code."),
    )


def _account(person: Person) -> User:
    """The person's account; one that is not open yet where there was none."""
    # The person's row keeps two presses of one button apart.
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    found = User.objects.filter(kind=User.Kind.INSURED, person_id=person.pk).first()
    if found is not None:
        return found
    return users.prepare_insured(username=f"p-{person.public_id}", person_id=person.pk)
