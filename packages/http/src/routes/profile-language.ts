import { chooseLanguage, findLanguage, type Ports } from "@postern/domain";
import { z } from "zod";
import { sessionToken } from "../caller.ts";
import { operation, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { language } from "../schemas.ts";

export const profileLanguageResource = (ports: Ports): Resource => ({
  GET: operation({
    id: "language",
    tag: "Profile",
    summary: "Returns the user's language",
    description: "At first it is the preferred language of the registration's `Accept-Language`.",
    session: "needed",
    responses: {
      language: {
        status: 200,
        description: "The language of mails and pages, or `null` if none is known.",
        body: z.strictObject({ language: language.nullable() }),
      },
    },
    errors: { session_missing: {} },
    async handle(c) {
      const result = await findLanguage(ports, sessionToken(c, ports));
      return result.ok ? json(c, { language: result.value ?? null }) : result;
    },
  }),

  PUT: operation({
    id: "chooseLanguage",
    tag: "Profile",
    summary: "Chooses the user's language",
    description: "If there are no mails in this language, they are in English.",
    fields: z.strictObject({ language }),
    session: "needed",
    responses: {
      language_chosen: {
        status: 200,
        description: "Stored, in its canonical form.",
        body: z.strictObject({ language }),
      },
    },
    errors: { language_invalid: { field: "language" }, session_missing: {} },
    async handle(c, { language: tag }) {
      const result = await chooseLanguage(ports, sessionToken(c, ports), tag);
      return result.ok ? json(c, { language: result.value }) : result;
    },
  }),
});
