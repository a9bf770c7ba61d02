/*
 * Loaded before a program (`node --import`): its wall clock is FAUNA_TRIAL_CLOCK_MS ahead, and jumps to as much behind, and
 * back, at every SIGUSR2. Time as it passes (`performance.now`, timers) goes on as it is, as on a machine whose clock is set.
 */
const RealDate = Date;
let offsetMs = Number(process.env.FAUNA_TRIAL_CLOCK_MS);

process.on('SIGUSR2', () => {
  offsetMs = -offsetMs;
});

class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = ShiftedDate;
