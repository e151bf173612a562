// Put in by the build, from package.json.
declare const CES_VERSION: string;

/** The version of this CES, as package.json has it. */
export const version: string = CES_VERSION;
