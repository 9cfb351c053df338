"""The scorer definitions domain: scorers that are defined by data, version by version."""

from abc import ABC
from typing import ClassVar

from ..records.scorer_definitions import ResolvedScorerDefinition, ScorerDefinition, ScorerDefinitionVersion
from .versioned import VersionedDomain
from .versioned_kinds import DESCRIPTION, METADATA, NAME, Field, Kind, jsons, model, owner, text, texts

SCORER_DEFINITION = Kind(
    noun="scorer definition",
    version_noun="scorer definition version",
    parent="scorer_definition_id",
    entity=ScorerDefinition,
    version=ScorerDefinitionVersion,
    resolved=ResolvedScorerDefinition,
    own=(owner("organization_id"), owner("project_id"), METADATA),
    fixed=frozenset({"organization_id", "project_id"}),
    snapshot=(
        NAME,
        DESCRIPTION,
        Field("type", text, required=True),
        Field("model", model),
        *texts("instructions"),
        *jsons("score_range", "preset_config", "default_sampling"),
    ),
)


class ScorerDefinitionsDomain(
    VersionedDomain[ScorerDefinition, ScorerDefinitionVersion, ResolvedScorerDefinition], ABC
):
    """Scorer definitions and their versions.

    Fields of a definition: ``organization_id`` and ``project_id``, which never change; ``metadata``. Of its versions:
    ``name`` and ``type``, which are required; ``description``, ``model`` (``"openai/gpt-4"``, or an object with
    ``provider`` and ``name``), ``instructions``, ``score_range``, ``preset_config``, ``default_sampling``.
    """

    kind: ClassVar[Kind[ScorerDefinition, ScorerDefinitionVersion, ResolvedScorerDefinition]] = SCORER_DEFINITION
