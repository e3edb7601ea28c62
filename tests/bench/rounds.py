"""Plays scenarios: in each round every subject once, one after the other, so that what the machine
does to one of them it does to its neighbours; and tells what came out."""

import json
import sys
import time

from bench.figures.summary import Spread
from bench.figures.table import markdown, spelled
from bench.machine.meter import noise_of


def play(stage, scenario, subjects, rounds, raw=None, until=None):
    """{subject: samples in the order of the rounds}; each sample is also a line of JSON in `raw`.
    A subject that fails is told and has no figures: none of its neighbours' are lost. After the
    first, no round begins that would last beyond `until` (of time.monotonic())."""
    samples, failed = {subject: [] for subject in subjects}, set()
    start = time.monotonic()
    for turn in range(rounds):
        taken = time.monotonic() - start
        if turn > 0 and until is not None and start + taken + taken / turn > until:
            say(f"{scenario.TITLE}: no time for round {turn + 1}")
            break
        for subject in [name for name in subjects if name not in failed]:
            began = time.monotonic()
            try:
                with stage.sample():
                    sample = scenario.measure(stage, subject)
            except Exception as trouble:  # whatever it is, the others are still to be measured
                failed.add(subject)
                del samples[subject]
                say(f"{scenario.TITLE}: {subject}: {type(trouble).__name__}: {trouble}")
                continue
            samples[subject].append(sample)
            if raw is not None:
                told = {"scenario": scenario.TITLE, "subject": subject, "round": turn, **sample}
                raw.write(json.dumps(told) + "\n")
                raw.flush()
            say(f"{scenario.TITLE}: {turn + 1}/{rounds} {subject}: "
                f"{time.monotonic() - began:.1f} s{disturbance([sample])}")
    return samples


def tell(scenario, samples):
    """Two tables: the figures, and how they stand to the bars."""
    rows = []
    for subject, runs in samples.items():
        spreads = [Spread.of([run[key] for run in runs]) if key in runs[0] else None
                   for key in scenario.FIGURES]
        rows.append([subject, *(spelled(spread) if spread else "" for spread in spreads),
                     disturbance(runs).strip(" []")])
    headings = ["", *scenario.FIGURES.values(), "disturbed by"]
    runs = max(map(len, samples.values()), default=0)
    bars = [bar.row(samples, scenario.FIGURES[bar.figure]) for bar in scenario.BARS]
    return "\n\n".join([
        f"### {scenario.TITLE}",
        f"Median (least–most) of {runs} run{'s' if runs != 1 else ''}.",
        markdown(headings, rows),
        markdown(["bar", "reached", ""], bars)])


def disturbance(runs):
    words = noise_of([noise for run in runs for noise in run["noise"]])
    return f" [{words}]" if words else ""


def say(text):
    print(text, file=sys.stderr, flush=True)
