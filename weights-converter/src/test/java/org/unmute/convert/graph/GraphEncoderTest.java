package org.unmute.convert.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.convert.export.OnnxExport;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;

/** Graphs as encoders: where their tokens are, their heads, and what is refused. */
class GraphEncoderTest {
    private static final int RATE = 16_000;
    private static final int CHANNELS = 6;
    private static final float[] BIAS = {0.1f, -0.2f, 0.3f};

    @TempDir
    Path folder;

    private static float[] numbers(long seed, int count, double scale) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = (float) (scale * random.nextDouble(-1, 1));
        }
        return all;
    }

    private static float[] samples(int count) {
        return numbers(7, count, 0.5);
    }

    /** A bank of filters, a convolution with a stride, the mean over the map, three classes. */
    static OnnxGraph network(Object samples) {
        OnnxGraph g = new OnnxGraph("g").input("x", "batch", samples);
        String filters = g.weight("filters", numbers(1, 8 * 400, 0.1), 8, 1, 400);
        String rows = g.node("Unsqueeze", "x", g.integers(1));
        String bank = g.node("Conv", new String[] {rows, filters}, OnnxGraph.integers("strides", 160));
        String picture = g.node("Unsqueeze", g.node("Abs", bank), g.integers(1));
        String taps = g.weight("taps", numbers(2, CHANNELS * 9, 0.3), CHANNELS, 1, 3, 3);
        String map = g.node(
                "Conv",
                new String[] {picture, taps},
                OnnxGraph.integers("strides", 2, 4),
                OnnxGraph.text("auto_pad", "SAME_UPPER"));
        g.result("map", "HardSwish", new String[] {map});
        String flat = g.node("Flatten", g.node("GlobalAveragePool", "map"));
        String weight = g.weight("w", numbers(3, 3 * CHANNELS, 1), 3, CHANNELS);
        String bias = g.weight("b", BIAS, 3);
        String logits = g.node("Gemm", new String[] {flat, weight, bias}, OnnxGraph.integer("transB", 1));
        g.result("y", "Sigmoid", new String[] {logits});
        return g.output("y", OnnxGraph.FLOAT, "batch", 3);
    }

    private Path write(OnnxGraph graph) throws IOException {
        Path file = folder.resolve("network.onnx");
        graph.write(file);
        return file;
    }

    private static EncoderSettings with(String... pairs) {
        Map<String, String> config = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            config.put(pairs[i], pairs[i + 1]);
        }
        return EncoderSettings.AUTHORS.withSampleRate(RATE).withConfig(config);
    }

    @Test
    void tokensAreTheMapBeforeThePooling() throws IOException {
        Encoder encoder = Encoders.open(write(network(RATE)), with("axes", "cft"));
        EncoderSpec spec = encoder.describe();
        assertThat(List.of(spec.time(), spec.freq(), spec.dim())).containsExactly(25, 4, CHANNELS);
        assertThat(spec.description()).isEqualTo("ONNX graph, tokens of 'map', 25 x 4 x 6 a window");
        float[] two = samples(RATE * 3 / 2);
        TokenMap joined = encoder.encode(two);
        assertThat(joined.time()).isEqualTo(50);
        TokenMap first = encoder.encode(Arrays.copyOf(two, RATE));
        assertThat(Arrays.copyOf(joined.tokens(), first.tokens().length)).containsExactly(first.tokens());
    }

    @Test
    void timeIsTheAxisThatGrows() throws IOException {
        Path file = write(network("samples"));
        assertThatThrownBy(() -> Encoders.open(file, with()))
                .hasMessage("onnx: the graph takes any number of samples: state the window in seconds, --window 5");
        Encoder free = Encoders.open(file, with().withFrames(100));
        Encoder fixed = Encoders.open(write(network(RATE)), with("axes", "cft"));
        assertThat(free.describe().time()).isEqualTo(25);
        assertThat(free.encode(samples(RATE)).tokens())
                .containsExactly(fixed.encode(samples(RATE)).tokens());
    }

    /** The output before its sigmoid, from the tokens alone. */
    @Test
    void namedClassesAreAHead() throws IOException {
        Path classes = Files.writeString(folder.resolve("classes.txt"), "bee\ncrow\nowl\n");
        Encoder encoder = Encoders.open(write(network(RATE)), with("axes", "cft", "classes", classes.toString()));
        assertThat(encoder.describe().classes()).containsExactly("bee", "crow", "owl");
        TokenMap map = encoder.encode(samples(RATE));
        float[] weight = numbers(3, 3 * CHANNELS, 1);
        float[] logits = encoder.scores(samples(RATE));
        for (int k = 0; k < 3; k++) {
            double sum = BIAS[k];
            for (int i = 0; i < map.tokens().length; i++) {
                sum += weight[k * CHANNELS + i % CHANNELS] * map.tokens()[i] / map.count();
            }
            assertThat((double) logits[k]).isEqualTo(sum, within(1e-5));
        }
        Files.writeString(classes, "bee\n");
        assertThatThrownBy(() -> Encoders.open(
                        folder.resolve("network.onnx"), with("axes", "cft", "classes", classes.toString())))
                .hasMessageStartingWith("onnx: classes= names 1 classes, but no output follows from the tokens");
    }

    @Test
    void ownExportsGiveTheSameTokens() throws IOException {
        Encoder own = Encoders.embedded();
        Path file = folder.resolve("own.onnx");
        OnnxExport.encoder(own.network(), new OnnxExport.Window(OnnxExport.Input.SAMPLES, 0))
                .write(file);
        Encoder read = Encoders.open(file);
        float[] sound = samples(own.describe().windowSamples());
        TokenMap expected = own.encode(sound);
        TokenMap tokens = read.encode(sound);
        assertThat(List.of(tokens.time(), tokens.freq(), tokens.dim()))
                .containsExactly(expected.time(), expected.freq(), expected.dim());
        for (int i = 0; i < tokens.tokens().length; i++) {
            float e = expected.tokens()[i];
            assertThat(Math.abs(tokens.tokens()[i] - e)).isLessThanOrEqualTo(1e-5f * Math.max(1, Math.abs(e)));
        }
    }

    private void refused(OnnxGraph graph, String message) throws IOException {
        Path file = write(graph);
        assertThatThrownBy(() -> Encoders.open(file, with()))
                .isInstanceOfAny(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyObstacleIsNamedBeforeAnythingRuns() throws IOException {
        OnnxGraph g = new OnnxGraph("g").input("x", 1, 100);
        String lost = g.node("Add", "x", "nowhere");
        String odd = g.node("Wobble", new String[] {lost});
        g.node("Conv", new String[] {odd, "x"}, OnnxGraph.integers("pads", -1, 0));
        g.node("Relu", new String[] {odd}, OnnxGraph.integer("slope", 1));
        refused(
                g,
                "this graph cannot be computed: Wobble (node 1, 'node3'): the op is not supported;"
                        + " Conv (node 2, 'node5'): pads=[-1, 0] are negative;"
                        + " Relu (node 3, 'node7'): [slope] is not supported;"
                        + " Add (node 0, 'node1'): nothing computes its input 'nowhere'");
    }

    @Test
    void badGraphsAreRefused() throws IOException {
        OnnxGraph cycle = new OnnxGraph("g").input("x", 1, 100);
        cycle.result("a", "Add", new String[] {"x", "b"});
        cycle.result("b", "Relu", new String[] {"a"});
        refused(cycle.output("b", OnnxGraph.FLOAT, 1, 100), "it reads, over other nodes, what it computes");
        OnnxGraph picture = new OnnxGraph("g").input("x", 1, 1, 128, 100);
        refused(picture.output(picture.node("Relu", "x"), OnnxGraph.FLOAT, 1), "no spectrograms");
        OnnxGraph sizes = new OnnxGraph("g").input("x", 1, 100);
        String bad = sizes.node("MatMul", "x", sizes.weight("w", new float[6], 3, 2));
        refused(sizes.output(bad, OnnxGraph.FLOAT, 1, 2), "MatMul (node 0, 'node1')");
        OnnxGraph huge = new OnnxGraph("g").input("x", 1, 100);
        String much = huge.node("ConstantOfShape", huge.integers(1L << 40, 4));
        refused(huge.output(huge.node("Add", "x", much), OnnxGraph.FLOAT, 1), "elements, at most 268435456");
        refused(network(RATE), "which of its axes is time cannot be seen");
        assertThatThrownBy(() -> Encoders.open(write(network(RATE)), with("tokens", "none")))
                .hasMessageContaining("tokens=none: ");
        assertThatThrownBy(() -> Encoders.open(write(network(RATE)), with("axes", "tt")))
                .hasMessageContaining("a letter for each axis is needed");
        assertThatThrownBy(() -> Encoders.open(write(network(RATE)), EncoderSettings.AUTHORS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not state the sample rate of its input");
        Path cut = Files.write(folder.resolve("cut.onnx"), new byte[] {8, 7, 58, 100, 0});
        assertThatThrownBy(() -> Encoders.open(cut, with())).isInstanceOf(UnusableCheckpointException.class);
    }
}
