"""Records of the prompt blocks domain."""

from typing import Any

from .versioned import Entity, Version


class PromptBlock(Entity, frozen=True, rename="camel"):
    """A reusable piece of a prompt, without its text."""

    metadata: dict[str, Any] | None = None


class PromptBlockVersion(Version, frozen=True, rename="camel"):
    """One version of a prompt block."""

    block_id: str
    content: str
    """The text, with ``{{variables}}``."""
    description: str | None = None
    rules: Any = None
    """When the block applies."""
    request_context_schema: Any = None
    changed_fields: list[str] | None = None
    """Names on the wire, as ``requestContextSchema``."""
    change_message: str | None = None


class ResolvedPromptBlock(PromptBlock, frozen=True, rename="camel"):
    """A prompt block with what one of its versions says; all of that is ``None`` if it has no version."""

    name: str | None = None
    content: str | None = None
    description: str | None = None
    rules: Any = None
    request_context_schema: Any = None
    resolved_version_id: str | None = None
    """The version that the text is of."""
