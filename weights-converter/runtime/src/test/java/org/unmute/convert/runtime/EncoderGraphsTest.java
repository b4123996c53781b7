package org.unmute.convert.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.convert.export.ExportException;
import org.unmute.convert.export.OnnxExport;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/** Every encoder with reference numbers as a graph: ONNX Runtime and the engine give the same tokens, within 1e-4. */
class EncoderGraphsTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> tiny() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path encoder : ReferenceEncoders.folders()) {
            String name = encoder.getFileName().toString();
            tests.add(dynamicTest(name + " from the spectrogram", () -> {
                fromSpectrogram(name, ReferenceEncoders.open(encoder));
            }));
            tests.add(dynamicTest(name + " from samples", () -> {
                fromSamples(name, ReferenceEncoders.open(encoder), 0);
            }));
        }
        return Golden.cases("encoders", tests);
    }

    /** The weights of the recipe: sums of 768 numbers have larger errors than those of 48. */
    @TestFactory
    List<DynamicTest> releasedSizes() {
        return BaseSizes.NAMES.stream()
                .map(name -> dynamicTest(name, () -> {
                    Encoder encoder = Encoders.build(BaseSizes.of(name), EncoderSettings.AUTHORS.withModel(name));
                    fromSpectrogram(name, encoder);
                    fromSamples(name, encoder, encoder.describe().sampleRate());
                }))
                .toList();
    }

    @Test
    void theOneInTheProgram() throws Exception {
        fromSpectrogram("embedded", Encoders.embedded());
        fromSamples("embedded", Encoders.embedded(), 0);
    }

    /** Windows that are filled up in the graph as the encoder fills them. */
    @ParameterizedTest
    @ValueSource(strings = {"eat", "birdmae", "beats", "bat", "atst_frame", "dasheng", "m2d", "beats_strong"})
    void shortSounds(String name) throws Exception {
        Encoder encoder = ReferenceEncoders.open(name);
        fromSamples(name, encoder, Math.max(9000, encoder.describe().frameSamples()));
    }

    /** What cannot be a graph is refused, and says why. */
    @Test
    void refused() throws Exception {
        Encoder eat = Encoders.open(
                ReferenceEncoders.checkpoint("eat"),
                EncoderSettings.AUTHORS
                        .withModel("eat")
                        .withFrames(192)
                        .withFrontEnd(EncoderSettings.FrontEndSource.BIOFOUNDATION));
        assertThatThrownBy(() -> OnnxExport.encoder(eat.network(), new OnnxExport.Window(OnnxExport.Input.SAMPLES, 0)))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("the front end has no form as a graph: BioFoundation's mel spectrogram")
                .hasMessageEndingWith("export from the spectrogram (--from spectrogram)");
        fromSpectrogram("eat of BioFoundation", eat);
        assertThatThrownBy(() -> OnnxExport.encoder(
                        eat.network(), new OnnxExport.Window(OnnxExport.Input.SPECTROGRAM, 99_999_999)))
                .hasMessageContaining("longer recordings are cut into windows before a graph");
        assertThatThrownBy(() ->
                        OnnxExport.head(eat.network(), new OnnxExport.Window(OnnxExport.Input.SPECTROGRAM, 0), true))
                .hasMessage("export: eat: this checkpoint has no head for frames");
        Encoder opaque = new Encoder(new Opaque(eat.network()));
        assertThatThrownBy(() ->
                        OnnxExport.encoder(opaque.network(), new OnnxExport.Window(OnnxExport.Input.SPECTROGRAM, 0)))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("depends on the input, but the engine did not record how");
    }

    /** A network with a step that is no op. */
    private record Opaque(EncoderNetwork network) implements EncoderNetwork {
        @Override
        public EncoderSpec spec() {
            return network.spec();
        }

        @Override
        public FrontEnd frontEnd() {
            return network.frontEnd();
        }

        @Override
        public Tensor forward(Tensor input, Trace trace) {
            Tensor y = network.forward(input, trace);
            return y.plus(Tensor.of(y.toFloats(), y.shape().toArray()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ced", "eat_ft", "beats_ft"})
    void headsForClips(String name) throws Exception {
        Encoder encoder = ReferenceEncoders.open(name);
        EncoderSpec spec = encoder.describe();
        float[] sound = noise(4, spec.isWhole() ? spec.chunkSamples() : spec.windowSamples());
        Path file = folder.resolve(name + ".onnx");
        OnnxExport.head(encoder.network(), new OnnxExport.Window(OnnxExport.Input.SAMPLES, 0), false)
                .write(file);
        try (RunGraph run = new RunGraph(file)) {
            Map<String, float[]> found = run.run(Map.of("samples", Tensor.of(sound, 1, sound.length)));
            Golden.assertClose(name, encoder.scores(sound), found.get("logits"), TOLERANCE, TOLERANCE);
            assertThat(run.metadata()).containsEntry("unmute.classes", String.join("\n", spec.classes()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"beats_strong", "asit_strong", "atst_strong", "m2d_strong"})
    void headsForFrames(String name) throws Exception {
        Encoder encoder = ReferenceEncoders.open(name);
        Encoder scores = encoder.withHead();
        float[] sound = noise(4, scores.describe().windowSamples());
        Path file = folder.resolve(name + ".onnx");
        OnnxExport.head(encoder.network(), new OnnxExport.Window(OnnxExport.Input.SAMPLES, 0), true)
                .write(file);
        try (RunGraph run = new RunGraph(file)) {
            Map<String, float[]> found = run.run(Map.of("samples", Tensor.of(sound, 1, sound.length)));
            Golden.assertClose(name, scores.encode(sound).tokens(), found.get("logits"), TOLERANCE, TOLERANCE);
            assertThat(run.metadata()).containsEntry("unmute.row_samples", "640");
        }
    }

    private void fromSpectrogram(String name, Encoder encoder) throws Exception {
        EncoderNetwork network = encoder.network();
        EncoderSpec spec = network.spec();
        int samples = spec.isWhole() ? spec.chunkSamples() : spec.windowSamples();
        OnnxGraph graph = OnnxExport.encoder(network, new OnnxExport.Window(OnnxExport.Input.SPECTROGRAM, 0));
        float[] one = noise(1, samples);
        float[] two = noise(2, samples);
        Tensor input = network.frontEnd().apply(List.of(one, two));
        compare(name, encoder, graph, Map.of("spectrogram", input), List.of(one, two));
    }

    private void fromSamples(String name, Encoder encoder, int given) throws Exception {
        EncoderSpec spec = encoder.describe();
        int whole = spec.isWhole() ? spec.chunkSamples() : spec.windowSamples();
        int samples = given == 0 ? whole : given;
        OnnxGraph graph = OnnxExport.encoder(encoder.network(), new OnnxExport.Window(OnnxExport.Input.SAMPLES, given));
        float[] one = noise(1, samples);
        float[] two = noise(2, samples);
        Tensor input = Tensor.concat(0, Tensor.of(one, 1, samples), Tensor.of(two, 1, samples));
        compare(name, encoder, graph, Map.of("samples", input), List.of(one, two));
    }

    private void compare(String name, Encoder encoder, OnnxGraph graph, Map<String, Tensor> input, List<float[]> sounds)
            throws Exception {
        Path file = folder.resolve(name + ".onnx");
        long bytes = graph.write(file);
        assertThat(file).hasSize(bytes);
        List<TokenMap> maps = encoder.encode(sounds);
        try (RunGraph run = new RunGraph(file)) {
            Map<String, float[]> found = run.run(input);
            Golden.assertClose(name, joined(maps, false), found.get("tokens"), TOLERANCE, TOLERANCE);
            if (maps.getFirst().cls() != null) {
                Golden.assertClose(name + " cls", joined(maps, true), found.get("cls"), TOLERANCE, TOLERANCE);
            }
            assertThat(run.metadata())
                    .containsEntry("unmute.encoder", encoder.describe().name())
                    .containsEntry("unmute.sample_rate", "" + encoder.describe().sampleRate());
        }
    }

    private static float[] joined(List<TokenMap> maps, boolean cls) {
        List<float[]> all = maps.stream().map(m -> cls ? m.cls() : m.tokens()).toList();
        float[] joined = new float[all.stream().mapToInt(a -> a.length).sum()];
        int at = 0;
        for (float[] a : all) {
            System.arraycopy(a, 0, joined, at, a.length);
            at += a.length;
        }
        return joined;
    }

    static float[] noise(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) (random.nextDouble(-0.3, 0.3) * (1 + Math.sin(i * 2e-3)));
        }
        return samples;
    }
}
