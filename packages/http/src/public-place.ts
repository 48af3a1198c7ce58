/** Where people reach the service: under `https://www.example.com/auth`, for example. */
export interface PublicPlace {
  /** `https://www.example.com`. `undefined`: not known. */
  readonly origin: string | undefined;
  /** `/auth`, or "" without a path. */
  readonly basePath: string;
}

export function publicPlace(publicUrl: string | undefined): PublicPlace {
  if (publicUrl === undefined) return { origin: undefined, basePath: "" };
  const { origin, pathname } = new URL(publicUrl);
  return { origin, basePath: pathname.replace(/\/+$/, "") };
}

/**
 * Returns the path as the routes know it. A proxy in front may strip the base path or pass it on,
 * so both are served.
 */
export function withoutBasePath(path: string, basePath: string): string {
  if (basePath === "" || !path.startsWith(basePath)) return path;
  const rest = path.slice(basePath.length);
  if (rest === "") return "/";
  return rest.startsWith("/") ? rest : path;
}
