"""The rights that roles need on PostgreSQL, as SQL for whoever administers it."""

from sqlalchemy.dialects import postgresql

from .errors import InvalidArgument
from .schema_names import normalised_schema

_RUNTIME = "SELECT, INSERT, UPDATE, DELETE"


def render_grants(
    *, schema: str | None = None, owner: str, runtime: str | None = None, reader: str | None = None
) -> str:
    """GRANT statements for the roles of a deployment. Applying them twice is safe.

    Args:
        schema: the schema of the tables; ``None`` for ``public``.
        owner: the role that migrates. It owns the tables; it may make objects in the schema.
        runtime: the role of the application, whose storage opens with ``create_schema="never"``: rows alone.
        reader: a role that may only look.

    Raises:
        InvalidArgument: a name that can be no role's, or one role for two purposes.
    """
    quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
    roles = [role for role in (owner, runtime, reader) if role is not None]
    for role in roles:
        normalised_schema(role)  # a role's name is an identifier as a schema's is
    if len(set(roles)) < len(roles):
        raise InvalidArgument("roles", f"must be different, not {', '.join(roles)}")
    place = quote(normalised_schema(schema) or "public")
    lines = [f"GRANT USAGE, CREATE ON SCHEMA {place} TO {quote(owner)};"]
    if runtime is not None:
        lines += _rights(place, quote(owner), quote(runtime), _RUNTIME)
    if reader is not None:
        lines += _rights(place, quote(owner), quote(reader), "SELECT")
    return "\n".join(lines) + "\n"


def _rights(place: str, owner: str, role: str, rights: str) -> list[str]:
    later = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {place} GRANT {rights} ON TABLES TO {role};"
    return [
        f"GRANT USAGE ON SCHEMA {place} TO {role};",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA {place} TO {role};",
        later,  # for what migrations will make
    ]
