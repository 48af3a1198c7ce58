import {
  type Bcrypt,
  bcryptHasher,
  breachedPasswords,
  hashGate,
  idSource,
  tokenFactory,
} from "@postern/crypto";
import { noBreachedPasswords } from "@postern/domain";
import type { Ports } from "@postern/domain";
import type { Mailbox } from "@postern/pages";
import { errorFields, type Log, type SecretKey } from "@postern/process";
import type { Config } from "./config.ts";
import type { AskedStore } from "./readiness.ts";

/** The ports that the API runs on, and how to check and close them. */
export interface OpenedPorts {
  readonly ports: Ports;
  /** Mails that were recorded, because embedded mode sends none. */
  readonly mailbox?: Mailbox;
  readonly stores: readonly AskedStore[];
  /** Takes the URL under which the server listens. Links lead there if there is no other. */
  readonly listensAt?: (url: string) => void;
  close(): Promise<void>;
}

/** Where hashes are computed, and how many at once. */
interface Hashing {
  readonly atOnce: number;
  readonly bcrypt: Bcrypt;
  /** The highest cost of a stored hash. */
  readonly highestStoredCost: () => number;
}

/** A caller that was promised a turn still waits this much longer, if hashing is slow. */
const GRACE_MS = 1_500;
/** One hash at cost 0 on a usual machine. Each step of the cost doubles it. */
const COST_ZERO_MS = 0.05;

/** The ports that are the same in embedded and full mode. */
export function commonPorts(
  { bcryptCost, hashingWaitSeconds, policy, breachedPasswordsUrl: url }: Config,
  keys: readonly SecretKey[],
  log: Log,
  { atOnce, bcrypt, highestStoredCost }: Hashing,
) {
  const onFault = (error: unknown) =>
    log.warn({ error: errorFields(error) }, "breach check failed, password accepted");
  const maxWaitMs = hashingWaitSeconds * 1000;
  return {
    breachedPasswords: url ? breachedPasswords({ url, onFault }) : noBreachedPasswords,
    clock: { now: () => new Date() },
    hasher: bcryptHasher({
      cost: bcryptCost,
      highestStoredCost,
      gate: hashGate({
        atOnce,
        maxWaitMs,
        deadlineMs: maxWaitMs + GRACE_MS,
        expectedMs: COST_ZERO_MS * 2 ** bcryptCost,
      }),
      bcrypt,
    }),
    ids: idSource(),
    policy,
    tokenFactory: tokenFactory({ keys }),
  };
}
