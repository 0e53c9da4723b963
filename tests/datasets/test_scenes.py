"""Generated scenes: every annotation is true of the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from coursekit.datasets.scenes import (
    ACTIONS,
    ANSWERS,
    BONES,
    COLOUR_NAMES,
    KEYPOINTS,
    KINDS,
    QUESTIONS,
    make_motion,
    make_scenes,
)
from coursekit.datasets.scenes.things import COLOURS
from coursekit.errors import InvalidInputError


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(60, size=64, objects=(1, 5), seed=1)


def test_one_seed_gives_one_set_of_scenes():
    one, same, other = (make_scenes(5, objects=3, seed=seed) for seed in (4, 4, 5))
    for name, value in vars(one).items():
        np.testing.assert_array_equal(value, getattr(same, name), err_msg=name)
    assert (one.images != other.images).any()


def test_shapes_and_types():
    s = make_scenes(7, size=48, objects=(0, 3), seed=0)
    assert (s.images.shape, s.images.dtype) == ((7, 48, 48, 3), np.uint8)
    assert s.instance_mask.shape == s.class_mask.shape == s.depth.shape == (7, 48, 48)
    assert s.boxes.shape == (7, 3, 4)
    assert s.keypoints.shape == (7, 3, len(KEYPOINTS), 2)
    assert s.visible.shape == (7, 3, len(KEYPOINTS))
    assert s.state().shape == (7, 6, 11)
    assert len(s) == 7
    assert s.size == 48
    assert len(s[2:5]) == 3


def test_absent_places_hold_nothing():
    s = make_scenes(40, objects=(0, 3), seed=2)
    gone = ~s.present
    assert gone.any()
    assert (s.classes[gone] == -1).all()
    assert (s.colours[gone] == -1).all()
    assert not s.boxes[gone].any()
    assert np.isnan(s.centres[gone]).all()
    assert np.isnan(s.keypoints[gone]).all()
    numbers = [set(np.unique(mask)) - {0} for mask in s.instance_mask]
    assert all(
        found <= set(np.flatnonzero(there) + 1)
        for found, there in zip(numbers, s.present, strict=True)
    )


def test_boxes_hold_what_is_seen_and_touch_it_where_nothing_covers(scenes):
    for row in range(len(scenes)):
        for place in np.flatnonzero(scenes.present[row]):
            x0, y0, x1, y1 = scenes.boxes[row, place].astype(int)
            assert 0 <= x0 < x1 <= 64
            assert 0 <= y0 < y1 <= 64
            rows, columns = np.nonzero(scenes.instance_mask[row] == place + 1)
            assert columns.min() >= x0
            assert columns.max() < x1
            assert rows.min() >= y0
            assert rows.max() < y1
    alone = make_scenes(30, objects=1, seed=3)
    for mask, box in zip(alone.instance_mask, alone.boxes[:, 0], strict=True):
        rows, columns = np.nonzero(mask)
        expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert box.tolist() == expected


def test_pixels_have_the_colour_of_their_thing(scenes):
    table = np.array(list(COLOURS.values()), float)
    for row in range(len(scenes)):
        for place in np.flatnonzero(scenes.present[row]):
            inside = scenes.images[row][scenes.instance_mask[row] == place + 1]
            typical = np.median(inside, axis=0)
            nearest = np.linalg.norm(table - typical, axis=1).argmin()
            assert nearest == scenes.colours[row, place]


def test_no_two_things_share_a_colour(scenes):
    for colours, there in zip(scenes.colours, scenes.present, strict=True):
        assert len(set(colours[there])) == there.sum()


def test_class_mask_names_the_class_of_the_instance(scenes):
    mask = scenes.class_mask
    for row in range(len(scenes)):
        for place in np.flatnonzero(scenes.present[row]):
            seen = scenes.instance_mask[row] == place + 1
            assert (mask[row][seen] == 1 + scenes.classes[row, place]).all()
        assert (mask[row][scenes.instance_mask[row] == 0] == 0).all()


def test_nearer_things_cover_farther_ones_and_depth_says_what_is_seen():
    s = make_scenes(200, objects=6, seed=4)
    depth = s.depth
    assert depth.min() >= 0.2 - 1e-6
    assert depth.max() <= 1
    assert (np.diff(np.where(s.instance_mask == 0, depth, np.nan)[:, :, 0]) < 0).any()
    overlaps = 0
    for row in range(len(s)):
        for one in range(6):
            assert np.all(depth[row][s.instance_mask[row] == one + 1] == s.depths[row, one])
            for other in range(6):
                if s.depths[row, one] < s.depths[row, other]:
                    y, x = s.centres[row, one, ::-1].astype(int)
                    if s.classes[row, one] in (0, 1) and s.instance_mask[row, y, x] == other + 1:
                        overlaps += 1
    assert overlaps == 0


def test_lower_in_the_picture_is_nearer():
    s = make_scenes(100, objects=2, kinds=["circle"], seed=0)
    bottom = s.boxes[:, :, 3]
    clear = np.abs(bottom[:, 0] - bottom[:, 1]) > 2
    nearer = s.depths[:, 0] < s.depths[:, 1]
    np.testing.assert_array_equal(nearer[clear], (bottom[:, 0] > bottom[:, 1])[clear])


def test_joints_lie_on_their_person():
    s = make_scenes(50, size=96, objects=(1, 3), kinds=["person"], seed=6)
    row, place, joint = np.nonzero(s.visible)
    assert len(row) > 900
    x, y = np.floor(s.keypoints[row, place, joint]).astype(int).T
    on_it = s.instance_mask[row, y, x] == place + 1
    assert on_it.mean() > 0.99
    assert np.isfinite(s.keypoints[s.present]).all()
    left, right = KEYPOINTS.index("left shoulder"), KEYPOINTS.index("right shoulder")
    there = s.keypoints[s.present]
    assert (there[:, left, 0] < there[:, right, 0]).all()


def test_bones_join_every_keypoint():
    assert set(np.ravel(BONES)) == set(range(len(KEYPOINTS)))


def test_shapes_fill_their_boxes_as_their_names_say():
    shares = {}
    for kind in KINDS[:-1]:
        s = make_scenes(40, size=128, objects=1, kinds=[kind], noise=0, seed=2)
        area = (s.instance_mask > 0).sum(axis=(1, 2))
        boxes = s.boxes[:, 0]
        shares[kind] = np.mean(area / ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])))
        assert (s.classes == KINDS.index(kind)).all()
    assert shares["circle"] == pytest.approx(np.pi / 4, abs=0.02)
    assert 0.7 < shares["square"] < 1
    assert 0.38 < shares["triangle"] < 0.55
    assert shares["ring"] == pytest.approx(np.pi / 4 * (1 - 0.48**2), abs=0.03)


def test_captions_say_what_is_there_and_paraphrases_say_the_same():
    s = make_scenes(200, objects=2, seed=7)
    for row, (text, others) in enumerate(zip(s.captions(), s.paraphrases(4), strict=True)):
        things = {f"{a['size']} {a['colour']} {a['kind']}": a["centre"] for a in s.attributes(row)}
        for relation, axis in (("left of", 0), ("above", 1)):
            if f" {relation} " in text:
                one, other = (part.strip().removeprefix("a ") for part in text.split(relation))
                assert things[one][axis] < things[other][axis]
                across = abs(things[one][1 - axis] - things[other][1 - axis])
                assert things[other][axis] - things[one][axis] > across
                break
        else:
            raise AssertionError(text)
        for said in others:
            colours = {name for name in COLOUR_NAMES if name in said.split()}
            assert colours == {a["colour"] for a in s.attributes(row)}
    assert len(set(s.paraphrases(1, seed=1)[0] + s.paraphrases(30)[0])) > 5


def test_captions_of_one_and_of_many():
    one = make_scenes(3, objects=1, kinds=["ring"], colours=["red"], seed=0)
    assert all(text in ("a large red ring", "a small red ring") for text in one.captions())
    many = make_scenes(20, objects=4, seed=0)
    for row, text in enumerate(many.captions()):
        order = np.argsort(many.centres[row, :, 0])
        said = [word for word in text.split() if word in COLOUR_NAMES]
        assert said == [COLOUR_NAMES[many.colours[row, place]] for place in order]


def test_answers_are_those_of_a_plain_reading():
    s = make_scenes(80, objects=(1, 6), seed=8)
    asked = s.questions(12, seed=1)
    assert asked.relational.any()
    assert not asked.relational.all()
    for scene, text, answer in zip(asked.scene, asked.texts(), asked.answers(), strict=True):
        things = s.attributes(scene)
        assert len(things) >= 2
        named = next(a for a in things if f" {a['colour']} " in text)
        others = [a for a in things if a is not named]

        def gap(a, here=named):
            return np.hypot(*np.subtract(a["centre"], here["centre"]))

        if text.startswith("how many"):
            expected = str(sum(a["kind"] == named["kind"] for a in others))
        elif "nearest" in text:
            expected = min(others, key=gap)["kind"]
        elif "furthest" in text:
            expected = max(others, key=gap)["kind"]
        elif text.startswith("what shape"):
            expected = named["kind"]
        else:
            true = {
                "large": named["size"] == "large",
                "left half": named["centre"][0] < 16,
                "upper half": named["centre"][1] < 16,
            }[next(key for key in ("large", "left half", "upper half") if key in text)]
            expected = "yes" if true else "no"
        assert answer == expected


def test_questions_can_be_of_one_kind():
    s = make_scenes(20, objects=(1, 3), seed=0)
    assert s.questions(5, relational=True).relational.all()
    plain = s.questions(5, relational=False)
    assert not plain.relational.any()
    assert len(plain) == 100, "scenes with one thing can be asked too"
    assert plain.code.shape == (100, 6 + len(QUESTIONS))
    assert (plain.code.sum(axis=1) == 2).all()
    with pytest.raises(InvalidInputError, match="at least 2 things"):
        make_scenes(4, objects=1).questions()


def test_state_has_a_row_per_colour():
    s = make_scenes(30, objects=(1, 6), seed=9)
    state = s.state()
    np.testing.assert_array_equal(state[:, :, 0].sum(axis=1), s.present.sum(axis=1))
    row = 3
    for thing in s.attributes(row):
        line = state[row, COLOUR_NAMES.index(thing["colour"])]
        assert KINDS[line[1:7].argmax()] == thing["kind"]
        assert line[7] == (thing["size"] == "large")
        np.testing.assert_allclose(16 * (line[8:10] + 1), thing["centre"], rtol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"n": 2.5},
        {"size": 16},
        {"size": 256},
        {"objects": (3, 2)},
        {"objects": 7},
        {"objects": 0},
        {"kinds": ["blob"]},
        {"kinds": []},
        {"colours": ["red"], "objects": 2},
        {"noise": -1},
    ],
)
def test_wrong_arguments_are_named(wrong):
    with pytest.raises(InvalidInputError, match="Received"):
        make_scenes(**({"n": 2} | wrong))


def test_a_single_row_is_refused_with_the_way_out(scenes):
    with pytest.raises(InvalidInputError, match=r"scenes\[3:4\]"):
        scenes[3]


def test_actions_do_what_their_names_say():
    m = make_motion(160, size=48, seed=2)
    assert m.clips.shape == (160, 16, 48, 48, 3)
    assert set(m.labels) == set(range(len(ACTIONS)))
    for clip, label in enumerate(m.labels):
        part = m.scene(clip)
        step = np.diff(part.centres[:, 0], axis=0)
        area = np.prod(part.boxes[:, 0, 2:] - part.boxes[:, 0, :2], axis=1)
        wrist = part.keypoints[:, 0, KEYPOINTS.index("left wrist"), 1]
        holds = {
            "moves left": (step[:, 0] < 0).all(),
            "moves right": (step[:, 0] > 0).all(),
            "moves up": (step[:, 1] < 0).all(),
            "moves down": (step[:, 1] > 0).all(),
            "shrinks": area[-1] < 0.6 * area[0],
            "grows": area[-1] > 1.6 * area[0],
            "lowers arms": wrist[-1] > wrist[0] + 3,
            "raises arms": wrist[-1] < wrist[0] - 3,
        }
        assert holds[ACTIONS[label]], (ACTIONS[label], clip)
        assert m.captions()[clip].endswith(ACTIONS[label])


def test_a_twin_is_the_same_clip_backwards():
    for one, other in zip(ACTIONS[::2], ACTIONS[1::2], strict=True):
        back = make_motion(6, actions=[one], noise=0, seed=3)
        forth = make_motion(6, actions=[other], noise=0, seed=3)
        np.testing.assert_array_equal(back.clips[:, ::-1], forth.clips, err_msg=one)


def test_bystanders_stand_still_and_keep_their_place_and_colour():
    m = make_motion(5, bystanders=2, noise=0, seed=1)
    part = m.scene(0)
    np.testing.assert_array_equal(part.centres[:, 1:], np.repeat(part.centres[:1, 1:], 16, axis=0))
    still = binary_erosion((part.instance_mask == 2).all(axis=0))  # the rim mixes with what passes
    assert still.any()
    assert np.ptp(part.images[:, still], axis=0).max() == 0


@pytest.mark.parametrize(
    "wrong", [{"actions": ["flies"]}, {"actions": []}, {"frames": 1}, {"bystanders": 6}]
)
def test_wrong_motion_is_named(wrong):
    with pytest.raises(InvalidInputError, match="Received"):
        make_motion(2, **wrong)


def test_all_answers_have_a_word():
    assert len(ANSWERS) == len(KINDS) + 8
    assert KINDS[-1] == "person"
