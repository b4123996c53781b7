package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;

/** The raw and calibrated scores of a recording are bitwise equal, whichever way they are computed. */
class ScoreRoutesTest {
    @TempDir
    static Path folder;

    private static LearnedRun fixture;
    private static Encoder encoder;
    private static Path exactCache;
    private static Path singleLabels;

    @BeforeAll
    static void prepare() throws IOException {
        fixture = LearnedRun.in(folder);
        encoder = Encoders.open(fixture.encoder());
        exactCache = folder.resolve("cache-f32");
        Ran.ok(
                "embed -q --dtype f32 --encoder {} --audio {} --out {}",
                fixture.encoder(),
                folder.resolve("recordings"),
                exactCache);
        singleLabels = Files.writeString(
                folder.resolve("single.csv"), LearnedRun.labels("val").replace(";dog", ""));
        fixture.probe(singleLabels, folder.resolve("single"), "--loss", "ce").endsWith(ExitCode.OK);
    }

    /** The run of probes with exclusive classes, or with independent ones. */
    private static Path run(boolean single) {
        return single ? folder.resolve("single") : fixture.run();
    }

    private static Path clip(int i) {
        return folder.resolve(String.format(Locale.ROOT, "recordings/test/%06d.wav", i));
    }

    private static Ran tag(Path probe, Object... more) {
        return Ran.ok(Ran.with(
                Ran.line(
                        "tag -q --encoder {} --probe {} --audio {} --top 3",
                        fixture.encoder(),
                        probe,
                        folder.resolve("recordings/test")),
                more));
    }

    private static float[][] written(Path csv) throws IOException {
        List<float[]> rows = new ArrayList<>();
        for (String line : Files.readAllLines(csv).subList(1, 1 + LearnedRun.TEST)) {
            String[] cells = line.split(",");
            float[] row = new float[cells.length - 1];
            for (int c = 0; c < row.length; c++) {
                row[c] = Float.parseFloat(cells[c + 1]);
            }
            rows.add(row);
        }
        return rows.toArray(float[][]::new);
    }

    private static float[][] raw(Path probe) throws IOException {
        Path csv = folder.resolve("raw.csv");
        String said = tag(probe, "--force", "--scores", csv).out();
        assertThat(said).contains("raw scores in " + csv + " (--activation calibrated writes the calibrated ones");
        return written(csv);
    }

    private static float[][] calibrated(Path probe) throws IOException {
        Path csv = folder.resolve("calibrated.csv");
        String said = tag(probe, "--force", "--scores", csv, "--activation", "calibrated")
                .out();
        assertThat(said).contains(", scores in " + csv).doesNotContain("raw");
        return written(csv);
    }

    /** The scores of each clip, as computed by a program that uses the library. */
    private static float[][] program(BiFunction<Integer, TokenMap, float[]> scores) throws IOException {
        float[][] all = new float[LearnedRun.TEST][];
        for (int i = 0; i < all.length; i++) {
            all[i] = scores.apply(i, encoder.encode(Wav.read(clip(i))));
        }
        return all;
    }

    private static void assertPrinted(Path probe, float[][] scores, List<String> classes) {
        JsonNode json = tag(probe, "--json").json();
        String text = tag(probe).out();
        for (int i = 0; i < scores.length; i++) {
            assertThat(json.get(i).get("scores").asText()).isEqualTo("calibrated probability");
            for (int c = 0; c < classes.size(); c++) {
                String name = classes.get(c);
                String shown = String.format(Locale.ROOT, "%s %.3f", name, scores[i][c]);
                assertThat(json.get(i).get("top"))
                        .filteredOn(one -> one.get("class").asText().equals(name))
                        .singleElement()
                        .extracting(one -> (float) one.get("score").asDouble())
                        .isEqualTo(scores[i][c]);
                assertThat(text.lines().skip(2 + i).findFirst().orElseThrow()).contains(shown);
            }
        }
    }

    private static void assertExplained(Path probe, float[][] raw, float[][] calibrated, List<String> classes) {
        for (int i = 0; i < 2; i++) {
            List<Object> args = new ArrayList<>(
                    List.of("explain", "--probe", probe, "--encoder", fixture.encoder(), "--audio", clip(i), "--json"));
            classes.forEach(c -> args.addAll(List.of("--class", c)));
            JsonNode json = Ran.ok(args.toArray()).json();
            for (int c = 0; c < classes.size(); c++) {
                JsonNode own = json.at("/classes/" + c);
                assertThat(own.get("score").asDouble()).isEqualTo(raw[i][c]);
                assertThat((float) own.at("/verdict/calibrated").asDouble()).isEqualTo(calibrated[i][c]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTrainedProbe(boolean single) throws IOException {
        Path run = run(single);
        TrainedProbe probe = LearnedRun.saved(run);
        assertThat(probe.singleLabel()).isEqualTo(single);
        float[][] raw = raw(run);
        float[][] calibrated = calibrated(run);
        assertThat(raw).isNotEqualTo(calibrated);
        assertThat(program((_, map) -> probe.rawScores(map))).isDeepEqualTo(raw);
        assertThat(program((_, map) -> probe.scores(map))).isDeepEqualTo(calibrated);
        program((i, map) -> {
            assertThat(probe.scoresByClass(map)).isEqualTo(named(probe.classes(), calibrated[i]));
            assertThat(probe.rawScoresByClass(map)).isEqualTo(named(probe.classes(), raw[i]));
            return raw[i];
        });
        assertThat(probe.scores(List.of(encoder.encode(Wav.read(clip(0))), encoder.encode(Wav.read(clip(1))))))
                .as("together")
                .isDeepEqualTo(new float[][] {calibrated[0], calibrated[1]});
        assertPrinted(run, calibrated, probe.classes());
        assertExplained(run, raw, calibrated, probe.classes());
        try (TokenCache cache = TokenCache.open(exactCache)) {
            List<String> clips = new ArrayList<>();
            for (int i = 0; i < LearnedRun.TEST; i++) {
                clips.add(String.format(Locale.ROOT, "test/%06d.wav", i));
            }
            assertThat(Scorer.rawScores(probe, TokenSource.of(cache, clips), 4)).isDeepEqualTo(raw);
        }
    }

    private static Map<String, Float> named(List<String> classes, float[] scores) {
        Map<String, Float> named = new LinkedHashMap<>();
        for (int c = 0; c < scores.length; c++) {
            named.put(classes.get(c), scores[c]);
        }
        return named;
    }

    /** Compares {@code eval} of a run on exact tokens with {@code eval} of the file that {@code tag --scores} wrote. */
    @Test
    void evalOfTokensAndOfScores() throws IOException {
        Path csv = folder.resolve("raw-eval.csv");
        tag(fixture.run(), "--scores", csv);
        String table = Files.readString(csv);
        Files.writeString(csv, table.replace("\n0", "\ntest/0"));
        Object[] labels = {"--labels", fixture.labels(), "--split", "test", "--bootstrap", 0, "--json"};
        JsonNode ofScores = Ran.ok(Ran.with(new Object[] {"eval", "-q", "--scores", csv}, labels))
                .json();
        JsonNode ofTokens = Ran.ok(
                        Ran.with(new Object[] {"eval", "-q", "--probe", fixture.run(), "--cache", exactCache}, labels))
                .json();
        assertThat(ofScores.get("metrics").size()).isGreaterThan(10);
        ofScores.get("metrics")
                .properties()
                .forEach(e -> assertThat(ofTokens.at("/metrics/" + e.getKey() + "/mean"))
                        .as(e.getKey())
                        .isEqualTo(e.getValue().get("mean")));
    }

    /**
     * If the stretch of a {@code detect} event is the whole clip without padding, the event has the clip's raw score,
     * with the calibration of events.
     */
    @Test
    void eventsOfAWholeClip() throws IOException {
        TrainedProbe probe = LearnedRun.saved(fixture.run());
        EncoderSpec spec = encoder.describe();
        double row = spec.rowTimes().rowSeconds();
        float[][] calibrated = program((_, map) -> {
            int rows = Math.min(map.time(), (int) Math.ceil(1 / row - 1e-9));
            return probe.eventDecisions().calibration().apply(probe.rawScores(map.rows(0, rows)));
        });
        Path out = folder.resolve("events");
        Ran.ok(
                "detect -q --encoder {} --probe {} --audio {} --out {} --format parquet --context 60 "
                        + "--median 0 --threshold 0",
                fixture.encoder(),
                fixture.run(),
                folder.resolve("recordings/test"),
                out);
        int events = 0;
        for (Annotation event :
                AnnotationTable.read(out.resolve("events.parquet")).annotations()) {
            int i = Integer.parseInt(event.file().replaceAll("\\D", ""));
            int c = LearnedRun.CLASSES.indexOf(event.label());
            assertThat((float) event.score()).isEqualTo(calibrated[i][c]);
            events++;
        }
        assertThat(events).isEqualTo(LearnedRun.TEST * LearnedRun.CLASSES.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPackedProbe(boolean single) throws IOException {
        Path file = folder.resolve("packed-" + single + ".safetensors");
        Ran.ok("pack", "-q", "--probe", run(single), "--out", file);
        PackedProtobin packed = PackedProtobin.load(file);
        float[][] raw = raw(file);
        float[][] calibrated = calibrated(file);
        assertThat(program((_, map) -> packed.rawScores(map))).isDeepEqualTo(raw);
        assertThat(program((_, map) -> packed.scores(map))).isDeepEqualTo(calibrated);
        program((i, map) -> {
            assertThat(packed.scoresByClass(map)).isEqualTo(named(packed.classes(), calibrated[i]));
            return raw[i];
        });
        assertPrinted(file, calibrated, packed.classes());
        assertExplained(file, raw, calibrated, packed.classes());
    }
}
