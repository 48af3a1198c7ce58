import type { Seal } from "./seal.ts";

/** Encrypts nothing, but opens a text only in its own context. For tests. */
export function memorySeal(): Seal {
  return {
    seal: (context, text) => JSON.stringify({ context, text }),
    isCurrent: () => true,
    open(context, sealed) {
      const kept = JSON.parse(sealed) as { context: string; text: string };
      if (kept.context !== context) throw new Error("sealed for another context");
      return { text: kept.text, keyId: "memory" };
    },
  };
}
