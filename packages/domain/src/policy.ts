import { type LimitRules, tightLimits, wideLimits } from "./limit-rules.ts";
import type { PasswordRules } from "./password/password.ts";
import type { SessionRules } from "./session/session.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What an installation decides. It is a plain object: copy one of the two below and change it. */
export interface Policy {
  readonly name: "course" | "strict";
  /** Open: answers tell whether an address has a user, and a reset token is in the answer. */
  readonly disclosure: "open" | "closed";
  readonly password: PasswordRules;
  readonly registration: RegistrationRules;
  readonly verification: VerificationRules;
  readonly session: SessionRules;
  /** For log-ins that ask to be remembered. */
  readonly rememberedSession: SessionRules;
  /** Changes need no current password while the log-in is younger than this. 0: they always do. */
  readonly reauthentication: { readonly freshMs: number };
  readonly recovery: { readonly tokenTtlMs: number };
  readonly limits: LimitRules;
  readonly cookie: {
    readonly name: string;
    readonly secure: boolean;
    /** Browsers send the cookie to every host below this domain too. */
    readonly domain?: string | undefined;
  };
}

export interface RegistrationRules {
  /** Anybody may register. If false, only an operator creates users. */
  readonly isOpen: boolean;
  /** New users are logged in at once. Impossible under closed disclosure: it would tell. */
  readonly logsIn: boolean;
}

export interface VerificationRules {
  /** New users receive a mail with a link that verifies the address. */
  readonly onRegistration: boolean;
  /**
   * A user cannot log in before the address is verified. Closed disclosure needs it: otherwise a
   * log-in after a registration would tell that the address was free.
   */
  readonly isRequired: boolean;
  readonly tokenTtlMs: number;
  /** A user who does not verify the address within this time is deleted. `undefined`: never. */
  readonly unverifiedTtlMs: number | undefined;
}

const session: SessionRules = {
  idleMs: DAY_MS,
  absoluteMs: 7 * DAY_MS,
  touchEveryMs: MINUTE_MS,
};

const rememberedSession: SessionRules = {
  idleMs: 14 * DAY_MS,
  absoluteMs: 30 * DAY_MS, // NIST SP 800-63B-4 section 2.1.3, AAL1
  touchEveryMs: MINUTE_MS,
};

const recovery = { tokenTtlMs: 15 * MINUTE_MS };

/** For learning and local development: the course's exact answers. */
export const coursePolicy: Policy = {
  name: "course",
  disclosure: "open",
  password: { minCodePoints: 1, refuseEmail: false, refuseCommon: false, contextWords: [] },
  registration: { isOpen: true, logsIn: false },
  verification: {
    onRegistration: false,
    isRequired: false,
    tokenTtlMs: DAY_MS,
    unverifiedTtlMs: undefined,
  },
  session,
  rememberedSession,
  reauthentication: { freshMs: 5 * MINUTE_MS },
  recovery,
  limits: wideLimits,
  cookie: { name: "session_id", secure: false },
};

/** For production: nobody finds out which addresses have an account. */
export const strictPolicy: Policy = {
  name: "strict",
  disclosure: "closed",
  password: { minCodePoints: 8, refuseEmail: true, refuseCommon: true, contextWords: ["postern"] },
  registration: { isOpen: true, logsIn: false },
  verification: {
    onRegistration: true,
    isRequired: true,
    tokenTtlMs: DAY_MS,
    unverifiedTtlMs: 7 * DAY_MS,
  },
  session,
  rememberedSession,
  reauthentication: { freshMs: 0 },
  recovery,
  limits: tightLimits,
  // The prefix makes browsers require Secure, Path=/ and no Domain (RFC 6265bis section 4.1.3.2).
  cookie: { name: "__Host-session_id", secure: true },
};
