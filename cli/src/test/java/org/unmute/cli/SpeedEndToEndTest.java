package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.SyntheticScenes;

/** {@code --speed 0.1}: what a header of a tenth of the rate gives, in the recording's own seconds and Hz. */
class SpeedEndToEndTest {
    private static final int TIMES = 10;

    @TempDir
    static Path folder;

    private static Path slow;
    private static Path slowRun;
    private static Path fast;
    private static Path fastCache;
    private static Path fastRun;

    @BeforeAll
    static void prepare() throws IOException {
        slow = folder.resolve("slow");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(2), 5).write(slow, 20, 4);
        fast = folder.resolve("fast");
        try (Stream<Path> files = Files.walk(slow)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = fast.resolve(slow.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.write(copy, faster(file));
            }
        }
        embed(slow, "slow-cache");
        slowRun = probe(slow, "slow-cache", "slow-run");
        fastCache = embed(fast, "fast-cache", "--speed", "0.1");
        fastRun = probe(fast, "fast-cache", "fast-run");
    }

    /** The same samples under a header of ten times the rate. */
    private static byte[] faster(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (file.toString().endsWith(".wav")) {
            ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            header.putInt(24, TIMES * header.getInt(24)).putInt(28, TIMES * header.getInt(28));
        }
        return bytes;
    }

    private static Path embed(Path audio, String name, Object... more) {
        Path cache = folder.resolve(name);
        Ran.ok(Ran.with(new Object[] {"embed", "-q", "--audio", audio, "--out", cache}, more));
        return cache;
    }

    private static Path probe(Path audio, String cache, String name) {
        Path run = folder.resolve(name);
        Object[] args = {"probe", "-q", "--probe", "protobin", "--epochs", 15, "--cache", folder.resolve(cache)};
        Ran.ok(Ran.with(args, "--labels", audio.resolve("manifest.csv"), "--out", run));
        return run;
    }

    /** Also of one channel: what it is by itself. */
    @Test
    void pretrainingHearsTheSame() throws IOException {
        Path mono = Files.createDirectories(folder.resolve("mono"));
        Path stereo = Files.createDirectories(folder.resolve("stereo"));
        for (int i = 0; i < 2; i++) {
            byte[] bytes = Files.readAllBytes(slow.resolve("train/00000" + i + ".wav"));
            Files.write(mono.resolve(i + ".wav"), bytes);
            Files.write(stereo.resolve(i + ".wav"), fasterSecondChannel(bytes));
        }
        double[] expected = losses(mono);
        assertThat(losses(stereo, "--speed", "0.1", "--channels", "2")).containsExactly(expected);
        assertThat(losses(stereo, "--speed", "0.1")).isNotEqualTo(expected);
        Object[] none = {"pretrain", "-q", "--synthetic", "--speed", "0.1", "--out", folder.resolve("none")};
        Ran.unmute(none).fails(ExitCode.USAGE, "--synthetic reads none");
        Object[] third = {"pretrain", "-q", "--audio", stereo, "--channels", 3, "--out", folder.resolve("none")};
        Ran.unmute(third).fails(ExitCode.INPUT, stereo.toString(), "3");
    }

    private static double[] losses(Path audio, Object... more) throws IOException {
        Object[] args = {"pretrain", "-q", "--json", "--audio", audio, "--steps", 3, "--batch", 2, "--clips", 4};
        Object[] sizes = {"--dim", 16, "--depth", 1, "--heads", 2, "--force", "--out", folder.resolve("pretrained")};
        JsonNode result = Ran.ok(Ran.with(Ran.with(args, sizes), more)).json();
        return new double[] {
            result.path("firstLoss").asDouble(), result.path("lastLoss").asDouble()
        };
    }

    /** The samples of a mono file as the second of two channels, under a header of ten times the rate. */
    private static byte[] fasterSecondChannel(byte[] mono) {
        ByteBuffer in = ByteBuffer.wrap(mono).order(ByteOrder.LITTLE_ENDIAN);
        int bytes = in.getInt(40);
        ByteBuffer out = ByteBuffer.allocate(44 + 2 * bytes).order(ByteOrder.LITTLE_ENDIAN);
        int rate = TIMES * in.getInt(24);
        out.put(mono, 0, 44).putInt(4, 36 + 2 * bytes).putShort(22, (short) 2).putInt(24, rate);
        out.putInt(28, 4 * rate).putShort(32, (short) 4).putInt(40, 2 * bytes);
        for (int at = 44; at < 44 + bytes; at += 2) {
            out.putShort((short) at).putShort(in.getShort(at));
        }
        return out.array();
    }

    private static Path detect(Path run, Path audio, String name, Object... more) {
        Path out = folder.resolve(name);
        Object[] args = {"detect", "--probe", run, "--audio", audio, "--out", out, "--threshold", 0.2};
        Ran.ok(Ran.with(args, Ran.with(new Object[] {"--format", "parquet,csv,raven"}, more)));
        return out;
    }

    private static List<Annotation> read(Path file) throws IOException {
        return AnnotationTable.read(file).annotations();
    }

    private static void assertTenth(Path fastOut, Path slowOut) throws IOException {
        List<Annotation> actual = read(fastOut.resolve("events.parquet"));
        List<Annotation> expected = read(slowOut.resolve("events.parquet"));
        assertThat(expected).hasSizeGreaterThan(3);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            Annotation a = actual.get(i);
            Annotation e = expected.get(i);
            assertThat(a.label()).isEqualTo(e.label());
            assertThat(a.file()).isEqualTo(e.file());
            assertThat(a.onset()).isCloseTo(e.onset() / TIMES, within(1e-12));
            assertThat(a.offset()).isCloseTo(e.offset() / TIMES, within(1e-12));
            assertThat(a.low()).isCloseTo(e.low() * TIMES, within(1e-6));
            assertThat(a.high()).isCloseTo(e.high() * TIMES, within(1e-6));
            assertThat(a.score()).isCloseTo(e.score(), within(1e-9));
        }
    }

    /** The probes of both saw the same tokens with the same labels, so that they are the same. */
    @Test
    void eventsAreThoseOfAHeaderOfATenthOfTheRate() throws IOException {
        Path audio = Path.of("test");
        Path expected = detect(slowRun, slow.resolve(audio), "slow-events");
        Path actual = detect(fastRun, fast.resolve(audio), "fast-events");
        assertTenth(actual, expected);
        assertThat(read(actual.resolve("raven-combined.txt")))
                .extracting(Annotation::high)
                .anyMatch(high -> high > 16_000);
        Object[] slowRules = {"--merge-gap", 0.5, "--min-duration", 0.3, "--median", 0.4};
        Object[] fastRules = {"--merge-gap", 0.05, "--min-duration", 0.03, "--median", 0.04};
        assertTenth(
                detect(fastRun, fast.resolve(audio), "fast-rules", fastRules),
                detect(slowRun, slow.resolve(audio), "slow-rules", slowRules));
        assertThat(Json.MAPPER
                        .readTree(actual.resolve("run.json").toFile())
                        .at("/results/encoderOptions/speed")
                        .asText())
                .isEqualTo("0.1");
    }

    @Test
    void anotherSpeedIsRefused() {
        Object[] detect = {"detect", "--probe", slowRun, "--audio", fast.resolve("test"), "--out", folder.resolve("no")
        };
        Ran.unmute(Ran.with(detect, "--speed", 0.1))
                .fails(ExitCode.INPUT, "--speed 0.1: the probe learned on recordings at speed 1: leave --speed out");
        Ran.unmute(Ran.with(detect, "--encoder", "embedded", "--speed", "0.10"))
                .fails(ExitCode.INPUT, "--speed 0.1: the probe learned on recordings at speed 1");
        Ran.unmute("tag", "--probe", fastRun, "--audio", slow, "--speed", 1)
                .fails(ExitCode.INPUT, "--speed 1: the probe learned on recordings at speed 0.1");
        Ran.unmute("embed", "--audio", fast, "--out", fastCache)
                .fails(ExitCode.INPUT, "recordings at speed 0.1, resampling hann'", "asked for");
        Ran.unmute("embed", "--audio", fast, "--out", folder.resolve("x"), "--speed", 0)
                .fails(ExitCode.USAGE, "--speed: the speed is 0.001 to 1000, not 0");
    }

    @Test
    void clipsAreTaggedAndExplainedAtTheSpeedOfTheProbe() throws IOException {
        Path slowScores = folder.resolve("slow.csv");
        Path fastScores = folder.resolve("fast.csv");
        Ran.ok("tag", "-q", "--probe", slowRun, "--audio", slow.resolve("test"), "--scores", slowScores);
        Ran.ok("tag", "-q", "--probe", fastRun, "--audio", fast.resolve("test"), "--scores", fastScores);
        assertThat(fastScores).hasSameTextualContentAs(slowScores);
        Path recording;
        try (Stream<Path> files = Files.list(fast.resolve("test"))) {
            recording = files.sorted().findFirst().orElseThrow();
        }
        Path out = folder.resolve("why");
        Ran.ok("explain", "--probe", fastRun, "--audio", recording, "--out", out);
        List<String> rows = Files.readAllLines(out.resolve("contributions.csv"));
        assertThat(rows.getFirst()).contains("start", "low");
    }

    @Test
    void aRecordingOfWhichNothingIsLeftIsSkipped() throws IOException {
        Path low = folder.resolve("low.wav");
        DetectFixture.writeFloats(low, DetectFixture.scene(1, 1), 8000, 1);
        assertThat(Ran.unmute("embed", "--audio", low, "--out", folder.resolve("nothing"), "--speed", "0.004")
                        .endsWith(ExitCode.INPUT)
                        .out())
                .contains(
                        "nothing is left to hear at speed 0.004: what was recorded at 8000 Hz is played up to 16.0 Hz");
    }
}
