"""The readers and the arithmetic of tests/bench/instructions; nothing here counts anything."""

import unittest
from types import SimpleNamespace

from bench.counting import callgrind, redis_log, strace, table
from bench.counting.stretch import Stretch, a_request, less_idle
from bench.counting.works import WORKS
from bench.figures.table import markdown

FOLDER_OF_COMMANDS = __file__.rsplit("/", 1)[0]

CALLGRIND = """# callgrind format
version: 1
events: Ir
summary: 300
fn=(1) main
1 300
totals: 123456789
"""

STRACE = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 61.54    0.000800          20        40           fdatasync
 30.77    0.000400           1       310        12 recvmsg
  7.69    0.000100           2         3           fsync
  0.00    0.000000           0         1           openat
------ ----------- ----------- --------- --------- ----------------
100.00    0.001300           3       354        12 total
"""

COMMANDS = """# Commandstats
cmdstat_info:calls=7,usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=0
cmdstat_hset:calls=12,usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=0
cmdstat_config|set:calls=1,usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=0
"""

PERSISTENCE = "# Persistence\r\naof_rewrite_in_progress:{0}\r\naof_current_size:4096\r\n"


class Readers(unittest.TestCase):
    def test_instructions_are_the_totals_of_a_whole_file(self):
        self.assertEqual(callgrind.read_total(CALLGRIND), 123456789)
        for end in range(len(CALLGRIND) - 1):
            self.assertIsNone(callgrind.read_total(CALLGRIND[:end]))

    def test_system_calls_have_names_and_the_sum_is_none_of_them(self):
        self.assertEqual(strace.read_summary(STRACE),
                         {"fdatasync": 40, "recvmsg": 310, "fsync": 3, "openat": 1})
        self.assertEqual(strace.read_summary(""), {})

    def test_what_we_ask_is_none_of_a_redis_commands(self):
        self.assertEqual(redis_log.read_commands(COMMANDS), 13)

    def test_a_log_that_is_rewritten_has_no_size(self):
        self.assertEqual(redis_log.read_log_bytes(PERSISTENCE.format(0)), 4096)
        self.assertEqual(redis_log.read_log_bytes(PERSISTENCE.format(1)), -1)

    def test_a_log_that_shrinks_is_no_count(self):
        sizes = iter([900, 40])

        def ask(_, section):
            return (COMMANDS if section == "commandstats" else
                    PERSISTENCE.format(0).replace("4096", str(next(sizes)))).encode()

        counter = redis_log.Counter(SimpleNamespace(ask=ask))
        counter.start()
        with self.assertRaisesRegex(RuntimeError, "rewritten"):
            counter.stop()


class Stretches(unittest.TestCase):
    def test_what_is_counted_while_nobody_asks_is_taken_off_by_the_time(self):
        worked, idle = Stretch({"a": 1000, "b": 5}, 10.0), Stretch({"a": 20, "b": 50}, 5.0)
        self.assertEqual(less_idle(worked, idle, 4), {"a": 240.0, "b": 0.0})

    def test_a_counter_of_several_things_names_them(self):
        class Counter:
            def __init__(self, *told):
                self.told = list(told)

            def start(self):
                pass

            def stop(self):
                return self.told.pop(0)

        from bench.counting import stretch
        before = stretch.IDLE, stretch.SETTLES_WITHIN
        stretch.IDLE = stretch.SETTLES_WITHIN = 0.001
        self.addCleanup(lambda: [setattr(stretch, "IDLE", before[0]),
                                 setattr(stretch, "SETTLES_WITHIN", before[1])])
        self.assertEqual(
            a_request({"one": Counter(8, 0), "two": Counter({"x": 6, "y": 2}, {"x": 0, "y": 0})},
                      lambda: None, 2),
            {"one": 4.0, "two x": 3.0, "two y": 1.0})


class Tables(unittest.TestCase):
    def test_the_processes_of_a_part_add_up(self):
        self.assertEqual(
            table.sums({"service 0 flushes": 2, "service 1 flushes": 1, "redis log log bytes": 7}),
            {"service flushes": 3, "redis log bytes": 7})

    def test_every_column_is_counted_by_something(self):
        known = {"instructions", "commands", "log bytes", "flushes", "system calls"}
        for name in table.COLUMNS:
            self.assertIn(name.split(" ", 1)[1], known)

    def test_a_table_has_a_column_for_each_count(self):
        told = table.tell(WORKS["submit"], [["imagined", *"12345678"]])
        self.assertIn(markdown(["", *table.COLUMNS.values()], [["imagined", *"12345678"]]), told)

    def test_the_command_knows_each_work(self):
        with open(f"{FOLDER_OF_COMMANDS}/instructions", encoding="utf-8") as text:
            named = text.read()
        for name in WORKS:
            self.assertIn(f'"{name}"', named)

    def test_work_that_is_done_in_batches_is_asked_for_in_whole_ones(self):
        for count in WORKS["tasks"].requests:
            self.assertEqual(count % 16, 0)


if __name__ == "__main__":
    unittest.main()
