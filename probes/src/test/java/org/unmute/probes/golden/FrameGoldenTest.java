package org.unmute.probes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.probes.event.EventDetector;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.MedianFilter;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/** The heads of BAT_ICML2026 for frames and for clips, and what its code makes of their probabilities. */
@Tag("golden")
class FrameGoldenTest {
    private static final int FREQ = 8;
    /** Heads that have another name here. */
    private static final Map<String, String> OWN = Map.of("linear_cgp", "linear-layers", "h2t", "head2toe");

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static SafetensorsFile heads() throws IOException {
        return SafetensorsFile.open(Golden.require("frames").resolve("bat_heads.safetensors"));
    }

    private Probe probe(SafetensorsFile file, String head, String name, String options, boolean cls) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        String prefix = head + ".param.";
        for (String stored : file.names()) {
            // The scale of the group lasso follows from the number of classes.
            if (stored.startsWith(prefix) && !stored.endsWith(".group_scale")) {
                long[] shape = file.shape(stored).toArray();
                // Prototypes are kernels of 1 x 1 there.
                long[] own = shape.length == 4 ? new long[] {shape[0], shape[1]} : shape;
                parameters.put(stored.substring(prefix.length()), Tensor.of(scalar, file.floats(stored), own));
            }
        }
        return Probes.of(
                name, parameters, cls, ProbeOptions.parse(options.isEmpty() ? new String[0] : options.split(" ")));
    }

    /** Three layers: the short clip is stored as {@code [layers, 1, dim, time, freq]}, the long one row by row. */
    private TokenBatch clip(SafetensorsFile file, boolean isLong) {
        if (isLong) {
            long[] shape = file.shape("long.patch_tokens").toArray();
            Tensor tokens = Tensor.of(scalar, file.floats("long.patch_tokens"), shape[0], 1, shape[1] * FREQ, shape[3]);
            return TokenBatch.of(new TokenBatch.Layers(tokens, null), (int) shape[1], FREQ);
        }
        long[] shape = file.shape("in.patch_tokens").toArray();
        Tensor stored = Tensor.of(scalar, file.floats("in.patch_tokens"), shape);
        Tensor tokens = stored.permute(0, 1, 3, 4, 2).reshape(shape[0], 1, shape[3] * FREQ, shape[2]);
        Tensor cls = Tensor.of(scalar, file.floats("in.cls_tokens"), shape[0], 1, shape[2]);
        return TokenBatch.of(new TokenBatch.Layers(tokens, cls), (int) shape[3], FREQ);
    }

    @ParameterizedTest
    @CsvSource({
        "protobin, rows=true, frame",
        "protobin, '', frame",
        "protobin, rows=true, frame_long",
        "cgp, rows=true, frame",
        "cgp, '', frame",
        "cgp, rows=true, frame_long",
        "linear, rows=true norm=layer, frame",
        "linear_cgp, rows=true, frame",
        "h2t, rows=true layers=3, frame"
    })
    void framesHaveTheLogitsOfTheAuthors(String head, String options, String form) throws IOException {
        try (SafetensorsFile file = heads()) {
            TokenBatch clip = clip(file, form.equals("frame_long"));
            FrameWise probe = (FrameWise) probe(file, head, OWN.getOrDefault(head, head), options, clip.cls() != null);
            float[] expected = file.floats(head + "." + form + ".logits");
            float[] logits =
                    Grad.withoutRecording(() -> probe.frameLogits(clip)).toFloats();
            assertThat(logits).containsExactly(expected, within(1e-4f));
            if (!probe.isOfRows()) {
                return;
            }
            float[] most = new float[probe.classes()];
            Arrays.fill(most, Float.NEGATIVE_INFINITY);
            for (int i = 0; i < expected.length; i++) {
                most[i % most.length] = Math.max(most[i % most.length], expected[i]);
            }
            assertThat(Grad.withoutRecording(() -> probe.logits(clip)).toFloats())
                    .as("a clip has the maximum of its rows")
                    .containsExactly(most, within(1e-4f));
        }
    }

    /** Of the class token, or of the mean over the tokens, of the last layer or of all that the authors weight. */
    @ParameterizedTest
    @CsvSource({
        "protobin, protobin, '', clip",
        "cgp, cgp, '', clip_cls",
        "cgp, cgp, middle=mean, clip_avg",
        "linear, linear, norm=layer, clip_cls",
        "linear, linear-mean, norm=layer, clip_avg",
        "linear_cgp, linear-layers, '', clip_cls",
        "linear_cgp, linear-layers, input=mean, clip_avg",
        "h2t, head2toe, layers=3, clip_cls"
    })
    void clipsHaveTheLogitsOfTheAuthors(String head, String name, String options, String form) throws IOException {
        try (SafetensorsFile file = heads()) {
            Probe probe = probe(file, head, name, options, true);
            float[] logits =
                    Grad.withoutRecording(() -> probe.logits(clip(file, false))).toFloats();
            assertThat(logits).containsExactly(file.floats(head + "." + form + ".logits"), within(1e-4f));
        }
    }

    /** Theirs counts a frame at the threshold, and ends an event where its last frame begins. */
    @Test
    void probabilitiesBecomeTheEventsOfTheAuthors() throws IOException {
        JsonNode all = new ObjectMapper()
                .readTree(Golden.require("frames").resolve("sed_events.json").toFile());
        for (JsonNode one : all.path("events")) {
            float[] scores = floats(one.path("prob"));
            float[] filtered = new MedianFilter(one.path("median").asInt(), MedianFilter.Edges.ZERO).apply(scores);
            assertThat(filtered)
                    .as(one.path("name").asText())
                    .containsExactly(floats(one.path("filtered")), within(1e-6f));
            double stride = one.path("stride_ms").asDouble() / 1000;
            double threshold = Math.nextDown((float) one.path("threshold").asDouble());
            List<double[]> events = new ArrayList<>();
            EventDetector detector = new EventDetector(
                    new EventRules(new double[] {threshold}, new double[] {threshold}, 1, 0, 0, 0),
                    (_, onset, offset, _, _) -> events.add(new double[] {onset, offset - stride}));
            for (int i = 0; i < filtered.length; i++) {
                detector.accept(i * stride, (i + 1) * stride, new float[] {filtered[i]});
            }
            detector.finish();
            List<double[]> expected = new ArrayList<>();
            one.path("events_s")
                    .forEach(e -> expected.add(
                            new double[] {e.get(0).asDouble(), e.get(1).asDouble()}));
            assertThat(events.size()).as(one.path("name").asText()).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(events.get(i)).containsExactly(expected.get(i), within(1e-4));
            }
        }
    }

    private static float[] floats(JsonNode values) {
        float[] all = new float[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) values.get(i).asDouble();
        }
        return all;
    }
}
