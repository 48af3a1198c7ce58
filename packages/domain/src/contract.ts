export { ADDRESSES, NO_ADDRESSES } from "./email.fixture.ts";
export { eventStoreContract } from "./event/event-store.contract.ts";
export { sealContract } from "./event/seal.contract.ts";
export { failureCounterContract } from "./limit/failure-counter.contract.ts";
export { aPlace, type LimiterWorld, rateLimiterContract } from "./limit/rate-limiter.contract.ts";
export { passwordHasherContract } from "./password/password-hasher.contract.ts";
export { deviceStoreContract } from "./session/device-store.contract.ts";
export { epochContract } from "./session/epoch.contract.ts";
export { sessionLedgerContract } from "./session/session-ledger.contract.ts";
export { aSessionRecord } from "./session/session-ledger.fixture.ts";
export { sessionStoreContract } from "./session/session-store.contract.ts";
export type { SessionWorld } from "./session/session-store.fixture.ts";
export { tokenFactoryContract } from "./token/token-factory.contract.ts";
export { tokenStoreContract, type TokenWorld } from "./token/token-store.contract.ts";
export {
  aHash,
  aNewUser,
  anEvent,
  aSessionId,
  aSessionRef,
  aTokenHash,
  aUser,
  type UserWorld,
} from "./user/user.fixture.ts";
export { userStoreContract } from "./user/user-store.contract.ts";
export {
  emailChangeStoreContract,
  type EmailChangeWorld,
} from "./verification/email-change-store.contract.ts";
