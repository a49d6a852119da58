"""Somebody with nothing but a keyboard: where the focus is, whether it is seen, and what it comes by."""

from playwright.sync_api import Frame, expect

from tests.browser.journey import Customer

ACTIVE = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    isFrame: at.nodeName === "IFRAME",
    name: at.id || at.className || at.nodeName,
    isLost: at === document.body || !at.getClientRects().length,
    isSeen: at.matches(":focus-visible")
      && (outlineStyle === "auto" || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2))
      && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


class Keyboard:
    """A customer's keyboard. Wherever it leads, the focus must be in sight."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.keys = customer.page.keyboard
        self.frame: Frame | None = None

    def where(self) -> str:
        """The id or the classes of what has the focus."""
        found = self.customer.page.evaluate(ACTIVE)
        if found["isFrame"]:
            self.frame = self.frame or self.customer.frame
            found = self.frame.evaluate(ACTIVE)
        assert not found["isLost"], "the focus is lost"
        assert found["isSeen"], f"nobody sees the focus on {found['name']}"
        name: str = found["name"]
        return name

    def press(self, key: str) -> str:
        self.keys.press(key)
        return self.where()

    def go(self, aim: str, key: str = "Tab") -> list[str]:
        """Presses a key until it has led to something of this id or class: what it came by, the aim at last."""
        passed: list[str] = []
        while len(passed) < 60:
            passed.append(self.press(key))
            if aim in passed[-1].split():
                return passed
        raise AssertionError(f"{key} never led to {aim}, but to {passed}")

    def back(self, aim: str) -> list[str]:
        return self.go(aim, "Shift+Tab")

    def require(self, aim: str) -> None:
        """The focus comes here by itself."""
        expect(self.customer.frame.locator(aim).first).to_be_focused()
        self.where()
