import type { Violation } from "./violation.ts";

const domain = "packages/domain/src";
const redis = "packages/redis/src";

/** What the checks of boundaries, folders, dead code, format and packages must report. */
export const LAYOUT_VIOLATIONS: readonly Violation[] = [
  {
    rule: "a folder of the domain imports earlier folders only",
    tool: "domain",
    file: `${domain}/event/planted-order.ts`,
    text: 'import type { Session } from "../session/session.ts";\nexport type Planted = Session;\n',
    reported: /event\/planted-order\.ts must not import session\/session\.ts/,
  },
  {
    rule: "no comment hides an import",
    tool: "domain",
    file: `${domain}/event/planted-comment.ts`,
    text: 'import {\n  isLive, // one; "two"\n} from "../session/session.ts";\nexport const planted = isLive;\n',
    reported: /event\/planted-comment\.ts must not import session\/session\.ts/,
  },
  {
    rule: "no import at run time breaks the order",
    tool: "domain",
    file: `${domain}/event/planted-dynamic.ts`,
    text: 'export const planted = await import("../session/session.ts");\n',
    reported: /event\/planted-dynamic\.ts must not import session\/session\.ts/,
  },
  {
    rule: "no export breaks the order",
    tool: "domain",
    file: `${domain}/event/planted-export.ts`,
    text: 'export { isLive as planted } from "../session/session.ts";\n',
    reported: /event\/planted-export\.ts must not import session\/session\.ts/,
  },
  {
    rule: "the domain does not import itself by its name",
    tool: "domain",
    file: `${domain}/event/planted-self.ts`,
    text: 'import type { Session } from "@postern/domain";\nexport type Planted = Session;\n',
    reported: /event\/planted-self\.ts must not import @postern\/domain/,
  },
  {
    rule: "a use case imports only the types of the ports",
    tool: "domain",
    file: `${domain}/session/planted-policy.ts`,
    text: 'import { coursePolicy } from "../policy.ts";\nexport const planted = coursePolicy;\n',
    reported: /session\/planted-policy\.ts must not import policy\.ts/,
  },
  {
    rule: "every folder of the domain has a place in the order",
    tool: "domain",
    file: `${domain}/planted/planted.ts`,
    text: "export const planted = 1;\n",
    reported: /planted has no place in the order/,
  },
  {
    rule: "a package imports no other one that it does not list",
    tool: "boundaries",
    file: `${redis}/planted-adapter.ts`,
    text: 'import { createApp } from "@postern/http";\nexport const planted = createApp;\n',
    reported: /planted-adapter\.ts/,
  },
  {
    rule: "no path leads out of a package",
    tool: "boundaries",
    file: `${redis}/planted-path.ts`,
    text: 'import { coursePolicy } from "../../domain/src/policy.ts";\nexport const planted = coursePolicy;\n',
    reported: /planted-path\.ts/,
  },
  {
    rule: "tags say who may depend on whom",
    tool: "boundaries",
    file: "packages/mail/package.json",
    text: '{ "name": "@postern/mail", "version": "0.1.0", "type": "module", "exports": { ".": "./src/index.ts" }, "dependencies": { "@postern/domain": "workspace:*", "@postern/http": "workspace:*", "@postern/redis": "workspace:*" } }\n',
    reported:
      /`@postern\/http` found without any tag listed in allowlist for[\s|]+`@postern\/mail`/,
  },
  {
    rule: "an adapter does not lean on another adapter",
    tool: "boundaries",
    file: "packages/mail/src/planted-adapter.ts",
    text: 'import { connectRedis } from "@postern/redis";\nexport const planted = connectRedis;\n',
    reported:
      /`@postern\/redis` found without any tag listed in allowlist for[\s|]+`@postern\/mail`/,
  },
  {
    rule: "the client leans on nothing of the service",
    tool: "boundaries",
    file: "packages/client/package.json",
    text: '{ "name": "@postern/client", "version": "0.1.0", "type": "module", "exports": { ".": "./src/index.ts" }, "dependencies": { "@postern/domain": "workspace:*" } }\n',
    reported:
      /`@postern\/domain` found without any tag listed in allowlist for[\s|]+`@postern\/client`/,
  },
  {
    rule: "nothing is exported that nobody uses",
    tool: "dead code",
    file: "packages/crypto/src/id-source.ts",
    text: 'export { idSource } from "./planted-source.ts";\nexport const planted = 1;\n',
    reported: /Unused exports[\s\S]*planted[\s\S]*id-source\.ts/,
  },
  {
    rule: "no file is left lying about",
    tool: "dead code",
    file: `${redis}/planted-unused.ts`,
    text: "export const planted = 1;\n",
    reported: /Unused files[\s\S]*planted-unused\.ts/,
  },
  {
    rule: "everything is formatted",
    tool: "format",
    file: `${redis}/planted-format.ts`,
    text: "export const planted   =  1\n",
    reported: /planted-format\.ts/,
  },
  {
    rule: "what a package says it exports is there",
    tool: "publint",
    file: "packages/crypto/package.json",
    text: '{ "name": "@postern/crypto", "version": "0.1.0", "type": "module", "exports": { ".": "./src/planted-nowhere.ts" } }\n',
    reported: /planted-nowhere\.ts/,
  },
];
