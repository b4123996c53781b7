package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.convert.graph.OnnxGraph;

/** {@code --encoder network.onnx}: the commands of docs/graphs.md with a small convolutional network. */
class GraphEndToEndTest {
    private static final int CHANNELS = 12;
    private static final int CLASSES = 3;

    @TempDir
    static Path folder;

    private static Path network;
    private static Path recordings;
    private static Path classes;

    private static float[] numbers(long seed, int count, double scale) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = (float) (scale * random.nextDouble(-1, 1));
        }
        return all;
    }

    @BeforeAll
    static void write() throws IOException {
        OnnxGraph g = new OnnxGraph("g").input("x", "batch", 16_000);
        String filters = g.weight("filters", numbers(1, 8 * 400, 0.1), 8, 1, 400);
        String rows = g.node("Unsqueeze", "x", g.integers(1));
        String bank = g.node("Conv", new String[] {rows, filters}, OnnxGraph.integers("strides", 160));
        String picture = g.node("Unsqueeze", g.node("Abs", bank), g.integers(1));
        String taps = g.weight("taps", numbers(2, CHANNELS * 9, 0.3), CHANNELS, 1, 3, 3);
        String[] inputs = {picture, taps};
        String map =
                g.node("Conv", inputs, OnnxGraph.integers("strides", 2, 4), OnnxGraph.text("auto_pad", "SAME_UPPER"));
        g.result("map", "HardSwish", new String[] {map});
        String flat = g.node("Flatten", g.node("GlobalAveragePool", "map"));
        String weight = g.weight("w", numbers(3, CHANNELS * CLASSES, 1), CHANNELS, CLASSES);
        g.result("y", "Sigmoid", new String[] {g.node("MatMul", flat, weight)});
        network = folder.resolve("network.onnx");
        g.output("y", OnnxGraph.FLOAT, "batch", CLASSES).write(network);
        recordings = TinyEncoder.recordings(folder, 6, 2);
        classes = Files.writeString(folder.resolve("classes.txt"), "bee\ncrow\nowl\n");
    }

    private static Object[] encoder() {
        return new Object[] {"--encoder", network, "--encoder-set", "encoder-rate=16000", "--encoder-set", "axes=cft"};
    }

    @Test
    void fromTheGraphToEvents() throws IOException {
        Path cache = folder.resolve("cache");
        Ran.ok(Ran.with(new Object[] {"embed", "-q", "--audio", recordings, "--out", cache}, encoder()));
        StringBuilder text = new StringBuilder("file,labels\n");
        for (int i = 0; i < 6; i++) {
            text.append(String.format("train/%06d.wav,%s%n", i, i % 2 == 0 ? "bee" : "crow"));
        }
        Path labels = Files.writeString(folder.resolve("labels.csv"), text);
        Path run = folder.resolve("run");
        Ran.ok("probe", "-q", "--cache", cache, "--labels", labels, "--epochs", 3, "--out", run);
        Path events = folder.resolve("events");
        Ran.ok("detect", "-q", "--probe", run, "--audio", recordings, "--out", events);
        assertThat(events.resolve("events.csv")).exists();
    }

    @Test
    void namedClassesNeedNoTraining() throws IOException {
        Path scores = folder.resolve("scores.csv");
        Object[] tag = {"tag", "-q", "--audio", recordings, "--scores", scores, "--encoder-set", "classes=" + classes};
        Ran.ok(Ran.with(tag, encoder()));
        assertThat(Files.readAllLines(scores).getFirst()).contains("bee", "crow", "owl");
    }

    @Test
    void whatCannotBeSeenIsAsked() {
        Ran ran = Ran.unmute("embed", "--encoder", network, "--audio", recordings, "--out", folder.resolve("none"));
        assertThat(ran.endsWith(ExitCode.USAGE).err()).contains("does not state the sample rate of its input");
    }
}
