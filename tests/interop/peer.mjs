// The TypeScript side: opens stores of @mastra/pg, @mastra/libsql and @mastra/mongodb and calls their methods.
//
// One JSON request a line on stdin, one answer a line on stdout:
//   {"call": "open", "args": {"backend": "pg", "url": "...", "schema": "..."}}    -> {"result": 1}
//   {"store": 1, "call": "memory.saveThread", "args": {...}}                      -> {"result": ...}
//   {"store": 2, "call": "vectors.upsert", "args": {...}}                         -> {"result": ...} of a vector store
//   {"store": 1, "call": "close"}                                                 -> {"result": null}
// or {"error": {"name", "id", "message"}}. A Date is {"$date": "2026-01-01T00:00:00.000Z"}.
import { createInterface } from "node:readline";
import { LibSQLStore, LibSQLVector } from "@mastra/libsql";
import { MongoDBStore, MongoDBVector } from "@mastra/mongodb";
import { PgVector, PostgresStore } from "@mastra/pg";

// stdout carries answers alone.
console.log = console.info = console.debug = console.error;

const stores = new Map();

const open = {
  pg: ({ url, schema }) =>
    new PostgresStore({ id: "peer", connectionString: url, ...(schema ? { schemaName: schema } : {}) }),
  libsql: ({ url, token }) => new LibSQLStore({ id: "peer", url, ...(token ? { authToken: token } : {}) }),
  pgVector: ({ url, schema }) =>
    new PgVector({ id: "peer", connectionString: url, ...(schema ? { schemaName: schema } : {}) }),
  libsqlVector: ({ url, token }) => new LibSQLVector({ id: "peer", url, ...(token ? { authToken: token } : {}) }),
  mongodb: ({ url }) => new MongoDBStore({ id: "peer", uri: url, dbName: new URL(url).pathname.slice(1) }),
  mongodbVector: ({ url }) => new MongoDBVector({ id: "peer", uri: url, dbName: new URL(url).pathname.slice(1) }),
};

async function answer({ store: number, call, args }) {
  if (call === "open") {
    const store = open[args.backend](args);
    await store.init?.();
    stores.set(stores.size + 1, store);
    return stores.size;
  }
  const store = stores.get(number);
  if (call === "close") {
    await (store.disconnect ?? store.close)?.call(store);
    return null;
  }
  const [domain, method] = call.split(".");
  const part = domain === "vectors" ? store : await store.getStore(domain);
  return (await part[method](args)) ?? null;
}

const revive = (_, value) =>
  value !== null && typeof value === "object" && "$date" in value ? new Date(value.$date) : value;

// MongoDB's own key of a document is none of Mastra's.
function show(key, value) {
  if (key === "_id") return undefined;
  return this[key] instanceof Date ? { $date: this[key].toISOString() } : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = { result: await answer(JSON.parse(line, revive)) };
  } catch (error) {
    reply = { error: { name: error.name, id: error.id ?? null, message: error.message } };
  }
  process.stdout.write(JSON.stringify(reply, show) + "\n");
}
process.exit(0);
