/**
 * The store can be reached and takes nothing, whatever it is offered: it has no memory left, is a replica, or does not let us
 * write. It is thrown only when that hangs on no document.
 */
export class StoreRefusal extends Error {}
