"""Networks of the lectures, one file per family. Builders return uncompiled Keras models that give
logits."""

from coursekit.models.alexnet import alexnet, zfnet
from coursekit.models.augmentation import Deskew, RandomDistortion
from coursekit.models.cifar import cifar_cnn
from coursekit.models.counting import count_params, layer_table
from coursekit.models.digits import digit_cnn
from coursekit.models.fractalnet import fractal_column, fractalnet
from coursekit.models.googlenet import googlenet
from coursekit.models.lenet import lenet5, lenet5_1998
from coursekit.models.maxout import maxout_mlp
from coursekit.models.mlp import mlp
from coursekit.models.neocognitron import Neocognitron
from coursekit.models.perceptron import perceptron
from coursekit.models.references import reference, reference_facts
from coursekit.models.resnet import cifar_resnet, resnet
from coursekit.models.unet import unet
from coursekit.models.vgg import vgg

__all__ = [
    "Deskew",
    "Neocognitron",
    "RandomDistortion",
    "alexnet",
    "cifar_cnn",
    "cifar_resnet",
    "count_params",
    "digit_cnn",
    "fractal_column",
    "fractalnet",
    "googlenet",
    "layer_table",
    "lenet5",
    "lenet5_1998",
    "maxout_mlp",
    "mlp",
    "perceptron",
    "reference",
    "reference_facts",
    "resnet",
    "unet",
    "vgg",
    "zfnet",
]
