import { globSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { parseSync } from "oxc-parser";
import { ROOT } from "./repository.ts";

const SOURCE = join(ROOT, "packages/domain/src");

/** Files at the root that every folder may import. */
const ROOT_FILES = new Set([
  "brand.ts",
  "caller.ts",
  "clock.ts",
  "email-domain.ts",
  "email.ts",
  "language.ts",
  "ids.ts",
  "limit-rules.ts",
  "rate-limited.ts",
  "result.ts",
  "unavailable.ts",
  "after-commit.ts",
]);

/** Files at the root that use every folder. Only their types may be imported. */
const LAST_FILES = new Set(["policy.ts", "ports.ts"]);

const TYPES_OF_STORES = ["event", "token", "password", "user", "limit", "session"];

/** The folders in order, and the earlier folders that each may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  event: [],
  token: ["event"],
  password: [],
  user: ["event", "token", "password"],
  limit: ["event", "token", "password", "user"],
  session: ["event", "token", "password", "user", "limit"],
  recovery: TYPES_OF_STORES,
  verification: TYPES_OF_STORES,
  registration: [...TYPES_OF_STORES, "verification"],
  profile: [...TYPES_OF_STORES, "verification"],
  administration: TYPES_OF_STORES,
};

/** Tests, and the files that collect everything for other packages. */
const EXEMPT = /\.(test|contract|fixture)\.ts$|^(index|memory|contract)\.ts$/;

interface Import {
  readonly file: string;
  /** The imported file, or the name of a package. */
  readonly target: string;
  readonly isType: boolean;
}

/** Returns what a file imports: by `import`, by `export … from`, and by `import(…)`. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed`);
  const entry = (path: string, isType: boolean): Import => ({
    file,
    target: path.startsWith(".") ? join(dirname(file), path).split(sep).join("/") : path,
    isType,
  });
  return [
    ...module.staticImports.map(({ moduleRequest, entries }) =>
      entry(moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType)),
    ),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [entry(moduleRequest.value, isType)] : [],
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      entry(text.slice(start, end).replaceAll(/^["'`]|["'`]$/g, ""), false),
    ),
  ];
}

/** Returns the folder of a file, or the file itself at the root. */
const placeOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? "") : file);

function isAllowed({ file, target, isType }: Import): boolean {
  const [from, to] = [placeOf(file), placeOf(target)];
  if (from === to || ROOT_FILES.has(to)) return true;
  if (LAST_FILES.has(to)) return isType || LAST_FILES.has(from);
  if (LAST_FILES.has(from)) return isType;
  return MAY_IMPORT[from]?.includes(to) ?? false;
}

/**
 * Reads the domain's imports. Returns the graph of its folders, and the imports that break the
 * order.
 */
export function domainFolders() {
  const files = globSync("**/*.ts", { cwd: SOURCE })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => !EXEMPT.test(file))
    .toSorted();
  const imports = files.flatMap(importsOf);
  const graph = Object.keys(MAY_IMPORT).map((folder) => {
    const own = imports.filter(({ file }) => placeOf(file) === folder);
    const used = new Set(own.map(({ target }) => placeOf(target)));
    return {
      folder,
      imports: Object.keys(MAY_IMPORT).filter((one) => one !== folder && used.has(one)),
    };
  });
  const unknown = files.map(placeOf).filter((place) => {
    const isKnown = ROOT_FILES.has(place) || LAST_FILES.has(place) || place in MAY_IMPORT;
    return !isKnown;
  });
  const violations = [
    ...imports
      .filter((one) => !isAllowed(one))
      .map(({ file, target }) => `${file} must not import ${target}`),
    ...[...new Set(unknown)].map((place) => `${place} has no place in the order of the domain`),
  ];
  return { files: files.length, graph, violations };
}
