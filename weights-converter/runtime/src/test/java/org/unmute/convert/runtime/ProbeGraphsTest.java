package org.unmute.convert.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.convert.export.ExportException;
import org.unmute.convert.export.OnnxExport;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.decision.ThresholdRule;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backends;

/** Every probe that is registered as a graph, from tokens: ONNX Runtime and the engine agree within 1e-4. */
class ProbeGraphsTest {
    private static final double TOLERANCE = 1e-4;
    private static final int DIM = 20;
    private static final int CLASSES = 5;
    private static final int FREQ = 4;
    private static final int LAYERS = 3;

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> everyProbe() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : Probes.names()) {
            for (boolean cls : new boolean[] {true, false}) {
                if ((cls || !Probes.type(name).name().contains("cls")) && !name.equals("knn")) {
                    tests.add(dynamicTest(
                            name + (cls ? " with cls" : " without cls"), () -> compare(trained(name, cls))));
                }
            }
        }
        return Golden.cases("probes", tests);
    }

    @Test
    void theNearestClipsHaveNoForm() {
        assertThatThrownBy(() -> OnnxExport.probe(trained("knn", true), false, false, 0, FREQ))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("probe knn compares a clip with its training clips");
    }

    /** A probe with standardization, thresholds and calibration, its parameters as after a training. */
    private static TrainedProbe trained(String name, boolean cls) {
        int layers = Probes.type(name).needsLayers() ? LAYERS : 0;
        Probe probe = Probes.create(
                Backends.current(), name, new TokenLayout(DIM, FREQ, cls, layers), CLASSES, ProbeOptions.DEFAULTS, 3);
        List<String> classes =
                IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
        Standardization s = layers > 0
                ? null
                : new Standardization(row(4, 0), row(5, 2), cls ? row(6, 0) : null, cls ? row(7, 2) : null);
        TrainedProbe trained = new TrainedProbe(probe, classes, cls, name.length() % 2 == 0, s, "e", "f");
        double[] slopes = {0.5, 1, 2, 1.5, 1};
        double[] offsets = {-1, 0, 1, 0.5, 2};
        return trained.with(new Decisions(
                ThresholdRule.parse("f1"),
                "test",
                7,
                new int[] {1, 2, 3, 0, 4},
                new double[] {0.1, 0.2, 0.3, Double.NaN, 0.4},
                new ScoreCalibration(slopes, offsets)));
    }

    private static float[] row(long seed, double shift) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] all = new float[DIM];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) (random.nextDouble(-1, 1) + shift);
        }
        return all;
    }

    private static TokenMap map(long seed, int time, boolean cls) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tokens = new float[time * FREQ * DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        return new TokenMap(time, FREQ, DIM, tokens, cls ? row(seed + 100, 0) : null);
    }

    private static Features clip(long seed, int time, TrainedProbe probe) {
        List<TokenMap> layers = IntStream.range(0, probe.probe().layers())
                .mapToObj(l -> map(seed * 10 + l, time, probe.hasCls()))
                .toList();
        return new Features(layers.isEmpty() ? map(seed, time, probe.hasCls()) : layers.getLast(), layers, null);
    }

    private void compare(TrainedProbe probe) throws Exception {
        Path file = folder.resolve("probe.onnx");
        OnnxExport.probe(probe, false, false, 0, FREQ).write(file);
        try (RunGraph run = new RunGraph(file)) {
            for (int time : new int[] {6, 13}) {
                List<Features> clips = List.of(clip(1, time, probe), clip(2, time, probe));
                Map<String, float[]> found = run.run(inputs(probe, clips));
                for (String output : List.of("logits", "raw_scores", "scores")) {
                    Golden.assertClose(output, expected(probe, clips, output), found.get(output), TOLERANCE, 0);
                }
            }
            assertThat(run.metadata())
                    .containsEntry("unmute.classes", String.join("\n", probe.classes()))
                    .containsEntry("unmute.thresholds", "0.1\n0.2\n0.3\nNaN\n0.4");
        }
        if (probe.probe() instanceof FrameWise rows) {
            compareFrames(probe, rows);
        }
    }

    private void compareFrames(TrainedProbe probe, FrameWise rows) throws Exception {
        Path file = folder.resolve("frames.onnx");
        OnnxExport.probe(probe, false, true, 0, FREQ).write(file);
        List<Features> clips = List.of(clip(1, 6, probe), clip(2, 6, probe));
        TokenBatch batch = probe.batch(clips);
        Tensor logits = Grad.withoutRecording(() -> rows.frameLogits(batch));
        try (RunGraph run = new RunGraph(file)) {
            Map<String, float[]> found = run.run(inputs(probe, clips));
            Golden.assertClose("logits", logits.toFloats(), found.get("logits"), TOLERANCE, 0);
            Golden.assertClose(
                    "raw scores",
                    Grad.withoutRecording(() -> probe.rawScoresOf(logits)).toFloats(),
                    found.get("raw_scores"),
                    TOLERANCE,
                    0);
        }
    }

    /** What becomes of the scores of rows is in the metadata: events last until a score is a drop of 1.5 lower. */
    @Test
    void eventsCanBeMadeOfTheScores() throws Exception {
        TrainedProbe probe = trained("protobin", false);
        int classes = probe.classes().size();
        List<EventDecisions.OneClass> each = IntStream.range(0, classes)
                .mapToObj(c -> new EventDecisions.OneClass(
                        0.2 + 0.1 * c, false, true, 4, 3, 2, 1, 0, 0, Double.NaN, Double.NaN, 1, 1, 1))
                .toList();
        TrainedProbe taught = probe.withEvents(new EventDecisions(
                new EventDecisions.Stretches(0.96, 0.25, 0.75, 0.5, 0.125, 1.5),
                new EventDecisions.Learned(EventThresholdRule.MAX_F1, "validation clips", 9, 10, 0, Double.NaN, 0),
                each,
                new ScoreCalibration(new double[] {1, 1, 1, 1, 1}, new double[classes])));
        Path file = folder.resolve("events.onnx");
        OnnxExport.probe(taught, false, true, 0, FREQ).write(file);
        try (RunGraph run = new RunGraph(file)) {
            Map<String, String> metadata = run.metadata();
            assertThat(metadata)
                    .containsEntry("unmute.context_seconds", "0.96")
                    .containsEntry("unmute.median_seconds", "0.75")
                    .containsEntry("unmute.max_gap_seconds", "0.5")
                    .containsEntry("unmute.min_duration_seconds", "0.125");
            String[] low = metadata.get("unmute.low_thresholds").split("\n");
            String[] high = metadata.get("unmute.thresholds").split("\n");
            assertThat(low).hasSize(classes);
            for (int c = 0; c < classes; c++) {
                double logit =
                        Math.log(each.get(c).threshold() / (1 - each.get(c).threshold())) - 1.5;
                assertThat(Double.parseDouble(low[c])).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-12));
                assertThat(Double.parseDouble(high[c])).isEqualTo(each.get(c).threshold());
            }
        }
    }

    private static float[] expected(TrainedProbe probe, List<Features> clips, String output) {
        float[][] all = clips.stream()
                .map(clip -> switch (output) {
                    case "logits" -> probe.logits(clip);
                    case "scores" -> probe.scores(clip);
                    default -> probe.rawScores(clip);
                })
                .toArray(float[][]::new);
        return joined(all);
    }

    private static float[] joined(float[][] all) {
        float[] out = new float[Arrays.stream(all).mapToInt(a -> a.length).sum()];
        int at = 0;
        for (float[] a : all) {
            System.arraycopy(a, 0, out, at, a.length);
            at += a.length;
        }
        return out;
    }

    private static Map<String, Tensor> inputs(TrainedProbe probe, List<Features> clips) {
        int time = clips.getFirst().tokens().time();
        int layers = probe.probe().layers();
        List<TokenMap> maps = new ArrayList<>();
        for (int l = 0; l < Math.max(1, layers); l++) {
            for (Features clip : clips) {
                maps.add(layers > 0 ? clip.layers().get(l) : clip.tokens());
            }
        }
        float[] tokens = joined(maps.stream().map(TokenMap::tokens).toArray(float[][]::new));
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(
                layers > 0 ? "layers" : "tokens",
                layers > 0
                        ? Tensor.of(tokens, layers, clips.size(), time, FREQ, DIM)
                        : Tensor.of(tokens, clips.size(), time, FREQ, DIM));
        if (probe.hasCls()) {
            float[] cls = joined(maps.stream().map(TokenMap::cls).toArray(float[][]::new));
            inputs.put(
                    layers > 0 ? "layers_cls" : "cls",
                    layers > 0 ? Tensor.of(cls, layers, clips.size(), DIM) : Tensor.of(cls, clips.size(), DIM));
        }
        return inputs;
    }

    @Test
    void bitsTakeA32ndOfTheFile() throws Exception {
        int dim = 768;
        int prototypes = 20 * CLASSES;
        Probe probe = Probes.create("protobin", dim, CLASSES, false, ProbeOptions.DEFAULTS, 1);
        TrainedProbe trained = new TrainedProbe(probe, List.of("a", "b", "c", "d", "e"), false, false, null, "e", "f");
        PackedProtobin packed = PackedProtobin.pack(trained);
        Path floats = folder.resolve("floats.onnx");
        Path bits = folder.resolve("bits.onnx");
        OnnxExport.probe(trained, false, false, 0, 8).write(floats);
        OnnxExport.probe(packed.unpacked(Backends.current()), true, false, 0, 8).write(bits);
        // What remains is equal but for the nodes that unpack.
        assertThat(Files.size(floats) - Files.size(bits))
                .isBetween(prototypes * dim * 4L * 31 / 32 - 1500, prototypes * dim * 4L * 31 / 32);
        SplittableRandom random = new SplittableRandom(5);
        float[] tokens = new float[16 * 8 * dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        TokenMap map = new TokenMap(16, 8, dim, tokens, null);
        try (RunGraph run = new RunGraph(bits)) {
            Map<String, float[]> found = run.run(Map.of("tokens", Tensor.of(tokens, 1, 16, 8, dim)));
            Golden.assertClose("packed", packed.scores(map), found.get("scores"), TOLERANCE, 0);
        }
    }
}
