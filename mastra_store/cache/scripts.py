"""What a cache does, as scripts that a Redis or Valkey server runs, each atomically.

A subject is a hash: its version in the field ``v``, and a field for each writer that holds it, with the server's time
in milliseconds when that ends. A value is a string: the versions, a line feed, the bytes. A lease is a string that
expires; given up, it is ``-`` and the versions. Everything expires, so that nothing is left behind for ever.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from secrets import token_hex
from typing import Any

from .base import HELD, LEASE, Answer, Cache, Entry, Hit, Hold, Miss


class NoScriptError(Exception):
    """The server does not know a script by its hash."""


@dataclass(frozen=True)
class Script:
    text: str

    @property
    def sha(self) -> str:
        return sha1(self.text.encode(), usedforsecurity=False).hexdigest()


# Subjects live twice as long as the values that depend on them: one that expired would take its values along.
GET = Script("""
local value_key, lease_key = KEYS[1], KEYS[2]
local new_version, ttl, lease, lease_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local versions, held = {}, false
for i = 3, #KEYS do
  local fields, version = redis.call('HGETALL', KEYS[i]), false
  for j = 1, #fields, 2 do
    if fields[j] == 'v' then
      version = fields[j + 1]
    elseif tonumber(fields[j + 1]) > now then
      held = true
    else
      redis.call('HDEL', KEYS[i], fields[j])
    end
  end
  if not version then
    version = new_version
    redis.call('HSET', KEYS[i], 'v', version)
    redis.call('PEXPIRE', KEYS[i], 2 * ttl)
  end
  versions[#versions + 1] = version
end
if held then
  return {'held'}
end
local prefix = table.concat(versions, ',')
local value = redis.call('GET', value_key)
if value and string.sub(value, 1, #prefix + 1) == prefix .. '\\n' then
  return {'hit', string.sub(value, #prefix + 2)}
end
for i = 3, #KEYS do
  if redis.call('PTTL', KEYS[i]) < 2 * ttl then
    redis.call('PEXPIRE', KEYS[i], 2 * ttl)
  end
end
local taken = redis.call('GET', lease_key)
if taken == '-' .. prefix then
  return {'miss', prefix, 'alone'}
elseif taken and string.sub(taken, 1, 1) ~= '-' then
  return {'miss', prefix, 'wait'}
end
redis.call('SET', lease_key, lease, 'PX', lease_ms)
return {'miss', prefix, 'lease', lease}
""")

SET = Script("""
if redis.call('GET', KEYS[2]) == ARGV[3] then
  redis.call('DEL', KEYS[2])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'OK'
""")

GIVE_UP = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], '-' .. ARGV[2], 'PX', ARGV[3])
end
return 'OK'
""")

# Of the keys, the first so many get a new version; the others are only held.
HOLD = Script("""
local writer, version, ms, changed = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local ends = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000) + ms)
for i, subject in ipairs(KEYS) do
  if i <= changed then
    redis.call('HSET', subject, 'v', version)
  else
    redis.call('HSETNX', subject, 'v', version)
  end
  redis.call('HSET', subject, writer, ends)
  if redis.call('PTTL', subject) < ms then
    redis.call('PEXPIRE', subject, ms)
  end
end
return 'OK'
""")

RELEASE = Script("""
local writer, version, ms, changed = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
for i, subject in ipairs(KEYS) do
  redis.call('HDEL', subject, writer)
  if i <= changed then
    redis.call('HSET', subject, 'v', version)
    if redis.call('PTTL', subject) < ms then
      redis.call('PEXPIRE', subject, ms)
    end
  end
end
return 'OK'
""")

_AFTER_RELEASE = 60_000
"""Milliseconds that a subject lives after its release, unless it lives longer anyway."""


class ScriptedCache(Cache):
    """A cache on a server that runs these scripts."""

    @abstractmethod
    async def _command(self, *words: str | int | bytes) -> Any:
        """Send a command and give its reply, texts as bytes.

        Raises:
            NoScriptError: the server does not know the script.
            Unavailable: it can not be done.
        """

    async def get(self, entry: Entry) -> Answer:
        keys = (entry.key, _lease_key(entry), *entry.subjects)
        arguments = (token_hex(8), _milliseconds(entry.ttl), token_hex(8), _milliseconds(LEASE))
        match await self._run(GET, keys, arguments):
            case [b"hit", value]:
                return Hit(value)
            case [b"miss", versions, how, *lease]:
                token = lease[0].decode() if lease else None
                return Miss(tuple(versions.decode().split(",")), token, wait=how == b"wait")
            case _:
                return HELD

    async def set(self, entry: Entry, miss: Miss, value: bytes) -> None:
        kept = ",".join(miss.versions).encode() + b"\n" + value
        await self._run(SET, (entry.key, _lease_key(entry)), (kept, _milliseconds(entry.ttl), miss.lease or ""))

    async def give_up(self, entry: Entry, miss: Miss) -> None:
        arguments = (miss.lease or "", ",".join(miss.versions), _milliseconds(LEASE))
        await self._run(GIVE_UP, (_lease_key(entry),), arguments)

    async def hold(self, hold: Hold, seconds: float) -> None:
        arguments = (hold.writer, token_hex(8), _milliseconds(seconds), len(hold.changed))
        await self._run(HOLD, hold.subjects, arguments)

    async def release(self, hold: Hold) -> None:
        await self._run(RELEASE, hold.subjects, (hold.writer, token_hex(8), _AFTER_RELEASE, len(hold.changed)))

    async def ping(self) -> None:
        await self._command("PING")

    async def _run(self, script: Script, keys: Sequence[str], arguments: Sequence[str | int | bytes]) -> Any:
        """Run a script; by its text when the server has not seen it yet, or has forgotten it."""
        words = (len(keys), *keys, *arguments)
        try:
            return await self._command("EVALSHA", script.sha, *words)
        except NoScriptError:
            return await self._command("EVAL", script.text, *words)


def _lease_key(entry: Entry) -> str:
    return f"{entry.key}:lease"


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
