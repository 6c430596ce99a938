"""The last line: what the keys do here, or what there is to say of what is typed."""

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

_GAP = 2


class KeyLine(Widget):
    """The keys of the place that has the focus, as many as fit; the rest stand in the help. A note takes their place.

    Nothing else on the screen moves when a note comes or goes.
    """

    ALLOW_SELECT = False
    note: reactive[Content | None] = reactive(None)
    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; padding: 0 1; background: $panel; color: $muted; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._renew)

    def _renew(self, _screen: Screen[object]) -> None:
        self.refresh()

    def _actions(self) -> tuple[list[Binding], list[Binding]]:
        """One binding for each action: those of the focus and its screen, and those that hold everywhere."""
        here: dict[str, Binding] = {}
        everywhere: dict[str, Binding] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and enabled and not self._is_typed(binding):
                (everywhere if node is self.app else here).setdefault(binding.action, binding)
        return list(here.values()), list(everywhere.values())

    def _is_typed(self, binding: Binding) -> bool:
        """Whether the key writes a character where the focus is."""
        focused, shown = self.screen.focused, self.app.get_key_display(binding)
        character = shown if len(shown) == 1 and shown.isascii() else None
        return focused is not None and focused.check_consume_key(binding.key, character)

    def _labels(self) -> list[tuple[Binding, Content]]:
        """What is shown, from left to right; the keys that hold everywhere always are."""
        here, everywhere = self._actions()
        room = self.size.width + _GAP
        shown = {}
        for binding in [*everywhere, *here]:
            label = Content.assemble((self.app.get_key_display(binding), "bold $foreground"), f" {binding.description}")
            if label.cell_length + _GAP <= room:
                shown[binding.action] = (binding, label)
                room -= label.cell_length + _GAP
        return [shown[binding.action] for binding in [*here, *everywhere] if binding.action in shown]

    def render(self) -> Content:
        if self.note is not None:
            return self.note
        return Content(" " * _GAP).join([label for _, label in self._labels()])

    async def on_click(self, event: events.Click) -> None:
        if self.note is not None:
            return
        start = self.gutter.left
        for binding, label in self._labels():
            if start <= event.x < start + label.cell_length:
                self.app.simulate_key(binding.key)
            start += label.cell_length + _GAP
