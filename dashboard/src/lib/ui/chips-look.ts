/** The looks of a field that holds chips: the box is what looks like a field, and shows the focus of the input inside. */
export const chipsLook = {
  box: 'input flex min-h-9 flex-wrap items-center gap-1 px-1.5 py-1.25 has-[input:focus-visible]:border-accent has-[input:focus-visible]:outline-2 has-[input:focus-visible]:-outline-offset-1 has-[input:focus-visible]:outline-accent',
  wrong: 'border-danger',
  // Text under 16 px makes phones zoom into a field that gets the focus.
  input: 'h-6 min-w-12 flex-1 bg-transparent px-1.5 outline-none! max-sm:text-lg',
} as const;
