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

// Each has a name: addresses of routes that are made in place are unknown to the types.
const landing = createRoute({ getParentRoute: () => open, path: "/", ...page("landing") });
const login = createRoute({
  getParentRoute: () => open,
  path: "/login",
  validateSearch: readLoginSearch,
  ...page("login"),
});
const register = createRoute({
  getParentRoute: () => open,
  path: "/register",
  ...page("register"),
});
const verifyEmail = createRoute({
  getParentRoute: () => open,
  path: "/verify-email",
  ...page("verify-email"),
});
const forgotPassword = createRoute({
  getParentRoute: () => open,
  path: "/forgot-password",
  ...page("forgot-password"),
});
const resetPassword = createRoute({
  getParentRoute: () => open,
  path: "/reset-password",
  ...page("reset-password"),
});

const docsIndex = createRoute({
  getParentRoute: () => either,
  path: "/docs",
  beforeLoad: () => {
    throw redirect({ to: "/docs/$page", params: { page: "quickstart" } });
  },
});
const docs = createRoute({ getParentRoute: () => either, path: "/docs/$page", ...page("docs") });
const models = createRoute({
  getParentRoute: () => either,
  path: "/models",
  validateSearch: readModelsSearch,
  ...page("models"),
});

const dashboard = createRoute({
  getParentRoute: () => inside,
  path: "/dashboard",
  validateSearch: readDashboardSearch,
  ...page("dashboard"),
});
const playground = createRoute({
  getParentRoute: () => inside,
  path: "/playground",
  validateSearch: readPlaygroundSearch,
  ...page("playground"),
});
const keys = createRoute({
  getParentRoute: () => inside,
  path: "/keys",
  validateSearch: readKeysSearch,
  ...page("keys"),
});
const logs = createRoute({
  getParentRoute: () => inside,
  path: "/logs",
  validateSearch: readLogsSearch,
  ...page("logs"),
});
const wallet = createRoute({
  getParentRoute: () => inside,
  path: "/wallet",
  validateSearch: readWalletSearch,
  ...page("wallet"),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  ...page("settings"),
});

const adminUsers = createRoute({
  getParentRoute: () => admin,
  path: "/admin/users",
  validateSearch: readAdminUsersSearch,
  ...page("admin-users"),
});
const adminChannels = createRoute({
  getParentRoute: () => admin,
  path: "/admin/channels",
  ...page("admin-channels"),
});
const adminModels = createRoute({
  getParentRoute: () => admin,
  path: "/admin/models",
  validateSearch: readAdminModelsSearch,
  ...page("admin-models"),
});
const adminUsage = createRoute({
  getParentRoute: () => admin,
  path: "/admin/usage",
  validateSearch: readAdminUsageSearch,
  ...page("admin-usage"),
});
const adminAudit = createRoute({
  getParentRoute: () => admin,
  path: "/admin/audit",
  validateSearch: readAdminAuditSearch,
  ...page("admin-audit"),
});

const routes = root.addChildren([
  open.addChildren([landing, login, register, verifyEmail, forgotPassword, resetPassword]),
  either.addChildren([docsIndex, docs, models]),
  inside.addChildren([
    dashboard,
    playground,
    keys,
    logs,
    wallet,
    settings,
    admin.addChildren([adminUsers, adminChannels, adminModels, adminUsage, adminAudit]),
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
