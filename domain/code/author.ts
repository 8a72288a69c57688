/** Who makes Slipway's commits and tags. It is part of their SHAs. */
export const author = { name: 'Slipway', email: 'slipway@noreply.invalid' } as const;
