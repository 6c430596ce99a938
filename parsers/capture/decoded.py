"""The packets of captures once they are decoded: grouped into connections, shared out to workers, made rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from parsers.capture import conn_log, workers
from parsers.capture.analysis import Analysis, analyse_shard
from parsers.capture.early import Early
from parsers.capture.flows import Flows, Shard, group
from parsers.capture.held import Held
from parsers.capture.offloading import offloading
from parsers.capture.packets import Packets
from parsers.capture.timeline import Timeline
from parsers.limits import EARLY_PACKETS, INLINE_PACKETS, SHARD_PACKETS
from parsers.protocols import conn, notice, packet_filter
from parsers.protocols.expiry import Expiry
from parsers.updates import Batch, Facts, Progress, Trouble, Update

Analysed: TypeAlias = tuple[Shard, Analysis | workers.Lost]


@dataclass(frozen=True)
class Decoded:
    """The packets of captures, and all that follows from them: the same connections, shards and rows each time."""

    line: Timeline
    packets: Packets

    @cached_property
    def flows(self) -> Flows:
        """The packets by flow."""
        return group(self.packets)

    @cached_property
    def shards(self) -> list[Shard]:
        """What is analysed at a time."""
        return self.flows.shards(SHARD_PACKETS)

    def analysis(self, shard: Shard) -> Analysis:
        """What one shard comes to."""
        return analyse_shard(self.packets, self.flows, shard, captures=None if self.line.origin is None else self.line)

    def look(self, shard: Shard) -> Analysis:
        """What conn has of one shard before anything that its connections carry has been looked at."""
        captures = None if self.line.origin is None else self.line
        return Analysis({conn.RECORD.name: conn_log.bare(self.packets, self.flows, shard, captures)})

    def analyses(self, *, alone: bool = False) -> Iterator[Analysed]:
        """What all shards come to, in the order in which they are done; `alone` does without other processes."""
        return self._shared_out(self.analysis, alone=alone)

    def _shared_out(self, work: Callable[[Shard], Analysis], *, alone: bool = False) -> Iterator[Analysed]:
        # The largest may take as long as all others: it comes first.
        shards = sorted(self.shards, key=lambda shard: -shard.packets)
        return workers.share_out(work, shards, alone=alone or len(self.packets) < INLINE_PACKETS)

    def updates(self, analyses: Iterable[Analysed] | None = None, *, early: bool = False) -> Iterator[Update]:
        """Everything there is to tell, of analyses of all shards that may have been made elsewhere."""
        line, packets = self.line, self.packets
        yield from line.troubles
        ts = line.index.ts
        if len(ts):
            yield Facts(len(ts), int(ts.min()), int(ts.max()))
            yield Batch(packet_filter.RECORD.name, packet_filter.RECORD.table([packet_filter.row(int(ts[0]))]))
        else:
            yield Facts(0, None, None)
        if len(ts) and not len(packets) and not packets.bad_headers:
            # What else is in such a capture most often: ARP alone, or Wi-Fi under encryption.
            what = f"none of the {len(ts)} packets holds IP in the clear: no connections"
            yield Trouble(f"{line.name}: {what}", harmless=True)
        if (hint := offloading(packets)) is not None:
            yield Trouble(f"{line.name}: {hint}", harmless=True)
        first = Early() if early and INLINE_PACKETS <= len(packets) <= EARLY_PACKETS else None
        for update in _with_notices(self._told(self.analyses() if analyses is None else analyses, first), packets):
            yield replace(update, text=f"{line.name}: {update.text}") if isinstance(update, Trouble) else update

    def _told(self, analyses: Iterable[Analysed], early: Early | None) -> Iterator[Update]:
        """The updates of all shards."""
        held = Held(self.packets)
        if early is not None:
            yield from self._looks(early)
        done = 0
        total = len(self.packets)
        yield Progress("connections", 0, total)
        for shard, analysis in analyses:
            done += shard.packets
            if isinstance(analysis, workers.Lost):
                yield Trouble(f"{shard.packets} packets could not be analysed: {analysis.why}", passing=True)
                continue
            for log, table in analysis.tables.items():
                if log in held:
                    held.put(log, shard.first, table)
                elif early is not None and log == conn.RECORD.name:
                    early.put(shard, table)
                    yield from early.when_due()
                else:
                    yield Batch(log, table)
            for text in analysis.troubles:
                yield Trouble(text)
            yield Progress("connections", done, total)
        if early is not None:
            yield from early.batches()
        yield from held.batches()

    def _looks(self, early: Early) -> Iterator[Update]:
        """The updates of what is known of conn before anything that connections carry is looked at."""
        done = 0
        for shard, analysis in self._shared_out(self.look):
            done += shard.packets
            # What is lost here is looked for again when all is analysed, and told then.
            if isinstance(analysis, Analysis):
                early.put(shard, analysis.tables[conn.RECORD.name])
            yield Progress("packets", done, len(self.packets))
        yield from early.batches()


def _with_notices(updates: Iterator[Update], packets: Packets) -> Iterator[Update]:
    """The same updates, and at their end notice.log, which rows of other logs raise."""
    raised: list[notice.Notice] = []
    for update in updates:
        if isinstance(update, Batch):
            raised += notice.raised(update.log, update.table)
        yield update
    if raised:
        expiry = Expiry(packets.encapsulations.clock)
        yield Batch(notice.RECORD.name, notice.RECORD.table(notice.logged(raised, expiry)))
