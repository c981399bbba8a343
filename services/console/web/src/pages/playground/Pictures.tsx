import { CloseButton, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Picture } from "./conversation";
import classes from "./Playground.module.css";

/** Small views of attached images; with `onRemove` they can be taken away. */
export function Pictures({
  pictures,
  onRemove,
}: {
  pictures: readonly Picture[];
  onRemove?: (picture: Picture) => void;
}) {
  const { t } = useTranslation("playground");
  if (pictures.length === 0) return null;
  return (
    <Group gap="xs" mb="xs">
      {pictures.map((picture) => (
        <div key={picture.url} className={classes.picture}>
          <img src={picture.url} alt={picture.name} />
          {onRemove && (
            <CloseButton
              className={classes.remove}
              variant="default"
              size="xs"
              radius="xl"
              aria-label={t("pictures.remove", { name: picture.name })}
              onClick={() => onRemove(picture)}
            />
          )}
        </div>
      ))}
    </Group>
  );
}
