package org.unmute.tensor.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.DType;
import org.unmute.tensor.Losses;
import org.unmute.tensor.RandomNumbers;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.io.NamedTensors;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Batches;
import org.unmute.tensor.optim.Optimizer;

class LayersTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    @TempDir
    private Path folder;

    /** A layer of one's own: parts are all it must list. */
    private record Residual(Layer inner) implements Layer {
        @Override
        public Tensor apply(Tensor x, Mode mode) {
            return x.plus(inner.apply(x, mode));
        }

        @Override
        public SequencedMap<String, Layer> parts() {
            return Sequential.of("inner", inner).parts();
        }
    }

    private static Layer network(long seed) {
        Initializer init = new Initializer(B, seed);
        return Sequential.of(
                        "conv",
                        Conv2d.of(init, 1, 2, SlidingWindow.of(3, 3, 1, 1).pad(1, 1)))
                .then("bn", BatchNorm.of(init, 2))
                .then("relu", Layer.of(Tensor::relu))
                .then("pool", Layer.of(x -> Convolution.avgPool2d(x, SlidingWindow.of(2, 2, 2, 2))))
                .then("flat", Layer.of(x -> x.reshape(x.size(0), -1)))
                .then(
                        "block",
                        new Residual(Sequential.of("norm", LayerNorm.of(init, 8))
                                .then("fc", Linear.of(init, 8, 8))
                                .then("drop", new Dropout(0.5))))
                .then("out", Linear.of(init, 8, 3));
    }

    @Test
    void parametersHaveTheNamesOfTheirParts() {
        Layer network = network(1);
        assertThat(network.parameters().keySet())
                .containsExactly(
                        ("conv.weight conv.bias bn.weight bn.bias block.inner.norm.weight block.inner.norm.bias "
                                        + "block.inner.fc.weight block.inner.fc.bias out.weight out.bias")
                                .split(" "));
        assertThat(network.buffers().keySet()).containsExactly("bn.running_mean", "bn.running_var");
        Linear shared = Linear.of(new Initializer(B, 1), 2, 2);
        assertThat(Sequential.of("a", shared).then("b", shared).parameters().keySet())
                .containsExactly("a.weight", "a.bias");
        assertThatThrownBy(() -> Sequential.of("a", shared).then("a", shared)).hasMessageContaining("[a]");
        assertThatThrownBy(() -> Sequential.of("a.b", shared)).hasMessageContaining("without a dot");
    }

    @Test
    void trainingAndEvaluationDiffer() {
        Layer network = network(1);
        Tensor x = Tensor.of(B, RandomNumbers.normal(new SplittableRandom(2), 64, 1), 4, 1, 4, 4);
        float[] before = network.apply(x).toFloats();
        assertThat(network.apply(x).toFloats()).isEqualTo(before);
        float[] trained = network.apply(x, Mode.training(3, () -> 0)).toFloats();
        assertThat(trained).isNotEqualTo(before);
        assertThat(network.apply(x, Mode.training(3, () -> 0)).toFloats()).isEqualTo(trained);
        assertThat(network.apply(x).toFloats())
                .as("running statistics have moved")
                .isNotEqualTo(before);
        assertThatThrownBy(Mode.EVALUATION::random).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Dropout(1)).hasMessageContaining("1.0");
    }

    @Test
    void aModeDrawsAnewAtEachStepAndReadsOnWithinOne() {
        AtomicLong steps = new AtomicLong(5);
        Mode mode = Mode.training(3, steps::get);
        SplittableRandom five = RandomNumbers.stream(3, 1, 5);
        assertThat(mode.random().nextLong()).isEqualTo(five.nextLong());
        assertThat(mode.random().nextLong()).isEqualTo(five.nextLong());
        steps.set(6);
        assertThat(mode.random().nextLong())
                .isEqualTo(RandomNumbers.stream(3, 1, 6).nextLong());
        steps.set(5);
        assertThat(mode.random().nextLong())
                .as("a run that goes back to a saved step")
                .isEqualTo(RandomNumbers.stream(3, 1, 5).nextLong());
    }

    /** Running statistics after one batch of channels with means 1 and 3, variances 2/3 and 0 (unbiased: 1 and 0). */
    @Test
    void batchNormalizationFollowsItsFormula() {
        BatchNorm norm = BatchNorm.of(new Initializer(B, 1), 2);
        Tensor x = Tensor.of(B, new float[] {0, 3, 1, 3, 2, 3}, 3, 2);
        float[] y = norm.apply(x, Mode.training(1, () -> 0)).toFloats();
        float unit = (float) (1 / Math.sqrt(2.0 / 3 + 1e-5));
        assertThat(y).containsExactly(new float[] {-unit, 0, 0, 0, unit, 0}, within(1e-6f));
        assertThat(norm.mean().toFloats()).containsExactly(new float[] {0.1f, 0.3f}, within(1e-6f));
        assertThat(norm.variance().toFloats()).containsExactly(new float[] {1, 0.9f}, within(1e-6f));
        assertThatThrownBy(() -> norm.ofBatch(x.slice(0, 0, 1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInterruptedTrainingGoesOnBitForBit() throws IOException {
        float[] inputs = RandomNumbers.normal(new SplittableRandom(5), 10 * 16, 1);
        Layer straight = network(1);
        train(straight, new AdamW(straight.parameters(), 0.01, 0.01), inputs, 0, 3);
        Layer first = network(1);
        Optimizer optimizer = new AdamW(first.parameters(), 0.01, 0.01);
        train(first, optimizer, inputs, 0, 2);
        LayerFile.save(first, folder.resolve("network.safetensors"));
        NamedTensors.save(optimizer.state(), folder.resolve("optimizer.safetensors"));
        Layer second = network(9);
        LayerFile.load(second, folder.resolve("network.safetensors"));
        Optimizer other = new AdamW(second.parameters(), 0.01, 0.01);
        other.restore(NamedTensors.load(folder.resolve("optimizer.safetensors"), B));
        train(second, other, inputs, 2, 3);
        LayerFile.state(straight)
                .forEach((name, t) -> assertThat(
                                LayerFile.state(second).get(name).toFloats())
                        .as(name)
                        .isEqualTo(t.toFloats()));
    }

    private static void train(Layer network, Optimizer optimizer, float[] inputs, int from, int to) {
        Tensor all = Tensor.of(B, inputs, 10, 1, 4, 4);
        Mode mode = Mode.training(3, optimizer::steps);
        for (int epoch = from; epoch < to; epoch++) {
            for (int[] rows : new Batches(10, 4, 3).epoch(epoch)) {
                Tensor x = all.indexSelect(0, Tensor.of(B, rows, rows.length));
                int[] classes = new int[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    classes[i] = rows[i] % 3;
                }
                Tensor logits = network.apply(x, mode);
                Tensor loss = Losses.crossEntropy(logits, Tensor.of(B, classes, rows.length));
                optimizer.minimize(loss, 1);
            }
        }
    }

    @Test
    void aFileOfAnotherNetworkIsRefusedWithAllReasonsAndChangesNothing() throws IOException {
        Path file = folder.resolve("other.safetensors");
        Map<String, Tensor> other = new HashMap<>(LayerFile.state(network(1)));
        other.remove("conv.bias");
        other.put("head.weight", Tensor.of(B, new float[] {1}, 1));
        other.put("out.weight", Tensor.of(B, new float[] {1, 2}, 1, 2));
        other.put("out.bias", Tensor.of(B, new int[] {1, 2, 3}, 3));
        NamedTensors.save(other, file);
        Layer network = network(2);
        float[] before = network.parameters().get("conv.weight").toFloats();
        assertThatThrownBy(() -> LayerFile.load(network, file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll("conv.bias is missing", "out.weight is F32[1, 2], the layer has F32[3, 8]")
                .hasMessageContainingAll("out.bias is I32[3], the layer has F32[3]", "head.weight is not in the layer");
        assertThat(network.parameters().get("conv.weight").toFloats()).isEqualTo(before);
    }

    @Test
    void namedTensorsKeepTheirTypes() throws IOException {
        Path file = folder.resolve("types.safetensors");
        NamedTensors.save(
                Map.of(
                        "double", Tensor.of(B, new double[] {0.1}, 1),
                        "int", Tensor.of(B, new int[] {-3, 4}, 2),
                        "half", Tensor.of(B, new float[] {0.5f, 1.0009766f}, 2).cast(DType.F16)),
                file);
        Map<String, Tensor> read = NamedTensors.load(file, B);
        assertThat(read.get("double").toDoubles()).containsExactly(0.1);
        assertThat(read.get("int").toInts()).containsExactly(-3, 4);
        assertThat(read.get("half").toFloats()).containsExactly(0.5f, 1.0009766f);
        assertThat(read.get("half").dtype()).isEqualTo(DType.F32);
    }

    @Test
    void initialWeightsHaveTheirBounds() {
        Initializer init = new Initializer(B, 4);
        assertThat(largest(init.xavierUniform(30, 20))).isBetween(0.33, Math.sqrt(6.0 / 50));
        assertThat(largest(init.kaimingUniform(30, 20))).isBetween(0.53, Math.sqrt(6.0 / 20));
        assertThat(largest(init.truncatedNormal(0.02, 1000))).isBetween(0.035, 0.04);
        assertThat(deviation(init.xavierNormal(100, 20))).isBetween(0.12, 0.138); // √(2 / 120) = 0.129
        assertThat(deviation(init.kaimingNormal(100, 5, 4))).isBetween(0.295, 0.338); // √(2 / 20) = 0.316
        assertThat(largest(Conv2d.of(init, 4, 9, SlidingWindow.of(3, 3, 1, 1)).weight()))
                .isBetween(0.16, 1.0 / 6);
        assertThatThrownBy(() -> init.kaimingNormal(3)).hasMessageContaining("[3]");
    }

    private static double largest(Tensor t) {
        return t.detach().abs().amax(axes(t)).item();
    }

    private static double deviation(Tensor t) {
        return Math.sqrt(t.detach().square().mean().item());
    }

    private static int[] axes(Tensor t) {
        return java.util.stream.IntStream.range(0, t.rank()).toArray();
    }

    @Test
    void batchesHaveEveryRowOnceInAnotherOrderEachEpoch() {
        Batches batches = new Batches(10, 4, 1);
        List<Integer> seen = new ArrayList<>();
        assertThat(batches.epoch(0)).extracting(b -> b.length).containsExactly(4, 4, 2);
        batches.epoch(0).forEach(b -> java.util.Arrays.stream(b).forEach(seen::add));
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(batches.order(1)).isNotEqualTo(batches.order(0));
        assertThat(batches.order(1)).isEqualTo(new Batches(10, 4, 1).order(1));
        assertThatThrownBy(() -> new Batches(10, 0, 1)).hasMessageContaining("size");
    }
}
