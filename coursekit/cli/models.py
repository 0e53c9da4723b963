"""`coursekit models list|train`: the reference weights that come with the package, and how they are
made."""

from __future__ import annotations

import argparse

from coursekit.cli._parser import help_of, positive, seed

_WRITER, _PLAYER, _SPELLERS, _SEER = "writer", "player", "spellers", "seer"
_DENOISER, _PAINTER = "denoiser", "painter"


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "models",
        help="list the reference weights, or train one anew",
        description="Say which trained networks come with the package, or train one anew.",
        epilog="examples:\n  coursekit models list\n  coursekit models train mnist_cnn\n"
        "  coursekit models train writer\n  coursekit models train player\n"
        "  coursekit models train spellers\n  coursekit models train painter\n"
        "  coursekit models train seer",
    )
    parser.set_defaults(run=help_of(parser))
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser(
        "list",
        help="names, weights, how good they are on unseen data, and what they were trained on",
    )
    listing.set_defaults(run=run_list)
    train = actions.add_parser("train", help="train a reference network and keep its weights")
    train.add_argument("name", metavar="NAME", help="as in `coursekit models list`")
    train.add_argument(
        "--epochs",
        type=positive,
        metavar="N",
        help=f"default: the recipe's own number; not for {_DENOISER}, {_PAINTER} and {_SEER}",
    )
    train.add_argument(
        "--seed", type=seed, default=0, metavar="N", help=f"default: 0; not for {_SEER}"
    )
    train.add_argument(
        "--out", metavar="DIR", help="where to (default: the package's own folder of weights)"
    )
    train.set_defaults(run=run_train)


def run_list(args: argparse.Namespace) -> int:
    """Print one line for each reference."""
    _check_backend()

    from coursekit.models.references import all_facts

    for name, facts in all_facts().items():
        print(
            f"{name:<12} {facts['parameters']:>9,} weights  {facts['test_accuracy']:.2%} of "
            f"{facts['test_images']:,} unseen images  trained on {facts['trained_on']}, "
            f"{facts['date']}, {facts['backend']}"
        )
    from coursekit.handwriting.scribe import WEIGHTS, Scribe

    if WEIGHTS.is_file():
        scribe = Scribe.load()
        facts = scribe.about
        print(
            f"{_WRITER:<12} {scribe.count():>9,} weights  {facts['nats']:.2f} nats a point of "
            f"unseen people's digits  trained on {facts['trained_on']}, {facts['date']}, "
            f"{facts['backend']}"
        )
    from coursekit.rl import player

    if player.WEIGHTS.is_file():
        facts, weights = player.about(), player.load_player().parameters.size
        print(
            f"{_PLAYER:<12} {weights:>9,} weights  {facts['bricks']:.1f} bricks a game of at most "
            f"{facts['frames']:,} frames of Breakout, {facts['random']:.2f} by random play  "
            f"trained for {facts['steps']:,} steps"
        )
    from coursekit.seq2seq import spellers

    if spellers.WEIGHTS.is_file():
        facts = spellers.about()
        told = ", ".join(f"{share:.0%} with {name}" for name, share in facts["right"].items())
        print(
            f"{_SPELLERS:<12} {facts['parameters']:>9,} weights  new number words spelled right: "
            f"{told}  trained for {facts['epochs']:,} epochs"
        )
    from coursekit.generative import denoising, painting

    for name, module, about in (
        (_DENOISER, denoising, "takes noise off grey photographs"),
        (_PAINTER, painting, "paints captions in 16x16 pixels, with the reader that judges it"),
    ):
        if module.WEIGHTS.is_file():
            print(f"{name:<12} {module.count():>9,} weights  {about}")
    from coursekit.vision import KEPT, kept_facts

    if KEPT.is_file():
        facts = kept_facts()
        print(
            f"{_SEER:<12} {facts['parameters']:>9,} weights  mAP "
            f"{facts['mean_average_precision']:.2f}, mIoU {facts['mean_iou']:.2f}, joints "
            f"{facts['keypoints']:.0%}, actions {facts['actions']:.0%}  trained on "
            f"{facts['trained_on']}, {facts['date']}, {facts['backend']}"
        )
    return 0


def run_train(args: argparse.Namespace) -> int:
    """Train one network, judge it on unseen images, and keep weights and facts."""
    from pathlib import Path

    _check_backend()
    if own := _OWN_TRAINING.get(args.name):
        return own(args)
    from coursekit.classifier.references import recipe_of, train_reference
    from coursekit.datasets import load

    data = load(recipe_of(args.name)[1]).split
    folder = Path(args.out) if args.out else None
    path, facts = train_reference(
        args.name, data, epochs=args.epochs, seed=args.seed, folder=folder
    )
    print(
        f"{args.name}: {facts['test_accuracy']:.2%} of {facts['test_images']:,} unseen images; "
        f"written to {path}"
    )
    return 0


def _check_backend() -> None:
    """Refuse a `KERAS_BACKEND` that Keras would end on, before it is imported."""
    from coursekit import devices

    devices.check_backend()
    devices.hush()


def _train_writer(args: argparse.Namespace) -> int:
    """Train the writer of digits and letters."""
    from pathlib import Path

    from coursekit.handwriting.learning import train_reference
    from coursekit.handwriting.scribe import WEIGHTS

    path = Path(args.out) / WEIGHTS.name if args.out else WEIGHTS
    options = {} if args.epochs is None else {"epochs": args.epochs}
    scribe = train_reference(**options, seed=args.seed, path=path)
    print(f"{_WRITER}: {scribe.about['nats']:.2f} nats a point of unseen people's digits; {path}")
    return 0


def _train_player(args: argparse.Namespace) -> int:
    """Train the player of Breakout; an epoch is 100,000 steps."""
    from pathlib import Path

    from coursekit.rl.player import WEIGHTS, train_player

    path = Path(args.out) / WEIGHTS.name if args.out else WEIGHTS
    steps = None if args.epochs is None else 100_000 * args.epochs
    path, facts = train_player(steps=steps, seed=args.seed, path=path)
    print(
        f"{_PLAYER}: {facts['bricks']:.1f} bricks a game, {facts['random']:.2f} by random play; "
        f"written to {path}"
    )
    return 0


def _train_spellers(args: argparse.Namespace) -> int:
    """Train the two translators of number words."""
    from pathlib import Path

    from coursekit.seq2seq.spellers import WEIGHTS, train

    path = Path(args.out) / WEIGHTS.name if args.out else WEIGHTS
    options = {} if args.epochs is None else {"epochs": args.epochs}
    right = train(**options, seed=args.seed, path=path)
    told = ", ".join(f"{name} {share:.0%}" for name, share in right.items())
    print(f"{_SPELLERS}: new numbers spelled right: {told}; {path}")
    return 0


def _train_generative(args: argparse.Namespace) -> int:
    """Train the denoiser, or the painter and its reader."""
    from pathlib import Path

    from coursekit.errors import InvalidInputError

    if args.epochs is not None:
        raise InvalidInputError(
            f"{args.name} learns for a number of steps of its own. Received: --epochs. Leave it "
            f"out."
        )
    from coursekit.generative import denoising, painting

    module = {_DENOISER: denoising, _PAINTER: painting}[args.name]
    path = Path(args.out) / module.WEIGHTS.name if args.out else module.WEIGHTS
    print(f"{args.name}: {module.train_reference(seed=args.seed, path=path)}; {path}")
    return 0


def _train_seer(args: argparse.Namespace) -> int:
    """Train the networks of lab 22."""
    from pathlib import Path

    from coursekit.errors import InvalidInputError

    if args.epochs is not None or args.seed:
        raise InvalidInputError(
            f"{_SEER} has four lessons of its own lengths and seed. Received: --epochs or --seed. "
            f"Leave them out."
        )
    from coursekit.vision import KEPT, learning

    path = Path(args.out) / KEPT.name if args.out else KEPT
    facts = learning.train_references(path=path, progress="auto")
    print(
        f"{_SEER}: mAP {facts['mean_average_precision']:.2f}, mIoU {facts['mean_iou']:.2f}, joints "
        f"{facts['keypoints']:.0%}, actions {facts['actions']:.0%}; written to {path}"
    )
    return 0


# Networks that no data set of the registry trains; all others are classifiers.
_OWN_TRAINING = {
    _WRITER: _train_writer,
    _PLAYER: _train_player,
    _SPELLERS: _train_spellers,
    _DENOISER: _train_generative,
    _PAINTER: _train_generative,
    _SEER: _train_seer,
}
