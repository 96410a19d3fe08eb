"""Workflows in an asyncio program: the loop goes on, and a node may be a coroutine function."""

import asyncio

import kailash


async def fetch(inputs: dict) -> dict:
    await asyncio.sleep(0.01)
    return {"page": f"contents of {inputs['name']}"}


async def main() -> None:
    registry = kailash.NodeRegistry()
    registry.register_callback("Fetch", fetch, ["name"], ["page"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Fetch", "fetch", {})
    workflow = builder.build(registry)
    runtime = kailash.Runtime(registry)
    runs = [runtime.execute_async(workflow, {"name": name}) for name in ("a", "b")]
    for result in await asyncio.gather(*runs):
        print(result["results"]["fetch"]["page"])


asyncio.run(main())
# contents of a
# contents of b
