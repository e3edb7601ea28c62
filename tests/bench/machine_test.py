"""What tests/bench/run reads out of /proc, and what it calls a disturbance."""

import os
import unittest

from bench.machine import proc
from bench.machine.meter import noise_of
from bench.machine.proc import ProcessStat

STAT = ("4711 (a (bad) name) S 17 4711 4711 0 -1 4194560 129198 372 69 26 "
        "300 200 40 60 20 0 13 0 10 47710208 4189 18446744073709551615")
CPU = "cpu  100 20 30 9000 800 7 3 50 0 0\ncpu0 50 10 15 4500 400 3 1 25 0 0\nintr 1\n"


def quiet(**what):
    return {"foreign": 0.0, "stolen": 0.0, "loop_ms": 50.0, **what}


class Readers(unittest.TestCase):
    def test_a_process_has_a_parent_and_its_time_with_that_of_reaped_children(self):
        self.assertEqual(proc.read_process_stat(STAT), ProcessStat(17, 600 / proc.TICKS))

    def test_the_machine_is_busy_with_interrupts_too_but_not_with_waiting(self):
        stat = proc.read_cpu_stat(CPU)
        self.assertEqual((stat.busy, stat.stolen), (160 / proc.TICKS, 50 / proc.TICKS))

    def test_a_field_of_a_status(self):
        text = "Name:\tx\nVmRSSextra:\t1 kB\nVmRSS:\t  2048 kB\n"
        self.assertEqual(proc.read_field(text, "VmRSS"), 2048)

    def test_this_process_is_there(self):
        self.assertGreater(proc.resident_kb(os.getpid()), 1000)
        self.assertIn(os.getpid(), proc.all_processes())


class Families(unittest.TestCase):
    stats = {pid: ProcessStat(parent, 0) for pid, parent in
             [(1, 0), (10, 1), (11, 10), (12, 11), (20, 1), (21, 20)]}

    def test_descendants_of_every_depth_belong_to_it(self):
        self.assertEqual(proc.family(self.stats, [10]), {10, 11, 12})
        self.assertEqual(proc.family(self.stats, [11, 20]), {11, 12, 20, 21})

    def test_who_has_ended_has_no_family(self):
        self.assertEqual(proc.family(self.stats, [99]), set())

    def test_a_part_inside_another_counts_once(self):
        parts = {"service": [10], "redis": [11]}
        self.assertEqual(proc.shares(self.stats, parts), {"service": {10}, "redis": {11, 12}})

    def test_parts_beside_each_other_keep_what_is_theirs(self):
        parts = {"service": [10], "redis": [20], "none": []}
        self.assertEqual(proc.shares(self.stats, parts),
                         {"service": {10, 11, 12}, "redis": {20, 21}, "none": set()})


class Noise(unittest.TestCase):
    def test_a_quiet_machine_is_not_mentioned(self):
        self.assertEqual(noise_of([quiet(), quiet(foreign=0.1, loop_ms=54)]), "")

    def test_the_worst_and_how_often_are_told(self):
        noises = [quiet(), quiet(foreign=0.2), quiet(foreign=1.5, stolen=0.5)]
        self.assertEqual(noise_of(noises),
                         "foreign 1.50 cores in 2 of 3; stolen 0.50 cores in 1 of 3")

    def test_a_machine_that_changed_its_speed_is_told(self):
        self.assertEqual(noise_of([quiet(), quiet(loop_ms=60)]), "speed 20 % apart")


if __name__ == "__main__":
    unittest.main()
