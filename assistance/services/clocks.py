"""The steps of a procedure as clocks: each begins when those before it are done.

Working and calendar days stand side by side in the law: a public notice hangs seven days by the
calendar, a decision has so many working days.
"""

from datetime import date, timedelta

from django.utils import timezone

from assistance.models import Application, Clock, LimitUnit, Step, StepCode
from assistance.services import minors, programmes
from socsec.office.calendar import add_working_days, working_days_between


def start(application: Application, on: date) -> list[Clock]:
    """Lay out the steps of an application that was received, and start the first. Where nothing is
    put on a notice, that step falls away."""
    steps = programmes.steps_of(application.programme.slug, application.region, on)
    if not minors.posted(application):
        steps = [step for step in steps if step.code != StepCode.NOTICE]
    made = Clock.objects.bulk_create(Clock(application=application, step=step) for step in steps)
    _begin(application, on)
    return made


def done(application: Application, code: str, on: date | None = None) -> None:
    """A step is done: its clock stops, and the next place begins. A step that the procedure of the
    region does not have is nothing to stop."""
    day = on or timezone.localdate()
    stopped = Clock.objects.filter(
        application=application, step__code=code, done_on__isnull=True
    ).update(done_on=day)
    if stopped:
        _begin(application, day)


def stop_all(application: Application, on: date | None = None) -> None:
    """The case is over: clocks that still ran are stopped, those that never began are taken away."""
    day = on or timezone.localdate()
    clocks = Clock.objects.filter(application=application, done_on__isnull=True)
    clocks.filter(began_on__isnull=True).delete()
    clocks.filter(began_on__isnull=False).update(done_on=day)


def due(step: Step, began: date) -> date:
    """The last day of a step that began on a day."""
    if step.unit == LimitUnit.CALENDAR:
        return began + timedelta(days=step.limit)
    return add_working_days(began, step.limit)


def days_left(clock: Clock, today: date | None = None) -> int:
    """Days until the step is due, in its own unit; below zero once it is late."""
    day = today or timezone.localdate()
    if clock.due_on is None:
        return clock.step.limit
    if clock.step.unit == LimitUnit.CALENDAR:
        return (clock.due_on - day).days
    return working_days_between(day, clock.due_on)


def _begin(application: Application, on: date) -> None:
    """The next place begins on the day when the last step before it was done, or on `on`."""
    clocks = list(
        Clock.objects.filter(application=application).select_related("step").order_by("step__place")
    )
    waiting = [clock for clock in clocks if clock.done_on is None]
    if not waiting:
        return
    day = max([clock.done_on for clock in clocks if clock.done_on], default=on)
    place = waiting[0].step.place
    for clock in waiting:
        if clock.step.place == place and clock.began_on is None:
            clock.began_on = day
            clock.due_on = due(clock.step, day)
            clock.save(update_fields=["began_on", "due_on"])
