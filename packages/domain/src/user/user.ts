import type { UserId } from "../ids.ts";
import type { EmailKey } from "../email.ts";
import type { Language } from "../language.ts";

/** Somebody we recognise. The password hash is not part of it, so that it cannot travel along. */
export interface User {
  readonly id: UserId;
  /** The address as it was given; mail goes here. */
  readonly email: string;
  /** Its canonical form, unique among users. */
  readonly emailKey: EmailKey;
  /** Rises with every change that must end the sessions and tokens from before it. */
  readonly epoch: number;
  /** Rises with every change at all, so that a copy knows whether it is older. */
  readonly revision: number;
  readonly emailVerifiedAt: Date | undefined;
  /** Deleted then, unless the address is verified before. `undefined`: never. */
  readonly verifyBy: Date | undefined;
  readonly disabledAt: Date | undefined;
  /** For mails and pages. `undefined`: not known. */
  readonly language: Language | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** May this user log in and reset a password? */
export const isEnabled = (user: User): boolean => user.disabledAt === undefined;
