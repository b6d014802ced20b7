import classes from "./RowCheckbox.module.css";

interface Props {
  label: string;
  checked: boolean;
  /** Some of what it stands for, not all. */
  partly?: boolean;
  disabled?: boolean;
  onChange: (checked: boolean, shift: boolean) => void;
  className?: string | undefined;
}

/** A plain checkbox: light enough for a long list. */
export function RowCheckbox({ label, checked, partly = false, disabled = false, onChange, className }: Props) {
  return (
    <input
      type="checkbox"
      data-select
      aria-label={label}
      className={`${classes.tick} ${className ?? ""}`}
      checked={checked}
      disabled={disabled}
      ref={(input) => {
        if (input) input.indeterminate = partly;
      }}
      onChange={(event) => onChange(event.currentTarget.checked, shifted(event.nativeEvent))}
    />
  );
}

/** Whether Shift was held: a checkbox changes by a click, also where a key causes it. */
function shifted(event: Event): boolean {
  return event instanceof MouseEvent && event.shiftKey;
}
