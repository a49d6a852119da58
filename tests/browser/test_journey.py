"""Whole conversations on a page of another origin: on a computer, on a phone, from right to left, by keyboard."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from embeddings.encoders import Encoder
from tests.browser import journey_steps as steps
from tests.browser.conftest import EMAIL
from tests.browser.hosting import Host
from tests.browser.journey import Agent, Customer, Seen, Shape, shop_page, shop_policy
from tests.browser.journey_keyboard import Keyboard
from tests.site import Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SHAPES = (Shape("desktop"), Shape("phone", width=390, height=844, options=PHONE), Shape("right-to-left", "ar"))
NARROW = Shape("narrow-right-to-left", "ar", 320, 640, {**PHONE, "color_scheme": "dark"})
CONTRASTS = (
    NARROW,
    Shape("dark", options={"color_scheme": "dark"}),
    Shape("forced-colours", options={"forced_colors": "active"}),
)
FORGED = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJldmUifQ.forged"


@pytest.fixture(scope="module")
def shop(
    browser: Browser, host: Host, sample_center: Path, real_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The sample help center, for the pages of another origin."""
    copy = shutil.copytree(sample_center, tmp_path_factory.mktemp("shop") / "data")
    with serving(copy, real_encoder, site_origins=host.origin) as site:
        yield site


@dataclass
class People:
    """Brings customers and agents, each in a browser of their own."""

    browser: Browser
    host: Host
    shop: Site
    stack: ExitStack
    came: list[Seen] = field(default_factory=list)

    def customer(self, shape: Shape) -> Customer:
        self.host.headers = shop_policy(self.shop)
        self.host.pages = {"/": shop_page(self.shop, shape.language)}
        customer = Customer(self._context(shape), shape, self.host)
        self.came.append(customer)
        return customer

    def agent(self, shape: Shape) -> Agent:
        agent = Agent(self._context(shape), shape, self.shop)
        self.came.append(agent)
        return agent

    def _context(self, shape: Shape) -> BrowserContext:
        made = self.browser.new_context(**shape.context)
        self.stack.callback(made.close)
        return made


@pytest.fixture
def people(browser: Browser, host: Host, shop: Site) -> Iterator[People]:
    """At the end of the test nothing may have gone wrong in any of their browsers."""
    with ExitStack() as stack:
        people = People(browser, host, shop, stack)
        yield people
        for each in people.came:
            each.require_no_problem()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_conversation_from_the_first_question_to_the_last(people: People, shape: Shape) -> None:
    customer = people.customer(shape)
    customer.look("01-closed")
    customer.open()
    customer.look("02-opening")
    customer.look_at_panel("02-opening")
    steps.an_answer_and_its_source(customer)
    steps.choices(customer)
    steps.thumbs(customer)
    steps.a_secret(customer)
    steps.waiting(customer)
    agent = people.agent(shape)
    steps.a_person(customer, agent)
    steps.back_to_the_bot(customer, agent)
    steps.a_reload(customer)


@pytest.mark.parametrize("shape", CONTRASTS, ids=lambda shape: shape.name)
def test_what_goes_wrong_can_be_read_too(people: People, shape: Shape) -> None:
    customer = people.customer(shape)
    customer.look("01-closed")
    customer.open()
    customer.look_at_panel("02-opening")
    customer.press(customer.ask(EMAIL).locator(".chip").first)
    expect(customer.frame.locator(".card")).to_be_focused()
    customer.look_at_panel("03-source")
    customer.ask(steps.UNCLEAR)
    customer.look_at_panel("04-choices")
    customer.press(customer.button("talk_to_person"))
    customer.press(customer.button("leave_address"))
    customer.frame.locator("#contact").fill("nobody")
    customer.press(customer.button("send_address"))
    expect(customer.frame.locator("#contact-error")).to_have_text(customer.texts["no_address"])
    customer.look_at_panel("05-address-refused")
    customer.press(customer.button("leave_address"))
    customer.context.set_offline(True)
    expect(customer.frame.locator(".banner.offline")).to_be_visible()
    customer.field.fill("y" * 9000)
    customer.look_at_panel("06-offline-and-too-long")
    customer.context.set_offline(False)
    expect(customer.frame.locator(".banner.offline")).to_have_count(0)
    customer.page.evaluate("token => { Footnote('reset'); Footnote('identify', token); }", FORGED)
    customer.field.fill(EMAIL)
    customer.press(customer.button("send"))
    expect(customer.button("try_again")).to_be_visible()
    customer.look_at_panel("07-not-sent")
    customer.press(customer.button("try_again"))
    expect(customer.field).to_be_focused()
    expect(customer.button("try_again")).to_be_visible()
    customer.forgive("status of 4", "ERR_INTERNET_DISCONNECTED")


def test_a_keyboard_is_enough_for_a_conversation(people: People) -> None:
    customer = people.customer(Shape("keyboard", options={"reduced_motion": "reduce"}))
    keyboard = Keyboard(customer)
    assert keyboard.go("bubble") == ["first", "bubble"]
    keyboard.keys.press("Enter")
    keyboard.require("#question")
    keyboard.keys.type(EMAIL)
    keyboard.keys.press("Enter")
    customer.reply(1)
    keyboard.require("#question")
    an_order_that_makes_sense(keyboard)
    a_source(keyboard)
    a_thumb_with_a_reason(keyboard)
    a_choice(keyboard)
    a_person_and_an_address(keyboard)
    keyboard.keys.press("Escape")
    expect(customer.page.locator("dialog")).to_be_hidden()
    assert keyboard.where() == "bubble"
    keyboard.keys.press("Enter")
    keyboard.require("#question")
    customer.require_owner("queued")


def an_order_that_makes_sense(keyboard: Keyboard) -> None:
    """As it is read: the head, what was said, each answer with its sources and thumbs, the field."""
    keyboard.back("person")
    passed = [keyboard.where(), *keyboard.go("question"), keyboard.press("Tab")]
    kinds = [next(iter(each.split()[:: -1 if "icon" in each else 1])) for each in passed]
    kinds = [kind for kind, _ in groupby("thumb" if kind in ("up", "down") else kind for kind in kinds)]
    assert kinds == ["button", "icon", "log", "chip", "button", "article", "thumb", "question", "button"]


def a_source(keyboard: Keyboard) -> None:
    customer = keyboard.customer
    keyboard.back("log")
    keyboard.go("chip")
    keyboard.keys.press("Enter")
    keyboard.require(".card")
    keyboard.go("article")
    with customer.context.expect_page() as opened:
        keyboard.keys.press("Enter")
    opened.value.close()
    customer.page.bring_to_front()
    assert keyboard.where() == "article"
    keyboard.keys.press("Escape")
    keyboard.require(".chip")
    expect(customer.frame.locator(".card")).to_have_count(0)
    expect(customer.page.locator("dialog")).to_be_visible()


def a_thumb_with_a_reason(keyboard: Keyboard) -> None:
    reasons = keyboard.customer.frame.locator(".reasons")
    keyboard.go("down")
    keyboard.keys.press("Space")
    expect(reasons).to_be_visible()
    keyboard.press("Tab")
    expect(reasons.get_by_role("button").first).to_be_focused()
    keyboard.keys.press("Enter")
    keyboard.require(".thumb.down")
    expect(reasons).to_have_count(0)


def a_choice(keyboard: Keyboard) -> None:
    keyboard.go("question")
    keyboard.keys.type(steps.UNCLEAR)
    keyboard.keys.press("Enter")
    options = keyboard.customer.reply(2).locator(".choices .button")
    keyboard.press("Shift+Tab")
    expect(options.last).to_be_focused()
    keyboard.keys.press("Enter")
    keyboard.customer.reply(3)
    keyboard.require("#question")


def a_person_and_an_address(keyboard: Keyboard) -> None:
    customer = keyboard.customer
    keyboard.back("person")
    keyboard.keys.press("Enter")
    customer.require_owner("queued")
    keyboard.require(".person")
    keyboard.go("down")
    while not customer.frame.locator(".queue .button").first.evaluate("node => node.matches(':focus')"):
        assert keyboard.press("Tab") != "question", "the queue comes before the field"
    keyboard.keys.press("Enter")
    keyboard.require("#contact")
    keyboard.keys.type("nobody")
    keyboard.keys.press("Enter")
    expect(customer.frame.locator("#contact-error")).not_to_be_empty()
    keyboard.require("#contact")
    keyboard.keys.press("Control+A")
    keyboard.keys.type("eve@shop.example")
    keyboard.keys.press("Enter")
    keyboard.require(".queue .button")
    customer.forgive("status of 422")
