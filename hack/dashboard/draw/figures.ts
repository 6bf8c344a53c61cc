/** What is drawn: answers to the queries of panels, in seconds since the picture begins. */

export type Point = readonly [at: number, value: number];

export interface Series {
  /** In the legend. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In the order of time. An answer for one instant is one point. */
  readonly points: readonly Point[];
}

/** By the panel's id. */
export type Figures = ReadonlyMap<number, readonly Series[]>;

/** Something that happened, marked in every graph. */
export interface Mark {
  readonly at: number;
  readonly title: string;
}

/** The time that a picture shows, in seconds. */
export interface Span {
  readonly length: number;
  /** Between two points of a line. */
  readonly step: number;
}
