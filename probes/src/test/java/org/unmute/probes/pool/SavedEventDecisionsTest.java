package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.event.EventRules;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Decisions about events in the files of probes. */
class SavedEventDecisionsTest {
    private static final List<String> CLASSES = List.of("crow", "rain", "wren");

    private static final Set<String> COUNTS =
            Set.of(("events.off events.shown events.positives events.recordings events.found events.absent_alarms "
                            + "events.background_alarms")
                    .split(" "));

    @TempDir
    private Path folder;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private TrainedProbe probe() {
        Probe probe = Probes.create(scalar, "protobin", 12, 3, false, ProbeOptions.parse("prototypes=2"), 4);
        return new TrainedProbe(probe, CLASSES, false, false, null, "e", "f");
    }

    private static EventDecisions decisions(String rule) {
        return decisions(rule, 0);
    }

    private static EventDecisions decisions(String rule, double drop) {
        return new EventDecisions(
                new EventDecisions.Stretches(1, 0.1, 1, 0.2, 0.1, drop),
                new EventDecisions.Learned(
                        EventThresholdRule.parse(rule),
                        "split 'val'",
                        20,
                        5,
                        6.25,
                        Double.NaN,
                        Double.POSITIVE_INFINITY),
                List.of(
                        new OneClass(0.1 + 1e-17, false, true, 3, 2, 1, 0.5, 4, 5, 0.6, 1, 1, 1, 1),
                        new OneClass(0.25, true, false, 0, 0, 0, 0.5, 0, 0, Double.NaN, Double.NaN, 1, 1, 1),
                        new OneClass(1, true, true, 17, 9, 0, 0, 0, 0, 0.4, 0.7, 1, 1, 1)),
                new ScoreCalibration(new double[] {Math.PI, Math.PI, Math.PI}, new double[] {-Math.E, 0, 30}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f1", "precision=0.9", "recall=0.333", "alarms=1/h", "alarms=0.5/h"})
    void areReadBackToTheLastBit(String rule) throws IOException {
        EventDecisions learned = decisions(rule);
        Path file = folder.resolve("probe.safetensors");
        probe().withEvents(learned).save(file);
        TrainedProbe after = TrainedProbe.load(file, scalar);
        assertThat(after.eventDecisions()).isEqualTo(learned);
        assertThat(after.eventDecisions().learned().rule()).hasToString(rule);
        assertThat(after.decisions()).isNull();
        after.save(folder.resolve("again.safetensors"));
        assertThat(folder.resolve("again.safetensors")).hasSameBinaryContentAs(file);
    }

    /** Where clips are independent of each other, the file is as it was before intervals were widened. */
    @Test
    void howMuchIntervalsAreWidenedIsReadBack() throws IOException {
        EventDecisions plain = decisions("f1");
        List<OneClass> wide = plain.classes().stream()
                .map(c -> new OneClass(
                        c.threshold(),
                        c.isOff(),
                        c.isShown(),
                        c.positives(),
                        c.recordings(),
                        c.found(),
                        c.absentHours(),
                        c.absentAlarms(),
                        c.backgroundAlarms(),
                        c.aurocLow(),
                        c.aurocHigh(),
                        1.25,
                        2 + c.found(),
                        Math.PI))
                .toList();
        EventDecisions learned = new EventDecisions(plain.stretches(), plain.learned(), wide, plain.calibration());
        Path file = folder.resolve("wide");
        probe().withEvents(learned).save(file);
        assertThat(TrainedProbe.load(file, scalar).eventDecisions()).isEqualTo(learned);
        probe().withEvents(plain).save(file);
        try (SafetensorsFile saved = SafetensorsFile.open(file)) {
            assertThat(saved.has("events.found_spread")).isFalse();
        }
    }

    /** Without a drop the file is as it was before there was one. */
    @Test
    void theDropIsReadBack() throws IOException {
        EventDecisions learned = decisions("f1", 1.5);
        Path file = folder.resolve("drop");
        probe().withEvents(learned).save(file);
        assertThat(TrainedProbe.load(file, scalar).eventDecisions()).isEqualTo(learned);
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            assertThat(content.metadata().get("event_numbers")).endsWith(" Infinity 1.5");
        }
        probe().withEvents(decisions("f1")).save(file);
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            assertThat(content.metadata().get("event_numbers")).endsWith(" Infinity");
        }
    }

    @Test
    void eventsLastDownToTheLowThreshold() {
        EventDecisions learned = decisions("f1", 1.5);
        double logit = Math.log(0.1 / 0.9) - 1.5;
        EventRules rules = EventRules.learned(probe().withEvents(learned));
        assertThat(rules.low()[0])
                .isCloseTo(learned.calibration().apply(0, 1 / (1 + Math.exp(-logit))), within(1e-12))
                .isLessThan(0.9 * rules.high()[0]);
        assertThat(rules.low()[1]).isInfinite();
        EventRules plain = EventRules.learned(probe().withEvents(decisions("f1")));
        assertThat(plain.low()).containsExactly(plain.high());
    }

    @Test
    void eventsAreFoundAtThem() {
        EventDecisions learned = decisions("f1");
        assertThat(EventRules.learned(probe().withEvents(learned)).high())
                .containsExactly(
                        learned.calibration().apply(0, 0.1 + 1e-17),
                        Double.POSITIVE_INFINITY,
                        Double.POSITIVE_INFINITY);
    }

    @Test
    void aPackedProbeKeepsThem() throws IOException {
        EventDecisions learned = decisions("alarms=1/h");
        PackedProtobin.pack(probe().withEvents(learned)).save(folder.resolve("packed"));
        assertThat(PackedProtobin.load(folder.resolve("packed"))
                        .unpacked(scalar)
                        .eventDecisions())
                .isEqualTo(learned);
    }

    @Test
    void aProbeWithoutHasNone() throws IOException {
        Path file = folder.resolve("plain");
        probe().save(file);
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            assertThat(content.names()).noneMatch(name -> name.startsWith("event"));
            assertThat(content.metadata().keySet()).noneMatch(name -> name.startsWith("event"));
        }
        assertThat(TrainedProbe.load(file, scalar).eventDecisions()).isNull();
    }

    @Test
    void thoseOfOtherClassesAreRefused() {
        EventDecisions all = decisions("f1");
        EventDecisions two = new EventDecisions(
                all.stretches(),
                all.learned(),
                all.classes().subList(0, 2),
                new ScoreCalibration(new double[] {1, 1}, new double[2]));
        assertFails(() -> probe().withEvents(two), "event decisions about 2 classes", "has 3");
    }

    @ParameterizedTest
    @CsvSource({
        "event_rule, most, 'most' is no rule",
        "event_rule, alarms=0/h, out of range",
        "event_numbers, 1 2 3, 'are 3, not 10'",
        "event_numbers, 1 2 3 x 5 6 7 8 9 10, are no numbers",
        "event_numbers, 1 2 3 4 5 6 7 8 9 10 11 12, 'are 12, not 10 or 11'",
        "event_numbers, 1 2 3 4 5 6 7 8 9 10 -1, so must be the drop -1.0",
        "event_numbers, -1 2 3 4 5 6 7 8 9 10, seconds must be finite and not negative",
        "event_source, '', printable source",
    })
    void damagedTextsAreNamed(String key, String value, String message) throws IOException {
        Path file = damaged(key, value, "");
        assertFails(IOException.class, () -> TrainedProbe.load(file, scalar), message, file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"events.found", "events.slopes", "events.thresholds", "events.off"})
    void aMissingColumnIsNamed(String name) throws IOException {
        Path file = damaged("", "", name);
        assertFails(IOException.class, () -> TrainedProbe.load(file, scalar), name + " is missing");
    }

    /** Copies the file with another text, or without one tensor. */
    private Path damaged(String key, String value, String without) throws IOException {
        Path whole = folder.resolve("whole");
        probe().withEvents(decisions("f1")).save(whole);
        Path file = folder.resolve("damaged");
        try (SafetensorsFile content = SafetensorsFile.open(whole)) {
            SafetensorsWriter out = new SafetensorsWriter();
            content.metadata().forEach((k, v) -> out.metadata(k, k.equals(key) ? value : v));
            for (String name : content.names()) {
                if (name.equals(without)) {
                    continue;
                }
                if (COUNTS.contains(name)) {
                    out.add(name, content.shape(name), content.ints(name));
                } else {
                    out.add(name, content.shape(name), content.doubles(name));
                }
            }
            out.write(file);
        }
        return file;
    }
}
