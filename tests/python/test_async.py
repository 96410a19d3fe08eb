"""Awaiting runs, and callbacks that are awaited."""

import asyncio
import threading

import pytest

import kailash


def test_execute_async_leaves_the_loop_free(engine):
    release = threading.Event()

    def wait(inputs):
        assert release.wait(10)
        return {"v": 1}

    e = engine({"Wait": wait})

    async def main():
        awaitable = e.runtime.execute_async(e.build({"a": "Wait"}))
        await asyncio.sleep(0.01)
        release.set()
        return await awaitable

    assert asyncio.run(main())["results"] == {"a": {"v": 1}}


def test_many_runs_are_gathered(engine):
    e = engine({"Add": lambda inputs: {"x": inputs["x"] + 1}})
    workflow = e.build({"a": "Add"})

    async def main():
        return await asyncio.gather(*(e.runtime.execute_async(workflow, {"x": i}) for i in range(50)))

    answers = asyncio.run(main())
    assert [answer["results"]["a"]["x"] for answer in answers] == list(range(1, 51))


def test_any_number_may_await_one_handle(engine):
    release = threading.Event()
    e = engine({"Wait": lambda inputs: {"v": release.wait(10)}})

    async def wait_for(handle):
        return (await handle)["results"]["a"]["v"]

    async def main():
        handle = e.runtime.start(e.build({"a": "Wait"}))
        waiting = [asyncio.ensure_future(wait_for(handle)) for _ in range(5)]
        await asyncio.sleep(0.05)
        release.set()
        assert await asyncio.wait_for(asyncio.gather(*waiting), 10) == [True] * 5
        assert await wait_for(handle)  # and who comes late

    asyncio.run(main())


def test_failures_are_raised_where_they_are_awaited(engine):
    e = engine({"Fail": lambda inputs: 1 / 0})

    async def main():
        with pytest.raises(RuntimeError, match="node 'a' failed") as caught:
            await e.runtime.execute_async(e.build({"a": "Fail"}))
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert caught.value.node_id == "a"

    asyncio.run(main())


def test_cancelling_the_task_cancels_the_run(engine):
    begun, ended = threading.Event(), threading.Event()

    def poll(inputs, ctx):
        begun.set()
        try:
            while True:
                ctx.check_cancellation()
        finally:
            ended.set()

    e = engine({"Poll": poll})

    async def main():
        async def run():
            return await e.runtime.execute_async(e.build({"a": "Poll"}))

        task = asyncio.create_task(run())
        while not begun.is_set():
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended.wait(10)


def test_wait_for_bounds_a_run(engine):
    e = engine({"Poll": lambda inputs, ctx: poll(ctx)})

    def poll(ctx):
        while True:
            ctx.check_cancellation()

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(e.runtime.execute_async(e.build({"a": "Poll"})), 0.05)

    asyncio.run(main())


async def double(inputs):
    await asyncio.sleep(0.001)
    return {"x": inputs["x"] * 2}


def test_async_callbacks_run_under_execute(engine):
    answer = engine({"Double": double}).run({"a": "Double", "b": "Double"}, ["a.x -> b.x"], {"x": 3})
    assert answer["results"]["b"] == {"x": 12}


def test_async_callbacks_run_on_the_callers_loop(engine):
    loops = set()

    async def note(inputs):
        loops.add(asyncio.get_running_loop())
        return {}

    e = engine({"Note": note})

    async def main():
        loops.clear()
        await e.runtime.execute_async(e.build({"a": "Note", "b": "Note"}))
        assert loops == {asyncio.get_running_loop()}

    asyncio.run(main())


def test_async_callbacks_of_execute_share_one_loop(engine):
    loops = set()

    async def note(inputs):
        loops.add(asyncio.get_running_loop())
        return {}

    e = engine({"Note": note})
    e.run({"a": "Note", "b": "Note"})
    e.run({"a": "Note"})
    assert len(loops) == 1


def test_async_callbacks_overlap(engine):
    inside, most = 0, 0

    async def meet(inputs):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        while most < 4:
            await asyncio.sleep(0.001)
        inside -= 1
        return {}

    engine({"Meet": meet}, max_concurrent_nodes=4).run({name: "Meet" for name in "abcd"}, time_limit=10)
    assert most == 4


def test_a_time_limit_cancels_the_task(engine):
    cancelled = threading.Event()

    async def wait(inputs):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(RuntimeError, match="timed out after 50ms"):
        engine({"Wait": wait}, node_timeout=0.05).run({"a": "Wait"})
    assert cancelled.wait(10)


def test_a_run_handle_can_be_awaited(engine):
    e = engine()

    async def main():
        return await e.runtime.start(e.build({"a": ("NoOpNode", {"v": 1})}))

    assert asyncio.run(main())["results"] == {"a": {"v": 1}}


def test_execute_inside_a_running_loop(engine):
    e = engine({"Double": double})

    async def main():
        return e.run({"a": "Double"}, inputs={"x": 1})

    assert asyncio.run(main())["results"]["a"] == {"x": 2}
