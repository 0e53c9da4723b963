"""The game as the site has it: its rules and its network are Python's, and it can be played."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.rl import Breakout, load_player
from coursekit.rl.player import WEIGHTS, packed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IMPORT = """const kit = await import("./_static/live/duel/duel.js");"""


def played(start, actions):
    """Observations, rewards and ends of one game in Python, from a start to its end."""
    world = Breakout(1, time_limit=None)
    world.reset()
    side, paddle = start
    world.ball[0] = world.trail[0] = (4, 9 * side)
    world.heading[0], world.paddle[0] = (1, 1 - 2 * side), paddle
    found = [(world.observe()[0].ravel(), 0.0, False)]
    for action in actions:
        step = world.step(np.array([action]))
        found.append((step.last[0].ravel(), step.reward[0], bool(step.terminated[0])))
        if step.terminated[0]:
            break
    return found


def test_the_pages_rules_and_values_are_pythons(visit):
    page, player, rng = visit("duel.html"), load_player(), np.random.default_rng(4)
    code = """const made = kit.newGame(...start);
      const found = [[[...kit.observe(made)], 0, false]];
      for (const action of actions) {
        const { reward, lost } = kit.move(made, action);
        found.push([[...kit.observe(made)], reward, lost]);
        if (lost) break;
      }
      const bytes = await (await fetch("./_static/live/duel/player.bin")).arrayBuffer();
      const layers = kit.readPlayer(bytes, sizes, scales);
      return found.map(([seen, reward, lost]) => [seen, reward, lost, kit.values(layers, Float32Array.from(seen))]);"""
    told, _ = packed(player)
    longest = 0
    for game in range(12):
        start = (int(rng.integers(2)), int(rng.integers(10)))
        world = Breakout(1, time_limit=None)
        world.reset()
        actions, seen = [], None
        world.ball[0] = world.trail[0] = (4, 9 * start[0])
        world.heading[0], world.paddle[0] = (1, 1 - 2 * start[0]), start[1]
        seen = world.observe()
        for _ in range(300):  # the network's own game, with slips, so that it is long and ends
            best = int(player(seen)[0].argmax())
            actions.append(int(rng.integers(3)) if rng.random() < 0.15 else best)
            step = world.step(np.array(actions[-1:]))
            seen = step.observation
            if step.terminated[0]:
                break
        expected = played(start, actions)
        found = page.evaluate(
            f"async ([start, actions, sizes, scales]) => {{ {IMPORT} {code} }}",
            [start, actions, told["sizes"], told["scales"]],
        )
        longest = max(longest, len(found))
        assert len(found) == len(expected), game
        for k, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
            np.testing.assert_array_equal(mine[0], theirs[0], err_msg=f"game {game}, frame {k}")
            assert (mine[1], mine[2]) == (theirs[1], theirs[2])
        values = player(np.array([part[0] for part in expected]).reshape(-1, 10, 10, 4))
        np.testing.assert_allclose([part[3] for part in found], values, atol=2e-4)
    assert longest > 60


def frames(page, count):
    page.wait_for_function(
        f"() => Number(document.querySelector('.coursekit-duel').dataset.frames) >= {count}",
        timeout=60_000,
    )


def test_it_is_played_by_keys_and_the_bars_follow(visit):
    page = visit("duel.html")
    assert not any(address.endswith("player.bin") for address in page.sizes), "fetched late"
    page.get_by_label("Pace").select_option("keys")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('[data-who=you] .number').textContent")
    field = page.locator("[data-who=you] .field")
    before = page.locator("[data-who=you] .number").all_inner_texts()
    place = int(field.get_attribute("aria-label").split("paddle in column ")[1].split(";")[0])
    key, there = ("ArrowRight", place + 1) if place < 6 else ("ArrowLeft", place - 1)
    page.keyboard.press(key)
    frames(page, 1)
    assert f"paddle in column {there};" in field.get_attribute("aria-label")
    assert page.locator("[data-who=you] .number").all_inner_texts() != before
    values = [float(text) for text in page.locator("[data-who=you] .number").all_inner_texts()]
    best = page.locator("[data-who=you] tr.best th").inner_text()
    assert ["left", "stay", "right"].index(best) == int(np.argmax(values))
    page.keyboard.press("ArrowDown")
    frames(page, 2)


def test_a_ball_that_is_let_go_was_foreseen(visit):
    """The paddle stays in a corner until a ball is lost; the value had fallen before."""
    page = visit("duel.html")
    page.get_by_label("Pace").select_option("keys")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('[data-who=you] .number').textContent")
    for _ in range(400):
        page.keyboard.press("ArrowLeft")
        said = page.locator(".coursekit-duel .status").inner_text()
        if said.startswith("Lost"):
            break
    assert "low for" in said
    assert page.locator("[data-who=you] .score").inner_text().endswith("1 ball lost")


@pytest.mark.parametrize("width", [1400, 390])
def test_it_is_laid_out_and_every_control_has_a_name(visit, axe, width):
    page = visit("duel.html", width=width)
    page.get_by_role("button", name="Play").click()
    frames(page, 3)
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert axe(page, ".coursekit-duel") == []
    assert WEIGHTS.stat().st_size < 120_000
