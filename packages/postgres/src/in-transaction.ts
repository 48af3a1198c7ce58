import type { Ports, Seal } from "@postern/domain";
import {
  type Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  type RawNode,
  type Transaction,
  WithSchemaPlugin,
} from "kysely";
import { DEFAULT_SCHEMA, inSchema } from "./in-schema.ts";
import type { Schema } from "./schema.ts";
import { postgresStores } from "./stores.ts";

/**
 * Returns the stores on an open transaction of an application's own Kysely, so that a change of a
 * user, its event and the application's rows are committed together or not at all. The connection
 * is the application's: it must speak `read committed` and ISO dates, as Postgres does by default.
 */
export function storesInTransaction<Database>(
  transaction: Transaction<Database>,
  seal: Seal,
  schema = DEFAULT_SCHEMA,
): Pick<Ports, "events" | "users"> {
  const plugins = [new WithSchemaPlugin(schema), rawInSchema(schema)];
  const db = plugins.reduce<Kysely<Schema>>(
    (all, plugin) => all.withPlugin(plugin),
    // Without the application's own plugins, which may rename columns.
    transaction.withoutPlugins() as unknown as Kysely<Schema>,
  );
  const { events, users } = postgresStores(db, seal);
  return { events, users };
}

/** Puts the schema into our own SQL, which names the default one. */
function rawInSchema(schema: string): KyselyPlugin {
  const rewrite = inSchema(schema);
  const transformer = new (class extends OperationNodeTransformer {
    protected override transformRaw(node: RawNode): RawNode {
      const raw = super.transformRaw(node);
      return { ...raw, sqlFragments: raw.sqlFragments.map(rewrite) };
    }
  })();
  return {
    transformQuery: ({ node }) => transformer.transformNode(node),
    transformResult: async ({ result }) => result,
  };
}
