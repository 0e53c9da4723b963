"""`coursekit models list|train`: the reference weights that come with the package, and how they are
made."""

from __future__ import annotations

import argparse

from coursekit.cli._parser import help_of


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "models",
        help="list the reference weights, or train one anew",
        description="Say which trained networks come with the package, or train one anew.",
        epilog="examples:\n  coursekit models list\n  coursekit models train mnist_cnn",
    )
    parser.set_defaults(run=help_of(parser))
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser(
        "list", help="names, weights, accuracy on unseen images, and what they were trained on"
    )
    listing.set_defaults(run=run_list)
    train = actions.add_parser("train", help="train a reference network and keep its weights")
    train.add_argument("name", metavar="NAME", help="as in `coursekit models list`")
    train.add_argument("--epochs", type=int, metavar="N", help="default: the recipe's own number")
    train.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    train.add_argument(
        "--out", metavar="DIR", help="where to (default: the package's own folder of weights)"
    )
    train.set_defaults(run=run_train)


def run_list(args: argparse.Namespace) -> int:
    """Print one line for each reference."""
    from coursekit.models.references import all_facts

    for name, facts in all_facts().items():
        print(
            f"{name:<12} {facts['parameters']:>9,} weights  {facts['test_accuracy']:.2%} of "
            f"{facts['test_images']:,} unseen images  trained on {facts['trained_on']}, "
            f"{facts['date']}, {facts['backend']}"
        )
    return 0


def run_train(args: argparse.Namespace) -> int:
    """Train one network, judge it on unseen images, and keep weights and facts."""
    from pathlib import Path

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
