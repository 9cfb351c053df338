"""The skills domain: what agents can be taught, version by version."""

from abc import ABC
from typing import ClassVar

from ..records.skills import ResolvedSkill, Skill, SkillVersion
from .versioned import VersionedDomain
from .versioned_kinds import NAME, VISIBILITY, Field, Kind, json_object, jsons, text, texts

SKILL = Kind(
    noun="skill",
    version_noun="skill version",
    parent="skill_id",
    entity=Skill,
    version=SkillVersion,
    resolved=ResolvedSkill,
    own=(VISIBILITY,),
    snapshot=(
        NAME,
        Field("description", text, required=True),
        Field("instructions", text, required=True),
        *texts("license"),
        *jsons("compatibility", "source", "references", "scripts", "assets", "files"),
        Field("metadata", json_object),
        *jsons("tree"),
    ),
    automatic=True,
    favorites="skill",
)


class SkillsDomain(VersionedDomain[Skill, SkillVersion, ResolvedSkill], ABC):
    """Skills and their versions.

    Fields of a skill: ``visibility``. Of its versions: ``name``, ``description`` and ``instructions``, which are
    required; ``license``, ``compatibility``, ``source``, ``references``, ``scripts``, ``assets``, ``files``,
    ``metadata``, ``tree``.
    """

    kind: ClassVar[Kind[Skill, SkillVersion, ResolvedSkill]] = SKILL
