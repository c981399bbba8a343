import { lazy, Suspense } from "react";
import { PublicLayout } from "./PublicLayout";
import { useVisitor } from "./session";

const Shell = lazy(() => import("./Shell").then((module) => ({ default: module.Shell })));

/** Around pages that are open to all: users see them without leaving their menu. */
export function EitherLayout() {
  const user = useVisitor();
  if (!user) return <PublicLayout />;
  return (
    <Suspense>
      <Shell />
    </Suspense>
  );
}
