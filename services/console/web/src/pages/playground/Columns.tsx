import { SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { ColumnView } from "./ColumnView";
import { type Column, withModel, withoutColumn } from "./conversation";
import classes from "./Playground.module.css";
import type { Asking } from "./use-playground";

/** The models side by side; on a phone one at a time. */
export function Columns({
  asking,
  models,
  onModel,
}: {
  asking: Asking;
  models: readonly Schema<"Model">[];
  /** Hears which model was chosen. */
  onModel: (name: string) => void;
}) {
  const { t } = useTranslation("playground");
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState(0);
  const { columns } = asking.talk;
  const shown = narrow
    ? [columns.find(({ id }) => id === chosen) ?? columns.at(-1)].filter((column) => !!column)
    : columns;

  function choose(column: Column, model: string): void {
    asking.change((talk) => withModel(talk, column.id, model));
    onModel(model);
  }

  return (
    <>
      {narrow && columns.length > 1 && (
        <SegmentedControl
          fullWidth
          classNames={{ control: classes.tab }}
          aria-label={t("columns")}
          data={columns.map(({ id, model }) => ({ value: String(id), label: model }))}
          value={String(shown[0]?.id)}
          onChange={(id) => setChosen(Number(id))}
        />
      )}
      <div className={classes.columns}>
        {shown.map((column) => (
          <ColumnView
            key={column.id}
            column={column}
            asking={asking}
            models={models}
            onChoose={(model) => choose(column, model)}
            onRemove={() => asking.change((talk) => withoutColumn(talk, column.id))}
          />
        ))}
      </div>
    </>
  );
}
