export { breachedPasswords } from "./breached-passwords.ts";
export { type Bcrypt, bcryptHasher } from "./bcrypt-hasher.ts";
export { type HashGate, hashGate } from "./hash-gate.ts";
export { hasherEndpoint } from "./hasher-endpoint.ts";
export { remoteHasher, type RemoteHasherOptions } from "./remote-hasher.ts";
export { idSource } from "./id-source.ts";
export { aesSeal } from "./seal.ts";
export { tokenFactory } from "./token-factory.ts";
