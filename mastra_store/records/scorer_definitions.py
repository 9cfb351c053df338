"""Records of the scorer definitions domain."""

from typing import Any

from .versioned import Entity, Version


class ScorerDefinition(Entity, frozen=True, rename="camel"):
    """A scorer that is defined by data, without its definition."""

    organization_id: str | None = None
    project_id: str | None = None
    metadata: dict[str, Any] | None = None


class ScorerDefinitionVersion(Version, frozen=True, rename="camel"):
    """One version of a scorer's definition."""

    scorer_definition_id: str
    type: str
    """What kind of scorer it is, as ``llm-judge``."""
    description: str | None = None
    model: Any = None
    """An object with ``provider`` and ``name``."""
    instructions: str | None = None
    score_range: Any = None
    """An object with ``min`` and ``max``."""
    preset_config: Any = None
    default_sampling: Any = None
    changed_fields: list[str] | None = None
    """Names on the wire, as ``scoreRange``."""
    change_message: str | None = None


class ResolvedScorerDefinition(ScorerDefinition, frozen=True, rename="camel"):
    """A scorer with the definition of one of its versions; all of it is ``None`` if there is no version."""

    name: str | None = None
    type: str | None = None
    description: str | None = None
    model: Any = None
    instructions: str | None = None
    score_range: Any = None
    preset_config: Any = None
    default_sampling: Any = None
    resolved_version_id: str | None = None
    """The version that the definition is of."""
