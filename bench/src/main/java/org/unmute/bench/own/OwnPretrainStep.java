package org.unmute.bench.own;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.FreshWeights;
import org.unmute.models.zoo.MaskedAutoencoder;
import org.unmute.models.zoo.SmallVit;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/**
 * One step of masked pre-training with gradients of all weights, as {@code unmute pretrain} runs it, with the same
 * masks every time.
 */
final class OwnPretrainStep implements Peer.Call {
    private static final double CLIP = 1;

    private final CaseFolder folder;
    private final List<Spectrogram> batch = new ArrayList<>();
    private final Training training;
    private double loss;
    private long peak = -1;

    OwnPretrainStep(CaseFolder folder) throws IOException {
        this.folder = folder;
        float[] x = folder.floats("x");
        int each = folder.size("frames") * folder.size("mel");
        for (int i = 0; i < folder.size("batch"); i++) {
            batch.add(new Spectrogram(
                    folder.size("frames"),
                    folder.size("mel"),
                    java.util.Arrays.copyOfRange(x, i * each, (i + 1) * each)));
        }
        training = new Training();
    }

    /** A freshly initialized model and its optimizer. */
    private final class Training {
        private final MaskedAutoencoder model;
        private final Map<String, Tensor> parameters;
        private final AdamW optimizer;

        Training() {
            FreshWeights weights = new FreshWeights(folder.size("seed"));
            model = new MaskedAutoencoder(
                    new SmallVit.Settings(
                            16_000,
                            folder.size("mel"),
                            folder.size("frames"),
                            folder.size("patch"),
                            folder.size("patch"),
                            folder.size("dim"),
                            folder.size("depth"),
                            folder.size("heads"),
                            0,
                            1),
                    folder.number("mask"),
                    weights);
            parameters = weights.parameters();
            Map<String, Tensor> matrices = new LinkedHashMap<>();
            Map<String, Tensor> others = new LinkedHashMap<>();
            parameters.forEach((name, t) -> (t.rank() > 1 && !name.endsWith("token") ? matrices : others).put(name, t));
            double rate = folder.number("rate");
            optimizer = new AdamW(
                    List.of(
                            new ParameterGroup(matrices, rate, folder.number("decay")),
                            new ParameterGroup(others, rate, 0)),
                    Schedule.cosine(1_000_000_000L),
                    0.9,
                    0.95,
                    1e-8);
        }

        Tensor loss() {
            return model.loss(batch, new SplittableRandom(folder.size("masks")));
        }

        double step() {
            try (TensorScope scope = new TensorScope()) {
                Tensor loss = loss();
                double value = loss.item();
                optimizer.step(Gradients.of(loss, parameters).clipped(CLIP));
                peak = scope.peakBytes();
                return value;
            }
        }
    }

    @Override
    public void run() {
        loss = training.step();
    }

    /** Writes the loss of the last step and, from fresh parameters, the gradients and the losses of two steps. */
    @Override
    public void show(CaseFolder to) throws IOException {
        to.write("loss", Shape.of(1), new float[] {(float) loss});
        Training fresh = new Training();
        try (TensorScope _ = new TensorScope()) {
            OwnProbeStep.showGradient(to, Gradients.of(fresh.loss(), fresh.parameters));
        }
        to.write("losses", Shape.of(2), new float[] {(float) fresh.step(), (float) fresh.step()});
    }

    @Override
    public long tensorBytes() {
        return peak;
    }
}
