/** A book in the basket. */
export interface Book {
  readonly id: 'rollout' | 'tidepools' | 'night-train';
  readonly title: string;
  readonly edition: string;
  readonly cents: number;
}

/** What is being bought. The story needs no more than one basket. */
export const basket: readonly Book[] = [
  { id: 'rollout', title: 'The Quiet Rollout', edition: 'Hardcover, 312 pages', cents: 2_400 },
  { id: 'tidepools', title: 'Tidepools of the Pacific', edition: 'Illustrated, 208 pages', cents: 1_850 },
  {
    id: 'night-train',
    title: 'A Short History of Night Trains',
    edition: 'Paperback, 264 pages',
    cents: 1_250,
  },
];

/** A way to send the books. */
export interface Delivery {
  readonly id: 'standard' | 'express';
  readonly name: string;
  readonly time: string;
  readonly cents: number;
}

const standard: Delivery = { id: 'standard', name: 'Standard', time: '3 to 5 working days', cents: 400 };

/** The ways to choose from. */
export const deliveries: readonly Delivery[] = [
  standard,
  { id: 'express', name: 'Express', time: 'Tomorrow before noon', cents: 1_200 },
];

/** The delivery of this id, or the standard one. */
export function deliveryOf(id: string | undefined): Delivery {
  return deliveries.find((delivery) => delivery.id === id) ?? standard;
}
