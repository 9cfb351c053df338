"""The prompt blocks domain: reusable pieces of prompts, version by version."""

from abc import ABC
from typing import ClassVar

from ..records.prompt_blocks import PromptBlock, PromptBlockVersion, ResolvedPromptBlock
from .versioned import VersionedDomain
from .versioned_kinds import DESCRIPTION, METADATA, NAME, Field, Kind, jsons, text

PROMPT_BLOCK = Kind(
    noun="prompt block",
    version_noun="prompt block version",
    parent="block_id",
    entity=PromptBlock,
    version=PromptBlockVersion,
    resolved=ResolvedPromptBlock,
    own=(METADATA,),
    snapshot=(
        NAME,
        DESCRIPTION,
        Field("content", text, required=True),
        *jsons("rules", "request_context_schema"),
    ),
)


class PromptBlocksDomain(VersionedDomain[PromptBlock, PromptBlockVersion, ResolvedPromptBlock], ABC):
    """Prompt blocks and their versions.

    Fields of a block: ``metadata``. Of its versions: ``name`` and ``content``, which are required; ``description``,
    ``rules``, ``request_context_schema``.
    """

    kind: ClassVar[Kind[PromptBlock, PromptBlockVersion, ResolvedPromptBlock]] = PROMPT_BLOCK
