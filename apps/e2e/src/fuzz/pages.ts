/** The forms of the pages, each with its fields. Every one is also asked for with GET. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  "/": [],
  "/login": ["email", "password", "remember", "return_to"],
  "/logout": [],
  "/register": ["email", "password"],
  "/check-mail": [],
  "/forgot-password": ["email"],
  "/reset_password/link": ["link_token"],
  "/reset_password/choose": ["email", "new_password"],
  "/email_verification/link": ["link_token"],
  "/email_verification/confirm": ["password"],
  "/confirm-again": ["email"],
  "/account": [],
  "/account/email": ["email", "current_password"],
  "/account/password": ["current_password", "new_password"],
  "/account/sessions": ["session_id", "which"],
  "/account/export": [],
  "/account/delete": ["current_password"],
  "/language": ["language", "return_to"],
  "/docs": [],
  "/mail": [],
  "/mail/message": [],
  "/mail/preview": [],
};

const QUERY = ["return_to", "notice", "for", "id", "language"].map((name) => ({
  name,
  in: "query",
}));

/** The pages, in the form in which a description has the operations of the API. */
export const PAGES = Object.fromEntries(
  Object.entries(FORMS).map(([path, fields]) => {
    const properties = Object.fromEntries(fields.map((name) => [name, {}]));
    const content = { "application/x-www-form-urlencoded": { schema: { properties } } };
    return [path, { get: { parameters: QUERY }, post: { requestBody: { content } } }];
  }),
);
