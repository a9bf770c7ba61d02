/** The project that the live example listens to; somebody may have deleted it. */
export const sampleProject = 'sample';
