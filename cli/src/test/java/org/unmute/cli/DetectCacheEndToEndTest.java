package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;

/** {@code detect --cache}: events in tokens that were made before. */
class DetectCacheEndToEndTest {
    private static final String[] PROBES = {"protobin", "linear-mean", "knn"};

    @TempDir
    static Path folder;

    private static List<Path> runs;
    private static Path recordings;

    @BeforeAll
    static void prepare() throws IOException {
        runs = DetectFixture.probes(folder, PROBES);
        recordings = DetectFixture.recordings(folder.resolve("recordings"), 4);
        // Longer than a window of the encoder, and at another rate.
        Wav.write(recordings.resolve("long.wav"), DetectFixture.scene(7, 9), 16_000);
        Wav.write(recordings.resolve("other.wav"), DetectFixture.scene(8, 3), 22_050);
    }

    private static Path embed(String name, String dtype, Path of) {
        Path cache = folder.resolve(name);
        Ran.ok("embed", "-q", "--audio", of, "--dtype", dtype, "--out", cache);
        return cache;
    }

    private static Ran detect(Path run, String out, Object... more) {
        Object[] command = {
            "detect", "--probe", run, "--audio", recordings, "--threshold", 0.3, "--format", "csv,jsonl,raven"
        };
        return Ran.unmute(Ran.with(Ran.with(command, "--out", folder.resolve(out)), more));
    }

    /** In float32, every file has the same bytes, and a folder can be gone on with either way. */
    @Test
    void cachedTokensGiveTheEventsOfTheRecordings() throws IOException {
        Path exact = embed("exact", "f32", recordings);
        for (int i = 0; i < PROBES.length; i++) {
            String name = PROBES[i];
            detect(runs.get(i), "heard-" + name).endsWith(ExitCode.OK);
            Ran cached = detect(runs.get(i), "cached-" + name, "--cache", exact).endsWith(ExitCode.OK);
            assertThat(cached.err()).doesNotContain("encoded, since");
            DetectFixture.assertSame(folder.resolve("cached-" + name), folder.resolve("heard-" + name));
            assertThat(Files.readAllLines(folder.resolve("cached-" + name + "/events.csv")))
                    .hasSizeGreaterThan(5);
        }
        detect(runs.get(0), "heard-protobin", "--cache", exact).endsWith(ExitCode.OK);
    }

    @Test
    void roundedTokensAreSaidToBe() throws IOException {
        Path rounded = embed("rounded", "f16", recordings);
        detect(runs.get(0), "rounded-events", "--cache", rounded).endsWith(ExitCode.OK);
        Ran other = detect(runs.get(0), "rounded-events");
        other.fails(ExitCode.INPUT, "tokens");
        assertThat(Json.read(folder.resolve("rounded-events/run.json"))
                        .at("/results/cache")
                        .asText())
                .isEqualTo(rounded.toString());
    }

    /** A recording that is not in the cache, or changed since, is encoded; a line says how many. */
    @Test
    void whatTheCacheLacksIsEncoded() throws IOException {
        Path some = folder.resolve("some");
        Files.createDirectories(some);
        for (String name : List.of("0.wav", "1.wav", "2.wav")) {
            Files.copy(recordings.resolve(name), some.resolve(name));
        }
        Wav.write(some.resolve("2.wav"), DetectFixture.scene(3, 2), 16_000);
        Path cache = embed("part", "f32", some);
        Ran ran = detect(runs.get(0), "partly", "--cache", cache).endsWith(ExitCode.OK);
        assertThat(ran.err())
                .contains("3 recordings encoded, since the cache does not have it")
                .contains("1 recording encoded, since the cache has another version of it, the first: 2.wav");
        detect(runs.get(0), "whole").endsWith(ExitCode.OK);
        DetectFixture.assertSame(folder.resolve("partly"), folder.resolve("whole"));
    }

    /** Linear reads the class token, which of a long recording is a mean over windows. */
    @Test
    void aProbeOfClassTokensEncodesLongRecordings() throws IOException {
        Path linear = DetectFixture.probe(folder, "linear", folder.resolve("run-linear"));
        Path exact = embed("exact-linear", "f32", recordings);
        Ran ran = detect(linear, "cached-linear", "--cache", exact).endsWith(ExitCode.OK);
        detect(linear, "heard-linear").endsWith(ExitCode.OK);
        DetectFixture.assertSame(folder.resolve("cached-linear"), folder.resolve("heard-linear"));
        assertThat(ran.err()).contains("its tokens depend on how much sound was embedded at once");
    }

    @Test
    void cachesThatDoNotFitAreRefused() throws IOException {
        Path tiny = folder.resolve("tiny");
        Ran.ok("embed", "-q", "--encoder", TinyEncoder.write(folder, 16), "--audio", recordings, "--out", tiny);
        detect(runs.get(0), "never", "--cache", tiny).fails(ExitCode.INPUT, "tokens of another encoder");
        detect(runs.get(0), "never", "--cache", folder.resolve("nowhere")).fails(ExitCode.INPUT, "nowhere");
        assertThat(folder.resolve("never/events.csv")).doesNotExist();
    }
}
