import { describe } from "vitest";
import {
  deviceStoreContract,
  emailChangeStoreContract,
  epochContract,
  aUser,
  eventStoreContract,
  failureCounterContract,
  rateLimiterContract,
  passwordHasherContract,
  sealContract,
  sessionLedgerContract,
  tokenFactoryContract,
  sessionStoreContract,
  tokenStoreContract,
  userStoreContract,
} from "./contract.ts";
import {
  memoryClock,
  memoryPasswordHasher,
  memoryPorts,
  memorySeal,
  memoryTokenFactory,
} from "./memory.ts";

/** Creates ports on a clock that a contract can advance. */
const world = async () => {
  const clock = memoryClock();
  const pass = async (ms: number) => clock.advance(ms);
  return { ...memoryPorts({ clock }), pass };
};

describe("in-memory user store", () => userStoreContract(world));
describe("in-memory device store", () => deviceStoreContract(world));
describe("in-memory e-mail change store", () => emailChangeStoreContract(world));
describe("in-memory seal", () => sealContract(memorySeal));
describe("in-memory event store", () => eventStoreContract(world));
describe("in-memory failure counter", () =>
  failureCounterContract(async () => {
    const { failures, users } = await world();
    return { counter: failures, aUserId: async () => (await aUser(users)).id };
  }));
describe("in-memory rate limiter", () =>
  rateLimiterContract(async () => {
    const { limiter, pass } = await world();
    return { limiter, pass: (seconds) => pass(seconds * 1000) };
  }));
describe("in-memory session store", () => sessionStoreContract(world));
describe("in-memory session ledger", () => sessionLedgerContract(world));
describe("in-memory token store", () => tokenStoreContract(world));
describe("in-memory password hasher", () =>
  passwordHasherContract((cost) => memoryPasswordHasher({ cost: cost === "small" ? 1 : 2 })));
describe("in-memory token factory", () => tokenFactoryContract(memoryTokenFactory));
describe("the epoch, on in-memory adapters", () => epochContract(world, { runs: 1000 }));
