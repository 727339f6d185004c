"""The README's server runs."""

import re
from pathlib import Path

from asgiref.testing import ApplicationCommunicator

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()


async def test_the_server_in_the_readme_serves_its_users():
    [code] = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    program = {}
    exec(code, program)  # noqa: S102 - our own example
    for user, code in ((b"ana", None), (b"eve", 4401)):
        headers = [(b"host", b"chat.example"), (b"origin", b"http://chat.example")]
        scope = {"type": "websocket", "path": "/", "query_string": user, "headers": headers}
        wire = ApplicationCommunicator(program["application"], scope)
        await wire.send_input({"type": "websocket.connect"})
        await wire.receive_output()
        if code is None:
            text = '{"conversation_id":1,"message":"Hello"}'
            await wire.send_input({"type": "websocket.receive", "text": text})
            assert '"seq":1,"message":"Hello"' in (await wire.receive_output())["text"]
        else:
            assert (await wire.receive_output())["code"] == code
        await wire.send_input({"type": "websocket.disconnect"})
        await wire.wait()
