"""How the peers' programs take times."""

import statistics
import time


def median_seconds(work, at_least=0.4):
    """Median time of `work`, run once without timing, then at least five times and for at least `at_least` s."""
    work()
    times = []
    begin = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < at_least:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
