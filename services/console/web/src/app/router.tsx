/** Every address of the console. A page is the folder of its name in ../pages, and its namespace of words. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from "@tanstack/react-router";
import { i18n } from "../i18n";
import { localPath } from "../lib/local-path";
import type { RawSearch } from "../lib/search";
import { readAdminAuditSearch } from "../pages/admin-audit/search";
import { readAdminChannelsSearch } from "../pages/admin-channels/search";
import { readAdminModelsSearch } from "../pages/admin-models/search";
import { readAdminUsageSearch } from "../pages/admin-usage/search";
import { readAdminUsersSearch } from "../pages/admin-users/search";
import { readDashboardSearch } from "../pages/dashboard/search";
import { readKeysSearch } from "../pages/keys/search";
import { readLogsSearch } from "../pages/logs/search";
import { readModelsSearch } from "../pages/models/search";
import { readPlaygroundSearch } from "../pages/playground/search";
import { readWalletSearch } from "../pages/wallet/search";
import { EitherLayout } from "./EitherLayout";
import { Broken, NotFound } from "./Failures";
import { Frame } from "./Frame";
import { PublicLayout } from "./PublicLayout";
import { ensureUser, ensureVisitor } from "./session";

const PAGES = import.meta.glob<{ default: () => React.JSX.Element }>("../pages/*/Page.tsx");

/** A page's chunk and its words, fetched at the same time. */
function page(name: string) {
  const load = PAGES[`../pages/${name}/Page.tsx`];
  if (!load) throw new Error(`there is no pages/${name}/Page.tsx`);
  return { component: lazyRouteComponent(load), loader: () => i18n.loadNamespaces(name) };
}

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => (
    <PublicLayout>
      <NotFound />
    </PublicLayout>
  ),
});

const open = createRoute({ getParentRoute: () => root, id: "open", component: PublicLayout });
const either = createRoute({
  getParentRoute: () => root,
  id: "either",
  component: EitherLayout,
  beforeLoad: ensureVisitor,
});
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: lazyRouteComponent(() => import("./Shell"), "Shell"),
  beforeLoad: async ({ location }) => {
    const user = await ensureUser();
    if (!user) throw redirect({ to: "/login", search: { next: location.href } });
    return { user };
  },
});
const admin = createRoute({
  getParentRoute: () => inside,
  id: "admin",
  beforeLoad: ({ context }) => {
    if (context.user.role === "customer") throw notFound();
  },
});

/** Where a link to the log-in leads afterwards; never off this site. */
function readLoginSearch(raw: RawSearch): { next?: string } {
  const next = localPath(raw.next, "");
  return next ? { next } : {};
}

const inEither = () => either;
const inOpen = () => open;
const inInside = () => inside;
const inAdmin = () => admin;

const routes = root.addChildren([
  open.addChildren([
    createRoute({ getParentRoute: inOpen, path: "/", ...page("landing") }),
    createRoute({
      getParentRoute: inOpen,
      path: "/login",
      validateSearch: readLoginSearch,
      ...page("login"),
    }),
    createRoute({ getParentRoute: inOpen, path: "/register", ...page("register") }),
    createRoute({ getParentRoute: inOpen, path: "/verify-email", ...page("verify-email") }),
    createRoute({ getParentRoute: inOpen, path: "/forgot-password", ...page("forgot-password") }),
    createRoute({ getParentRoute: inOpen, path: "/reset-password", ...page("reset-password") }),
  ]),
  either.addChildren([
    createRoute({
      getParentRoute: inEither,
      path: "/docs",
      beforeLoad: () => {
        throw redirect({ to: "/docs/$page", params: { page: "quickstart" } });
      },
    }),
    createRoute({ getParentRoute: inEither, path: "/docs/$page", ...page("docs") }),
    createRoute({
      getParentRoute: inEither,
      path: "/models",
      validateSearch: readModelsSearch,
      ...page("models"),
    }),
  ]),
  inside.addChildren([
    createRoute({
      getParentRoute: inInside,
      path: "/dashboard",
      validateSearch: readDashboardSearch,
      ...page("dashboard"),
    }),
    createRoute({
      getParentRoute: inInside,
      path: "/playground",
      validateSearch: readPlaygroundSearch,
      ...page("playground"),
    }),
    createRoute({
      getParentRoute: inInside,
      path: "/keys",
      validateSearch: readKeysSearch,
      ...page("keys"),
    }),
    createRoute({
      getParentRoute: inInside,
      path: "/logs",
      validateSearch: readLogsSearch,
      ...page("logs"),
    }),
    createRoute({
      getParentRoute: inInside,
      path: "/wallet",
      validateSearch: readWalletSearch,
      ...page("wallet"),
    }),
    createRoute({ getParentRoute: inInside, path: "/settings", ...page("settings") }),
    admin.addChildren([
      createRoute({
        getParentRoute: inAdmin,
        path: "/admin/users",
        validateSearch: readAdminUsersSearch,
        ...page("admin-users"),
      }),
      createRoute({
        getParentRoute: inAdmin,
        path: "/admin/channels",
        validateSearch: readAdminChannelsSearch,
        ...page("admin-channels"),
      }),
      createRoute({
        getParentRoute: inAdmin,
        path: "/admin/models",
        validateSearch: readAdminModelsSearch,
        ...page("admin-models"),
      }),
      createRoute({
        getParentRoute: inAdmin,
        path: "/admin/usage",
        validateSearch: readAdminUsageSearch,
        ...page("admin-usage"),
      }),
      createRoute({
        getParentRoute: inAdmin,
        path: "/admin/audit",
        validateSearch: readAdminAuditSearch,
        ...page("admin-audit"),
      }),
    ]),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: "intent",
  // TanStack Query knows what is fresh.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
