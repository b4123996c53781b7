package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.spark.cluster.Unmute;

/** Dates and places in the tables of a job are those of the command line, column by column. */
@FullBuild("runs Spark")
class TimeAndPlaceTest {
    private static final int RATE = 16_000;
    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path audio;
    private static String probe;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        probe = SmallProbe.write(temp.resolve("probe.safetensors"), "protobin").toString();
        audio = temp.resolve("audio");
        recording("north/20240517_053000.WAV", 1);
        recording("north/20240331_015959.WAV", 1); // summer time begins in it
        recording("SITE7_20240517_235959.wav", 1); // midnight is in it
        recording("SITE7_0+1_20241027$023000.wav", 2); // a time that comes twice
        recording("south/pam_20240517_053000_123.wav", 1);
        recording("5678.240517053000.wav", 1);
        recording("5CE2F3A0.WAV", 1);
        recording("south/undated.wav", 1);
        recording("south/20240231_053000.wav", 1); // a day that does not exist
        Path guano = recording("south/x_20200101_000000.wav", 1);
        append(
                guano,
                "guan",
                "GUANO|Version: 1.0\nTimestamp: 2024-05-17T05:30:00.250+10:00\nLoc Position: -27.5 153.0\n");
        Files.writeString(
                temp.resolve("deployments.csv"),
                "site,folder,latitude,longitude,zone\nhill,north,52.52,13.405,Europe/Berlin\n");
    }

    /** A second and more of tones, other ones in each channel. */
    private static Path recording(String name, int channels) throws IOException {
        Path file = audio.resolve(name);
        Files.createDirectories(file.getParent());
        int frames = RATE * 3 / 2;
        ByteBuffer wav = ByteBuffer.allocate(44 + 2 * channels * frames).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(wav.capacity() - 8);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16).putShort((short) 1);
        wav.putShort((short) channels).putInt(RATE).putInt(2 * channels * RATE);
        wav.putShort((short) (2 * channels)).putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * channels * frames);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        double[] pitch = random.doubles(channels, 0.05, 1.5).toArray();
        for (int i = 0; i < frames; i++) {
            for (double each : pitch) {
                wav.putShort((short) (8000 * Math.sin(i * each) + 200 * random.nextDouble()));
            }
        }
        return Files.write(file, wav.array());
    }

    private static void append(Path file, String id, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        byte[] before = Files.readAllBytes(file);
        ByteBuffer all = ByteBuffer.allocate(before.length + 8 + content.length + content.length % 2)
                .order(ByteOrder.LITTLE_ENDIAN);
        all.put(before).put(id.getBytes(StandardCharsets.US_ASCII)).putInt(content.length);
        all.put(content).putInt(4, all.capacity() - 8);
        Files.write(file, all.array());
    }

    private record Output(int status, String all) {}

    private static Output job(Path out, String... more) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(shown, true, StandardCharsets.UTF_8);
        List<String> args = new ArrayList<>(List.of("--audio", audio.toString(), "--out", out.toString()));
        args.addAll(List.of("--keep", "events", "--probe", probe, "--threshold", "0.5", "--median", "0"));
        args.addAll(List.of(more));
        int status = Embed.run(new Console(print, print), args.toArray(String[]::new));
        return new Output(status, shown.toString(StandardCharsets.UTF_8));
    }

    private static void detect(Path out, String... more) {
        List<Object> args = new ArrayList<>(List.of("detect", "--audio", audio, "--out", out, "--probe", probe));
        args.addAll(List.of("--threshold", "0.5", "--median", "0", "--format", "csv,parquet"));
        args.addAll(Arrays.asList(more));
        Unmute.run(args.toArray());
    }

    private static Dataset<Row> table(Path path) {
        return spark.session().read().parquet(path.toString());
    }

    /** The rows as text, sorted, with the columns of the command line's table. */
    private static List<String> words(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Row::toString).sorted().toList();
    }

    private static List<String> placed(Path out) {
        return words(table(out.resolve("index"))
                .selectExpr(
                        "path",
                        "begin_datetime",
                        "end_datetime",
                        "site",
                        "format_number(latitude, '0.000000')",
                        "format_number(longitude, '0.000000')"));
    }

    private static void assertSame(Path job, Path folder, boolean channels) throws IOException {
        String[] columns = {
            "path",
            "onset",
            "offset",
            "label",
            "score",
            "low",
            "high",
            "begin_datetime",
            "end_datetime",
            "site",
            "latitude",
            "longitude"
        };
        Dataset<Row> given = table(job.resolve("events"));
        String[] all = Stream.concat(Stream.of(columns), Stream.of("channel")).toArray(String[]::new);
        List<String> found = words(given.selectExpr(channels ? all : columns));
        assertThat(found).hasSizeGreaterThan(10).isEqualTo(words(table(folder.resolve("events.parquet"))));
        if (!channels) {
            assertThat(given.filter("channel is not null").count()).isZero();
        }
        List<String> recordings = words(spark.session()
                .read()
                .option("header", true)
                .csv(folder.resolve("recordings.csv").toString())
                .na()
                .fill("", new String[] {"begin_datetime", "end_datetime", "site"})
                .select("file", "begin_datetime", "end_datetime", "site", "latitude", "longitude"));
        assertThat(placed(job)).isEqualTo(recordings);
    }

    @Test
    void tablesAreThoseOfTheCommandLine() throws IOException {
        Path out = temp.resolve("plain");
        Output run = job(out);
        assertThat(run.status()).as(run.all()).isZero();
        assertThat(run.all()).contains("south/20240231_053000.wav: its name reads as 2024-02-31");
        detect(temp.resolve("detected"));
        assertSame(out, temp.resolve("detected"), false);
        assertThat(table(out.resolve("events"))
                        .filter("begin_datetime like '2024-05-16T19:30%' or begin_datetime = ''")
                        .select("site")
                        .distinct()
                        .count())
                .isPositive();
    }

    @Test
    void optionsAreThoseOfTheCommandLine() throws IOException {
        String[] options = {
            "--channels",
            "each",
            "--time-zone",
            "Europe/Berlin",
            "--site-from",
            "parent",
            "--deployments",
            temp.resolve("deployments.csv").toString()
        };
        Path out = temp.resolve("each");
        Output run = job(out, options);
        assertThat(run.status()).as(run.all()).isZero();
        detect(temp.resolve("detected-each"), options);
        assertSame(out, temp.resolve("detected-each"), true);
        assertThat(placed(out))
                .contains(
                        "[north/20240331_015959.WAV,2024-03-31T01:59:59.000000+01:00,2024-03-31T03:00:00.500000+02:00,"
                                + "hill,52.520000,13.405000]",
                        "[south/x_20200101_000000.wav,2024-05-17T05:30:00.250000+10:00,"
                                + "2024-05-17T05:30:01.750000+10:00,south,-27.500000,153.000000]",
                        "[SITE7_20240517_235959.wav,2024-05-17T23:59:59.000000+02:00,2024-05-18T00:00:00.500000+02:00,"
                                + ",null,null]");
        assertThat(job(out, "--channels", "each").all()).contains("timeAndPlace: site parent, zone Europe/Berlin");
        String none = temp.resolve("none").toString();
        assertThat(EmbedTest.run("--audio", audio.toString(), "--out", none, "--time-zone", "UTC")
                        .err())
                .contains("add events to --keep");
        assertThat(job(Path.of(none), "--time-zone", "Berlin").all())
                .contains("embed: --time-zone: there is no time zone 'Berlin'");
    }
}
