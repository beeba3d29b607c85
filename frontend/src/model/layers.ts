// What the shape of a layer says: how many weights it has, and what it passes on.

export const KERNEL = 3; // a convolution looks at 3 × 3 pixels
export const POOL = 2; // and pooling keeps the largest of 2 × 2

export interface Convolution {
  channels: number;
  height: number;
  width: number;
  pooled: boolean;
}
export interface LayerShape {
  inputs: number;
  units: number;
  convolution?: Convolution | undefined;
}

export function weightsPerUnit({ inputs, convolution }: LayerShape): number {
  return convolution ? convolution.channels * KERNEL * KERNEL : inputs;
}

/** How many numbers a layer passes on: one per unit, or one image. */
export function outputsOf(layer: LayerShape): number {
  const [height, width] = mapOf(layer);
  return layer.units * height * width;
}

/** Height and width of what each unit passes on. */
export function mapOf({ convolution }: LayerShape): [number, number] {
  const step = convolution?.pooled ? POOL : 1;
  return convolution ? [Math.floor(convolution.height / step), Math.floor(convolution.width / step)] : [1, 1];
}
