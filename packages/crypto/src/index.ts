export { breachedPasswords } from "./breached-passwords.ts";
export { bcryptHasher } from "./bcrypt-hasher.ts";
export { type HashGate, hashGate } from "./hash-gate.ts";
export { idSource } from "./id-source.ts";
export { aesSeal } from "./seal.ts";
export { secretSource } from "./secret-source.ts";
