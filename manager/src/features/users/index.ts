export { userOperations } from './operations.ts';
export { afterPerson, isPersonPlace, personHolds } from './people.ts';
