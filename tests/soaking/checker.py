"""Reads the whole history of a soak and proves the invariants of the queue from it (queue.md §3.3;
I15, fairness, has tests of its own in tests/redis)."""

import collections

from service.client import ask

from .town import CONCURRENCY, LEASE

TERMINAL = ("SUCCESS", "FAILURE")
GRACE = 2  # seconds that a call stays open after its deadline


class Checker:
    def __init__(self, town, traffic):
        self.town, self.traffic = town, traffic
        self.shown = {}
        self.table = []  # (invariant, what it says, complaints)
        self.recoveries = 0
        self.worst_recovery = 0.0

    def check(self, number, says, complaints):
        self.table.append((number, says, list(complaints)))

    def run(self):
        traffic = self.traffic
        for task_id in traffic.accepted:
            self.shown[task_id] = self.town.show(task_id)
        self.calls = collections.defaultdict(list)
        self.ledger = self.town.sandbox.ledger()
        for call in self.ledger["calls"]:
            self.calls[call["prompt"]].append(call)
        self.ends()
        self.payments()
        self.callbacks()
        self.recovery()

    # -- Ends ----------------------------------------------------------------------------------

    def ends(self):
        traffic = self.traffic
        self.check("I1", "every accepted task has ended", (
            f"{i} is {self.shown[i]['state']}" for i in traffic.accepted if i not in traffic.ends))
        self.check("I2 I9", "an end never changes, a key is one task", (
            text for text in traffic.broken if not text.endswith(("waited", "at a key"))))
        code, told = self.town.command("audit")
        self.check("I3 I17", "every set and counter is what the tasks say (imagined audit)",
                   [] if code == 0 else [told])
        self.check("I4", "no event changes a task after its end", (
            f"{i}: {text}" for i in traffic.accepted for text in self.after_end(i)))
        self.check("I5", f"attempts never fell ({len(traffic.attempts)} tasks watched)", (
            text for text in traffic.broken if "attempts" in text))

    def after_end(self, task_id):
        """What was claimed, called or ended after the end of a task."""
        shown = self.shown[task_id]
        ended = shown["finished"] or 0
        return [e["text"] for e in shown["history"] if e["at"] > ended
                and e["text"].startswith(("claimed", "calling", "released", "stored "))]

    # -- Payments ------------------------------------------------------------------------------

    def payments(self):
        traffic, calls = self.traffic, self.calls
        self.check("I6", "no prompt was billed twice", (
            f"{p}: {len([c for c in made if c['billed']])} times"
            for p, made in calls.items() if sum(c["billed"] for c in made) > 1))
        self.check("I6", "no call was made again unless it did not start", (
            f"{i}: {[c['outcome'] for c in calls[p]]}" for i, p in traffic.accepted.items()
            if sum("503" not in c["outcome"] for c in calls[p]) > 1))
        self.check("I7", "every call had its marker before its first byte", (
            f"{i}: {call['at']}" for i, p in traffic.accepted.items() for call in calls[p]
            if not any(m["started"] <= call["at"] for m in self.shown[i]["calls"])))
        self.check("I8", "a paid answer that was recorded in time was delivered", (
            f"{i}: {traffic.ends[i]['properties']}" for i in traffic.accepted
            if i in traffic.ends and self.was_dropped(i)))
        lost = [i for i in traffic.ends if traffic.ends[i]["status"] == "SUCCESS"
                and ask(f"http://{self.town.listen}/mj/image/{i}").status != 200]
        self.check("I8", "every picture of a success is readable", lost)
        most = f"{CONCURRENCY} places taken at a key (most: {traffic.most_taken})"
        self.check("I14", f"never more than {most}", (
            text for text in traffic.broken if "places taken" in text))
        self.check("I16", "a refused submit leaves no task and no call", (
            p for p in traffic.refused if calls[p]))
        self.check("I16", f"the queue kept its limit (most: {traffic.most_waiting})", (
            text for text in traffic.broken if "waited" in text))
        self.check("I18", "a drained worker leaves with 0, and nothing behind",
                   self.town.bad_ends)

    def was_dropped(self, task_id):
        task, shown = self.traffic.ends[task_id], self.shown[task_id]
        if task["status"] == "SUCCESS" or task["properties"].get("failCode") == "CANCELLED":
            return False
        late = any("late answer" in e["text"] for e in shown["history"])
        return not late and any(c["state"] == "answered" for c in shown["calls"])

    # -- Callbacks -----------------------------------------------------------------------------

    def callbacks(self):
        by_task = collections.defaultdict(list)
        for event in self.town.receiver.events:
            by_task[event["task"]].append(event)
        hooked = [i for i in self.traffic.hooked if i in self.traffic.ends]
        self.check("I10", "every end was called back", (
            i for i in hooked if not any(
                e["status"] in TERMINAL and e["answer"] == 200 for e in by_task[i])))
        self.check("I11", "per task in order, the end last", (
            f"{i}: {first}" for i, events in by_task.items()
            for first in [self.first_deliveries(events)] if first != sorted(first)))
        self.check("I11", "one end, under one id", (
            i for i, events in by_task.items()
            if len({e["id"] for e in events if e["status"] in TERMINAL}) > 1))
        self.check("I12", "every delivery verifies, with a fresh time", (
            e["id"] for e in self.town.receiver.events if not e["verified"] or e["age"] > 30))
        self.check("I13", "nothing came to an address that is not allowed",
                   self.town.trap.visitors)

    @staticmethod
    def first_deliveries(events):
        first = []
        for event in events:
            if event["answer"] == 200 and event["sequence"] not in first:
                first.append(event["sequence"])
        return first

    # -- Recovery ------------------------------------------------------------------------------

    def recovery(self):
        """How long after a worker's death its tasks were taken from it; where a call was in flight,
        how long after that call's deadline and the two seconds of grace."""
        deaths = {str(pid): at for pid, at in self.town.deaths.items()}
        for shown in self.shown.values():
            for event in shown["history"]:
                words = event["text"].split()
                if words[:2] != ["lease", "of"] or words[-1] != "expired":
                    continue
                died = deaths.get(words[2].rsplit("-", 2)[-2])
                if died is None:
                    continue
                due = [1000 * died] + [
                    c["deadline"] + 1000 * GRACE for c in shown["calls"]
                    if c["started"] <= event["at"] and c["deadline"] + 1000 * GRACE <= event["at"]]
                self.recoveries += 1
                self.worst_recovery = max(self.worst_recovery, (event["at"] - max(due)) / 1000)

    # -- Report --------------------------------------------------------------------------------

    def failed(self):
        return [row for row in self.table if row[2]]

    def report(self, minutes, faults):
        ends = collections.Counter(
            t["status"] if t["status"] == "SUCCESS" else t["properties"].get("failCode")
            for t in self.traffic.ends.values())
        lines = [f"| {'soak':<40} | {f'{minutes:g} min':>22} |", f"|{'-' * 42}|{'-' * 24}|"]
        rows = [("tasks accepted", len(self.traffic.accepted)),
                ("refused with 503 or 23", len(self.traffic.refused)),
                ("calls made, billed", f"{len(self.ledger['calls'])}, "
                                       f"{self.ledger['billed_calls']}"),
                *((f"ended {end}", n) for end, n in sorted(ends.items(), key=str)),
                ("callbacks received", len(self.town.receiver.events)),
                ("processes killed", len(self.town.deaths)),
                *((f"fault {name}", n) for name, n in sorted(faults.items())),
                ("tasks taken from the dead", self.recoveries),
                ("worst recovery after a death", f"{self.worst_recovery:.1f} s, lease {LEASE} s")]
        lines += [f"| {name:<40} | {value!s:>22} |" for name, value in rows]
        lines += [f"| {number:<7}{says[:72]:<73} | {'holds' if not bad else len(bad):>6} |"
                  for number, says, bad in self.table]
        for number, says, bad in self.failed():
            lines.append(f"\n{number} {says}: BROKEN")
            lines += [f"  {text}" for text in bad[:10]]
        return "\n".join(lines)
