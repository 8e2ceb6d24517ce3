"""Adding batches up into the totals of their month, after they were posted.

Two who post to one fund at the same time would wait for each other if each added to the same row.
So a posting only names its batch as not added up yet, and once a minute one worker adds up whatever
is committed. Readers take the totals and the batches not yet in them, in one statement: they see
every committed batch exactly once, at any moment.
"""

from django.db import connection, transaction

ADD = """
    WITH taken AS (DELETE FROM funds_unsummedbatch RETURNING batch_id)
    INSERT INTO funds_monthtotal (fund_id, period, region, debit, credit, count, amount, heads)
    SELECT b.fund_id, funds_period(b.booked_on), t.region, t.debit, t.credit,
           sum(t.count), sum(t.amount), sum(t.heads)
    FROM taken
    JOIN funds_ledgerbatch b ON b.id = taken.batch_id
    JOIN funds_batchtotal t ON t.batch_id = b.id
    GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (fund_id, period, region, debit, credit) DO UPDATE
    SET count = funds_monthtotal.count + excluded.count,
        amount = funds_monthtotal.amount + excluded.amount,
        heads = funds_monthtotal.heads + excluded.heads
"""


@transaction.atomic
def sum_up() -> None:
    """Add whatever was posted since the last time. One at a time; nobody who posts waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('funds.totals', 0))")
        cursor.execute(ADD)


@transaction.atomic
def recompute() -> None:
    """Work out every month's totals anew, from the totals of all batches.

    Held for its while against adding up; readers see the old totals until it is done, then the new.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('funds.totals', 0))")
        cursor.execute("DELETE FROM funds_monthtotal")
        cursor.execute(
            """
            INSERT INTO funds_unsummedbatch (batch_id) SELECT id FROM funds_ledgerbatch
            ON CONFLICT DO NOTHING
            """
        )
        cursor.execute(ADD)
