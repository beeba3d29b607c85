// A training of the same layers, epochs and batches in TensorFlow.js, for benchmarks/lab.py: in Node, and in a browser.
// It is less work than ours: plain Adam or gradient descent, no moved images, no decay, and no look at the hold-out.
globalThis.trainedByTensorFlow = async (tf, task, patience) => {
  const { config, values, labels, classNames, image, maxValue, rows } = task;
  const size = values.length / labels.length;
  const pixels = Float32Array.from(rows.flatMap((row) => values.slice(row * size, (row + 1) * size)), (x) => x / maxValue);
  const deep = config.channels.length > 0;
  const shape = deep ? [image.height, image.width, image.channels] : [size];
  const inputs = tf.tensor(pixels, [rows.length, ...shape]);
  const targets = tf.oneHot(tf.tensor1d(rows.map((row) => labels[row]), "int32"), classNames.length);
  const layers = [];
  for (const filters of config.channels)
    layers.push(tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu" }));
  if (deep) layers.push(tf.layers.maxPooling2d({ poolSize: 2 }), tf.layers.flatten());
  for (const units of config.hidden_sizes) layers.push(tf.layers.dense({ units, activation: "relu" }));
  layers.push(tf.layers.dense({ units: classNames.length, activation: "softmax" }));
  const model = tf.sequential();
  layers.forEach((layer, i) => {
    if (i === 0) layer.batchInputShape = [null, ...shape];
    model.add(layer);
  });
  const rate = config.learning_rate;
  const optimizer =
    config.optimizer === "sgd" ? tf.train.momentum(rate, config.momentum) : tf.train.adam(rate);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const begun = performance.now();
  let batches = 0;
  await model.fit(inputs, targets, {
    epochs: config.epochs,
    batchSize: config.batch_size || rows.length,
    shuffle: true,
    verbose: 0,
    callbacks: {
      onBatchEnd: async () => {
        batches++;
        if (performance.now() - begun > 1000 * patience) model.stopTraining = true;
      },
    },
  });
  const all = config.epochs * Math.ceil(rows.length / (config.batch_size || rows.length));
  return { wall: (performance.now() - begun) / 1000, share: batches / all, backend: tf.getBackend() };
};
