"""The one hash that ``@mastra/pg`` names its indexes by; Python has none of its kind."""


def xxh32(data: bytes) -> int:
    """The 32-bit hash of the xxHash family, by which ``@mastra/pg`` names its indexes on metadata."""
    p1, p2, p3, p4, p5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
    mask, position = 0xFFFFFFFF, 0

    def rotated(value: int, by: int) -> int:
        value &= mask
        return (value << by | value >> (32 - by)) & mask

    def word(at: int) -> int:
        return int.from_bytes(data[at : at + 4], "little")

    if len(data) >= 16:
        lanes = [(p1 + p2) & mask, p2, 0, (-p1) & mask]
        while position + 16 <= len(data):
            for lane in range(4):
                lanes[lane] = rotated(lanes[lane] + word(position + 4 * lane) * p2, 13) * p1 & mask
            position += 16
        value = sum(rotated(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True))
    else:
        value = p5
    value += len(data)
    while position + 4 <= len(data):
        value = rotated(value + word(position) * p3, 17) * p4 & mask
        position += 4
    for byte in data[position:]:
        value = rotated(value + byte * p5, 11) * p1 & mask
    value &= mask
    value = (value ^ value >> 15) * p2 & mask
    value = (value ^ value >> 13) * p3 & mask
    return value ^ value >> 16
