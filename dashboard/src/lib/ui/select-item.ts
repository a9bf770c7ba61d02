/** One thing to choose from. */
export interface SelectItem<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  /** A second, quieter line. */
  readonly description?: string | undefined;
  /** The class of a colour that stands for it wherever it is shown. */
  readonly colour?: string | undefined;
}
