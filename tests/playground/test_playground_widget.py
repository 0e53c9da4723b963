"""The playground as a widget, driven without a browser: its buttons, its controls, its picture."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from coursekit.errors import InvalidInputError
from coursekit.playground import Playground
from coursekit.playground.widget import STEPS_PER_FRAME


def in_a_thread(work, *arguments):
    """What `work` gives, in a thread without an event loop: the browser of other tests leaves one
    running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *arguments).result(timeout=60)


@pytest.fixture(scope="module")
def widget():
    return Playground(data="xor", hidden=(3,), noise=0.05, n=60)


@pytest.fixture
def play(widget):
    widget.reset()
    return widget


def test_it_starts_drawn_and_described(play):
    assert "data:image/png;base64," in play.picture.value
    assert "hidden layers 3 on the xor data after 0 steps" in play.picture.value
    assert "<b>13</b> parameters" in play.status.value


def test_step_trains_and_draws(play):
    before = play.picture.value
    play.buttons["step"].click()
    assert play.trainer.steps == STEPS_PER_FRAME
    assert len(play.trainer.history) == 2
    assert play.picture.value != before


def test_reset_starts_afresh(play):
    play.buttons["step"].click()
    play.buttons["reset"].click()
    assert play.trainer.steps == 0


def test_a_changed_control_changes_the_network_and_keeps_the_rest(play):
    play.controls["layers"].value = 2
    play.controls["units"].value = 5
    assert play.trainer.settings.hidden == (5, 5)
    assert (play.trainer.settings.data, play.trainer.settings.n) == ("xor", 60)
    play.controls["layers"].value = 0
    assert play.trainer.network.sizes == (2, 1)
    play.controls["layers"].value, play.controls["units"].value = 1, 3


def test_play_runs_until_pause(play):
    async def watch():
        play.buttons["play"].click()
        play.buttons["play"].click()  # a second press starts no second runner
        while play.trainer.steps < 3 * STEPS_PER_FRAME:
            await asyncio.sleep(0.01)
        play.buttons["pause"].click()
        await asyncio.wait_for(play._task, 10)
        return play.trainer.steps

    reached = in_a_thread(asyncio.run, watch())
    assert reached == play.trainer.steps
    assert not play.playing


def test_without_an_event_loop_play_takes_one_frame(play):
    in_a_thread(play.play)
    assert play.trainer.steps == STEPS_PER_FRAME
    assert not play.playing


def test_unusual_starts_are_kept():
    widget = Playground(learning_rate=0.02, hidden=())
    assert widget.settings() == widget.trainer.settings


def test_faults_are_named():
    with pytest.raises(InvalidInputError, match="data"):
        Playground(data="squares")
