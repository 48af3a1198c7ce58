import type { Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Finds a path without parameters by one lookup. Hono has such a shortcut too, but drops it as soon
 * as "/sessions/current" stands beside "/sessions/:session_id". Each path has one handler.
 */
export function pathRouter<Handler>(): Router<Handler> {
  const fixed = new Map<string, ReturnType<Router<Handler>["match"]>>();
  const others = new TrieRouter<Handler>();
  return {
    name: "PathRouter",
    add(method, path, handler) {
      if (/[:*]/.test(path)) others.add(method, path, handler);
      else fixed.set(path, [[[handler, {}]]]);
    },
    match: (method, path) => fixed.get(path) ?? others.match(method, path),
  };
}
