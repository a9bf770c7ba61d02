/** What is known of a webhook whose target has not failed since it was last seen to work, or was never tried. */
export const healthy = { failures: 0, failingSince: null, pausedUntil: null } as const;
