/** A name leads to somewhere that requests must not go. */
export class AddressRefused extends Error {}
