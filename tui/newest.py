"""Work in a thread, one piece at a time, and always for the newest question."""

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.dom import DOMNode

from parsers.cancelling import Cancelled

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
        self._busy = False

    def ask(self, question: Question | None) -> None:
        """Work on this now, or next; None wants nothing any more."""
        self._asked = question
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
        answer = self._compute(question, lambda: self._asked is not question)
        self._node.call_later(self._done, question, answer)

    def _done(self, question: Question, answer: Answer) -> None:
        self._busy = False
        if self._asked is question:
            self._asked = None
            self._tell(question, answer)
        else:
            self.ask(self._asked)
