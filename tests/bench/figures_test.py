"""The arithmetic, the texts and the readers of tests/bench/run; nothing here measures anything."""

import unittest

from bench.figures.bar import Bar
from bench.figures.reports import NoFigure, milliseconds, read_redis_benchmark, read_wrk
from bench.figures.summary import Spread, ratios
from bench.figures.table import markdown, number, spelled

WRK = """Running 6s test @ http://127.0.0.1:8080
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.31ms    1.20ms  30.12ms   91.02%
    Req/Sec    19.41k     1.02k   21.55k    70.00%
  Latency Distribution
     50%    3.11ms
     75%    3.60ms
     90%    4.10ms
     99%    1.02s
  116482 requests in 6.00s, 23.55MB read
Requests/sec:  19410.33
Transfer/sec:      3.92MB
"""

REDIS_BENCHMARK = """WARNING: Could not fetch server CONFIG
"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms"
"evalsha 0a 2 t:__rand_int__ queue, x","50400.00","18.815","18.336","18.847","19.183","19.199"
"""


class Summaries(unittest.TestCase):
    def test_a_spread_is_the_median_between_the_extremes(self):
        self.assertEqual(Spread.of([5, 1, 9]), Spread(5, 1, 9))
        self.assertEqual(Spread.of([4, 1, 9, 6]), Spread(5, 1, 9))

    def test_a_ratio_is_one_of_neighbours(self):
        # The machine was half as fast in the second round, for both.
        self.assertEqual(ratios([30, 15, 28], [10, 5, 14]), Spread(3, 2, 3))

    def test_runs_without_a_neighbour_have_no_ratio(self):
        with self.assertRaises(ValueError):
            ratios([1, 2], [1])


class Texts(unittest.TestCase):
    def test_numbers_keep_the_digits_that_mean_something(self):
        for value, text in [(12169.4, "12,169"), (100, "100"), (48.36, "48.4"), (3.0, "3"),
                            (1.187, "1.19"), (0.5, "0.5"), (0.004, "0"), (-0.25, "-0.25"),
                            (0, "0"), (10, "10")]:
            with self.subTest(value):
                self.assertEqual(number(value), text)

    def test_a_spread_without_width_is_one_number(self):
        self.assertEqual(spelled(Spread(5, 1, 9)), "5 (1–9)")
        self.assertEqual(spelled(Spread(7, 7, 7)), "7")
        self.assertEqual(spelled(Spread(7, 7, 9)), "7 (7–9)")

    def test_a_table_is_markdown(self):
        self.assertEqual(markdown(["", "a"], [["x", "1"], ["y", "2"]]),
                         "|  | a |\n|---|---|\n| x | 1 |\n| y | 2 |")


class Bars(unittest.TestCase):
    runs = {"imagined": [{"rate": 30.0}, {"rate": 60.0}], "peer": [{"rate": 10.0}, {"rate": 20.0}]}

    def reached(self, bar):
        return bar.row(self.runs, "requests/s")

    def test_a_figure_stands_at_its_limit_or_beyond(self):
        self.assertEqual(self.reached(Bar("rate", "imagined", least=45)),
                         ["imagined: requests/s ≥ 45", "45 (30–60)", "met"])
        self.assertEqual(self.reached(Bar("rate", "imagined", least=46))[2], "**missed**")
        self.assertEqual(self.reached(Bar("rate", "imagined", most=45))[2], "met")
        self.assertEqual(self.reached(Bar("rate", "imagined", most=44))[2], "**missed**")

    def test_a_ratio_names_the_other(self):
        self.assertEqual(self.reached(Bar("rate", "imagined", least=3, to="peer")),
                         ["imagined: requests/s ≥ 3 × peer", "3", "met"])
        self.assertEqual(
            self.reached(Bar("rate", "imagined", least=3.1, to="peer"))[2], "**missed**")

    def test_who_was_not_measured_is_not_judged(self):
        for bar in (Bar("rate", "nobody", least=1), Bar("rate", "imagined", least=1, to="nobody")):
            self.assertEqual(self.reached(bar)[1:], ["not measured", ""])

    def test_nothing_is_divided_by_nothing(self):
        runs = {"a": [{"cpu": 1.0}], "b": [{"cpu": 0.0}]}
        self.assertEqual(Bar("cpu", "a", most=2, to="b").row(runs, "CPU")[1], "not measured")


class Reports(unittest.TestCase):
    def test_a_report_of_wrk(self):
        self.assertEqual(read_wrk(WRK), {"rate": 19410.33, "p50_ms": 3.11, "p99_ms": 1020.0,
                                         "requests": 116482})

    def test_a_rate_of_refused_or_broken_requests_is_none(self):
        for more in ("  Socket errors: connect 0, read 2, write 0, timeout 1\n",
                     "  Non-2xx or 3xx responses: 3\n"):
            with self.assertRaisesRegex(NoFigure, "^3 requests failed"):
                read_wrk(WRK.replace("Requests/sec", more + "Requests/sec", 1))

    def test_wrk_that_did_not_run_is_no_report(self):
        for text in ("", "unable to connect", WRK.replace("99%", "98%")):
            with self.assertRaises(NoFigure):
                read_wrk(text)

    def test_durations_have_units(self):
        self.assertEqual([milliseconds(text) for text in ("120us", "1.5ms", "2.00s", "1m")],
                         [0.12, 1.5, 2000.0, 60000.0])
        with self.assertRaises(NoFigure):
            milliseconds("nan")

    def test_a_report_of_redis_benchmark(self):
        self.assertEqual(read_redis_benchmark(REDIS_BENCHMARK),
                         {"rate": 50400.0, "p50_ms": 18.847, "p99_ms": 19.199})
        with self.assertRaises(NoFigure):
            read_redis_benchmark("Could not connect to Redis")


if __name__ == "__main__":
    unittest.main()
