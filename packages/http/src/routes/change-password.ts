import { operation, type Resource } from "../operation.ts";
import { redirect } from "../respond.ts";

/** For password managers (W3C, A Well-Known URL for Changing Passwords). */
export const changePasswordResource: Resource = {
  GET: operation({
    id: "whereToChangePassword",
    tag: "Service",
    summary: "Leads to the page on which the user changes the password",
    description: "W3C, A Well-Known URL for Changing Passwords.",
    responses: {
      found: { status: 302, description: "Always leads there.", location: "/profile/password" },
    },
    handle: (c) => redirect(c, "/profile/password"),
  }),
};
