// Optimisers, as learning/optimizers.py: functions that build the update of a flat vector of parameters.

const { fround } = Math;
const FORGET = fround(1e-30);
const OFTEN = 50;

export type Update = (gradient: Float32Array, rate: number) => void;

export function optimizer(name: string, parameters: Float32Array, momentum: number): Update {
  return name === "sgd" ? sgd(parameters, momentum) : adamw(parameters, momentum);
}

function sgd(parameters: Float32Array, momentum: number): Update {
  const velocity = new Float32Array(parameters.length);
  const forget = forgetting(velocity);
  const kept = fround(momentum);
  return (gradient, rate) => {
    forget();
    const by = fround(rate);
    for (let i = 0; i < parameters.length; i++) {
      const speed = fround(fround((velocity[i] as number) * kept) + (gradient[i] as number));
      velocity[i] = speed;
      parameters[i] = (parameters[i] as number) - fround(speed * by);
    }
  };
}

function adamw(parameters: Float32Array, momentum: number, beta2 = 0.999, epsilon = 1e-8): Update {
  const first = new Float32Array(parameters.length);
  const second = new Float32Array(parameters.length);
  const forget = forgetting(first, second);
  let [power1, power2] = [1, 1];
  const [kept1, kept2] = [fround(momentum), fround(beta2)];
  return (gradient, rate) => {
    forget();
    power1 *= momentum;
    power2 *= beta2;
    const unbias1 = (1 - momentum) / (1 - power1);
    const unbias2 = Math.sqrt((1 - beta2) / (1 - power2));
    const least = fround(epsilon / unbias2);
    const by = fround((rate * unbias1) / unbias2);
    for (let i = 0; i < parameters.length; i++) {
      const slope = gradient[i] as number;
      const mean = fround(fround((first[i] as number) * kept1) + slope);
      const square = fround(fround((second[i] as number) * kept2) + fround(slope * slope));
      first[i] = mean;
      second[i] = square;
      const step = fround(mean / fround(fround(Math.sqrt(square)) + least));
      parameters[i] = (parameters[i] as number) - fround(step * by);
    }
  };
}

/** In every 50th call, tiny remembered values become zero. */
function forgetting(...memories: Float32Array[]): () => void {
  let updates = 0;
  return () => {
    updates++;
    if (updates % OFTEN) return;
    for (const memory of memories)
      for (let i = 0; i < memory.length; i++) if (Math.abs(memory[i] as number) < FORGET) memory[i] = 0;
  };
}
