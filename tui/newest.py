"""Work in a thread, one piece at a time, and always for the newest question."""

from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from textual.dom import DOMNode

from parsers.cancelling import Cancelled

# So many times as long as it worked, a thread rests before it takes what is only offered.
_REST = 9

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Newest(Generic[Question, Answer]):
    """Answers questions for a widget; a question that comes while another is worked on takes the place of that one.

    `compute` runs in a thread and may ask whether it is still wanted; `tell` is called on the widget's own side, for
    the newest question only.
    """

    def __init__(
        self,
        node: DOMNode,
        compute: Callable[[Question, Cancelled], Answer],
        tell: Callable[[Question, Answer], None],
        group: str,
    ) -> None:
        self._node, self._compute, self._tell, self._group = node, compute, tell, group
        self._asked: Question | None = None
        self._offered: Question | None = None
        self._busy = False
        self._resting = False
        self._rests_until = 0.0

    def offer(self, question: Question) -> None:
        """Work on this once that takes no more than a tenth of the time, unless something else comes first."""
        self._offered = question
        if not self._busy and not self._resting:
            self._rest()

    def _rest(self) -> None:
        seconds = self._rests_until - monotonic()
        self._resting = seconds > 0
        if self._resting:
            self._node.set_timer(seconds, self._take_offer)
        else:
            self._take_offer()

    def _take_offer(self) -> None:
        self._resting = False
        if self._offered is not None and not self._busy:
            self.ask(self._offered)

    def ask(self, question: Question | None) -> None:
        """Work on this now, or next; None wants nothing any more."""
        self._asked = question
        self._offered = None
        if question is not None and not self._busy:
            self._busy = True
            # Not a partial: Textual describes a worker by its repr, and a question may hold millions of rows.
            self._node.run_worker(lambda: self._run(question), thread=True, group=self._group, name=self._group)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    @property
    def waiting(self) -> Question | None:
        """The question that is still without an answer."""
        return self._asked

    def _run(self, question: Question) -> None:
        begun = monotonic()
        answer = self._compute(question, lambda: self._asked is not question)
        ended = monotonic()
        self._rests_until = ended + _REST * (ended - begun)
        self._node.call_later(self._done, question, answer)

    def _done(self, question: Question, answer: Answer) -> None:
        self._busy = False
        if self._asked is question:
            self._asked = None
            self._tell(question, answer)
        elif self._asked is not None:
            self.ask(self._asked)
        if self._offered is not None and not self._busy and not self._resting:
            self._rest()
