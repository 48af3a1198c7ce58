import type { OpenApi } from "@postern/http";
import { page } from "../layout.ts";
import { reference } from "../reference/reference.ts";
import { errorPage } from "../refusals.ts";
import { say, type Visit } from "../visit.ts";

/** Describes every route, from the service's own description of itself. */
export async function showDocs(visit: Visit): Promise<Response> {
  const { texts, language, origin, link } = visit;
  const answer = await visit.get("/openapi.json");
  if (!answer.ok) {
    await answer.body?.cancel();
    return answer.status === 503
      ? errorPage(visit, say(visit, "errorUnavailable"), 503, 1)
      : errorPage(visit, say(visit, "errorOther"), answer.status);
  }
  const document = (await answer.json()) as OpenApi;
  return page(
    visit,
    { title: "homeDocs", layout: "reference" },
    reference(document, { texts, language, base: origin + link("") }),
  );
}
