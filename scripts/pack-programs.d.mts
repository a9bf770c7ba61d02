/** Where one of our programs, named by its source below the project's root, lies packed. Throws for one that was not. */
export function packedProgram(source: string): string;
