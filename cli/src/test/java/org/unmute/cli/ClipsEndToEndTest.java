package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;

/** {@code clips}: the very samples of the recordings, and names that keep distinct clips apart. */
class ClipsEndToEndTest {
    private static final int RATE = 8000;
    private static final int HEADER = 44;

    @TempDir
    static Path folder;

    private static Path audio;

    @BeforeAll
    static void write() throws IOException {
        audio = Files.createDirectories(folder.resolve("audio/a")).getParent();
        wav(audio.resolve("a/stereo.wav"), 2, 3);
        wav(audio.resolve("mono.wav"), 1, 2);
    }

    /** Four seconds of random integers of some bytes. */
    private static void wav(Path file, int channels, int width) throws IOException {
        byte[] data = new byte[4 * RATE * channels * width];
        new SplittableRandom(width).nextBytes(data);
        ByteBuffer all = ByteBuffer.allocate(HEADER + data.length).order(ByteOrder.LITTLE_ENDIAN);
        all.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(HEADER - 8 + data.length);
        all.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16).putShort((short) 1);
        all.putShort((short) channels).putInt(RATE).putInt(RATE * channels * width);
        all.putShort((short) (channels * width)).putShort((short) (8 * width));
        all.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(data.length).put(data);
        Files.write(file, all.array());
    }

    private static Ran clips(Path events, String out, Object... more) {
        return Ran.unmute(Ran.with(
                new Object[] {"clips", "--events", events, "--audio", audio, "--out", folder.resolve(out)}, more));
    }

    private static Path table(String name, String... rows) throws IOException {
        return Files.writeString(folder.resolve(name), "file,start,end,label,score\n" + String.join("\n", rows) + "\n");
    }

    @Test
    void samplesAreThoseOfTheRecording() throws IOException {
        Path events =
                table("exact.csv", "a/stereo.wav,1,1.5,owl,0.75", "mono.wav,3.8,4,owl,0.5", "gone.wav,1,2,owl,0.9");
        JsonNode result = clips(events, "exact", "--padding", 0.25, "--json", "-q")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(result.path("clips").asInt()).isEqualTo(2);
        assertThat(result.path("skipped").get(0).path("recording").asText()).isEqualTo("gone.wav");
        Path out = folder.resolve("exact");
        byte[] cut = Files.readAllBytes(out.resolve("owl/owl_0.750_a_stereo_1.000-1.500.wav"));
        byte[] source = Files.readAllBytes(audio.resolve("a/stereo.wav"));
        int first = HEADER + 6 * (int) (0.75 * RATE);
        assertThat(Arrays.copyOfRange(cut, HEADER, cut.length))
                .isEqualTo(Arrays.copyOfRange(source, first, first + 6 * RATE));
        assertThat(Arrays.copyOfRange(cut, 8, 40)).isEqualTo(Arrays.copyOfRange(source, 8, 40));
        // The second is cut off where the recording ends.
        assertThat(Files.size(out.resolve("owl/owl_0.500_mono_3.800-4.000.wav")))
                .isEqualTo(HEADER + 2 * (int) (0.45 * RATE));
        assertThat(Files.readAllLines(out.resolve("clips.csv")))
                .contains("owl/owl_0.750_a_stereo_1.000-1.500.wav,owl,0.7500,a/stereo.wav,1.000000,1.500000,0.750000,"
                        + "1.750000,,");
        Ran.ok("fsck", out);
        clips(events, "exact", "--padding", 0.25, "-q").endsWith(ExitCode.OK);
        clips(events, "exact", "--padding", 0.5, "-q").fails(ExitCode.INPUT, "holds other clips");
        Ran.ok("embed", "-q", "--audio", out.resolve("clips.csv"), "--out", folder.resolve("cache"));
    }

    @Test
    void namesAreCleanAndDistinct() throws IOException {
        Path events = table(
                "names.csv",
                "mono.wav,1,2,../owl,0.5",
                "mono.wav,1.0001,2.0001,../owl,0.5",
                "mono.wav,1,2,../OWL,0.5",
                "mono.wav,1,2,,");
        clips(events, "names", "-q").endsWith(ExitCode.OK);
        try (Stream<Path> files = Files.walk(folder.resolve("names"))) {
            assertThat(files.filter(f -> f.toString().endsWith(".wav")).toList())
                    .hasSize(4)
                    .allMatch(f -> f.normalize().startsWith(folder.resolve("names")));
        }
        assertThat(Files.exists(folder.resolve("owl"))).isFalse();
    }

    /** The name of a class is that of a folder beside the files of the folder itself. */
    @Test
    void classesMayHaveTheNamesOfTheFolderItself() throws IOException {
        List<String> names =
                List.of(("run.lock Run.Lock manifest.json MANIFEST.JSON run.json clips.csv Clips.csv_ clips.settings "
                                + "clips.csv.0123456789abcdef.tmp")
                        .split(" "));
        Path events = table(
                "own.csv",
                names.stream().map(name -> "mono.wav,1,2," + name + ",0.5").toArray(String[]::new));
        for (int i = 0; i < 2; i++) {
            clips(events, "own", "-q").endsWith(ExitCode.OK);
            Ran.ok("fsck", "-q", folder.resolve("own"));
        }
        List<String> rows = Files.readAllLines(folder.resolve("own/clips.csv"));
        assertThat(rows.stream().skip(1).map(row -> row.split(",")[1])).containsExactlyElementsOf(names);
        assertThat(rows.stream().skip(1).map(row -> row.split(",")[0].toLowerCase(Locale.ROOT)))
                .doesNotHaveDuplicates()
                .allMatch(file -> file.contains("_/"))
                .allMatch(file -> file.endsWith(".wav"));
    }

    @Test
    void numberAndScoreAreBounded() throws IOException {
        String[] rows = new String[30];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = "mono.wav," + 0.1 * i + "," + (0.1 * i + 0.05) + "," + (i % 3 == 0 ? "a" : "b") + "," + 0.03 * i;
        }
        Path events = table("many.csv", rows);
        for (String pick : List.of("top", "random", "stratified")) {
            Object[] line = {"--per-class", 4, "--min-score", 0.3, "--pick", pick, "--seed", 5, "--json", "-q"};
            assertThat(clips(events, pick, line)
                            .endsWith(ExitCode.OK)
                            .json()
                            .path("clips")
                            .asInt())
                    .isEqualTo(8);
            List<Double> scores = Files.readAllLines(folder.resolve(pick).resolve("clips.csv")).stream()
                    .skip(1)
                    .map(row -> row.split(","))
                    .filter(row -> row[1].equals("b"))
                    .map(row -> Double.parseDouble(row[2]))
                    .sorted()
                    .toList();
            assertThat(scores).hasSize(4).allMatch(s -> s >= 0.3);
            if (pick.equals("top")) {
                assertThat(scores).containsExactly(0.75, 0.78, 0.84, 0.87);
            } else if (pick.equals("stratified")) {
                assertThat(scores.getFirst()).isLessThan(0.5);
                assertThat(scores.getLast()).isGreaterThan(0.7);
            }
        }
    }
}
