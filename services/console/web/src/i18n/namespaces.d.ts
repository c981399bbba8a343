import "i18next";

// Every namespace is a file in ../locales/en; keys are checked by tsc, and zh against en by a test.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: {
      common: typeof import("../locales/en/common.json");
      landing: typeof import("../locales/en/landing.json");
      login: typeof import("../locales/en/login.json");
      register: typeof import("../locales/en/register.json");
      "verify-email": typeof import("../locales/en/verify-email.json");
      "forgot-password": typeof import("../locales/en/forgot-password.json");
      "reset-password": typeof import("../locales/en/reset-password.json");
      docs: typeof import("../locales/en/docs.json");
      models: typeof import("../locales/en/models.json");
      dashboard: typeof import("../locales/en/dashboard.json");
      playground: typeof import("../locales/en/playground.json");
      keys: typeof import("../locales/en/keys.json");
      logs: typeof import("../locales/en/logs.json");
      wallet: typeof import("../locales/en/wallet.json");
      settings: typeof import("../locales/en/settings.json");
      "admin-users": typeof import("../locales/en/admin-users.json");
      "admin-channels": typeof import("../locales/en/admin-channels.json");
      "admin-models": typeof import("../locales/en/admin-models.json");
      "admin-usage": typeof import("../locales/en/admin-usage.json");
      "admin-audit": typeof import("../locales/en/admin-audit.json");
    };
  }
}
