package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.nn.Dropout;
import org.unmute.tensor.nn.Initializer;
import org.unmute.tensor.nn.Layer;
import org.unmute.tensor.nn.LayerFile;
import org.unmute.tensor.nn.Linear;
import org.unmute.tensor.nn.Mode;
import org.unmute.tensor.nn.Sequential;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Batches;
import org.unmute.tensor.optim.Optimizer;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/** Learns which of three spirals a point is on: {@code network.safetensors}, where the network is saved. */
public final class TrainNetwork {
    private static final int CLASSES = 3;
    private static final int POINTS = 900;
    private static final int EPOCHS = 30;
    private static final int BATCH = 50;
    private static final long SEED = 7;

    public static void main(String[] args) throws IOException {
        Layer network = network(new Initializer(SEED));
        train(network, points(POINTS, 1), classes(POINTS));
        LayerFile.save(network, Path.of(args[0]));
        System.out.printf("accuracy on new points: %.3f%n", accuracy(network, points(300, 2), classes(300)));
    }

    private static Layer network(Initializer init) {
        return Sequential.of("hidden", Linear.of(init, 2, 64))
                .then("relu", Layer.of(Tensor::relu))
                .then("drop", new Dropout(0.1))
                .then("out", Linear.of(init, 64, CLASSES));
    }

    private static void train(Layer network, float[] points, int[] classes) {
        Tensor inputs = Tensor.of(points, classes.length, 2);
        Tensor targets = Tensor.of(classes, classes.length);
        Batches batches = new Batches(classes.length, BATCH, SEED);
        long steps = (long) EPOCHS * batches.epoch(0).size();
        Optimizer optimizer =
                new AdamW(List.of(new ParameterGroup(network.parameters(), 0.03, 0.01)), Schedule.cosine(steps));
        Mode mode = Mode.training(SEED, optimizer::steps);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (int[] rows : batches.epoch(epoch)) {
                try (TensorScope _ = new TensorScope()) { // frees what the step computes
                    Tensor batch = Tensor.of(rows, rows.length);
                    Tensor logits = network.apply(inputs.indexSelect(0, batch), mode);
                    Tensor loss = Losses.crossEntropy(logits, targets.indexSelect(0, batch));
                    optimizer.minimize(loss, 1);
                }
            }
        }
    }

    private static double accuracy(Layer network, float[] points, int[] classes) {
        try (TensorScope _ = new TensorScope()) {
            Tensor logits = network.apply(Tensor.of(points, classes.length, 2));
            int[] found = logits.max(-1).indices().toInts();
            int right = 0;
            for (int i = 0; i < found.length; i++) {
                right += found[i] == classes[i] ? 1 : 0;
            }
            return (double) right / found.length;
        }
    }

    /** Points of the three spirals in turn, {@code [count, 2]}, row by row. */
    private static float[] points(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] points = new float[2 * count];
        for (int i = 0; i < count; i++) {
            double radius = 0.1 + 0.9 * random.nextDouble();
            double angle = 4 * radius + 2 * Math.PI / CLASSES * (i % CLASSES) + 0.15 * random.nextGaussian();
            points[2 * i] = (float) (radius * Math.cos(angle));
            points[2 * i + 1] = (float) (radius * Math.sin(angle));
        }
        return points;
    }

    private static int[] classes(int count) {
        int[] classes = new int[count];
        for (int i = 0; i < count; i++) {
            classes[i] = i % CLASSES;
        }
        return classes;
    }
}
