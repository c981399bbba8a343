/** In pixels: the same before and after a chart is there, so that nothing jumps. */
export const CHART_HEIGHT = 280;
