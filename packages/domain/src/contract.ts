export { deviceStoreContract } from "./session/device-store.contract.ts";
export { eventStoreContract } from "./event/event-store.contract.ts";
export { sealContract } from "./event/seal.contract.ts";
export { epochContract } from "./session/epoch.contract.ts";
export { passwordHasherContract } from "./password/password-hasher.contract.ts";
export { tokenStoreContract, type TokenWorld } from "./token/token-store.contract.ts";
export { secretSourceContract } from "./token/token-factory.contract.ts";
export { sessionStoreContract } from "./session/session-store.contract.ts";
export type { SessionWorld } from "./session/session-store.fixture.ts";
export { aHash, aNewUser, anEvent, aSessionId, aTokenHash, aUser } from "./user/user.fixture.ts";
export {
  emailChangeStoreContract,
  type EmailChangeWorld,
} from "./verification/email-change-store.contract.ts";
export { userStoreContract, type UserWorld } from "./user/user-store.contract.ts";
