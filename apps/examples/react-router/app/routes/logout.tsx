import { redirect } from "react-router";
import { clientOf, setCookie } from "../auth.server";
import type { Route } from "./+types/logout";

export async function action({ request }: Route.ActionArgs) {
  await clientOf(request).logOut();
  return redirect("/login", { headers: { "set-cookie": setCookie(undefined) } });
}
