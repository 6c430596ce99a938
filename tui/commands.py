"""The palette: every action of the place that has the focus, and every log."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from parsers import escape
from tui.screens.explorer import Explorer


class Commands(Provider):
    """What the keys do, by name."""

    def _actions(self) -> Iterator[tuple[str, str, Any]]:
        """Name, meaning and callback of each action."""
        actions: dict[str, tuple[bool, str, str, Any]] = {}
        for node, binding, enabled, tooltip in self.screen.active_bindings.values():
            if enabled and tooltip and not binding.action.startswith("tab("):
                name = f"{binding.description}  ({self.app.get_key_display(binding)})"
                callback = partial(self.app.run_action, binding.action, node)
                actions.setdefault(binding.description, (not binding.show, name, tooltip, callback))
        for _, name, tooltip, callback in sorted(actions.values(), key=lambda action: action[0]):
            yield name, tooltip, callback
        if isinstance(self.screen, Explorer):
            for log, rows in self.screen.snapshot.rows.items():
                yield f"log {escape.cell(log)}  {rows:,} rows", "Show this log", partial(self.screen.go_to_log, log)

    async def discover(self) -> Hits:
        for name, meaning, callback in self._actions():
            yield DiscoveryHit(name, callback, help=meaning)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, meaning, callback in self._actions():
            score = max(matcher.match(name), matcher.match(meaning) / 2)
            if score > 0:
                yield Hit(score, matcher.highlight(name), callback, help=meaning)
