package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.decision.ThresholdRule;
import org.unmute.probes.event.EventRules;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Thresholds and calibration in the files of probes. */
class SavedDecisionsTest {
    private static final List<String> CLASSES = List.of("crow", "rain", "wren");

    @TempDir
    private Path folder;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private TrainedProbe probe() {
        Probe probe = Probes.create(scalar, "protobin", 12, 3, false, ProbeOptions.parse("prototypes=2"), 4);
        return new TrainedProbe(probe, CLASSES, false, false, null, "e", "f");
    }

    private static Decisions decisions(ThresholdRule rule) {
        return new Decisions(
                rule,
                "split 'val'",
                20,
                new int[] {3, 0, 17},
                new double[] {0.1 + 1e-17, Double.NaN, -Double.MIN_VALUE},
                new ScoreCalibration(new double[] {Math.PI, 1, 1e-2}, new double[] {-Math.E, 0, 30}));
    }

    private static TokenMap map() {
        SplittableRandom random = new SplittableRandom(2);
        float[] tokens = new float[6 * 12];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        return new TokenMap(3, 2, 12, tokens, null);
    }

    @ParameterizedTest
    @CsvSource({"f1", "precision=0.9", "precision=0.333"})
    void areReadBackToTheLastBit(String rule) throws IOException {
        Decisions learned = decisions(ThresholdRule.parse(rule));
        Path file = folder.resolve("probe.safetensors");
        TrainedProbe before = probe().with(learned);
        before.save(file);
        TrainedProbe after = TrainedProbe.load(file, scalar);
        assertThat(after.decisions()).isEqualTo(learned);
        assertThat(after.decisions().rule()).hasToString(rule);
        assertThat(after.rawScores(map()))
                .as("raw scores are those of a probe that learned nothing")
                .isEqualTo(probe().rawScores(map()))
                .isEqualTo(probe().scores(map()));
        assertThat(after.scores(map())).isEqualTo(after.calibration().apply(after.rawScores(map())));
        after.save(folder.resolve("again.safetensors"));
        assertThat(folder.resolve("again.safetensors")).hasSameBinaryContentAs(file);
    }

    /** Thresholds learned on whole clips do not apply to stretches. */
    @Test
    void eventsAreNotFoundAtTheThresholdsOfClips() {
        Decisions learned = decisions(ThresholdRule.MAX_F1);
        assertThat(EventRules.learned(probe().with(learned)).high()).containsOnly(0.5);
        assertThat(EventRules.learned(probe()).high()).containsOnly(0.5);
        assertThat(probe().with(learned).calibration()).isEqualTo(learned.calibration());
        assertThat(probe().calibration()).isNull();
    }

    @Test
    void aPackedProbeKeepsThem() throws IOException {
        Decisions learned = decisions(ThresholdRule.MAX_F1);
        PackedProtobin packed = PackedProtobin.pack(probe().with(learned));
        assertThat(packed.decisions()).isEqualTo(learned);
        packed.save(folder.resolve("packed"));
        assertThat(PackedProtobin.load(folder.resolve("packed")).decisions()).isEqualTo(learned);
    }

    /** The file of a probe without decisions does not mention them, as before decisions were introduced. */
    @Test
    void aProbeWithoutHasNone() throws IOException {
        Path file = folder.resolve("plain");
        probe().save(file);
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            assertThat(content.names()).noneMatch(name -> name.startsWith("decision"));
            assertThat(content.metadata().keySet()).noneMatch(name -> name.startsWith("decision"));
        }
        assertThat(TrainedProbe.load(file, scalar).decisions()).isNull();
        PackedProtobin.pack(probe()).save(folder.resolve("packed"));
        assertThat(PackedProtobin.load(folder.resolve("packed")).decisions()).isNull();
    }

    @Test
    void decisionsAboutOtherClassesAreRefused() {
        Decisions two = Decisions.learn(
                ThresholdRule.MAX_F1, "x", new float[][] {{0.1f, 0.9f}}, new boolean[][] {{true, false}});
        assertFails(() -> probe().with(two), "decisions about 2 classes", "has 3");
    }

    @ParameterizedTest
    @CsvSource({
        "decision_rule, most, 'most' is no rule",
        "decision_rule, precision=1.5, 1.5",
        "decision_rule, precision=NaN, is no rule",
        "decision_clips, many, decision_clips is no number: 'many'",
        "decision_clips, 0, 0 validation clips",
        "decision_clips, 5, class 2 has 17 of 5",
        "decision_source, '', printable source",
    })
    void damagedTextsAreNamed(String key, String value, String message) throws IOException {
        Path file = damaged(Map.of(key, value), Map.of());
        assertFails(IOException.class, () -> TrainedProbe.load(file, scalar), message, file.toString());
    }

    @Test
    void damagedNumbersAreNamed() throws IOException {
        Map<String, double[]> cases = new LinkedHashMap<>();
        cases.put("thresholds", new double[] {0.1, Double.NaN});
        cases.put("slopes", new double[] {1, -1, 1});
        cases.put("offsets", new double[] {0, Double.NaN, 0});
        for (Map.Entry<String, double[]> one : cases.entrySet()) {
            Path file = damaged(Map.of(), Map.of("decisions." + one.getKey(), one.getValue()));
            assertThatThrownBy(() -> TrainedProbe.load(file, scalar))
                    .as(one.getKey())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(one.getKey().equals("thresholds") ? "2 thresholds" : "class 1");
        }
        for (double[] thresholds : new double[][] {
            {Double.NaN, Double.NaN, 0.5}, {0.5, 0.5, 0.5}, {2, Double.NaN, 0.5}, {Double.NEGATIVE_INFINITY, 0, 0}
        }) {
            Path file = damaged(Map.of(), Map.of("decisions.thresholds", thresholds));
            assertFails(() -> TrainedProbe.load(file, scalar), "threshold");
        }
        Path missing = damaged(Map.of(), Map.of("decisions.slopes", new double[0]));
        assertFails(() -> TrainedProbe.load(missing, scalar), "slopes is missing");
    }

    /** Copies the file of a probe with some texts and tensors replaced; an empty tensor removes the entry. */
    private Path damaged(Map<String, String> texts, Map<String, double[]> tensors) throws IOException {
        Path good = folder.resolve("good");
        probe().with(decisions(ThresholdRule.MAX_F1)).save(good);
        Path file = folder.resolve("damaged");
        try (SafetensorsFile content = SafetensorsFile.open(good)) {
            SafetensorsWriter out = new SafetensorsWriter();
            content.metadata().forEach((key, value) -> out.metadata(key, texts.getOrDefault(key, value)));
            for (String name : content.names()) {
                double[] values = tensors.get(name);
                if (values == null) {
                    values = name.endsWith("positives") ? null : content.doubles(name);
                    if (values == null) {
                        out.add(name, content.shape(name), content.ints(name));
                    } else {
                        out.add(name, content.shape(name), values);
                    }
                } else if (values.length > 0) {
                    out.add(name, Shape.of(values.length), values);
                }
            }
            out.write(file);
        }
        return file;
    }
}
