"""asyncio glue: what is Python by nature. Loaded when somebody awaits."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import os
import threading
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from kailash import _kailash

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def _private_loop() -> asyncio.AbstractEventLoop:
    """One loop for all async callbacks of synchronous runs, so that their resources stay on it."""
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="kailash-async", daemon=True).start()
        return _loop


def _forget_loop() -> None:
    """The thread of the private loop does not live in a forked child."""
    global _lock, _loop
    _lock, _loop = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_loop)


async def _await(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def submit(
    awaitable: Awaitable[Any], loop: asyncio.AbstractEventLoop | None, done: Callable[[], None]
) -> concurrent.futures.Future[Any]:
    """Run `awaitable` on `loop` (None: a private one); `done()` is called at its end."""
    task = asyncio.run_coroutine_threadsafe(_await(awaitable), loop or _private_loop())
    task.add_done_callback(lambda _: done())
    return task


def awaiting(handle: _kailash.RunHandle) -> Generator[Any, None, Any]:
    """The iterator behind `await handle`."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def deliver() -> None:
        if future.done():
            return
        try:
            future.set_result(handle.result())
        except BaseException as error:
            future.set_exception(error)

    def done() -> None:
        try:
            loop.call_soon_threadsafe(deliver)
        except RuntimeError:
            pass  # the loop was closed: nobody waits any more

    _kailash._on_done(handle, done)
    try:
        return (yield from future)
    except asyncio.CancelledError:
        handle.cancel()
        raise


def positional_parameters(function: Callable[..., Any]) -> int:
    """How many arguments `function` takes by position; 1 when nobody can tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in kinds for parameter in parameters)
