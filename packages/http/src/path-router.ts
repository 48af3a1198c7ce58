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
    match(method, path) {
      const found = fixed.get(path) ?? others.match(method, path);
      if (found[0].length > 0 || !hasTrailingSlash(method, path)) return found;
      const plain = path.slice(0, -1);
      return fixed.get(plain) ?? others.match(method, plain);
    },
  };
}

/**
 * People write `/users/` too. Not where something is deleted: `/sessions/` may be the path of one
 * session, whose id is missing.
 */
const hasTrailingSlash = (method: string, path: string) =>
  method !== "DELETE" && path.length > 2 && path.endsWith("/");

/**
 * Returns the decoded path of a request. Hono would decode every malformed piece by itself, and 15
 * KB of them would block the process for 50 ms. A path that cannot be decoded stays as it is, and
 * so it is the path of nothing.
 */
export function requestPathOf({ url }: Request): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start === -1) return "/";
  const end = url.slice(start).search(/[?#]/);
  const path = end === -1 ? url.slice(start) : url.slice(start, start + end);
  if (!path.includes("%")) return path;
  try {
    return decodeURI(path.replaceAll("%25", "%2525")); // `%25` stays encoded
  } catch {
    return path;
  }
}
