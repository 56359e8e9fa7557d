"""More requests at once than there are threads and connections: they wait in line, and all are answered."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.api import Asker
from crm.tables import Role
from planning.record import save_plan
from tests.api_users import bearer
from tests.small_plan import NOON, small_plan


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_burst_of_requests_is_answered(record, record_url):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    secret = bearer(record, "boss", Role.ADMIN)["Authorization"].removeprefix("Bearer ")
    asker = Asker(record_url, secret)

    async def burst():
        some = ("/api/reps/1/routes/2026-11-23", "/api/accounts")
        asked = [asker._ask(some[number % 2], "") for number in range(120)]
        return await asyncio.wait_for(asyncio.gather(*asked), 60)

    try:
        with ThreadPoolExecutor(1) as other:  # a browser test before this one may keep a loop of its own in this thread
            answers = other.submit(asker.loop.run_until_complete, burst()).result()
        assert Counter(status for status, _ in answers) == {200: 120}
        assert asker.app.state.database.engine.pool.checkedout() == 0
    finally:
        asker.close()
