package org.unmute.data.pretrain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.FreshWeights;
import org.unmute.models.zoo.MaskedAutoencoder;
import org.unmute.models.zoo.SmallVit;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/**
 * Masked-autoencoder pre-training of a {@link SmallVit} on unlabelled recordings, with this project's autograd. The
 * same settings, recordings and seed give the same encoder, bit for bit, on the same backend.
 */
public final class Pretraining {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPS = 1e-8;
    private static final double CLIP = 1.0;

    private final SmallVit.Settings settings;
    private final Recipe recipe;

    /**
     * Training settings.
     *
     * @param steps optimizer steps
     * @param batch clips per step
     * @param rate peak learning rate
     * @param decay weight decay of matrices; biases, norms and tokens have none
     * @param warmUp number of warm-up steps
     * @param distinct number of distinct training clips; their spectrograms stay in memory and are reused
     * @param maskRatio fraction of patches that are masked
     * @param seed for weights, clip order and masks
     */
    public record Recipe(
            int steps, int batch, int distinct, double rate, double decay, int warmUp, double maskRatio, long seed) {
        /** Checks the ranges. */
        public Recipe {
            if (steps < 1
                    || batch < 1
                    || distinct < 1
                    || !(rate > 0)
                    || !(decay >= 0)
                    || warmUp < 0
                    || warmUp >= steps) {
                throw new IllegalArgumentException(
                        "pretrain: steps, batch and distinct clips are at least 1, the rate above 0, "
                                + "warm-up below steps: steps " + steps + ", batch " + batch + ", distinct clips "
                                + distinct + ", rate " + rate + ", warm-up " + warmUp);
            }
        }
    }

    /** The source of recordings. */
    public interface Source {
        /** A training clip of about one window, mono at the encoder's sample rate. Called from several threads. */
        float[] samples(long index) throws IOException;
    }

    /** Is notified of every step. */
    public interface Listener {
        /** Called after each step; {@code step} counts from 1. */
        void step(int step, double loss, double rate);
    }

    /** Prepares the training of an encoder. */
    public Pretraining(SmallVit.Settings settings, Recipe recipe) {
        this.settings = settings;
        this.recipe = recipe;
    }

    /**
     * Trains.
     *
     * @param source called for clips 0 to {@code distinct - 1}, once each
     * @return the encoder's parameters by name, and the decoder's with the prefix {@code decoder.}
     * @throws IOException if a recording cannot be read
     * @throws ArithmeticException if the loss becomes non-finite
     */
    public Map<String, Tensor> train(Source source, Listener listener) throws IOException {
        FreshWeights weights = new FreshWeights(recipe.seed());
        MaskedAutoencoder model = new MaskedAutoencoder(settings, recipe.maskRatio(), weights);
        Map<String, Tensor> parameters = weights.parameters();
        // In their order, in which the norm to which gradients are clipped is summed.
        List<ParameterGroup> groups = new ArrayList<>();
        parameters.forEach((name, t) -> {
            double decay = t.rank() > 1 && !name.endsWith("token") ? recipe.decay() : 0;
            groups.add(new ParameterGroup(Map.of(name, t), recipe.rate(), decay));
        });
        AdamW optimizer = new AdamW(
                groups, Schedule.cosineWithWarmUp(recipe.steps() + 1L, recipe.warmUp(), 0), BETA1, BETA2, EPS);
        Spectrogram[] seen = new Spectrogram[recipe.distinct()];
        SplittableRandom masks = new SplittableRandom(recipe.seed() ^ 0x6d61736bL);
        for (int step = 1; step <= recipe.steps(); step++) {
            List<Spectrogram> batch = batch(model.encoder(), source, seen, (step - 1L) * recipe.batch());
            double rate = optimizer.rate(0);
            try (TensorScope _ = new TensorScope()) {
                Tensor loss = model.loss(batch, masks);
                double value = loss.item();
                if (!Double.isFinite(value)) {
                    throw new ArithmeticException("pretrain: the loss is " + value + " at step " + step + ", rate "
                            + rate + ": lower the learning rate");
                }
                optimizer.minimize(loss, CLIP);
                listener.step(step, value, rate);
            }
        }
        return parameters;
    }

    private List<Spectrogram> batch(SmallVit encoder, Source source, Spectrogram[] seen, long first)
            throws IOException {
        List<IOException> failures = new ArrayList<>();
        int[] clips =
                IntStream.range(0, recipe.batch()).map(i -> clip(first + i)).toArray();
        IntStream.of(clips).distinct().parallel().filter(c -> seen[c] == null).forEach(c -> {
            try {
                seen[c] = encoder.frontEnd().apply(source.samples(c));
            } catch (IOException e) {
                synchronized (failures) {
                    failures.add(e);
                }
            }
        });
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return IntStream.of(clips).mapToObj(c -> seen[c]).toList();
    }

    /** The first pass takes the clips in order; later clips are drawn at random. */
    private int clip(long index) {
        long pass = index / recipe.distinct();
        int at = (int) (index % recipe.distinct());
        if (pass == 0) {
            return at;
        }
        return new SplittableRandom(recipe.seed() ^ index * 0x9E3779B97F4A7C15L).nextInt(recipe.distinct());
    }

    /**
     * Mean and standard deviation of the log mel energies over some clips, used to normalize the front end's output.
     *
     * @param samples clips to measure; a subset is enough
     */
    public static double[] statistics(SmallVit.Settings settings, List<float[]> samples) {
        double sum = 0;
        double square = 0;
        long n = 0;
        for (float[] s : samples) {
            for (float x : settings.frontEnd().raw(s)) {
                sum += x;
                square += (double) x * x;
                n++;
            }
        }
        double mean = sum / n;
        return new double[] {mean, Math.sqrt(Math.max(1e-12, square / n - mean * mean))};
    }
}
