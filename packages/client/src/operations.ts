// Generated from the routes' own schemas by `pnpm generate`; not to be edited.

/** What each operation takes, and how it may end. */
export interface Operations {
  /** Says hello. `GET /` */
  welcome: {
    input: object;
    responses: { welcome: { readonly message: "Bienvenue" } };
    errors: "internal_error" | "misdirected_request" | "unavailable";
  };
  /** Creates a user. `POST /users` */
  register: {
    input: { readonly email: string; readonly password: string };
    responses: {
      user_created: { readonly email: string; readonly message: "user created" };
      registration_accepted: { readonly email: string; readonly message: "registration accepted" };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "change_made_sessions_pending"
      | "content_type_unsupported"
      | "cross_site_request"
      | "email_already_registered"
      | "email_invalid"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "password_breached"
      | "password_common"
      | "password_malformed"
      | "password_too_easy"
      | "password_too_long"
      | "password_too_short"
      | "registration_closed"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Lists the user's own live sessions, the oldest first. `GET /sessions` */
  listSessions: {
    input: object;
    responses: {
      sessions: {
        readonly sessions: readonly {
          readonly session_id: string;
          readonly current: boolean;
          readonly remembered: boolean;
          readonly created_at: string;
          readonly last_seen_at: string;
          readonly idle_expires_at: string;
          readonly absolute_expires_at: string;
          readonly device: string | null;
          readonly network: string | null;
        }[];
      };
    };
    errors: "internal_error" | "misdirected_request" | "session_missing" | "unavailable";
  };
  /** Logs in. `POST /sessions` */
  logIn: {
    input: {
      readonly email: string;
      readonly password: string;
      readonly remember?:
        | boolean
        | "0"
        | "1"
        | "true"
        | "on"
        | "yes"
        | "false"
        | "off"
        | "no"
        | ""
        | undefined;
    };
    responses: { logged_in: { readonly email: string; readonly message: "logged in" } };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "content_type_unsupported"
      | "credentials_invalid"
      | "cross_site_request"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Logs out: ends this session, all sessions, or all other sessions. `DELETE /sessions` */
  logOut: {
    input: { readonly all?: "" | "true" | undefined; readonly except?: "current" | undefined };
    responses: {
      logged_out: undefined;
      other_sessions_ended: { readonly email: string; readonly message: "other sessions ended" };
      all_sessions_ended: {
        readonly email: string;
        readonly message: "all sessions ended, log in again";
      };
    };
    errors:
      | "change_made_sessions_pending"
      | "cross_site_request"
      | "internal_error"
      | "misdirected_request"
      | "query_invalid"
      | "session_missing"
      | "unavailable";
  };
  /** Returns the user of the session. `GET /sessions/current` */
  currentSession: {
    input: object;
    responses: {
      session: {
        readonly user_id: string;
        readonly email: string;
        readonly email_verified: boolean;
        readonly session_id: string;
        readonly idle_expires_at: string;
        readonly absolute_expires_at: string;
      };
    };
    errors: "internal_error" | "misdirected_request" | "session_missing" | "unavailable";
  };
  /** Ends one of the user's own sessions. `DELETE /sessions/{session_id}` */
  endSession: {
    input: { session_id: string };
    responses: { session_ended: { readonly message: "session ended" } };
    errors:
      | "change_made_sessions_pending"
      | "cross_site_request"
      | "internal_error"
      | "misdirected_request"
      | "session_missing"
      | "session_not_found"
      | "unavailable";
  };
  /** Returns who is logged in. `GET /profile` */
  profile: {
    input: object;
    responses: { profile: { readonly email: string } };
    errors: "internal_error" | "misdirected_request" | "session_missing" | "unavailable";
  };
  /** Deletes the user and everything stored about the user. `DELETE /profile` */
  deleteUser: {
    input: { readonly current_password?: string | undefined };
    responses: { user_deleted: { readonly email: string; readonly message: "user deleted" } };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "change_made_sessions_pending"
      | "content_type_unsupported"
      | "cross_site_request"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "password_required"
      | "password_wrong"
      | "session_missing"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Requests a change of address. `PUT /profile/email` */
  changeEmail: {
    input: { readonly email: string; readonly current_password?: string | undefined };
    responses: {
      email_change_requested: {
        readonly email: string;
        readonly message: "confirmation requested";
      };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "content_type_unsupported"
      | "cross_site_request"
      | "email_already_registered"
      | "email_invalid"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "password_required"
      | "password_wrong"
      | "session_missing"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Returns everything stored about the user, except hashes of secrets. `GET /profile/export` */
  exportUser: {
    input: object;
    responses: {
      export: {
        readonly user: {
          readonly user_id: string;
          readonly email: string;
          readonly email_key: string;
          readonly email_verified_at: string | null;
          readonly verify_by: string | null;
          readonly disabled_at: string | null;
          readonly language: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly epoch: number;
          readonly revision: number;
        };
        readonly sessions: readonly {
          readonly session_id: string;
          readonly current: boolean;
          readonly remembered: boolean;
          readonly created_at: string;
          readonly last_seen_at: string;
          readonly idle_expires_at: string;
          readonly absolute_expires_at: string;
          readonly device: string | null;
          readonly network: string | null;
        }[];
        readonly session_origins: readonly {
          readonly session_id: string;
          readonly device: string | null;
          readonly network: string | null;
          readonly expires_at: string;
        }[];
        readonly devices: readonly string[];
        readonly email_changes: readonly {
          readonly id: string;
          readonly email: string;
          readonly email_key: string;
          readonly epoch: number;
        }[];
        readonly events: readonly {
          readonly id: string;
          readonly type: string;
          readonly version: number;
          readonly timestamp: string;
          readonly userId: string;
          readonly data: { readonly [name: string]: unknown };
        }[];
      };
    };
    errors:
      | "internal_error"
      | "misdirected_request"
      | "session_missing"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Returns the user's language. `GET /profile/language` */
  language: {
    input: object;
    responses: { language: { readonly language: string | null } };
    errors: "internal_error" | "misdirected_request" | "session_missing" | "unavailable";
  };
  /** Chooses the user's language. `PUT /profile/language` */
  chooseLanguage: {
    input: { readonly language: string };
    responses: { language_chosen: { readonly language: string } };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "content_type_unsupported"
      | "cross_site_request"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "language_invalid"
      | "misdirected_request"
      | "session_missing"
      | "unavailable";
  };
  /** Changes the password of the user who is logged in. `PUT /profile/password` */
  changePassword: {
    input: { readonly current_password?: string | undefined; readonly new_password: string };
    responses: {
      password_updated: { readonly email: string; readonly message: "Password updated" };
      password_updated_without_session: {
        readonly email: string;
        readonly message: "Password updated, log in again";
      };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "change_made_sessions_pending"
      | "content_type_unsupported"
      | "cross_site_request"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "password_breached"
      | "password_common"
      | "password_malformed"
      | "password_required"
      | "password_too_easy"
      | "password_too_long"
      | "password_too_short"
      | "password_wrong"
      | "session_missing"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Requests a reset token. `POST /reset_password` */
  requestReset: {
    input: { readonly email: string };
    responses: {
      reset_token_given: { readonly email: string; readonly reset_token: string };
      reset_requested: { readonly email: string; readonly message: "reset requested" };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "content_type_unsupported"
      | "cross_site_request"
      | "email_unknown"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Sets a new password with a reset token. `PUT /reset_password` */
  resetPassword: {
    input: {
      readonly email: string;
      readonly reset_token: string;
      readonly new_password: string;
      readonly "idempotency-key"?: string | undefined;
    };
    responses: {
      password_updated: { readonly email: string; readonly message: "Password updated" };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "change_made_sessions_pending"
      | "content_type_unsupported"
      | "cross_site_request"
      | "field_invalid"
      | "field_unknown"
      | "idempotency_key_invalid"
      | "internal_error"
      | "misdirected_request"
      | "password_breached"
      | "password_common"
      | "password_malformed"
      | "password_too_easy"
      | "password_too_long"
      | "password_too_short"
      | "reset_token_invalid"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Mails the link that verifies an address once more. `POST /email_verification` */
  requestVerification: {
    input: { readonly email: string };
    responses: {
      verification_requested: {
        readonly email: string;
        readonly message: "verification requested";
      };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "content_type_unsupported"
      | "cross_site_request"
      | "email_unknown"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "too_many_attempts"
      | "unavailable";
  };
  /** Uses the link of a mail: verifies an address, or changes it. `PUT /email_verification` */
  verifyEmail: {
    input: { readonly token: string; readonly password?: string | undefined };
    responses: {
      email_verified: { readonly email: string; readonly message: "email verified" };
      password_cleared: {
        readonly email: string;
        readonly message: "email verified, choose a new password";
        readonly reset_token: string;
      };
      email_changed: { readonly email: string; readonly message: "email changed" };
    };
    errors:
      | "body_malformed"
      | "body_too_large"
      | "change_made_sessions_pending"
      | "content_type_unsupported"
      | "cross_site_request"
      | "email_already_registered"
      | "field_invalid"
      | "field_unknown"
      | "internal_error"
      | "misdirected_request"
      | "password_wrong"
      | "too_many_attempts"
      | "unavailable"
      | "verification_token_invalid";
  };
  /** Returns whether the process runs. `GET /health/live` */
  isLive: {
    input: object;
    responses: { live: { readonly status: "live" } };
    errors: "internal_error" | "misdirected_request" | "unavailable";
  };
  /** Returns whether sessions can be checked, and what fails. `GET /health/ready` */
  isReady: {
    input: { readonly writes?: string | undefined };
    responses: {
      ready: { readonly status: "ready"; readonly failing?: readonly string[] | undefined };
    };
    errors: "internal_error" | "misdirected_request" | "query_invalid" | "unavailable";
  };
}

/** How each operation is called, and by what its successes are told apart. */
export const OPERATIONS = {
  welcome: {
    method: "GET",
    path: "/",
    query: [],
    headers: [],
    successes: [
      {
        code: "welcome",
        status: 200,
        has: ["message"],
        message: "Bienvenue",
      },
    ],
  },
  register: {
    method: "POST",
    path: "/users",
    query: [],
    headers: [],
    successes: [
      {
        code: "user_created",
        status: 200,
        has: ["email", "message"],
        message: "user created",
      },
      {
        code: "registration_accepted",
        status: 202,
        has: ["email", "message"],
        message: "registration accepted",
      },
    ],
  },
  listSessions: {
    method: "GET",
    path: "/sessions",
    query: [],
    headers: [],
    successes: [
      {
        code: "sessions",
        status: 200,
        has: ["sessions"],
      },
    ],
  },
  logIn: {
    method: "POST",
    path: "/sessions",
    query: [],
    headers: [],
    successes: [
      {
        code: "logged_in",
        status: 200,
        has: ["email", "message"],
        message: "logged in",
      },
    ],
  },
  logOut: {
    method: "DELETE",
    path: "/sessions",
    query: ["all", "except"],
    headers: [],
    successes: [
      {
        code: "logged_out",
        status: 302,
        location: "/",
      },
      {
        code: "other_sessions_ended",
        status: 200,
        has: ["email", "message"],
        message: "other sessions ended",
      },
      {
        code: "all_sessions_ended",
        status: 200,
        has: ["email", "message"],
        message: "all sessions ended, log in again",
      },
    ],
  },
  currentSession: {
    method: "GET",
    path: "/sessions/current",
    query: [],
    headers: [],
    successes: [
      {
        code: "session",
        status: 200,
        has: [
          "user_id",
          "email",
          "email_verified",
          "session_id",
          "idle_expires_at",
          "absolute_expires_at",
        ],
      },
    ],
  },
  endSession: {
    method: "DELETE",
    path: "/sessions/{session_id}",
    query: [],
    headers: [],
    successes: [
      {
        code: "session_ended",
        status: 200,
        has: ["message"],
        message: "session ended",
      },
    ],
  },
  profile: {
    method: "GET",
    path: "/profile",
    query: [],
    headers: [],
    successes: [
      {
        code: "profile",
        status: 200,
        has: ["email"],
      },
    ],
  },
  deleteUser: {
    method: "DELETE",
    path: "/profile",
    query: [],
    headers: [],
    successes: [
      {
        code: "user_deleted",
        status: 200,
        has: ["email", "message"],
        message: "user deleted",
      },
    ],
  },
  changeEmail: {
    method: "PUT",
    path: "/profile/email",
    query: [],
    headers: [],
    successes: [
      {
        code: "email_change_requested",
        status: 202,
        has: ["email", "message"],
        message: "confirmation requested",
      },
    ],
  },
  exportUser: {
    method: "GET",
    path: "/profile/export",
    query: [],
    headers: [],
    successes: [
      {
        code: "export",
        status: 200,
        has: ["user", "sessions", "session_origins", "devices", "email_changes", "events"],
      },
    ],
  },
  language: {
    method: "GET",
    path: "/profile/language",
    query: [],
    headers: [],
    successes: [
      {
        code: "language",
        status: 200,
        has: ["language"],
      },
    ],
  },
  chooseLanguage: {
    method: "PUT",
    path: "/profile/language",
    query: [],
    headers: [],
    successes: [
      {
        code: "language_chosen",
        status: 200,
        has: ["language"],
      },
    ],
  },
  changePassword: {
    method: "PUT",
    path: "/profile/password",
    query: [],
    headers: [],
    successes: [
      {
        code: "password_updated",
        status: 200,
        has: ["email", "message"],
        message: "Password updated",
      },
      {
        code: "password_updated_without_session",
        status: 200,
        has: ["email", "message"],
        message: "Password updated, log in again",
      },
    ],
  },
  requestReset: {
    method: "POST",
    path: "/reset_password",
    query: [],
    headers: [],
    successes: [
      {
        code: "reset_token_given",
        status: 200,
        has: ["email", "reset_token"],
      },
      {
        code: "reset_requested",
        status: 202,
        has: ["email", "message"],
        message: "reset requested",
      },
    ],
  },
  resetPassword: {
    method: "PUT",
    path: "/reset_password",
    query: [],
    headers: ["idempotency-key"],
    successes: [
      {
        code: "password_updated",
        status: 200,
        has: ["email", "message"],
        message: "Password updated",
      },
    ],
  },
  requestVerification: {
    method: "POST",
    path: "/email_verification",
    query: [],
    headers: [],
    successes: [
      {
        code: "verification_requested",
        status: 202,
        has: ["email", "message"],
        message: "verification requested",
      },
    ],
  },
  verifyEmail: {
    method: "PUT",
    path: "/email_verification",
    query: [],
    headers: [],
    successes: [
      {
        code: "email_verified",
        status: 200,
        has: ["email", "message"],
        message: "email verified",
      },
      {
        code: "password_cleared",
        status: 200,
        has: ["email", "message", "reset_token"],
        message: "email verified, choose a new password",
      },
      {
        code: "email_changed",
        status: 200,
        has: ["email", "message"],
        message: "email changed",
      },
    ],
  },
  isLive: {
    method: "GET",
    path: "/health/live",
    query: [],
    headers: [],
    successes: [
      {
        code: "live",
        status: 200,
        has: ["status"],
      },
    ],
  },
  isReady: {
    method: "GET",
    path: "/health/ready",
    query: ["writes"],
    headers: [],
    successes: [
      {
        code: "ready",
        status: 200,
        has: ["status"],
      },
    ],
  },
} as const;
