"""LibSQL servers (Turso, sqld) for SQLAlchemy: Hrana 3 over HTTP, asynchronous and not. Nothing native is needed.

::

    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("libsql://database-owner.turso.io", connect_args={"auth_token": token})

It knows nothing of the rest of ``mastra_store``. From the bottom up: ``errors``, ``values`` and ``address``; the
protocol without I/O, ``stream``; HTTP, ``transport``; what SQLAlchemy sees, ``dbapi`` and ``dialect``.
"""
