# SPDX-License-Identifier: Apache-2.0
"""Uses descry mcp as the official Python SDK does, which checks each message, and structured results by the tools' schemas.

    mcp_client.py DESCRY

In the folder of mcp.sh, after mcp_lines.py.  Prints as that does."""
import asyncio
import base64
import os
import sys

from mcp import Client, ClientSession, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client


def check(what, good, *seen):
    print(0 if good else 1, what, flush=True)
    if not good:
        print(what, *seen, file=sys.stderr)


def server(*options):
    return StdioServerParameters(command=sys.argv[1], args=["mcp", *options], env=dict(os.environ))


async def use(session, what):
    """All tools, with ClientSession or Client."""
    tools = {tool.name: tool for tool in (await session.list_tools()).tools}
    check(f"{what}: tools", len(tools) == 8 and tools["search"].annotations.read_only_hint and not tools["index"].annotations.read_only_hint)
    found = await session.call_tool("search", {"query": "two cats", "k": 3})
    pictures = found.structured_content["pictures"]
    check(f"{what}: search", not found.is_error and len(pictures) == 3 and found.content[0].text.startswith("1. #"), found)
    more = await session.call_tool("search", {"query": "two cats", "k": 3, "cursor": found.structured_content["nextCursor"]})
    check(f"{what}: search, more", not {p["id"] for p in more.structured_content["pictures"]} & {p["id"] for p in pictures})
    for ranking in ("words", "hybrid"):
        found = await session.call_tool("search", {"query": "grandmother", "ranking": ranking})
        check(f"{what}: search, {ranking}", found.structured_content["pictures"][0]["title"] == "Grandmother's garden", found)
    check(f"{what}: filters", (await session.call_tool("search", {"query": "date:2019"})).structured_content["pictures"][0]["id"] == 1)
    check(f"{what}: similar", len((await session.call_tool("similar", {"id": 1, "k": 2})).structured_content["pictures"]) == 2)
    check(f"{what}: describe", (await session.call_tool("describe", {"id": 1})).structured_content["captioned_by"] == "demo")
    photo = (await session.call_tool("photo", {"id": 1, "side": 64})).content[1]
    check(f"{what}: photo", photo.type == "image" and base64.b64decode(photo.data).startswith(b"\xff\xd8"))
    sheet = await session.call_tool("contact_sheet", {"query": "cats"})
    check(f"{what}: contact_sheet", sheet.content[1].mime_type == "image/jpeg" and len(sheet.structured_content["pictures"]) == 20)
    check(f"{what}: status", (await session.call_tool("status")).structured_content["may_write"])
    check(f"{what}: set_caption", (await session.call_tool("set_caption", {"id": 5, "text": what})).structured_content["caption"] == what)
    check(f"{what}: index", (await session.call_tool("index")).structured_content["unchanged"] == 11)
    wrong = await session.call_tool("photo", {"id": 999})
    check(f"{what}: a tool's error", wrong.is_error and "999" in wrong.content[0].text, wrong)
    try:
        await session.call_tool("nothing", {})
        check(f"{what}: the protocol's error", False)
    except MCPError as error:
        check(f"{what}: the protocol's error", error.error.code == -32602, error)


async def main():
    options = server("--write", "--root", "new")
    async with stdio_client(options) as (read, write), ClientSession(read, write) as session:
        hello = await session.initialize()
        check("ClientSession: initialize", hello.protocol_version == "2025-11-25" and hello.server_info.name == "descry", hello)
        await session.send_ping()
        await use(session, "ClientSession")
    async with stdio_client(options) as (read, write), ClientSession(read, write) as session:
        found = await session.discover()
        check("ClientSession: discover", "2026-07-28" in found.supported_versions and session.protocol_version == "2026-07-28", found)
        await use(session, "ClientSession after discover")
    for mode, version in (("auto", "2026-07-28"), ("legacy", "2025-11-25"), ("2026-07-28", "2026-07-28")):
        async with Client(options, mode=mode) as client:
            check(f"Client, {mode}: version", client.protocol_version == version, client.protocol_version)
            await use(client, f"Client, {mode}")


asyncio.run(main())
