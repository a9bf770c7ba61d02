type Environment = Readonly<Record<string, string | undefined>>;
export const bearerVariables: readonly string[];
export function denoArguments(environment: Environment): readonly string[];
export function denoPermissions(environment: Environment): readonly string[];
export function denoBinary(): string;
