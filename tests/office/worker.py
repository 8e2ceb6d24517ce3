"""A worker of its own: `python -m tests.office.worker RUN`."""

import sys

import django

django.setup()

from socsec.office.models import Run  # noqa: E402
from socsec.office.services import work  # noqa: E402
from tests.office import counting  # noqa: E402

run_id = int(sys.argv[1])
do = work._do


def halting(chunk_id, worker):
    counting.halt(Run.objects.get(pk=run_id), "taken")
    return do(chunk_id, worker)


work._do = halting
counting.register()
print(work.work(run_id).state)
