/** Which requests by how they ended, as filters and charts tell them apart. */
export const OUTCOMES = ["all", "answered", "failed"] as const;

export type Outcomes = (typeof OUTCOMES)[number];
