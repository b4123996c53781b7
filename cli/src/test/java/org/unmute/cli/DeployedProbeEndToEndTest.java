package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.score.ScoreFile;
import org.unmute.data.provenance.Json;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** Uses of trained probes: {@code pack}, {@code tag --probe}, and probes over all layers. */
class DeployedProbeEndToEndTest {
    private static final int CLIPS = 8;

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;
    private static Path layered;
    private static Path labels;
    private static Path protobin;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16, 2);
        recordings = TinyEncoder.recordings(folder, CLIPS, 0);
        // a different length gives a different grid
        Wav.write(recordings.resolve("train/000001.wav"), new float[70_000], 16_000);
        layered = folder.resolve("cache-layers");
        Ran ran = Ran.ok("embed", "--layers", "--encoder", encoder, "--audio", recordings, "--out", layered);
        assertThat(ran.err()).contains("all 2 blocks");
        try (TokenCache cache = TokenCache.open(layered)) {
            assertThat(cache.clips().stream().map(CachedClip::time).distinct())
                    .as("rows of the clips' grids")
                    .hasSizeGreaterThan(1);
        }
        StringBuilder text = new StringBuilder("file,labels\n");
        for (int i = 0; i < CLIPS; i++) {
            text.append(String.format("train/%06d.wav,%s%n", i, i % 2 == 0 ? "bee" : "crow"));
        }
        labels = Files.writeString(folder.resolve("labels.csv"), text);
        protobin = probe("protobin", layered, "--standardize");
    }

    private static Path probe(String name, Path cache, Object... more) {
        Path out = folder.resolve("run-" + name + "-" + cache.getFileName());
        Ran.ok(Ran.with(
                Ran.line(
                        "probe -q --probe {} --cache {} --labels {} --epochs 2 --thresholds none --out {}",
                        name,
                        cache,
                        labels,
                        out),
                more));
        return out;
    }

    private static Map<String, float[]> tagged(Path probe, Object... more) throws IOException {
        Path scores = folder.resolve("scores.csv");
        Ran.ok(Ran.with(
                Ran.line(
                        "tag -q --probe {} --encoder {} --audio {} --force --scores {}",
                        probe,
                        encoder,
                        recordings,
                        scores),
                more));
        ScoreFile file = ScoreFile.read(scores);
        assertThat(file.classes()).containsExactly("bee", "crow");
        assertThat(file.rows()).hasSize(CLIPS);
        return file.rows();
    }

    private static void assertClose(Map<String, float[]> actual, Map<String, float[]> expected, float most) {
        expected.forEach((clip, scores) ->
                assertThat(actual.get(clip)).as(clip).containsExactly(scores, Assertions.within(most)));
    }

    @Test
    void aPackedProbeIsSmallAndScoresAlike() throws IOException {
        Path packed = folder.resolve("packed/probe-packed.safetensors");
        Ran ran = Ran.ok("pack", "-q", "--probe", protobin, "--out", packed);
        assertThat(ran.out())
                .contains("40 prototypes of 64 entries: 10.0 KiB before, 320 B packed (32.0 times less)")
                .contains("largest difference of a score: ", "16 made-up clips");
        assertThat(packed.resolveSibling("probe-packed.safetensors.run.json")).exists();
        Ran again = Ran.unmute("pack", "-q", "--probe", protobin, "--cache", layered, "--out", packed)
                .endsWith(ExitCode.FAILED);
        assertThat(again.err()).contains("already there").contains("--force");
        JsonNode json = Ran.ok(
                        "pack", "-q", "--json", "--force", "--cache", layered, "--probe", protobin, "--out", packed)
                .json();
        assertThat(json.get("checkedClips").asInt()).isEqualTo(CLIPS);
        assertThat(json.get("largestScoreDifference").asDouble()).isLessThan(1e-6);
        assertThat(json.get("prototypeBytesBefore").asLong())
                .isEqualTo(32 * json.get("prototypeBytes").asLong());
        assertClose(tagged(packed), tagged(protobin), 1e-6f);
        assertClose(tagged(packed, "--activation", "none"), tagged(protobin, "--activation", "none"), 1e-5f);
        Ran.unmute("pack", "-q", "--probe", packed, "--out", folder.resolve("twice"))
                .fails(ExitCode.INPUT, "packed already");
    }

    @Test
    void aPackedProbeInTheRunsFolderDoesNotDisturb() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run-both"));
        Files.copy(protobin.resolve("probe-seed0.safetensors"), run.resolve("probe-seed0.safetensors"));
        Ran.ok("pack", "-q", "--probe", run, "--out", run.resolve("probe-packed.safetensors"));
        Ran eval = Ran.ok("eval -q --json --probe {} --cache {} --labels {} --bootstrap 0", run, layered, labels);
        assertThat(eval.json().get("runs").asInt()).isEqualTo(1);
        tagged(run);
    }

    @Test
    void tagSaysWhatItsNumbersAre() throws IOException {
        Ran ran = Ran.ok("tag", "-q", "--probe", protobin, "--encoder", encoder, "--audio", recordings, "--top", 2);
        assertThat(ran.out())
                .contains("top 1 (probability)", "train/000001.wav")
                .containsPattern("(bee|crow) 0\\.\\d{3}");
        Map<String, float[]> probabilities = tagged(protobin);
        Map<String, float[]> logits = tagged(protobin, "--activation", "none");
        probabilities.forEach((clip, p) -> assertThat(p[0])
                .isCloseTo((float) (1 / (1 + Math.exp(-logits.get(clip)[0]))), Assertions.within(1e-6f)));
        JsonNode record =
                Json.MAPPER.readTree(folder.resolve("scores.csv.run.json").toFile());
        assertThat(record.at("/results/head").asText()).startsWith("protobin ");
        Path exclusive = probe("linear-mean", layered, "--loss", "ce");
        tagged(exclusive).forEach((clip, p) -> assertThat(p[0] + p[1]).as(clip).isCloseTo(1, Assertions.within(1e-6f)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear-layers", "head2toe"})
    void linearProbesOfAllLayersRunFromEmbeddingToTags(String name) throws IOException {
        Path run = probe(name, layered, "--dropout", 0.1);
        Ran.ok("eval", "-q", "--probe", run, "--cache", layered, "--labels", labels, "--bootstrap", 0);
        assertThat(tagged(run).values()).allSatisfy(s -> assertThat(s[0]).isStrictlyBetween(0f, 1f));
        Path why = folder.resolve("why-" + name);
        JsonNode explained = Ran.ok(
                        "explain -q --probe {} --encoder {} --audio {} --json --out {}",
                        run,
                        encoder,
                        recordings.resolve("train/000002.wav"),
                        why)
                .json();
        assertThat(explained.get("classes"))
                .isNotEmpty()
                .allSatisfy(
                        reason -> assertThat(reason.get("remark").asText()).contains("does not decompose over tokens"));
        Path events = folder.resolve("events.csv");
        Files.writeString(events, "file,start,end,label\ntrain/000000.wav,0,0.5,bee\n");
        Path rows = folder.resolve("rows-" + name);
        Ran.ok(
                "probe -q --probe {} --cache {} --labels {} --frames {} --recipe bat-frames --epochs 1 "
                        + "--warm-up 0 --out {}",
                name,
                layered,
                labels,
                events,
                rows);
        JsonNode options = Json.read(rows.resolve("run.json")).at("/results/runs/seed 0/options");
        assertThat(options.path("rows").asText()).isEqualTo("true");
        assertThat(options.path("dropout").asText())
                .as("as the authors for frames")
                .isEqualTo("0.0");
        assertThat(tagged(rows).values()).allSatisfy(s -> assertThat(s[0]).isStrictlyBetween(0f, 1f));
    }

    @Test
    void cgpRunsFromEmbeddingToTags() throws IOException {
        Path run = probe("cgp", layered, "--set", "total=6");
        Ran eval = Ran.ok("eval", "-q", "--probe", run, "--cache", layered, "--labels", labels, "--bootstrap", 0);
        assertThat(eval.out()).contains(CLIPS + " clips");
        Map<String, float[]> scores = tagged(run);
        assertThat(scores.values()).allSatisfy(s -> assertThat(s[0]).isStrictlyBetween(0f, 1f));
        Path plain = folder.resolve("cache-plain");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", plain);
        Ran.unmute("eval", "-q", "--probe", run, "--cache", plain, "--labels", labels)
                .fails(ExitCode.INPUT, "probe cgp looks at the tokens of all layers", "embed --layers");
        Ran.unmute("embed", "-q", "--layers", "--encoder", encoder, "--audio", recordings, "--out", plain)
                .fails(ExitCode.INPUT, "last layer;", "all 2 blocks");
        Ran.unmute(
                        "probe -q --probe cgp --standardize --cache {} --labels {} --out {}",
                        layered,
                        labels,
                        folder.resolve("p"))
                .fails(ExitCode.USAGE, "--standardize");
        Ran.unmute("pack", "-q", "--probe", run, "--out", folder.resolve("p"))
                .fails(ExitCode.INPUT, "probe cgp [", "only a protobin of whole clips can be packed");
        // tokens of the last layer are equal in both caches
        Ran.ok("eval", "-q", "--probe", protobin, "--cache", plain, "--labels", labels, "--bootstrap", 0);
    }

    @Test
    void aProbeThatDoesNotFitIsRefused() throws IOException {
        Object[] tag = {"tag", "-q", "--audio", recordings};
        Path other = TinyEncoder.write(folder, 24);
        Ran.unmute(Ran.with(tag, "--encoder", other, "--probe", protobin)).fails(ExitCode.INPUT, "another encoder");
        Ran.unmute(Ran.with(tag, "--encoder", encoder, "--resample", "kaiser_best", "--probe", protobin))
                .fails(ExitCode.INPUT, "another front end");
        Ran.unmute(Ran.with(tag, "--encoder", encoder, "--probe", folder.resolve("nowhere")))
                .fails(ExitCode.INPUT, "no such probe");
        Ran.unmute(Ran.with(tag, "--encoder", encoder, "--probe", recordings))
                .fails(ExitCode.INPUT, "holds no trained probe");
        Path seeds = probe("linear", layered, "--seeds", "0,1");
        Ran.unmute(Ran.with(tag, "--encoder", encoder, "--probe", seeds))
                .fails(ExitCode.USAGE, "2 probes", "probe-seed1.safetensors");
        tagged(seeds.resolve("probe-seed1.safetensors"));
    }
}
