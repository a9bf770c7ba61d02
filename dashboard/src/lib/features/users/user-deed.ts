/** What owners can do to a user: make them an owner, or no longer one, end their sessions, delete them. */
export type UserDeed = 'raise' | 'lower' | 'sign-out' | 'delete';
