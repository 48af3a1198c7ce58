/**
 * At most `places` attempts in a window, which starts with the first one and has a fixed length.
 */
export interface Limit {
  readonly places: number;
  readonly windowSeconds: number;
}

/**
 * The budgets of an installation. A caller over a budget of its own network, device or user
 * receives 429. An account's budgets are silent: beyond them a right password is refused like a
 * wrong one, so that a refusal tells nothing about the account.
 */
export interface LimitRules {
  /** Wrong passwords from unknown devices of one network. */
  readonly logInNetwork: Limit;
  /** Wrong passwords for one address from unknown devices of one network. */
  readonly logInPair: Limit;
  /** Wrong passwords for one address, from all unknown devices together. Silent. */
  readonly logInAccount: Limit;
  /** Wrong passwords for one user from one known device. */
  readonly logInDevice: Limit;
  /** Wrong current passwords of one user, whom a session or a mailed link has named. */
  readonly currentPassword: Limit;
  /**
   * Consecutive wrong passwords, kept durably (NIST SP 800-63B-4 section 3.2.2): for one address
   * from unknown devices, for one known device, and for the current password of one user. Silent. A
   * reset of the password clears them.
   */
  readonly failures: number;
  /** Registrations from one network. */
  readonly registrationNetwork: Limit;
  /** Requests for a mail (reset, verification) from one network. */
  readonly mailNetwork: Limit;
  /** Mails of one kind to one address. A further request is answered, and sends nothing. */
  readonly mailSpacing: Limit;
  /** The same over a longer time. Its window is no longer than a reset token lives. */
  readonly mailAddress: Limit;
  /** Uses of mailed tokens by one network that did not succeed. */
  readonly tokenNetwork: Limit;
  /** Changes of address that one user requests. */
  readonly emailChange: Limit;
  /**
   * Exports of one user's data at the same time. If a process dies during an export, the place is
   * free when the window ends.
   */
  readonly exportAtOnce: Limit;
  /** Whether a browser that has logged in is recognised (OWASP "device cookies"). */
  readonly knowsDevices: boolean;
}

export type LimitName = {
  [Name in keyof LimitRules]: LimitRules[Name] extends Limit ? Name : never;
}[keyof LimitRules];

const QUARTER_HOUR = 15 * 60;
const HOUR = 60 * 60;

/** For the open internet. */
export const tightLimits: LimitRules = {
  logInNetwork: { places: 50, windowSeconds: QUARTER_HOUR },
  logInPair: { places: 10, windowSeconds: QUARTER_HOUR },
  logInAccount: { places: 30, windowSeconds: HOUR },
  logInDevice: { places: 10, windowSeconds: QUARTER_HOUR },
  currentPassword: { places: 10, windowSeconds: QUARTER_HOUR },
  failures: 100,
  registrationNetwork: { places: 50, windowSeconds: HOUR },
  mailNetwork: { places: 30, windowSeconds: QUARTER_HOUR },
  mailSpacing: { places: 1, windowSeconds: 60 },
  mailAddress: { places: 5, windowSeconds: QUARTER_HOUR },
  tokenNetwork: { places: 30, windowSeconds: QUARTER_HOUR },
  emailChange: { places: 10, windowSeconds: HOUR },
  exportAtOnce: { places: 1, windowSeconds: QUARTER_HOUR },
  knowsDevices: true,
};

const wide: Limit = { places: 100_000, windowSeconds: QUARTER_HOUR };

/** For learning and development: bounded, and far from what a person or a test script reaches. */
export const wideLimits: LimitRules = {
  logInNetwork: wide,
  logInPair: wide,
  logInAccount: wide,
  logInDevice: wide,
  currentPassword: wide,
  failures: 10_000,
  registrationNetwork: wide,
  mailNetwork: wide,
  mailSpacing: wide,
  mailAddress: wide,
  tokenNetwork: wide,
  emailChange: wide,
  exportAtOnce: { places: 1, windowSeconds: QUARTER_HOUR },
  knowsDevices: false,
};
