/**
 * Something that keeps Fauna from starting and that whoever starts it can mend. The message is printed alone, without a
 * stack, so it says what could not be done, to what, and what would be right.
 */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}
