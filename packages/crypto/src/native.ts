import * as bcrypt from "@node-rs/bcrypt";
import type { Bcrypt } from "./bcrypt-hasher.ts";

export { hashingAtOnce, hashThreads } from "./hash-threads.ts";

/**
 * bcrypt in native code, on libuv's threads: for processes with nothing else to do at the same
 * time. This entry is apart from the others, because bundlers for an edge cannot take native code.
 */
export const nativeBcrypt: Bcrypt = {
  hash: (password, cost) => bcrypt.hash(password, cost),
  verify: (password, hash) => bcrypt.verify(password, hash),
};
