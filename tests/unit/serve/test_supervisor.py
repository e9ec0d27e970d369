"""Processes that are kept alive together, each try in an interpreter of its own, which may be forked."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from pairwell.serve.supervisor import pause_after

BEGIN = """
import os, signal, sys, time
from pairwell.errors import PairwellError, UserError
from pairwell.serve.online.notices import Notices
from pairwell.serve.supervisor import Part, Supervisor

def stay(ready):
    ready()
    print("here", os.getpid(), flush=True)
    while True:
        time.sleep(60)

def stubborn(ready):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stay(ready)

def wrong(ready):
    raise UserError("The port is taken.", hint="Take another.", field="port")

def broken(ready):
    raise ZeroDivisionError("ours")

def short(ready):
    ready()
    print("short", flush=True)

def run(*parts, grace_s=30.0):
    try:
        Supervisor(parts, Notices(), grace_s=grace_s).run()
        print("ended", flush=True)
    except PairwellError as error:
        print(type(error).__name__, error.message, error.hint, error.field, flush=True)
"""


def started(last: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", BEGIN + last]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(last: str) -> tuple[str, str]:
    """What it says on stdout and stderr until it ends by itself."""
    with started(last) as process:
        return process.communicate()


def test_what_keeps_a_needed_part_from_starting_ends_all_and_is_raised() -> None:
    out, err = finished('run(Part("first", stay, needed=True), Part("second", wrong, needed=True))')
    here, told = out.splitlines()
    assert here.startswith("here")
    assert told == "UserError The port is taken. Take another. port"
    assert not err


def test_an_error_of_ours_is_shown_and_ends_all() -> None:
    out, err = finished('run(Part("first", broken, needed=True), Part("second", stay))')
    assert out == "OperatingError The first process ended with exit code 1 before it was ready. None None\n"
    assert "ZeroDivisionError: ours" in err


def test_a_part_that_ends_is_started_again_after_longer_and_longer_pauses() -> None:
    with started('run(Part("first", stay, needed=True), Part("second", short))') as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(6)]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert [line.split()[0] for line in lines] == ["here", *["short"] * 5]
    assert out.endswith("ended\n")
    told = [json.loads(line) for line in err.splitlines()]
    assert {one["event"] for one in told} == {"second_ended"}
    assert "The second process ended with exit code 0. It is started again in 0.2 s." in told[0]["message"]
    assert "again in 1.6 s." in told[-1]["message"] or "again in 3.2 s." in told[-1]["message"]


def test_why_a_part_that_is_not_needed_does_not_start_is_told() -> None:
    with started('run(Part("first", stay, needed=True), Part("second", wrong))') as process:
        assert process.stderr is not None
        told = json.loads(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate()
    assert told["message"].startswith(
        "The second process ended with exit code 2. The port is taken. It is started again"
    )
    assert out.endswith("ended\n")


def test_a_part_that_does_not_end_in_time_is_ended() -> None:
    with started('run(Part("first", stubborn, needed=True), grace_s=0.2)') as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("here")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate()
    assert (process.returncode, out) == (0, "ended\n")


def test_pauses_grow_to_the_longest_and_stay_there_however_often_a_part_fails() -> None:
    pauses = [pause_after(failures) for failures in range(2_001)]
    assert pauses[:4] == [0.2, 0.2, 0.4, 0.8]
    assert pauses == sorted(pauses)
    assert set(pauses[7:]) == {5.0}


def test_a_part_that_fails_for_hours_leaves_the_others_alone() -> None:
    many = """
import pairwell.serve.supervisor as supervising

supervising._FIRST_PAUSE_S = supervising._LONGEST_PAUSE_S = 0.0
failures = []

class Counting(Notices):
    def tell(self, level, event, message):
        failures.append(event)
        if len(failures) == 1_100:
            os.kill(os.getpid(), signal.SIGTERM)

def gone(ready):
    os._exit(1)

Supervisor([Part("first", stay, needed=True), Part("second", gone)], Counting(), grace_s=30.0).run()
print(set(failures), len(failures) >= 1_100)
"""
    out, err = finished(many)
    assert out.splitlines()[1:] == ["{'second_ended'} True"]
    assert not err
