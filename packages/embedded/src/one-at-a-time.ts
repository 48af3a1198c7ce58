import type { PGlite } from "@electric-sql/pglite";

type Shared = Pick<
  PGlite,
  "query" | "exec" | "transaction" | "listen" | "close" | "closed" | "ready" | "waitReady"
>;

/**
 * A PGlite that Kysely and pg-boss can share. PGlite is one connection. If several statements of
 * pg-boss fail within a transaction, pg-boss rolls back with a separate call, and a statement of
 * another caller in between would fail in the aborted transaction. Here statements and rollback are
 * one turn.
 */
export function oneAtATime(pglite: PGlite): Shared {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(act: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(act);
    last = turn.catch(() => undefined); // the caller receives the error
    return turn;
  };
  return {
    query: (text, values, options) => inTurn(() => pglite.query(text, values, options)),
    exec: (text, options) =>
      inTurn(async () => {
        try {
          return await pglite.exec(text, options);
        } catch (error) {
          await pglite.query("rollback");
          throw error;
        }
      }),
    transaction: (act) => inTurn(() => pglite.transaction(act)),
    listen: (channel, callback) => pglite.listen(channel, callback),
    close: () => inTurn(() => pglite.close()),
    waitReady: pglite.waitReady,
    get closed() {
      return pglite.closed;
    },
    get ready() {
      return pglite.ready;
    },
  };
}
