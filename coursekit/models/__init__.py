"""Networks of the lectures, one file per family. Builders return uncompiled Keras models that give
logits."""

from coursekit.models.augmentation import Deskew, RandomDistortion
from coursekit.models.digits import digit_cnn
from coursekit.models.lenet import lenet5
from coursekit.models.mlp import mlp
from coursekit.models.perceptron import perceptron

__all__ = ["Deskew", "RandomDistortion", "digit_cnn", "lenet5", "mlp", "perceptron"]
