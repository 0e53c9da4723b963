"""Generated scenes: one seed gives pictures, boxes, masks, depth, skeletons, captions, questions
and motion.

    scenes = make_scenes(1000, size=64, seed=0)
    scenes.images, scenes.boxes, scenes.class_mask, scenes.depth, scenes.keypoints
    scenes.captions(), scenes.paraphrases(3), scenes.questions(10)
    clips = make_motion(200, seed=0)
"""

from coursekit.datasets.scenes.motion import ACTIONS, Motion, make_motion
from coursekit.datasets.scenes.scenes import Scenes, make_scenes
from coursekit.datasets.scenes.things import BONES, COLOUR_NAMES, KEYPOINTS, KINDS, SIZES
from coursekit.datasets.scenes.words import ANSWERS, QUESTIONS, Questions

__all__ = [
    "ACTIONS",
    "ANSWERS",
    "BONES",
    "COLOUR_NAMES",
    "KEYPOINTS",
    "KINDS",
    "QUESTIONS",
    "SIZES",
    "Motion",
    "Questions",
    "Scenes",
    "make_motion",
    "make_scenes",
]
