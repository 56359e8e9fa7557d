"""Shapes of the answers about queues of work."""

from datetime import datetime

from pydantic import Field

from api.schemas import Answer


class QueueOut(Answer):
    """A queue of work; its counts are those of this moment."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["New leads"])
    lease_s: int = Field(description="How long an item is held, seconds", examples=[3600])
    most_leased: int | None = Field(description="Items that one rep holds at most", examples=[3])
    version: int = Field(examples=[1])
    waiting: int = Field(description="Expired leases included", examples=[120])
    leased: int = Field(examples=[8])
    done: int = Field(examples=[40])


class QueuesOut(Answer):
    """Every queue, by name."""

    items: tuple[QueueOut, ...]


class ItemOut(Answer):
    """A piece of work in a queue."""

    id: int = Field(examples=[17])
    queue_id: int = Field(examples=[1])
    external_id: str = Field(description="Its id where it came from", examples=["call-17"])
    title: str = Field(examples=["Call back about the autumn range"])
    account_id: int | None = Field(examples=[42])
    priority: int = Field(description="Lower comes first", examples=[0])
    work_min: float = Field(description="Minutes it is expected to take", examples=[15])
    state: str = Field(description="waiting, leased or done", examples=["leased"])
    lease: int = Field(description="Number of the lease, to name when it ends", examples=[1])
    rep_id: int | None = Field(description="Who holds it, or did it", examples=[7])
    leased_at: datetime | None = Field(examples=["2026-11-23T09:00:00Z"])
    lease_until: datetime | None = Field(examples=["2026-11-23T10:00:00Z"])
    done_at: datetime | None = Field(examples=[None])
    outcome: str = Field(examples=[""])
    created_at: datetime = Field(examples=["2026-11-20T09:00:00Z"])
    version: int = Field(examples=[2])


class ItemsOut(Answer):
    """A page of items in order of their ids."""

    items: tuple[ItemOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class PulledOut(Answer):
    """What was handed out; empty when nothing waits."""

    items: tuple[ItemOut, ...]


class AddedOut(Answer):
    """How many items are new, and how many were in the queue before (they stay as they are)."""

    added: int = Field(examples=[100])
    known: int = Field(examples=[0])
