"""What a message line of -o json says of its payload, for tests that hold it against what was sent."""
import base64
import struct


def payload_of(e):
    """The bytes that were told, and for each whether it is known."""
    unknown = e.get("unknown", [])
    if e["opcode"] == "close":
        code = b"" if e["code"] is None else struct.pack(">H", e["code"])
        data = code + e["reason"].encode()
    elif "base64" in e:
        data = base64.b64decode(e["base64"])
    else:
        data, i = bytearray(), 0
        for c in e["text"]:
            while i < len(unknown) and len(data) >= sum(unknown[i]):
                i += 1
            data += b"?" if i < len(unknown) and len(data) >= unknown[i][0] else c.encode()
        data = bytes(data)
    known = bytearray(b"\1") * len(data)
    for offset, length in unknown:
        known[offset:offset + length] = bytes(length)
    return data, known
