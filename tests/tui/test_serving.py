"""The app in a browser: the door, and the app behind it, in a real headless Chromium."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from tests.engines.conftest import free_port
from tui.serving import COOKIE

CHROMIUM = "/usr/bin/chromium"


@contextmanager
def served(env):
    """Run `lab serve`; yield its address with the token, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "lab.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            address = re.search(r"http://\S+", line)
            assert address, line
            yield address[0], port
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def page_address(tmp_path):
    env = {"LAB_HOME": str(tmp_path / "home"), "LAB_WORKSPACE": str(tmp_path / "workspace")}
    with served(env) as (address, port):
        yield address, port


def test_nobody_gets_in_without_the_token(page_address):
    address, port = page_address
    base = f"http://127.0.0.1:{port}"
    with httpx.Client(trust_env=False) as client:
        for path in ("/", "/ws", "/static/js/textual.js", "/?token=wrong"):
            refused = client.get(base + path)
            assert (refused.status_code, "Open the address" in refused.text) == (403, True), path
        client.cookies.set(COOKIE, "wrong")
        assert client.get(base).status_code == 403
        client.cookies.clear()
        let_in = client.get(address)
        assert (let_in.status_code, let_in.headers["location"]) == (303, "/")
        assert "HttpOnly" in let_in.headers["set-cookie"]
        assert client.get(base).status_code == 200  # by the cookie


def test_another_sites_name_leads_nowhere_even_with_the_token(page_address):
    address, port = page_address
    with httpx.Client(trust_env=False) as client:
        assert client.get(address, headers={"Host": f"shop.example:{port}"}).status_code == 403


def shown(page, frames, text, tries=600):
    """Wait until the app has sent this text to the page, which paints it on a canvas: that has no text to ask for."""
    for _ in range(tries):
        sent = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in list(frames))
        if text.encode() in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", sent):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the page was never sent {text!r}")


@pytest.mark.browser
@pytest.mark.slow
def test_the_shop_is_shown_in_a_browser_and_takes_a_key(page_address):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  the authors' group brings it

    address, _ = page_address
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            foreign, frames = [], []

            def listen(socket):
                socket.on("framereceived", lambda frame: frames.append(frame))  # noqa: PLW0108  it marks its handlers

            page.on("request", lambda request: foreign.append(request.url) if "127.0.0.1" not in request.url else None)
            page.on("websocket", listen)
            page.goto(address)
            shown(page, frames, "Orderlab")
            before = page.screenshot()
            frames.clear()
            page.locator(".xterm-helper-textarea").focus()
            page.keyboard.press("2")
            shown(page, frames, "mediator")
            for _ in range(100):  # the terminal in the page paints by itself, and tells nobody when
                if page.screenshot() != before:
                    break
                page.wait_for_timeout(200)
            assert page.screenshot() != before
            assert foreign == []  # nothing is asked of any other machine
        finally:
            browser.close()


def test_a_port_that_is_taken_is_told_with_another_one(page_address):
    _, port = page_address
    done = subprocess.run(
        [sys.executable, "-m", "lab.cli.main", *shlex.split(f"serve --port {port}")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"Port {port}" in done.stderr
    assert f"--port {port + 1}" in done.stderr
