import classes from "./CodeBlock.module.css";
import { CopyButton } from "./CopyButton";

/** Code to read and to copy. It scrolls inside, also by keyboard. `mark` is a part of it to be pointed out. */
export function CodeBlock({ code, label, mark }: { code: string; label?: string; mark?: string }) {
  return (
    <div className={classes.block}>
      {label && <div className={classes.label}>{label}</div>}
      <div className={classes.copy}>
        <CopyButton text={code} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className={classes.code} tabIndex={0}>
        <code>{mark ? <Marked code={code} mark={mark} /> : code}</code>
      </pre>
    </div>
  );
}

function Marked({ code, mark }: { code: string; mark: string }) {
  const [before, ...after] = code.split(mark);
  return (
    <>
      {before}
      <mark className={classes.mark}>{mark}</mark>
      {after.join(mark)}
    </>
  );
}
