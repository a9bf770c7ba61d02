/** Somebody who may shop here, as a shop knows people: an id, and what else it happens to know. */
export interface Shopper {
  readonly id: string;
  readonly name: string;
  /** What flags are evaluated with. An attribute that is not known is left out, and makes no condition true. */
  readonly context: {
    readonly key: string;
    readonly state: string;
    readonly student?: boolean;
  };
}

const studentInWashington: Shopper = {
  id: 'washington-student',
  name: 'Student in Washington',
  context: { key: 'washington-student', state: 'Washington', student: true },
};

/** The people of the story. A shop of yours has a session instead, and looks the rest up by it. */
export const shoppers: readonly Shopper[] = [
  studentInWashington,
  {
    id: 'california-reader',
    name: 'Californian, no student',
    context: { key: 'california-reader', state: 'California', student: false },
  },
  {
    id: 'new-york-visitor',
    name: 'Visitor from New York',
    context: { key: 'new-york-visitor', state: 'New York' },
  },
];

/** The shopper of this id, or the first: a link with an old id still opens the shop. */
export function shopperOf(id: string | undefined): Shopper {
  return shoppers.find((shopper) => shopper.id === id) ?? studentInWashington;
}
