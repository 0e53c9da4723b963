"""The wire between referee and child, in one place: frames, control messages, and how much of each
is taken.

Both sides import this module and neither imports the other. A frame is

    u64 length | 8-byte ticket | message

and the first byte of a message says what it is: `CONTROL` for the grader's own (JSON, then a zero
byte and raw data), the kinds of `coursekit.labs.exchange.wire` for a check's questions and answers.
A reply carries the ticket of its request; nothing else on the channel is believed.
"""

from __future__ import annotations

import json
import struct
from typing import Any

CHANNEL, READY = 3, 4  # the child's descriptors, besides 0 to 2
CONTROL = b"X"
TICKET_BYTES = 8
HEAD_BYTES = 8 + TICKET_BYTES
NO_TICKET = b"\0" * TICKET_BYTES

MEGABYTE = 1 << 20
REQUEST_LIMIT = 320 * MEGABYTE
REPLY_LIMIT = 64 * MEGABYTE
TREE_LIMIT = 8 * MEGABYTE
CHECK_LIMIT = 256 * MEGABYTE  # all that a child may send while one check or statement runs
CONTROL_LIMITS = {"read": 32 * MEGABYTE, "load": 8 * MEGABYTE}
CONTROL_LIMIT = MEGABYTE // 4  # of the reply to any other control message
MOST_NOTES, NOTE_LENGTH = 100, 500

_LENGTH = struct.Struct("<Q")


class BadControl(ValueError):
    """Bytes that are no control message."""


def frame(message: bytes, ticket: bytes, following: int = 0) -> bytes:
    """The bytes on the channel; of the message's end `following` bytes are left to be sent by
    themselves, as a whole notebook is too large to be copied."""
    return _LENGTH.pack(len(message) + following) + ticket + message


def opened(head: bytes) -> tuple[int, bytes]:
    """The length of the message and its ticket, from the `HEAD_BYTES` before it."""
    return _LENGTH.unpack(head[:8])[0], bytes(head[8:])


def pack_control(content: dict[str, Any], data: bytes = b"") -> bytes:
    """A control message."""
    return CONTROL + json.dumps(content).encode() + b"\0" + data


def unpack_control(message: bytes) -> tuple[dict[str, Any], bytes]:
    """A control message's content and the raw data behind it.

    Raises:
        BadControl: if it is none.
    """
    if message[:1] != CONTROL:
        raise BadControl("expected a control message")
    text, _, data = bytes(message[1:]).partition(b"\0")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadControl("expected JSON") from None
    if not isinstance(content, dict):
        raise BadControl("expected an object")
    return content, data
