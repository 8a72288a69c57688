/** The numbers of a line, `X.Y`: its versions differ by their patch only. */
export interface Line {
  readonly major: number;
  readonly minor: number;
}

/** "12-9-stable" */
export function stableBranch({ major, minor }: Line): string {
  return `${major}-${minor}-stable`;
}

/** The line whose stable branch this is; undefined for every other branch. */
export function lineOf(branch: string): Line | undefined {
  const [, major, minor] = /^(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})-stable$/.exec(branch) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
