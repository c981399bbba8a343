import { Alert, Drawer } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { PageHeader } from "../../components/PageHeader";
import { exampleModel } from "../../lib/example-model";
import { Actions } from "./Actions";
import { Columns } from "./Columns";
import { Composer } from "./Composer";
import { withColumn, withModel } from "./conversation";
import classes from "./Playground.module.css";
import { SettingsForm } from "./SettingsForm";
import { useSettings } from "./settings";
import { type Asking, useAsking } from "./use-playground";

/** The page, once it is known which models there are. */
export function Playground({ models }: { models: readonly Schema<"Model">[] }) {
  const { t } = useTranslation("playground");
  const wide = useMediaQuery("(min-width: 75em)", true, { getInitialValueInEffect: false });
  const [settings, changeSettings] = useSettings();
  const [panelOpened, panel] = useDisclosure(wide);
  const asking = useAsking(settings, models);
  const { model: asked } = useSearch({ from: "/inside/playground" });
  useFirstModel(models, asked, settings.model, asking.change);
  const form = <SettingsForm settings={settings} onChange={changeSettings} />;
  return (
    <div className={classes.page}>
      <PageHeader
        title={t("title")}
        actions={
          <Actions
            asking={asking}
            settings={settings}
            settingsOpened={panelOpened}
            onSettings={panel.toggle}
          />
        }
      />
      <div className={classes.body}>
        <div className={classes.talk}>
          {asked && !named(models, asked) && (
            <Alert color="amber">{t("noModel", { model: asked })}</Alert>
          )}
          <Columns asking={asking} models={models} onModel={(model) => changeSettings({ model })} />
          <Composer asking={asking} />
        </div>
        {wide && panelOpened && (
          <section className={classes.side} aria-label={t("settings.title")}>
            {form}
          </section>
        )}
      </div>
      <Drawer
        opened={!wide && panelOpened}
        onClose={panel.close}
        position="right"
        title={t("settings.title")}
      >
        {form}
      </Drawer>
    </div>
  );
}

/** The address names the model, else it is the one of last time, else one for a first call. */
function useFirstModel(
  models: readonly Schema<"Model">[],
  asked: string | undefined,
  usual: string,
  change: Asking["change"],
): void {
  const [first] = useState(() => named(models, usual) ?? exampleModel(models)?.name ?? "");
  const wanted = named(models, asked);
  useEffect(() => {
    change((talk) => {
      const [column] = talk.columns;
      if (!column) return withColumn(talk, wanted ?? first);
      return wanted ? withModel(talk, column.id, wanted) : talk;
    });
  }, [first, wanted, change]);
}

function named(models: readonly Schema<"Model">[], name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  return models.find((model) => model.name === name || model.aliases.includes(name))?.name;
}
