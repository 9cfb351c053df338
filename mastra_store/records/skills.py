"""Records of the skills domain."""

from typing import Any

from .versioned import Entity, Version


class Skill(Entity, frozen=True, rename="camel"):
    """A skill that agents can be given, without what it says."""

    visibility: str | None = None
    """``public`` or ``private``."""
    favorite_count: int = 0
    """How many users like it."""


class SkillVersion(Version, frozen=True, rename="camel"):
    """One version of a skill."""

    skill_id: str
    description: str
    instructions: str
    license: str | None = None
    compatibility: Any = None
    source: Any = None
    references: Any = None
    scripts: Any = None
    assets: Any = None
    files: Any = None
    metadata: dict[str, Any] | None = None
    """A skill's metadata belongs to its versions."""
    tree: Any = None
    changed_fields: list[str] | None = None
    change_message: str | None = None


class ResolvedSkill(Skill, frozen=True, rename="camel"):
    """A skill with what one of its versions says; all of that is ``None`` if it has no version."""

    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    license: str | None = None
    compatibility: Any = None
    source: Any = None
    references: Any = None
    scripts: Any = None
    assets: Any = None
    files: Any = None
    metadata: dict[str, Any] | None = None
    tree: Any = None
    resolved_version_id: str | None = None
    """The version that it says this in."""
