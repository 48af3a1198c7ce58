import { directionOf } from "@postern/domain";
import type { OpenApi } from "@postern/http";
import { html } from "hono/html";
import type { PageLanguage } from "../languages.ts";
import type { Html } from "../layout.ts";
import type { Texts } from "../texts/en.ts";
import { bodySchemaOf, curlOf, exampleOf, type Placed, type Schema } from "./examples.ts";

interface Frame {
  readonly texts: Texts;
  /** Of the texts. The description itself is in English. */
  readonly language: PageLanguage;
  /** Where the service is reached: origin and base path. */
  readonly base: string;
}

/** The description of every route: a list to find one, and each with an example. */
export function reference({ paths, tags }: OpenApi, frame: Frame): Html {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      Object.assign({ path, method: method.toUpperCase() }, operation),
    ),
  );
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operations.filter((operation) => operation.tags.includes(tag.name)),
  }));
  const { texts, language } = frame;
  return html`<div class="routes" lang="en" dir="ltr">
    <nav aria-label="${texts.homeDocs}">
      <div class="search" lang="${language}" dir="${directionOf(language)}" hidden>
        <label for="search">${texts.docsSearch}</label>
        <input id="search" type="search" autocomplete="off" />
        <p role="status" data-none="${texts.docsNone}"></p>
      </div>
      ${groups.map(
        (group) =>
          html`<h2>${group.name}</h2>
            <ul>
              ${group.operations.map(
                ({ operationId, method, path }) =>
                  html`<li>
                    <a href="#${operationId}"><b>${method}</b> ${path}</a>
                  </li>`,
              )}
            </ul>`,
      )}
    </nav>
    <div>
      ${groups.map(
        (group) =>
          html`<section>
            <h2>${group.name}</h2>
            <p>${group.description}</p>
            ${group.operations.map((operation) => article(operation, frame))}
          </section>`,
      )}
    </div>
  </div>`;
}

function article(operation: Placed, { texts, language, base }: Frame): Html {
  const { operationId, method, path, summary, description, security, responses } = operation;
  return html`<article id="${operationId}" class="card">
    <h3><b>${method}</b> ${path}</h3>
    <p>${summary}. ${prose(description)}</p>
    ${needsSession(security) ? html`<p class="hint" lang="${language}" dir="${directionOf(language)}">${texts.docsSession}</p>` : ""}
    ${inputs(operation, { texts, language })}
    <pre><code>${curlOf(operation, base)}</code></pre>
    <dl>
      ${Object.entries(responses).map(
        ([status, answer]) =>
          html`<dt>${status}</dt>
            <dd>
              ${answer.description.split("\n").map((line) => html`${prose(line)}<br />`)}
              ${exampleAnswer(answer.content?.["application/json"]?.schema)}
            </dd>`,
      )}
    </dl>
  </article>`;
}

function inputs(
  operation: Placed,
  { texts, language }: Pick<Frame, "texts" | "language">,
): Html | string {
  const schema = bodySchemaOf(operation);
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    note: schema.required?.includes(name)
      ? ""
      : html`<i lang="${language}">${texts.docsOptional}</i>. `,
    description: field.description ?? "",
  }));
  const parameters = (operation.parameters ?? []).map((parameter) => ({
    name: parameter.name,
    note: html`<i>${parameter.in}</i>. `,
    description: parameter.description ?? "",
  }));
  const all = [...parameters, ...fields];
  if (all.length === 0) return "";
  return html`<dl>
    ${all.map(
      ({ name, note, description }) =>
        html`<dt><code>${name}</code></dt>
          <dd>${note}${description}</dd>`,
    )}
  </dl>`;
}

/** An example of a JSON answer. Errors share one schema, which is named only. */
function exampleAnswer(schema: (Schema & { readonly $ref?: string }) | undefined): Html | string {
  if (!schema || schema.$ref) return "";
  return html`<pre><code>${JSON.stringify(exampleOf(schema), null, 2)}</code></pre>`;
}

/** Whether every way to call it is with a session. */
const needsSession = (security: Placed["security"] = []) =>
  security.length > 0 && security.every((one) => Object.keys(one).length > 0);

/** Text between backticks is code. */
const prose = (text: string) =>
  text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
