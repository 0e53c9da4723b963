"""Work on places that die: nothing is lost, nothing is done twice, and what kills its place harms
nothing else."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.grading.cluster.dispatch import LIVES, Dispatch


def test_a_batch_fills_a_place_and_no_more():
    work = Dispatch(range(5))
    assert work.take("a", 2) == [0, 1]
    assert work.take("a", 2) == []
    assert work.take("b", 4) == [2, 3, 4]
    work.done("a", 0)
    assert work.take("a", 2) == []
    assert not work.finished
    for place, item in (("a", 1), ("b", 2), ("b", 3), ("b", 4)):
        work.done(place, item)
    assert work.finished


def test_what_a_dead_place_held_goes_to_the_others_alone_and_last():
    work = Dispatch(range(4))
    assert work.take("a", 2) == [0, 1]
    assert not work.lost("a", 0)
    assert not work.lost("a", 1)
    assert work.take("b", 2) == [2, 3]
    assert work.take("b", 2) == []
    work.done("b", 2)
    assert work.take("b", 2) == [], "a suspect waits until its place holds nothing"
    work.done("b", 3)
    assert work.take("b", 2) == [0]
    assert work.take("b", 2) == [], "nothing is graded beside a suspect"
    assert work.take("c", 2) == [1]


def test_an_item_is_given_up_after_its_last_life():
    work = Dispatch([7], lives=3)
    for place, given_up in (("a", False), ("b", False), ("c", True)):
        assert work.take(place, 2) == [7]
        assert work.lost(place, 7) is given_up
    assert work.finished
    assert work.take("d", 2) == []


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 30),
    room=st.integers(1, 5),
    killers=st.sets(st.integers(0, 29), max_size=4),
    seed=st.integers(0, 999),
)
def test_everything_harmless_is_done_once_and_every_killer_is_given_up(count, room, killers, seed):
    dice, work = random.Random(seed), Dispatch(range(count))
    holding: dict[str, list[int]] = {"a": [], "b": []}
    done, given_up = [], []
    while not work.finished:
        place = dice.choice(sorted(holding))
        holding[place] += work.take(place, room)
        assert len(holding[place]) <= room
        if not holding[place]:
            continue
        item = dice.choice(holding[place])
        if item in killers:
            given_up += [lost for lost in holding[place] if work.lost(place, lost)]
            holding[place].clear()
        else:
            holding[place].remove(item)
            work.done(place, item)
            done.append(item)
    assert sorted(given_up) == sorted(killers & set(range(count)))
    assert sorted(done) == sorted(set(range(count)) - killers)
    assert LIVES == 3
